"""Writing to Teamtailor: an action -> which resource changes how, and that -> one request.

The vendor knows no idempotency key and no tag of a client on a write, so each effect carries what it is known again by:
a note a short mark in its text, an application its candidate and job, a file its name, a candidate the e-mail address
(unique there) or, without one, a tag. No write sends anything to anybody: the flags for that are always off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from indexer.connectors.actions import (
    Action,
    AddCandidate,
    AddFile,
    AddNote,
    Apply,
    ChangeTags,
    Draft,
    Edit,
    EditContact,
    LogMessage,
    MoveStage,
    Reject,
    Reopen,
)
from indexer.connectors.connector import FILE, Every, Item, Look, Mark, Written
from indexer.connectors.errors import Refused
from indexer.connectors.http import Http
from indexer.connectors.teamtailor.shapes import SHAPES
from indexer.connectors.teamtailor.texts import MARK, one_line
from indexer.connectors.teamtailor.wire import MEDIA, Unreadable, document, headers_of, moment
from indexer.given import is_given

ACTIONS = frozenset(
    {"contact", "note", "message", "move", "reject", "reopen", "tags", "candidate", "application", "file"}
)
DELETABLE = frozenset({"notes"})
FIELDS: Mapping[str, str] = {
    "first_name": "first-name", "last_name": "last-name", "email": "email", "phone": "phone",
    "linkedin": "linkedin-url", "headline": "pitch",
}  # fmt: skip
NO_MAIL: Mapping[str, Mapping[str, bool]] = {
    "candidates": {"send-welcome-message": False},
    "job-applications": {"sourced": True, "send-user-notifications": False, "send-default-reply": False},
}
ONE_OF: Mapping[str, str] = {
    "candidate": "candidates", "job": "jobs", "stage": "stages", "reject-reason": "reject-reasons", "user": "users",
}  # fmt: skip
_CHANNEL = {"email": "E-mail", "sms": "SMS", "call": "Call", "linkedin": "LinkedIn message", "other": "Message"}


def draft_of(action: Action, person_id: str, items: Sequence[Item], look: Look, every: Every, mark: Mark) -> Draft:
    """Raises Refused: what is asked for is not in this account."""
    match action:
        case EditContact():
            said = _person(person_id, items).body["attributes"]
            return _edits("candidates", person_id, {
                f"attributes.{FIELDS[name]}": (name, said.get(FIELDS[name]), value)
                for name, value in action.set.items()
            })  # fmt: skip
        case ChangeTags():
            return Draft(
                item_kind="candidates", item_id=person_id,
                sets={"attributes.tags": {"add": action.add, "remove": action.remove}},
            )  # fmt: skip
        case AddNote():
            return _note(action.text, person_id, mark, private=action.private)
        case LogMessage():
            way = "received" if action.inbound else "sent"
            when = f" {action.at}" if action.at else ""
            return _note(f"{_CHANNEL[action.channel]}, {way}{when}:\n{action.text}", person_id, mark)
        case MoveStage():
            item = _application(action.application, items)
            return _edits("job-applications", item.id, {
                "refs.stage": ("stage", item.body["refs"].get("stage"), _stage(action.stage, item, look))
            })  # fmt: skip
        case Reject():
            item = _application(action.application, items)
            said = item.body["attributes"]
            edits: dict[str, tuple[str, Any, Any]] = {}
            if not said.get("rejected-at"):  # rejected already: when stays
                edits["attributes.rejected-at"] = ("outcome", None, mark.at)
            if action.reason is not None:
                reason = _reason(action.reason, every)
                edits["refs.reject-reason"] = ("reason", item.body["refs"].get("reject-reason"), reason)
            return _edits("job-applications", item.id, edits)
        case Reopen():
            item = _application(action.application, items)
            return _edits("job-applications", item.id, {
                "attributes.rejected-at": ("outcome", item.body["attributes"].get("rejected-at"), None),
                "refs.reject-reason": ("reason", item.body["refs"].get("reject-reason"), None),
            })  # fmt: skip
        case AddCandidate():
            return _candidate(action, mark)
        case Apply():
            return _apply(action, items, look, mark)
        case AddFile():
            known = tuple(i.id for i in items if i.kind == "uploads")
            here = action.url if is_given(action.url) else None
            attributes = {"file-name": action.filename, "url": action.url, "internal": False}
            return Draft(item_kind="uploads", body={"attributes": attributes, "refs": {}}, known=known, file=here)


def write(
    http: Http, token: str, origin: str, draft: Draft, person_id: str, values: Mapping[str, Any], mark: Mark
) -> Written:
    url = f"{origin}/v1/{draft.item_kind}"
    if draft.delete:
        http.write("DELETE", f"{url}/{draft.item_id}", headers=headers_of(token))
        return Written(draft.item_id or "")
    if draft.body is None:
        attributes = {
            path.removeprefix("attributes."): v for path, v in values.items() if path.startswith("attributes.")
        }
        related = {path.removeprefix("refs."): v for path, v in values.items() if path.startswith("refs.")}
        data = _data(draft.item_kind, attributes, related, identity=draft.item_id)
        return _written(http.write("PATCH", f"{url}/{draft.item_id}", data, headers=_writing(token)).body, draft)
    attributes = {name: value for name, value in draft.body["attributes"].items() if name not in _NOT_SENT}
    if FILE in values:
        attributes["url"] = values[FILE]
    related = {name: v for name, v in draft.body["refs"].items() if v is not None and name in ONE_OF}
    if draft.item_kind != "candidates":
        related["candidate"] = person_id
    if draft.item_kind == "notes" and mark.user is not None:
        related["user"] = mark.user
    data = _data(draft.item_kind, {**attributes, **NO_MAIL.get(draft.item_kind, {})}, related)
    return _written(http.write("POST", url, data, headers=_writing(token)).body, draft)


def is_effect(item: Item, draft: Draft, person_id: str, mark: Mark) -> bool:
    if draft.body is None or item.kind != draft.item_kind or item.id in draft.known:
        return False
    said, wanted = item.body["attributes"], draft.body["attributes"]
    match draft.item_kind:
        case "notes":
            found = MARK.search(str(said.get("note") or ""))
            return found is not None and found.group(1) == short(mark)
        case "job-applications":
            return bool(item.owner == person_id and item.body["refs"].get("job") == draft.body["refs"]["job"])
        case "uploads":
            return bool(item.owner == person_id and said.get("file-name") == wanted["file-name"])
        case _:
            if wanted.get("email"):
                return str(said.get("email") or "").lower() == str(wanted["email"]).lower()
            return f"hw-{short(mark)}" in (said.get("tags") or ())


def spoken(path: str, value: Any, look: Look) -> Any:
    """A value of an edit as it is called there."""
    if path == "attributes.rejected-at":
        return "rejected" if value else "active"
    kind, name = {"refs.stage": ("stages", "name"), "refs.reject-reason": ("reject-reasons", "reason")}.get(
        path, ("", "")
    )
    body = look(kind, str(value)) if kind and value is not None else None
    return one_line(body["attributes"].get(name)) or value if body else value


def short(mark: Mark) -> str:
    return mark.action.replace("-", "")[-12:]


_NOT_SENT = frozenset({"created-at", "updated-at", "changed-stage-at", "user-id", "candidate-id"})


def _edits(kind: str, item_id: str, edits: Mapping[str, tuple[str, Any, Any]]) -> Draft:
    """(name, before, after) by path; what stands so already is no change."""
    return Draft(item_kind=kind, item_id=item_id, edits={
        path: Edit(name=name, before=before, after=after, presence=name == "outcome")
        for path, (name, before, after) in edits.items() if before != after
    })  # fmt: skip


def _note(text: str, person_id: str, mark: Mark, *, private: bool = False) -> Draft:
    if mark.user is None:
        raise Refused(
            "Teamtailor wants to know which of its users writes a note.",
            "`headwater users map EMAIL CONNECTION ID` says who you are there, `headwater sync user` who others are.",
        )
    attributes = {
        "note": f"{text.rstrip()}\n\n[hw:{short(mark)}]", "private-note": private, "user-id": mark.user,
        "created-at": mark.at, "updated-at": mark.at,
    }  # fmt: skip
    return Draft(item_kind="notes", body={"attributes": attributes, "refs": {"candidate": person_id}})


def _candidate(action: AddCandidate, mark: Mark) -> Draft:
    said = {wire: getattr(action, name) for name, wire in FIELDS.items() if getattr(action, name)}
    tags = list(action.tags)
    if not action.email:
        tags.append(f"hw-{short(mark)}")
    return Draft(item_kind="candidates", body={"attributes": {**said, "tags": tags, "sourced": True}, "refs": {}})


def _apply(action: Apply, items: Sequence[Item], look: Look, mark: Mark) -> Draft:
    if look("jobs", action.job) is None:
        raise Refused("Teamtailor has no such job.", "Name it by its id there.")
    if any(i.kind == "job-applications" and i.body["refs"].get("job") == action.job for i in items):
        raise Refused("They are on this job already.", "Move them to another stage instead.")
    refs = {"job": action.job, "stage": None, "reject-reason": None}
    return Draft(item_kind="job-applications", body={"attributes": {"created-at": mark.at}, "refs": refs})


def _person(person_id: str, items: Sequence[Item]) -> Item:
    return next(item for item in items if (item.kind, item.id) == ("candidates", person_id))


def _application(application: str, items: Sequence[Item]) -> Item:
    found = next((i for i in items if (i.kind, i.id) == ("job-applications", application)), None)
    if found is None:
        raise Refused("They have no such application.", "`applications` of the person names them.")
    return found


def _stage(wanted: str, application: Item, look: Look) -> str:
    job = look("jobs", application.body["refs"]["job"]) or {"refs": {}}
    names: dict[str, str | None] = {}
    for identity in job["refs"].get("stages") or ():
        body = look("stages", identity)
        names[identity] = one_line(body["attributes"].get("name")) if body else None
    if wanted in names:
        return wanted
    same = [identity for identity, name in names.items() if name and name.casefold() == wanted.casefold()]
    if len(same) != 1:
        said = ", ".join(name for name in names.values() if name)
        raise Refused(f"Their job has {'two stages' if same else 'no stage'} of that name.", f"It has: {said}.")
    return same[0]


def _reason(wanted: str, every: Every) -> str:
    reasons = {i: one_line(body["attributes"].get("reason")) or "" for i, body in every("reject-reasons").items()}
    same = [i for i, words in reasons.items() if wanted == i or words.casefold() == wanted.casefold()]
    if same:
        return same[0]
    raise Refused("Teamtailor has no such reason to reject.", f"It has: {', '.join(reasons.values())}.")


def _part(values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {path.removeprefix(prefix): value for path, value in values.items() if path.startswith(prefix)}


def _data(
    kind: str, attributes: Mapping[str, Any], related: Mapping[str, Any], *, identity: str | None = None
) -> dict[str, Any]:
    data: dict[str, Any] = {"type": kind, "attributes": dict(attributes)}
    if identity is not None:
        data["id"] = identity
    if related:
        data["relationships"] = {
            name: {"data": None if value is None else {"type": ONE_OF[name], "id": value}}
            for name, value in related.items()
        }
    return {"data": data}


def _writing(token: str) -> dict[str, str]:
    return {**headers_of(token), "Content-Type": MEDIA}


def _written(body: Any, draft: Draft) -> Written:
    """The answer shows every attribute; relations only where they were asked for, which a write does not do."""
    found = document(body).data[0]
    if isinstance(found, Unreadable) or found.kind != draft.item_kind:
        raise Refused("Teamtailor answered another record than the one written.")
    kept = {n: v for n, v in found.attributes.items() if n not in SHAPES[found.kind].volatile}
    times = [at for name in ("updated-at", "changed-stage-at", "rejected-at") if (at := moment(kept.get(name)))]
    version = max(times) if times and "updated-at" in kept else None
    return Written(found.id, version, {"attributes": kept}, whole=draft.item_kind == "notes")
