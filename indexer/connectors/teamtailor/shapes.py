"""What each resource should look like, from the vendor's reference, and how one differs. Data and one comparison.

A difference is reported, never fatal: unknown fields are kept, wrong ones read as not given. Only what a record cannot
do without makes one resource unusable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from indexer.connectors.teamtailor.wire import Resource, moment

_TYPES: Mapping[str, tuple[type, ...]] = {
    "text": (str,), "time": (str,), "flag": (bool,), "number": (int, float), "list": (list,), "object": (dict,),
    "any": (object,), "plain": (str, int, float), "words": (str, int, float, list),
}  # fmt: skip
_PLAIN = re.compile(r"[A-Za-z0-9_ :.-]{1,60}")


@dataclass(frozen=True)
class Shape:
    """``attributes``: name -> type, ``!`` after it: needed, ``?``: comes with some keys and versions only.

    ``one``, ``many``: relationships that are asked for; ``needed``: those without which it belongs to nobody.
    ``other``: relationships known and not read. ``volatile``: attributes that are not kept: signed links, counts.
    """

    attributes: Mapping[str, str]
    one: tuple[str, ...] = ()
    many: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    other: frozenset[str] = frozenset()
    volatile: frozenset[str] = frozenset()
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)


def _shape(words: str, *, other: str = "", volatile: str = "", **more: Any) -> Shape:
    attributes = dict(word.split(":") for word in words.split())
    values = {name: frozenset(said) for name, said in more.pop("values", {}).items()}
    return Shape(
        attributes, other=frozenset(other.split()), volatile=frozenset(volatile.split()), values=values, **more
    )


_FIELD_TYPES = "Text Email Url Phone Date Checkbox Number Select MultiSelect".split()
_STAMPS = "created-at:time updated-at:time"
SHAPES: Mapping[str, Shape] = {
    "candidates": _shape(
        f"{_STAMPS} connected:flag email:text first-name:text last-name:text phone:text pitch:text picture:text "
        "resume:text original-resume:text linkedin-url:text tags:list sourced:flag referred:flag internal:flag "
        "unsubscribed:flag referring-site:text referring-url:text resume_summary:text? resume-summary:text? "
        "linkedin-uid:text linkedin-profile:text facebook-id:text facebook-profile:text "
        "consent-future-jobs-at:time?",
        one=("department", "role"),
        many=("locations", "regions"),
        children=(
            "job-applications", "uploads", "answers", "custom-field-values", "activities", "partner-results",
        ),
        other="division questions nps-responses",
        volatile="resume original-resume picture",
    ),
    "job-applications": _shape(
        f"{_STAMPS} cover-letter:text changed-stage-at:time rejected-at:time referring-url:text referring-site:text "
        "sourced:flag row-order:number",
        one=("job", "stage", "reject-reason"),
        needed=("job",),
        other="candidate nps-responses",
        volatile="row-order",
    ),
    "activities": _shape("code:text! created-at:time data:text", one=("job", "user"), other="candidate"),
    "uploads": _shape("url:text! file-name:text internal:flag", other="candidate job", volatile="url"),
    "answers": _shape(
        "boolean:flag choices:list range:number text:text video-token:text updated-at:time number:number? date:text? "
        "file:any?",
        one=("question",),
        needed=("question",),
        other="candidate",
    ),
    "custom-field-values": _shape(
        "value:words field-type:text", one=("custom-field",), needed=("custom-field",), other="owner"
    ),
    "partner-results": _shape(
        "partner-name:text created-at:time status:text summary:text assessment-score:number details:text url:text "
        "attachments:list",
        other="candidate",
        volatile="url attachments",
    ),
    "notes": _shape(
        f"{_STAMPS} note:text! user-id:number candidate-id:number created-by-trigger:flag mentioned-user-ids:list "
        "private-note:flag",
        other="candidate user",
    ),
    "todos": _shape(
        "value:text! due:time completed-at:time created-at:time", one=("candidate", "assignee", "assigner")
    ),
    "referrals": _shape(
        "name:text email:text phone:text comment:text created-at:time",
        one=("candidate", "job", "user"),
        other="role department",
    ),
    "jobs": _shape(
        f"{_STAMPS} "
        "title:text! pitch:text body:text apply-button-text:text status:text human-status:text internal:flag "
        "pinned:flag start-date:time end-date:time picture:plain external-application-url:text "
        "sharing-image-layout:text? name-requirement:text resume-requirement:text "
        "cover-letter-requirement:text phone-requirement:text additional-files-requirement:text? mailbox:text "
        "remote-status:text language-code:text recruiter-email:text employment-type:text? "
        "employment-level:text? currency:text? min-salary:plain? max-salary:plain? salary-time-unit:text? "
        "tags:list?",
        one=("user", "department"),
        many=("locations", "stages"),
        other="division role location regions questions picked-questions candidates activities team-memberships "
        "colleagues team custom-fields custom-field-values requisition uploads job-applications",
        volatile="picture",
        values={
            "human-status": "published unlisted archived draft scheduled expired unsaved".split(),
            "status": "open draft archived unlisted temp".split(),
            "remote-status": "none temporary hybrid fully".split(),
        },
    ),
    "stages": _shape(
        f"{_STAMPS} name:text! stage-type:text? legacy-stage-type-name:text? row-order:number "
        "active-job-applications-count:number? rejected-job-applications-count:number?",
        other="job job-applications triggers stage-type",
        volatile="active-job-applications-count rejected-job-applications-count",
        values={
            "stage-type": ("Inbox", "In process", "Hired"), "legacy-stage-type-name": ("Inbox", "In process", "Hired"),
        },
    ),
    "reject-reasons": _shape("reason:text! rejected-by-company:flag"),
    "custom-fields": _shape(
        "name:text! api-name:text field-type:text owner-type:text? is-private:flag is-required:flag "
        "is-searchable:flag is-featured:flag is-hidden:flag? is-external:flag?",
        other="custom-field-options custom-field-values",
        values={
            "field-type": [f"CustomField::{name}" for name in _FIELD_TYPES],
        },
    ),
    "questions": _shape(
        "title:text! question-type:text alternatives:list multiple:flag single-line:flag "
        "start-with:plain end-with:plain unit:text",
        values={"question-type": "Boolean Choice Text Range Video".split()},
    ),
    "users": _shape(
        "name:text email:text login-email:text title:text role:text phone:text picture:object username:text "
        "visible:flag hide-email:flag external-id:text signature:text description:text "
        "locale:text? facebook-profile:text? linkedin-profile:text? twitter-profile:text? instagram-profile:text?",
        other="department role location teams jobs activities locations regions",
        volatile="picture signature",
    ),
    "departments": _shape(
        "name:text! headline:text text:text people-headline:text people-text:text pictures:any? row-order:number",
        other="roles teams team-memberships manager",
    ),
    "roles": _shape("name:text!", other="department"),
    "locations": _shape(
        "name:text city:text country:text address:text zip:text email:text phone:text headquarters:flag "
        "lat:number? long:number?"
    ),
    "regions": _shape("name:text!"),
}  # fmt: skip


def wrong_with(found: Resource, shape: Shape) -> str | None:
    """Why it cannot be used, or None."""
    for name, said in shape.attributes.items():
        if said.endswith("!") and not _is(found.attributes.get(name), said[:-1]):
            return f"its {name} is missing"
    return next((f"its {name} is missing" for name in shape.needed if not found.refs.get(name)), None)


def drift_of(found: Resource, shape: Shape, *, asked: bool) -> Iterator[str]:
    """asked: its relationships were included, so their data should be there. Names only; values of closed lists too."""
    at = f"{found.kind}.attributes."
    for name, said in shape.attributes.items():
        if name not in found.attributes:
            if not said.endswith("?"):
                yield f"{at}{name}: gone"
            continue
        value = found.attributes[name]
        if value is not None and not _is(value, said.rstrip("!?")):
            yield f"{at}{name}: {type(value).__name__}"
        elif name in shape.values and isinstance(value, str) and value not in shape.values[name]:
            yield f"{at}{name}: {value if _PLAIN.fullmatch(value) else 'another value'}"
        elif value is None and said.endswith("!"):
            yield f"{at}{name}: null"
    yield from (f"{at}{_short(name)}: new" for name in found.attributes if name not in shape.attributes)
    at = f"{found.kind}.relationships."
    wanted = (*shape.one, *shape.many, *shape.children)
    known = shape.other.union(wanted)
    yield from (f"{at}{_short(name)}: new" for name in found.named if name not in known)
    if asked:
        yield from (f"{at}{name}: gone" for name in wanted if name not in found.refs)


def _is(value: Any, said: str) -> bool:
    if isinstance(value, bool) and said == "number":
        return False
    return isinstance(value, _TYPES[said]) and (said != "time" or moment(value) is not None)


def _short(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else "a name of another form"
