"""All items of one candidate -> their record. Pure: the same items give the same record, in whatever order they come.

What the vendor does not tell stays empty: the consent it shows is a date given, not an end; a location is an office of
the company's that the candidate was put to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from engine.records import Activity, ActivityKind, Document, Job, SourceRecord
from indexer.connectors.connector import Item, Look
from indexer.connectors.errors import BadRecord
from indexer.connectors.teamtailor.history import application_of, day
from indexer.connectors.teamtailor.items import PROOFS
from indexer.connectors.teamtailor.texts import inside, leaves, one_line, plain, words

PRIVATE_NOTES = "private-notes"
PRIVATE_FIELDS = "private-fields"
_SAYS_A_NOTE = re.compile("note|comment|message|mention", re.IGNORECASE)
_STATUS: Mapping[str, Any] = {
    "draft": "draft",
    "unsaved": "draft",
    "temp": "draft",
    "archived": "closed",
    "expired": "closed",
}


def record_of(person_id: str, items: Iterable[Item], look: Look) -> SourceRecord:
    by_kind: dict[str, list[Item]] = {}
    for item in sorted(items, key=lambda item: (item.kind, len(item.id), item.id)):
        by_kind.setdefault(item.kind, []).append(item)
    person = next((item for item in by_kind.get("candidates", ()) if item.id == person_id), None)
    if person is None:
        raise BadRecord(f"Candidate {person_id} was not read, only what belongs to them.", "It is fetched again.")
    try:
        return _record(person, by_kind, look)
    except ValidationError as error:
        fields = sorted({".".join(str(part) for part in entry["loc"]) for entry in error.errors(include_input=False)})
        raise BadRecord(f"Candidate {person_id} makes no record: {', '.join(fields)[:300]}.") from None
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise BadRecord(f"Candidate {person_id} makes no record ({type(error).__name__}).") from None


def _record(person: Item, by_kind: Mapping[str, list[Item]], look: Look) -> SourceRecord:
    said = person.body["attributes"]
    logged, proofs = by_kind.get("activities", []), by_kind.get(PROOFS, [])
    places = [p for p in (_shared("locations", i, look) for i in person.body["refs"].get("locations", ())) if p]
    place = places[0] if places else {}
    tags = said.get("tags")
    return SourceRecord(
        id=person.id,
        name=" ".join(part for name in ("first-name", "last-name") if (part := one_line(said.get(name)))) or None,
        emails=_texts(said, "email"),
        phones=_texts(said, "phone"),
        links=tuple(dict.fromkeys(_texts(said, "linkedin-url", "linkedin-profile"))),
        headline=one_line(said.get("pitch")),
        summary=plain(said.get("resume-summary")) or plain(said.get("resume_summary")) or None,
        location=", ".join(dict.fromkeys(_texts(place, "city", "country"))) or one_line(place.get("name")),
        latitude=_degrees(place.get("lat"), 90) if _has_both(place) else None,
        longitude=_degrees(place.get("long"), 180) if _has_both(place) else None,
        tags=tuple(dict.fromkeys(t for tag in (tags if isinstance(tags, list) else []) if (t := one_line(tag)))),
        documents=tuple(_documents(person, by_kind, look)),
        applications=tuple(application_of(a, proofs, logged, look) for a in by_kind.get("job-applications", ())),
        activities=tuple(_activities(said, by_kind, look)),
        created_at=day(said.get("created-at")),
        updated_at=day(person.version),
        do_not_contact=said.get("unsubscribed") is True,
    )


def _documents(person: Item, by_kind: Mapping[str, list[Item]], look: Look) -> Iterator[Document]:
    """Texts of theirs that stand in no file: cover letters, and the fields every company makes for itself."""
    for item in by_kind.get("job-applications", ()):
        if letter := plain(item.body["attributes"].get("cover-letter")):
            yield Document(id=f"letter-{item.id}", kind="letter", text=letter)
    refs = person.body["refs"]
    lines = [line for item in by_kind.get("custom-field-values", ()) if (line := _field(item, look, private=False))]
    for kind, word in (("departments", "Department"), ("roles", "Role")):
        found = _shared(kind, refs.get(kind.removesuffix("s")), look) or {}
        if name := one_line(found.get("name")):
            lines.append(f"{word}: {name}")
    if lines:
        yield Document(id="fields", kind="profile", text="\n".join(lines))


def _field(item: Item, look: Look, *, private: bool) -> str | None:
    """``name: value``. A field whose description was never read is taken for private."""
    found = _shared("custom-fields", item.body["refs"].get("custom-field"), look)
    value = words(item.body["attributes"].get("value"))
    if not value or (found is None or found.get("is-private") is not False) is not private:
        return None
    return f"{one_line((found or {}).get('name')) or 'Field'}: {value}"


def _activities(said: Mapping[str, Any], by_kind: Mapping[str, list[Item]], look: Look) -> Iterator[Activity]:
    notes = list(_notes(by_kind.get("notes", ()), look))
    yield from notes
    public = {" ".join(note.text.split()) for note in notes if note.audience is None}
    private = {" ".join(note.text.split()) for note in notes if note.audience}
    for item in by_kind.get("answers", ()):
        if text := _answer(item, look):
            at = day(item.body["attributes"].get("updated-at"))
            yield Activity(id=f"answer-{item.id}", kind="answer", text=text, at=at, inbound=True)
    for item in by_kind.get("custom-field-values", ()):
        if text := _field(item, look, private=True):
            yield Activity(id=f"field-{item.id}", kind="other", text=text, audience=PRIVATE_FIELDS)
    for item in by_kind.get("activities", ()):
        if found := _logged(item, public, private, look):
            yield found
    yield from _rest(by_kind, look)
    if consent := day(said.get("consent-future-jobs-at")):
        text = "Consented to be kept for future jobs"
        yield Activity(id="consent", kind="other", text=text, at=consent, inbound=True)


def _notes(items: Iterable[Item], look: Look) -> Iterator[Activity]:
    for item in items:
        said = item.body["attributes"]
        if text := plain(said.get("note")):
            yield Activity(
                id=f"note-{item.id}",
                kind="note",
                text=text,
                author=_name(said.get("user-id"), look),
                at=day(said.get("created-at")),
                # Anything but a plain "no" is taken for private: shown to too few is repaired, to too many is not.
                audience=None if said.get("private-note") in (False, None) else PRIVATE_NOTES,
            )


def _answer(item: Item, look: Look) -> str | None:
    said = item.body["attributes"]
    question = _shared("questions", item.body["refs"].get("question"), look) or {}
    value = next((said[n] for n in ("text", "boolean", "range", "number", "date") if said.get(n) is not None), None)
    if value is None and isinstance(said.get("choices"), list):
        value = [_choice(number, question.get("alternatives")) for number in said["choices"]]
    text = words(value)
    unit = one_line(question.get("unit"))
    if text and unit and isinstance(value, int | float):
        text = f"{text} {unit}"
    title = one_line(question.get("title"))
    return (f"{title} {text}" if title else text) if text else None


def _choice(number: Any, alternatives: Any) -> str:
    """By the alternative's own id where it has one. A bare list does not say whether it is counted from 0 or 1."""
    for entry in alternatives if isinstance(alternatives, list) else ():
        if isinstance(entry, dict) and entry.get("id") in (number, str(number)):
            return one_line(entry.get("title") or entry.get("name") or entry.get("text")) or f"choice {number}"
    return f"choice {number}"


