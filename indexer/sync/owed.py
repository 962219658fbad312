"""What is owed to the ATS, whatever it is: how it goes out, and what becomes of it when it does not go well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from indexer.connectors.actions import Draft
from indexer.connectors.connector import Item, Mark, Writing, Written
from indexer.connectors.errors import BadAnswer, Denied, Gone, TryLater, VendorError
from indexer.ledger import HOOK, MirrorItem, OutboxRow, SyncWrite
from indexer.sync.pages import kept
from indexer.sync.work import ATTEMPTS, Work, is_down, note_budget

LOOK_AGAIN_S = (3.0, 10.0, 30.0, 60.0, 120.0, 240.0)
WHERE = "They are not there any more; whether they were merged into somebody is looked up."


@dataclass(frozen=True)
class Together:
    """Rows that become one request: changes of one item, one after the other, or one row of another sort."""

    rows: tuple[OutboxRow, ...]
    drafts: tuple[Draft, ...]

    @property
    def head(self) -> OutboxRow:
        return self.rows[0]

    @property
    def draft(self) -> Draft:
        return self.drafts[0]


def writing(work: Work) -> Writing:
    assert isinstance(work.connector, Writing)
    return work.connector


def mark(row: OutboxRow) -> Mark:
    return Mark(row.id, row.as_user, row.at)


def held(work: Work, draft: Draft, person: str) -> MirrorItem | None:
    """The item as the ATS has it, as far as is known; a read that trails does not hide a newer one."""
    items = work.store.items("person", [person])[person]
    return next((i for i in items if (i.kind, i.id) == (draft.item_kind, draft.item_id)), None)


def take(work: Work, tx: SyncWrite, draft: Draft, owner: str, body: Mapping[str, Any], written: Written) -> None:
    """What the vendor answered is what it has now: its own event about it will be no news."""
    shown = {**body, **{name: {**body.get(name, {}), **part} for name, part in written.body.items()}}
    item = Item(draft.item_kind, written.id, "person", owner, shown, written.version)
    is_root = item.kind in work.connector.roots
    tx.take([kept(item, is_root)], read_at=work.now(), direct=True, urgency=HOOK)


def sending(work: Work, tx: SyncWrite, some: Together) -> Together:
    now = work.now()
    rows = tuple(tx.settle(row, state="sending", sent_at=now) for row in some.rows)
    return Together(rows, some.drafts)


def over(work: Work, tx: SyncWrite, row: OutboxRow, **values: Any) -> None:
    tx.settle(row, done_at=work.now(), looked=None, **values)
    tx.touch("person", row.person, HOOK)


def finish(work: Work, tx: SyncWrite, some: Together, **values: Any) -> None:
    for row in some.rows:
        over(work, tx, row, **values)


def redirect(tx: SyncWrite, row: OutboxRow, kind: str, before: str, now: str, **values: Any) -> None:
    if (row.draft.get("item_kind"), row.draft.get("item_id")) == (kind, before):
        values |= {"draft": {**row.draft, "item_id": now}, "remote_id": now}
    if values:
        tx.settle(row, **values)


def put_off(tx: SyncWrite, some: Together, **values: Any) -> None:
    """To whom is not there nothing was written, unless that was unknown before."""
    for row in some.rows:
        state, sent = ("unknown", row.sent_at) if row.state == "unknown" else ("waiting", None)
        tx.settle(row, state=state, sent_at=sent, **values)


def root(work: Work, person: str) -> tuple[str, str]:
    return next(kind for kind, root in work.connector.roots.items() if root == "person"), person


def elsewhere(work: Work, tx: SyncWrite, some: Together) -> None:
    """It is there, and not theirs: it went to another person, and so does what is owed of it."""
    other = work.store.merged_into(some.head.person)
    for row in some.rows:
        if other is None:
            over(work, tx, row, state="parked", problem="What it changes is not theirs in the ATS any more.")
        else:
            tx.settle(row, person=other)


def gone(work: Work, some: Together, error: Gone) -> bool:
    """Of a person the ATS made one of two of, what is owed goes to the other; of one that is gone it is parked."""
    person = some.head.person
    with work.store.write() as tx:
        note_budget(work, tx, error)
        if tx.made_lately(*root(work, person), work.now()):  # reads do not show them yet
            put_off(tx, some, due_at=work.after(LOOK_AGAIN_S[1]))
            return False
        tx.want(*root(work, person), HOOK)  # so that who is gone is hidden
        other = work.store.merged_into(person)
        if other is None and (left := traces(work, person)) and some.head.problem != WHERE:
            for kind, item_id in left:
                tx.want(kind, item_id, HOOK)
            put_off(tx, some, problem=WHERE, due_at=work.after(LOOK_AGAIN_S[0]))
            return False
        if other is None:
            said = f"It is not there any more. {error.what} {error.said}".strip()
            for row in some.rows:
                over(work, tx, row, state="parked", problem=said)
            return True
        for row in work.store.owed([person])[person]:
            redirect(tx, row, root(work, person)[0], person, other, person=other, due_at=work.now())
        tx.touch("person", other, HOOK)
    return True


def traces(work: Work, person: str) -> list[tuple[str, str]]:
    kinds = writing(work).traces
    found = [(i.kind, i.id) for i in work.store.items("person", [person])[person] if i.kind in kinds]
    return sorted(found, key=lambda key: (kinds.index(key[0]), key[1]))[:1]


def failed(work: Work, some: Together, error: VendorError) -> bool:
    """Later, looked for first, or never: by what the error says of the request."""
    with work.store.write() as tx:
        note_budget(work, tx, error)
        said = " ".join(part for part in (error.what, error.said, error.fix) if part)
        passing = isinstance(error, TryLater | BadAnswer)
        for row in some.rows:
            unsure = error.happened or row.state == "unknown"
            state, sent = ("unknown", row.sent_at) if unsure else ("waiting", None)
            if isinstance(error, Denied) and error.status != 403:
                tx.settle(row, state=state, sent_at=sent)
            elif is_down(error) or error.happened or (passing and row.attempts + 1 < ATTEMPTS):
                due, tried = work.wait(row.attempts, error), row.attempts + 1
                tx.settle(row, state=state, sent_at=sent, attempts=tried, due_at=due, problem=error.what)
            else:
                over(work, tx, row, state="parked", sent_at=sent, problem=said)
        if isinstance(error, Denied) and error.status != 403:
            tx.stop(f"{error.what} {error.fix}".strip())
    return True
