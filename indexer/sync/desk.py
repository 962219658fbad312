"""Where actions for an ATS are accepted, cancelled, tried again and taken back. Makes no request: that is ``push``'s.

An action, the row that owes it and the record as it will be commit together, so everybody sees it at once and no crash
can lose it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from engine.errors import BadInput, NotFound
from engine.records import Record
from indexer.connectors.actions import Action, AddCandidate, Apply, Draft, Edit
from indexer.connectors.connector import Connector, Item, Mark, Writing
from indexer.connectors.errors import Refused
from indexer.ledger import BACKFILL, HOOK, OPEN, OURS, OutboxRow, SyncStore, SyncWrite
from indexer.sync.apply import item_of, laid_over, record_of


@dataclass(frozen=True)
class By:
    """Who acts. user: in whose name the ATS is written to; None: the key's own, where the vendor allows that."""

    actor: str
    user: str | None = None
    why: str = ""


class Desk:
    """Of one connection. Make one for each call: it holds the store's transaction while it works."""

    def __init__(self, store: SyncStore, connector: Connector, *, ours_wins: frozenset[str] = frozenset()) -> None:
        self._store, self._connector, self._ours_wins = store, connector, ours_wins

    def accept(self, person: str | None, action: Action, by: By, *, action_id: str | None = None) -> list[OutboxRow]:
        """Returns the rows that owe it: two for a new person with their application.

        person: id of their record in this connection; None for a new one. action_id: of a request that may come twice,
        the second time nothing happens. Raises Refused (this cannot be done, with the reason), NotFound.
        """
        action_id = action_id or str(uuid4())
        if isinstance(action, AddCandidate):
            person = person or f"{OURS}{action_id}"
            steps: list[Action] = [action.model_copy(update={"job": None})]
            steps += [Apply(job=action.job)] if action.job else []
        else:
            steps = [action]
        if person is None:
            raise BadInput("The action names no person.", "Only a new candidate has none yet.")
        ids = [action_id, *(str(uuid5(NAMESPACE_URL, f"{action_id}/{n}")) for n in range(1, len(steps)))]
        rows: list[OutboxRow] = []
        with self._store.write(actor=by.actor) as tx:
            if self._store.action(action_id):  # looked up within: of two at once, one is first
                return [row for one in ids if (row := self._store.action(one))]
            items = self._items(person)
            for one, step in zip(ids, steps, strict=True):
                rows.append(self._owe(tx, person, items, step, by, one))
                items = laid_over(self._connector, person, items, rows[-1:], self._ours_wins)
            self._show(tx, person, items)
        return rows

    def _owe(
        self, tx: SyncWrite, person: str, items: list[Item], action: Action, by: By, action_id: str
    ) -> OutboxRow:  # fmt: skip
        writing = self._writing(action.kind)
        new = isinstance(action, AddCandidate)
        if not new and not any(i.id == person and self._connector.roots.get(i.kind) == "person" for i in items):
            raise NotFound("The ATS has no such person any more.", "Look at their other records.")
        mark = Mark(action_id, by.user, self._store.now())
        draft = writing.draft(action, person, items, self._store.body, self._store.every, mark)
        return self._enter(tx, person, action.kind, action, draft, by, action_id)

    def _enter(
        self, tx: SyncWrite, person: str, kind: str, action: Record, draft: Draft, by: By, action_id: str,
        undoes: str | None = None,
    ) -> OutboxRow:  # fmt: skip
        now = self._store.now()
        nothing = draft.body is None and not draft.delete and not draft.edits and not draft.sets
        row = OutboxRow(
            id=action_id, seq=tx.next_seq(), person=person, kind=kind, action=action.model_dump(mode="json"),
            draft=draft.model_dump(mode="json", exclude_defaults=True), state="applied" if nothing else "waiting",
            actor=by.actor, as_user=by.user, why=by.why, at=now, due_at=now, attempts=0, sent_at=None, looked=None,
            done_at=now if nothing else None, remote_id=draft.item_id,
            problem="It stood so already." if nothing else "", theirs={}, undoes=undoes,
        )  # fmt: skip
        tx.owe([row])
        return row

    def cancel(self, action_id: str, by: By) -> OutboxRow:
        """Before it was sent; or give way in a conflict, or drop what was refused. Raises Refused, NotFound."""
        with self._store.write(actor=by.actor) as tx:
            row = self._row(action_id)
            if (row.state == "waiting" and row.sent_at is not None) or row.state in ("sending", "unknown"):
                raise Refused("It may have been carried out already.", "Wait until that is known, then undo it.")
            if row.state not in ("waiting", "conflict", "parked"):
                raise Refused(f"It is {row.state} already.", "Undo it instead." if row.state == "applied" else "")
            # Parked while nobody could see whether it was carried out: who gives it up is told, and the ledger says so.
            unsure = " Whether it was carried out is not known: look in the ATS." if row.sent_at is not None else ""
            said = f"Cancelled by {by.actor}.{unsure}"
            row = tx.settle(row, state="cancelled", done_at=self._store.now(), problem=said)
            if row.kind == "candidate":  # nothing can be done to someone who is not made
                for later in self._store.owed([row.person])[row.person]:
                    tx.settle(later, state="cancelled", done_at=self._store.now(), problem="The person is not made.")
                tx.hide_people([row.person])
            else:
                self._show(tx, row.person)
        return row

    def retry(self, action_id: str, by: By) -> OutboxRow:
        """What was refused is tried again; of a conflict, ours is written over the ATS's. Raises Refused, NotFound."""
        with self._store.write(actor=by.actor) as tx:
            row = self._row(action_id)
            if row.state not in ("conflict", "parked") or not row.draft:
                raise Refused(f"It is {row.state}: there is nothing to try again.")
            draft = Draft.model_validate(row.draft)
            edits = {
                path: edit.model_copy(update={"before": row.theirs[path]}) if path in row.theirs else edit
                for path, edit in draft.edits.items()
            }
            said = draft.model_copy(update={"edits": edits}).model_dump(mode="json", exclude_defaults=True)
            state = "unknown" if row.sent_at and draft.body is not None else "waiting"
            row = tx.settle(
                row, state=state, draft=said, due_at=self._store.now(), attempts=0, problem="", theirs={}, done_at=None
            )
            self._show(tx, row.person)
        return row

    def undo(self, action_id: str, by: By) -> OutboxRow:
        """A new action that takes an applied one back; asked for twice it is one. Raises Refused where the vendor has
        no way, NotFound."""
        with self._store.write(actor=by.actor) as tx:
            row = self._row(action_id)
            for one in self._store.actions(states=(*OPEN, "applied"), people=[row.person], limit=1000):
                if one.undoes == row.id:
                    return one
            if row.state != "applied" or not row.draft:
                raise Refused(f"It is {row.state}: there is nothing to take back.")
            writing = self._writing(row.kind if row.undoes is None else "undo", undo=True)
            draft = _inverse(Draft.model_validate(row.draft), row.remote_id, writing.deletable)
            back = _Undo(of=row.id)
            undone = self._enter(tx, row.person, row.kind, back, draft, by, str(uuid4()), undoes=row.id)
            self._show(tx, row.person)
        return undone

    def _writing(self, kind: str, *, undo: bool = False) -> Writing:
        connector = self._connector
        if not isinstance(connector, Writing) or not (undo or kind in connector.actions):
            raise Refused(f"{connector.name.capitalize()} offers no way to do this ({kind}).", "Do it in the ATS.")
        return connector

    def _row(self, action_id: str) -> OutboxRow:
        if row := self._store.action(action_id):
            return row
        raise NotFound("There is no such action.", "`headwater sync actions` lists them.")

    def _items(self, person: str) -> list[Item]:
        kept, owed = self._store.items("person", [person])[person], self._store.drafts(person)
        return laid_over(self._connector, person, [item_of(one) for one in kept], owed, self._ours_wins)

    def _show(self, tx: SyncWrite, person: str, items: list[Item] | None = None) -> None:
        """The record as it will be; made again by the worker, should anything else have changed."""
        items = self._items(person) if items is None else items
        shown = any(i.id == person and self._connector.roots.get(i.kind) == "person" for i in items)
        if shown:
            files = self._store.files([person])[person]
            tx.put_people([record_of(self._connector, person, items, files, self._store.body)], {})
        tx.touch("person", person, BACKFILL if shown else HOOK)


class _Undo(Record):
    kind: str = "undo"
    of: str


def _inverse(draft: Draft, made: str | None, deletable: frozenset[str]) -> Draft:
    if draft.delete or (draft.body is not None and (draft.item_kind not in deletable or made is None)):
        raise Refused(f"The ATS has no way to take this back ({draft.item_kind}).", "Do it there.")
    if draft.body is not None:
        return Draft(item_kind=draft.item_kind, item_id=made, delete=True)
    edits: Mapping[str, Edit] = {
        path: edit.model_copy(update={"before": edit.after, "after": edit.before}) for path, edit in draft.edits.items()
    }
    sets: dict[str, Any] = {
        path: {"add": change.get("remove", ()), "remove": change.get("add", ())} for path, change in draft.sets.items()
    }
    return Draft(item_kind=draft.item_kind, item_id=draft.item_id, edits=edits, sets=sets)