def _logged(item: Item, public: set[str], private: set[str], look: Look) -> Activity | None:
    """The code as it is, and what the data says in words. A note is logged too: its text stands once, as the note; one
    that is not known to be public may be a private one."""
    said, refs = item.body["attributes"], item.body["refs"]
    code = one_line(said.get("code")) or "?"
    found = [
        (path, text)
        for path, value in leaves(inside(said.get("data")))
        if isinstance(value, str) and (text := plain(value))
    ]
    rest = {" ".join(text.split()): text for _, text in found if " ".join(text.split()) not in public}
    notes = any(_SAYS_A_NOTE.search(f"{code} {path}") for path, _ in found)
    if notes and not rest.keys() - private:
        return None
    secret = bool(rest) and (notes or bool(rest.keys() & private))
    text = "\n".join(rest.values())
    return Activity(
        id=f"activity-{item.id}",
        kind="other",
        text=f"{code}: {text}" if text else code,
        author=_name(refs.get("user"), look),
        job_id=refs.get("job"),
        at=day(said.get("created-at")),
        audience=PRIVATE_NOTES if secret else None,
    )


def _rest(by_kind: Mapping[str, list[Item]], look: Look) -> Iterator[Activity]:
    rest: tuple[tuple[str, ActivityKind, tuple[str, ...], str], ...] = (
        ("todos", "other", ("value",), "To do"),
        ("referrals", "other", ("comment",), "Referred"),
        ("partner-results", "review", ("partner-name", "status", "summary"), "Assessment"),
    )
    for kind, as_kind, names, word in rest:
        for item in by_kind.get(kind, ()):
            said, refs = item.body["attributes"], item.body["refs"]
            parts = [text for name in names if (text := plain(said.get(name)))]
            if isinstance(said.get("assessment-score"), int | float):
                parts.append(f"score {words(said['assessment-score'])}")
            yield Activity(
                id=f"{kind}-{item.id}",
                kind=as_kind,
                text=f"{word}: {', '.join(parts)}" if parts else word,
                author=_name(refs.get("assigner") or refs.get("user"), look),
                job_id=refs.get("job"),
                at=day(said.get("created-at")),
            )


