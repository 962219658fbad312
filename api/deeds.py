"""An action as it is shown: the five states, who, and value by value what it changes. Pure but for the names."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from api.access import LOCAL
from api.schemas_actions import ActionOut, ActionState, ChangeOut, Verb
from indexer.connectors.actions import Draft
from indexer.ledger import OPEN, Acted, ConnectionRow, Ledger, OutboxRow, State
from indexer.ledger.jobs import job_name

WITHIN: dict[ActionState, tuple[State, ...]] = {
    "waiting": OPEN, "applied": ("applied",), "conflict": ("conflict",), "parked": ("parked",),
    "cancelled": ("cancelled",),
}  # fmt: skip
SHOWN: dict[State, ActionState] = {inner: outer for outer, inners in WITHIN.items() for inner in inners}
_NOTES: dict[str, str] = {
    "sending": "It is being written now.",
    "unknown": "It may have been carried out; that is looked up before anything is sent again.",
}
Spoken = Callable[[str, Any], Any]
"""(path, value) -> that value as people call it"""
_ACTOR = re.compile(r"\b(?:user|key):[0-9a-f-]{36}\b|\blocal\b")
_NEW_ONE = ("first_name", "last_name", "email", "phone", "linkedin", "headline")


class Names:
    """Actors as colleagues know them; asked for once, when the first is needed."""

    def __init__(self, ledger: Ledger, workspace: str) -> None:
        self._ledger, self._workspace = ledger, workspace
        self._known: dict[str, str] | None = None

    def of(self, actor: str) -> str:
        if self._known is None:
            self._known = {f"user:{a.id}": a.name or a.email for a in self._ledger.accounts.list(self._workspace)}
            self._known |= {f"key:{k.id}": k.name for k in self._ledger.keys.list(self._workspace)}
            self._known[LOCAL] = "the command line"
        return self._known.get(actor, actor)

    def within(self, text: str) -> str:
        """``Cancelled by user:…`` with the name in its place."""
        return _ACTOR.sub(lambda found: self.of(found[0]), text) if text.startswith("Cancelled by ") else text


def told(
    one: Acted, names: Names, connection: ConnectionRow | None, *, spoken: Spoken, may: Sequence[Verb] = ()
) -> ActionOut:
    row, state = one.row, SHOWN[one.row.state]
    waits = state == "waiting"
    return ActionOut(
        id=row.id, connection=one.connection, person_id=one.person_id, kind=row.kind, state=state,
        note=_note(one, connection) if waits else "", actor=row.actor, actor_name=names.of(row.actor),
        as_user=row.as_user, why=row.why if one.told else "", at=row.at, due_at=row.due_at if waits else None,
        done_at=row.done_at, attempts=row.attempts, problem=names.within(row.problem),
        changes=list(_changes(one, spoken)) if one.told else [], remote_id=row.remote_id, undoes=row.undoes,
        may=list(may),
    )  # fmt: skip


def _note(one: Acted, connection: ConnectionRow | None) -> str:
    if connection is not None and connection.state == "stopped":
        return "The connection is stopped: it waits until an operator starts it."
    if connection is not None and connection.settings.get("writes") == "off":
        return "Writing to this connection is turned off: it waits until it is on."
    return _NOTES.get(one.row.state, "")


def verbs_of(row: OutboxRow, deletable: Collection[str], *, taken_back: bool) -> list[Verb]:
    """What may be done about it, as things stand."""
    if row.state in ("conflict", "parked"):
        return ["retry", "cancel"] if row.draft else ["cancel"]
    if row.state == "waiting":
        return [] if row.sent_at else ["cancel"]
    draft = Draft.model_validate(row.draft) if row.state == "applied" and row.draft else None
    if draft is None or draft.delete or taken_back:
        return []
    made = draft.body is not None and draft.item_kind in deletable and row.remote_id is not None
    return ["undo"] if made or draft.edits or draft.sets else []


def _changes(one: Acted, spoken: Spoken) -> Iterator[ChangeOut]:
    draft = Draft.model_validate(one.row.draft) if one.row.draft else None
    if draft is None:
        return
    if draft.delete:
        yield from (ChangeOut(name=c.name, before=c.after, after=None) for c in _made(one))
    elif draft.body is not None:
        yield from _made(one)
    for path, edit in draft.edits.items():
        before, after, theirs = (spoken(path, v) for v in (edit.before, edit.after, one.row.theirs.get(path)))
        yield ChangeOut(name=edit.name, before=before, after=after, theirs=theirs if path in one.row.theirs else None)
    for path, change in draft.sets.items():
        taken, added = (list(change.get(how, ())) for how in ("remove", "add"))
        yield ChangeOut(name=path.rpartition(".")[2], before=taken, after=added)


def _made(one: Acted) -> Iterator[ChangeOut]:
    """Of what is made: as it was asked for, without the signs by which it is found again there."""
    action: Mapping[str, Any] = one.first.action
    match one.first.kind:
        case "note" | "message":
            yield ChangeOut(name=one.first.kind, after=action.get("text"))
        case "candidate":
            yield from (ChangeOut(name=name, after=action[name]) for name in _NEW_ONE if action.get(name))
            if action.get("tags"):
                yield ChangeOut(name="tags", before=[], after=list(action["tags"]))
        case "application":
            yield ChangeOut(name="job", after=job_name(one.connection, str(action.get("job"))))
        case "file":
            yield ChangeOut(name="file", after=action.get("filename"))
