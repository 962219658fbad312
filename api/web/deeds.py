"""The forms of a person's page -> what is asked for; an action -> a line of what was done. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.acting import Place
from api.schemas_actions import ActionOut, ChangeOut
from engine.errors import BadInput

Typed = Sequence[tuple[str, str]]

KINDS = {
    "contact": "Contact details", "note": "Note", "message": "Message", "move": "Stage", "reject": "Rejected",
    "reopen": "Reopened", "tags": "Tags", "candidate": "New candidate", "application": "Application", "file": "File",
}  # fmt: skip
BUTTONS = {
    ("waiting", "cancel"): "Cancel", ("conflict", "cancel"): "Keep theirs", ("conflict", "retry"): "Write ours",
    ("parked", "cancel"): "Drop", ("parked", "retry"): "Try again", ("applied", "undo"): "Undo",
}  # fmt: skip
_CALLED = {"email": "E-mail", "linkedin": "LinkedIn", "first_name": "First name", "last_name": "Last name"}


@dataclass(frozen=True)
class Line:
    """One value that was changed, in words."""

    name: str
    before: str
    after: str
    theirs: str


@dataclass(frozen=True)
class Deed:
    action: ActionOut
    title: str
    lines: list[Line]
    buttons: Sequence[tuple[str, str]]
    """(verb, what it says)"""


def first(typed: Typed, name: str) -> str:
    return next((value.strip() for key, value in typed if key == name), "")


def asked_of(typed: Typed, places: Sequence[Place], person_id: str) -> dict[str, Any]:
    """One element of POST /v1/actions. Raises BadInput."""
    place = next((one for one in places if one.connection == first(typed, "connection")), None)
    if place is None:
        raise BadInput("Nothing can be written to that ATS now.", "Look at the person again.")
    return {"person_id": person_id, "connection": place.connection, "action": _action(typed, place)}


def _action(typed: Typed, place: Place) -> dict[str, Any]:
    kind, application = first(typed, "kind"), first(typed, "application")
    match kind:
        case "note":
            text = next((value for name, value in typed if name == "text"), "").replace("\r\n", "\n")
            return {"kind": kind, "text": text, "private": bool(first(typed, "private"))}
        case "contact":
            return {"kind": kind, "set": _changed(typed, place)}
        case "tags":
            add = [word.strip() for word in first(typed, "add").split(",") if word.strip()]
            remove = [value for name, value in typed if name == "remove"]
            if not (add or remove):
                raise BadInput("No tag is named.", "Write one to add, or tick one to remove.")
            return {"kind": kind, "add": add, "remove": remove}
        case "move":
            if not first(typed, "stage"):
                raise BadInput("No stage is named.", "Write the stage to move to.")
            return {"kind": kind, "application": application, "stage": first(typed, "stage")}
        case "reject":
            return {"kind": kind, "application": application, "reason": first(typed, "reason") or None}
        case "reopen":
            return {"kind": kind, "application": application}
    raise BadInput("There is no such form.", "Look at the person again.")


def _changed(typed: Typed, place: Place) -> dict[str, str | None]:
    """What differs from what the form showed. Somebody may have changed it since: that is not written over unseen."""
    found: dict[str, str | None] = {}
    for name, now in details(place).items():
        wanted, was = first(typed, name), first(typed, f"was_{name}")
        if wanted == was:
            continue
        if now != was:
            raise BadInput(
                f"The {_CALLED.get(name, name).lower()} was changed meanwhile.",
                "Below is how it stands now; change that.",
            )
        found[name] = wanted or None
    if not found:
        raise BadInput("Nothing was changed.", "Write what it shall be.")
    return found


def details(place: Place) -> dict[str, str]:
    """What the form of contact details shows."""
    record = place.record
    return {"phone": next(iter(record.phones), ""), "email": next(iter(record.emails), "")}


def shown(action: ActionOut, jobs: Mapping[str, str]) -> Deed:
    """jobs: id -> title."""
    title = KINDS.get(action.kind, action.kind.capitalize())
    buttons = [(verb, BUTTONS.get((action.state, verb), verb.capitalize())) for verb in action.may]
    lines = [_line(one, jobs) for one in action.changes]
    return Deed(action, f"{title}, taken back" if action.undoes else title, lines, buttons)


def _line(change: ChangeOut, jobs: Mapping[str, str]) -> Line:
    name = _CALLED.get(change.name, change.name.capitalize())
    if isinstance(change.before, list) or isinstance(change.after, list):
        gone = [f"− {value}" for value in change.before or ()]
        return Line(
            "" if name in KINDS.values() else name,
            "",
            "  ".join([*(f"+ {value}" for value in change.after or ()), *gone]),
            "",
        )
    before, after, theirs = (_word(v, jobs) for v in (change.before, change.after, change.theirs))
    return Line("" if name in KINDS.values() else name, before, after or ("" if not before else "nothing"), theirs)


def _word(value: Any, jobs: Mapping[str, str]) -> str:
    return jobs.get(str(value), str(value)) if value is not None else ""