def job_of(job_id: str, items: Iterable[Item], look: Look) -> Job:
    """``internal`` says where a job is advertised, not who may know of it: the vendor marks nothing confidential, so no
    job gets an audience here."""
    job = next((item for item in items if item.kind == "jobs" and item.id == job_id), None)
    if job is None:
        raise BadRecord(f"Job {job_id} was not read.", "It is fetched again.")
    said, refs = job.body["attributes"], job.body["refs"]
    state = one_line(said.get("human-status")) or one_line(said.get("status")) or ""
    places = [one_line((_shared("locations", i, look) or {}).get("name")) for i in refs.get("locations", ())]
    status = _STATUS.get(state.lower(), "open")
    try:
        return Job(
            id=job_id,
            title=one_line(said["title"]) or "Untitled",
            status=status,
            department=one_line((_shared("departments", refs.get("department"), look) or {}).get("name")),
            location=", ".join(place for place in places if place) or None,
            description="\n".join(text for name in ("pitch", "body") if (text := plain(said.get(name)))),
            opened_at=day(said.get("start-date")) or day(said.get("created-at")),
            closed_at=day(said.get("end-date")) if status == "closed" else None,
        )
    except (ValidationError, LookupError, TypeError):
        raise BadRecord(f"Job {job_id} makes no record.") from None


def _shared(kind: str, identity: Any, look: Look) -> Mapping[str, Any] | None:
    body = look(kind, identity) if isinstance(identity, str) else None
    return body["attributes"] if body else None


def _name(user: Any, look: Look) -> str | None:
    found = _shared("users", str(user), look) if isinstance(user, str | int) else None
    return one_line(found.get("name")) if found else None


def _texts(said: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    return tuple(text for name in names if (text := one_line(said.get(name))))


def _has_both(place: Mapping[str, Any]) -> bool:
    return _degrees(place.get("lat"), 90) is not None and _degrees(place.get("long"), 180) is not None


def _degrees(value: Any, most: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
        return None
    return float(value)
