"""Everything that may be done, as one thing each: here, at the vendor, or by who runs the installation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from eval.sandbox import Blob, mutations
from eval.simulate.connected import SECOND, Connected, to
from indexer.connectors.actions import (
    AddCandidate,
    AddFile,
    AddNote,
    Apply,
    ChangeTags,
    EditContact,
    LogMessage,
    MoveStage,
    Reject,
    Reopen,
)
from indexer.sync.replay import replay

Doing = Callable[[Connected], Any]
NOTE = "Called on Monday."


@dataclass(frozen=True)
class Operation:
    """``before``: what is done, and comes to rest unless ``busy``, before anything can go wrong. ``shown``: what has to
    be seen here from when it was accepted until the end."""

    name: str
    do: Doing
    before: Doing | None = None
    busy: bool = False
    shown: Callable[[Connected], bool] | None = None
    hooks: bool = True


def _first(at: Connected) -> str:
    return at.people()[0]


def _move(at: Connected) -> Any:
    application, person, job = at.application()
    stages = at.sandbox.recruiter.stages(job)
    now = next(row for row in at.sandbox.store.rows("job-applications") if row.id == application).relations["stage"]
    wanted = next(stage for stage in stages if stage.ref != now)
    return at.act(person, MoveStage(application=application, stage=wanted.id))


def _reject(at: Connected) -> Any:
    application, person, _ = at.application()
    reason = next(iter(at.sandbox.store.rows("reject-reasons"))).id
    return at.act(person, Reject(application=application, reason=reason))


def _reopen(at: Connected) -> Any:
    rows = at.sandbox.store.rows("job-applications")
    row = next(row for row in rows if row.attributes["rejected-at"] is not None)
    return at.act(to(row, "candidate"), Reopen(application=row.id))


def _phone(at: Connected) -> Any:
    return at.act(_first(at), EditContact(set={"phone": "+46 70 123 45 67", "headline": "Nurse, nights"}))


def _note(at: Connected) -> Any:
    return at.act(_first(at), AddNote(text=NOTE))


def _job(at: Connected) -> str:
    applied = {row.relations["job"] for row in at.sandbox.store.rows("job-applications")
               if row.relations["candidate"] == ("candidates", _first(at))}  # fmt: skip
    jobs = sorted(at.sandbox.store.rows("jobs"), key=lambda row: int(row.id))
    return next(r.id for r in jobs if r.attributes["human-status"] == "published" and r.ref not in applied)


def _siri(at: Connected) -> Any:
    action = AddCandidate(
        first_name="Siri", last_name="Nyberg", email="siri@example.com", tags=("found",), job=_job(at)
    )
    return at.act(None, action)


def _sven(at: Connected) -> Any:
    return at.act(None, AddCandidate(first_name="Sven", last_name="Ek"))


def _poisoned(at: Connected) -> None:
    """Somebody whose record cannot be read, until it can."""
    wrong = next(one for one in mutations("candidates") if one.name == "attributes are null")
    at.sandbox.faults.add("mutate", path="/v1/candidates*", change=wrong.on(_first(at)))
    at.sandbox.recruiter.edit_candidate(_first(at), pitch="Changed")
    at.rest()
    at.sandbox.faults.clear()


def _doubted(at: Connected) -> None:
    def doubt() -> None:
        with at.store().write() as tx:
            tx.doubt()

    at.ask(doubt)


def _corrected(at: Connected) -> None:
    """What was refused is tried again, beside what is right."""
    at.decide("retry")
    at.act(_first(at), EditContact(set={"email": "right@example.com"}), SECOND)


def _crossed(at: Connected) -> None:
    _phone(at)
    at.sandbox.recruiter.edit_candidate(_first(at), phone="+46 8 1")


def _merged(at: Connected) -> None:
    keep, gone = at.people()[:2]
    at.act(gone, AddNote(text=NOTE))
    at.sandbox.recruiter.merge_candidates(keep, gone)


def _deleted(at: Connected) -> None:
    at.act(_first(at), AddNote(text=NOTE))
    at.sandbox.recruiter.delete_candidate(_first(at))


def _arrived(at: Connected) -> None:
    there = at.sandbox.recruiter
    person = there.add_candidate(first_name="Kim", cv=Blob("cv.txt", b"A nurse of ten years."))
    there.apply(person, next(iter(at.sandbox.store.rows("jobs"))).id)


def _told(at: Connected) -> None:
    there, person = at.sandbox.recruiter, _first(at)
    there.edit_candidate(person, pitch="Changed", tags=["theirs"])
    there.add_note(person, "Theirs.")
    there.reject(at.application()[0])


def _note_is_shown(at: Connected) -> bool:
    return [a.text for a in at.records()[_first(at)].activities].count(NOTE) == 1


def _phone_is_shown(at: Connected) -> bool:
    return at.records()[_first(at)].phones == ("+46 70 123 45 67",)


def _siri_is_shown(at: Connected) -> bool:
    return sum("siri@example.com" in r.emails for r in at.records().values()) == 1


OPERATIONS = {
    one.name: one
    for one in (
        Operation("contact", _phone, shown=_phone_is_shown),
        Operation("note", _note, shown=_note_is_shown),
        Operation("message", lambda at: at.act(_first(at), LogMessage(text="Thanks.", channel="sms"))),
        Operation("move", _move),
        Operation("reject", _reject),
        Operation("reopen", _reopen, before=lambda at: at.sandbox.recruiter.reject(at.application()[0])),
        Operation("tags", lambda at: at.act(_first(at), ChangeTags(add=("call-back",)))),
        Operation("candidate", _siri, shown=_siri_is_shown),
        Operation("candidate without address", _sven),
        Operation("application", lambda at: at.act(_first(at), Apply(job=_job(at)))),
        Operation("file", lambda at: at.act(_first(at), AddFile(filename="a.pdf", url="https://example.com/a.pdf"))),
        Operation("file given here", lambda at: at.act(_first(at), AddFile(filename="a.pdf", url=at.given))),
        Operation("conflict", _crossed),
        Operation("ours over a conflict", lambda at: at.decide("retry"), before=_crossed),
        Operation("retry", _corrected, before=lambda at: at.act(_first(at), EditContact(set={"email": "no address"}))),
        Operation("cancel", lambda at: at.decide("cancel"), before=_note, busy=True),
        Operation("undo of a value", lambda at: at.decide("undo"), before=_phone),
        Operation("undo of a note", lambda at: at.decide("undo"), before=_note),
        Operation("restored", _doubted, before=_note, busy=True),
        Operation("changed there", _told),
        Operation("changed there, no webhooks", _told, hooks=False),
        Operation("new there", _arrived),
        Operation("deleted there", _deleted),
        Operation("merged there", _merged),
        Operation(
            "replay", lambda at: at.ask(lambda: replay(at.store(), at.connector.roots)), before=_poisoned, busy=True
        ),
    )
}
