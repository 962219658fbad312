"""What is owed to the ATS, written there: read, compare, write only what differs. One person's actions in their order.

Nothing is sent before a commit says that it is about to be ("sending"), so that after a crash it is known what may have
been carried out. That, and an answer that never came, is *unknown*: its effect is looked for, for longer than the
vendor's reads may trail, before anything is sent again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from indexer.connectors.actions import Draft
from indexer.connectors.connector import Item, Mark, Writing, Written
from indexer.connectors.errors import BadAnswer, CursorExpired, Denied, Gone, TryLater, VendorError
from indexer.ledger import HOOK, OURS, TRAILS_S, MirrorItem, OutboxRow, SyncWrite
from indexer.sync.apply import item_of
from indexer.sync.overlay import Compared, compare, put
from indexer.sync.pages import kept, take_page
from indexer.sync.work import ATTEMPTS, Work, is_down, moment, note_budget

LOOK_AGAIN_S = (3.0, 10.0, 30.0, 60.0, 120.0, 240.0)
SKEW_S = 300.0
"""How far the vendor's clock may be from ours."""
MOST_TOGETHER, MOST_LOOKS = 200, 60
WHERE = "They are not there any more; whether they were merged into somebody is looked up."


@dataclass(frozen=True)
class _Together:
    """Rows that become one request: changes of one item, one after the other, or one row of another sort."""

    rows: tuple[OutboxRow, ...]
    drafts: tuple[Draft, ...]

    @property
    def head(self) -> OutboxRow:
        return self.rows[0]

    @property
    def draft(self) -> Draft:
        return self.drafts[0]


def push(work: Work, head: OutboxRow) -> bool:
    """Returns whether any record changed."""
    some = _together(work, head)
    if head.state == "sending":  # we died between the commit and the answer, or right after it
        with work.store.write() as tx:
            for row in some.rows:
                if row.state == "sending":
                    tx.settle(row, state="unknown")
        return False
    if head.person.startswith(OURS) and not _makes_person(work, some.draft):
        with work.store.write() as tx:  # the making of the person was refused or cancelled before it
            _finish(work, tx, some, state="parked", problem="The person is not in the ATS.")
        return True
    if some.draft.body is not None:
        return _find(work, some) if head.state == "unknown" else _make(work, some)
    return _change(work, some)


def _makes_person(work: Work, draft: Draft) -> bool:
    return draft.body is not None and draft.item_kind in work.connector.roots


def _together(work: Work, head: OutboxRow) -> _Together:
    """The head, and what may go in one request with it."""
    first = Draft.model_validate(head.draft)
    rows, drafts = [head], [first]
    if first.body is None and not first.delete:
        for row in work.store.owed([head.person])[head.person][1:MOST_TOGETHER]:
            draft = Draft.model_validate(row.draft)
            same = (draft.item_kind, draft.item_id) == (first.item_kind, first.item_id)
            if not same or draft.body is not None or draft.delete or row.state != head.state:
                break
            rows.append(row)
            drafts.append(draft)
    return _Together(tuple(rows), tuple(drafts))


# An item that is there


def _change(work: Work, some: _Together) -> bool:
    """Read it, compare, write. Between the read and the write there is nothing but one commit."""
    draft, read_at = some.draft, work.now()
    assert draft.item_id is not None
    try:
        page = work.connector.fetch(work.http, draft.item_kind, draft.item_id)
    except Gone as error:
        return _gone(work, some, error)
    except VendorError as error:
        return _failed(work, some, error)
    with work.store.write() as tx:
        note_budget(work, tx)
        take_page(work, tx, page, read_at=read_at, direct=True, priority=HOOK)
        item = _held(work, draft, some.head.person)
        if item is None:
            _elsewhere(work, tx, some)
            return True
        if draft.delete:
            found = Compared(write={"": None})
        else:
            found = compare(item_of(item).body, some.drafts, ours_wins=work.ours_wins)
        if not found.write or _settling(work, some) or _announced(work, some.head.person):
            _compared(work, tx, some, found, item)
            return True
        if work.writes == "dry":
            said = f"Dry run: {', '.join(sorted(found.write))} would have been written."
            _finish(work, tx, some, state="cancelled", problem=said)
            return True
        some = _sending(work, tx, some)
    return _write(work, some, found, item)


def _settling(work: Work, some: _Together) -> bool:
    """It may have been written, and reads may not show it yet: too soon to write again."""
    sent = some.head.sent_at
    if some.head.state != "unknown" or sent is None:
        return False
    return (work.clock() - moment(sent)).total_seconds() < max(2 * work.lag_s, LOOK_AGAIN_S[1])


def _announced(work: Work, person: str) -> bool:
    """A webhook told of a change of theirs that reads do not show yet: whose it is, nobody knows before that."""
    told = next((row for row in work.store.fetches_of(*_root(work, person)) if row.expect.get("at")), None)
    return told is not None and told.expect.get("unseen_s") is not None


def _compared(work: Work, tx: SyncWrite, some: _Together, found: Compared, item: MirrorItem) -> None:
    """Nothing to write now: each row is applied, in conflict, or looked at once more."""
    if found.write:
        for row in some.rows:
            tx.settle(row, due_at=work.after(LOOK_AGAIN_S[0]), attempts=row.attempts + 1)
        return
    _settle(work, tx, some, found.conflicts, remote_id=item.id)


def _write(work: Work, some: _Together, found: Compared, item: MirrorItem) -> bool:
    writing, draft = _writing(work), some.draft
    try:
        written = writing.write(work.http, draft, some.head.person, found.write, _mark(some.head))
    except Gone as error:
        if not draft.delete:
            return _gone(work, some, error)
        written = Written(item.id)  # somebody else took it away: as wanted
    except VendorError as error:
        return _failed(work, some, error)
    with work.store.write() as tx:
        note_budget(work, tx)
        if draft.delete:
            tx.delete(item.kind, item.id, root=None, at=work.now(), urgency=HOOK)
        else:
            body = put(item_of(item).body, found.write)
            _take(work, tx, draft, item.owner, body, replace(written, version=written.version or item.version))
        _settle(work, tx, some, found.conflicts, remote_id=item.id)
    return True


def _settle(work: Work, tx: SyncWrite, some: _Together, conflicts: Mapping[str, Any], *, remote_id: str) -> None:
    for row, draft in zip(some.rows, some.drafts, strict=True):
        theirs = {path: value for path, value in conflicts.items() if path in draft.edits}
        names = ", ".join(draft.edits[path].name for path in theirs)
        said = f"Changed in the ATS since: {names}. Its value stands; ours is kept here." if theirs else ""
        state = "conflict" if theirs else "applied"
        _over(work, tx, row, state=state, problem=said, theirs=theirs, remote_id=remote_id)


# An item that is to be made


def _make(work: Work, some: _Together) -> bool:
    writing, draft, head = _writing(work), some.draft, some.head
    if head.sent_at is not None and (found := _effect(work, draft, head)) is not None:
        with work.store.write() as tx:
            _made(work, tx, some, found)
        return True
    if work.writes == "dry":
        with work.store.write() as tx:
            _finish(work, tx, some, state="cancelled", problem=f"Dry run: {draft.item_kind} would have been made.")
        return True
    with work.store.write() as tx:
        some = _sending(work, tx, some)
    try:
        written = writing.write(work.http, draft, head.person, {}, _mark(head))
    except Gone as error:
        return _gone(work, some, error)
    except VendorError as error:
        return _failed(work, some, error)
    with work.store.write() as tx:
        note_budget(work, tx)
        owner = written.id if draft.item_kind in work.connector.roots else head.person
        _take(work, tx, draft, owner, draft.body or {}, written)
        _made(work, tx, some, written.id)
        if not written.whole:
            tx.want(*_root(work, owner), HOOK)
    return True


def _find(work: Work, some: _Together) -> bool:
    """Did it happen? One page is read of where it would be; after long enough without it, it is sent once more."""
    writing, draft, head = _writing(work), some.draft, some.head
    if (found := _effect(work, draft, head)) is not None:
        with work.store.write() as tx:
            _made(work, tx, some, found)
        return True
    read_at, sent = work.now(), moment(head.sent_at or head.at)
    at, shown = json.loads(head.looked) if head.looked else (None, 0)
    try:
        page = writing.look(work.http, draft, head.person, sent - timedelta(seconds=SKEW_S), at)
    except CursorExpired:
        page = None
    except Gone as error:
        return _gone(work, some, error)
    except VendorError as error:
        return _failed(work, some, error)
    with work.store.write() as tx:
        note_budget(work, tx)
        if page is None:
            tx.settle(head, looked=None, due_at=work.after(LOOK_AGAIN_S[0]))
            return True
        take_page(work, tx, page, read_at=read_at, direct=False, priority=HOOK)
        shown += page.shown or 0
        # A listing that ends before it has shown what it says proves nothing.
        whole = page.total is None or shown >= page.total
        # As the page says it: the mirror may hold it for gone, from a read too early to show it.
        if (found := _among(work, draft, head, page.items) or _effect(work, draft, head)) is not None:
            _made(work, tx, some, found)
        elif page.next is not None:
            tx.settle(head, looked=json.dumps([page.next, shown]))
        elif whole and (moment(read_at) - sent).total_seconds() > TRAILS_S + 2 * work.lag_s:
            tx.settle(head, state="waiting", looked=None, due_at=work.now())  # it certainly did not happen
        elif head.attempts > MOST_LOOKS:
            said = "Whether it was carried out cannot be found out. Look in the ATS; then cancel it, or try again."
            _over(work, tx, head, state="parked", problem=said)
        else:
            wait = LOOK_AGAIN_S[min(head.attempts, len(LOOK_AGAIN_S) - 1)]
            tx.settle(head, looked=None, attempts=head.attempts + 1, due_at=work.after(wait))
    return True


def _effect(work: Work, draft: Draft, head: OutboxRow) -> str | None:
    """Id of what it made, if that is in the mirror."""
    if draft.item_kind in work.connector.roots:
        found = work.store.read_since(draft.item_kind, head.sent_at or head.at)
    else:
        found = work.store.items("person", [head.person])[head.person]
    return _among(work, draft, head, (item_of(one) for one in found))


def _among(work: Work, draft: Draft, head: OutboxRow, items: Iterable[Item]) -> str | None:
    writing, mark, person = _writing(work), _mark(head), head.person
    theirs = (i for i in items if i.kind == draft.item_kind and (i.owner == person or i.kind in work.connector.roots))
    return next((i.id for i in theirs if writing.is_effect(i, draft, person, mark)), None)


def _made(work: Work, tx: SyncWrite, some: _Together, item_id: str) -> None:
    """It is there. What is owed of it goes by the ATS's id from here on."""
    head, draft = some.head, some.draft
    _over(work, tx, head, state="applied", remote_id=item_id, problem="")
    is_person = draft.item_kind in work.connector.roots
    for row in work.store.owed([head.person])[head.person]:
        _redirect(tx, row, draft.item_kind, head.person if is_person else head.id, item_id)
    if is_person and head.person != item_id:
        tx.adopt(head.person, item_id)


def _redirect(tx: SyncWrite, row: OutboxRow, kind: str, before: str, now: str, **values: Any) -> None:
    if (row.draft.get("item_kind"), row.draft.get("item_id")) == (kind, before):
        values |= {"draft": {**row.draft, "item_id": now}, "remote_id": now}
    if values:
        tx.settle(row, **values)


# How


def _writing(work: Work) -> Writing:
    assert isinstance(work.connector, Writing)
    return work.connector


def _mark(row: OutboxRow) -> Mark:
    return Mark(row.id, row.as_user, row.at)


def _held(work: Work, draft: Draft, person: str) -> MirrorItem | None:
    """The item as the ATS has it, as far as is known; a read that trails does not hide a newer one."""
    items = work.store.items("person", [person])[person]
    return next((i for i in items if (i.kind, i.id) == (draft.item_kind, draft.item_id)), None)


def _take(work: Work, tx: SyncWrite, draft: Draft, owner: str, body: Mapping[str, Any], written: Written) -> None:
    """What the vendor answered is what it has now: its own event about it will be no news."""
    shown = {**body, **{name: {**body.get(name, {}), **part} for name, part in written.body.items()}}
    item = Item(draft.item_kind, written.id, "person", owner, shown, written.version)
    is_root = item.kind in work.connector.roots
    tx.take([kept(item, is_root)], read_at=work.now(), direct=True, urgency=HOOK)


def _sending(work: Work, tx: SyncWrite, some: _Together) -> _Together:
    now = work.now()
    rows = tuple(tx.settle(row, state="sending", sent_at=now) for row in some.rows)
    return _Together(rows, some.drafts)


def _over(work: Work, tx: SyncWrite, row: OutboxRow, **values: Any) -> None:
    tx.settle(row, done_at=work.now(), looked=None, **values)
    tx.touch("person", row.person, HOOK)


def _finish(work: Work, tx: SyncWrite, some: _Together, **values: Any) -> None:
    for row in some.rows:
        _over(work, tx, row, **values)


def _elsewhere(work: Work, tx: SyncWrite, some: _Together) -> None:
    """It is there, and not theirs: it went to another person, and so does what is owed of it."""
    other = work.store.merged_into(some.head.person)
    for row in some.rows:
        if other is None:
            _over(work, tx, row, state="parked", problem="What it changes is not theirs in the ATS any more.")
        else:
            tx.settle(row, person=other)


def _gone(work: Work, some: _Together, error: Gone) -> bool:
    """Of a person the ATS made one of two of, what is owed goes to the other; of one that is gone it is parked."""
    person = some.head.person
    with work.store.write() as tx:
        note_budget(work, tx, error)
        if tx.made_lately(*_root(work, person), work.now()):  # reads do not show them yet
            _put_off(tx, some, due_at=work.after(LOOK_AGAIN_S[1]))
            return False
        tx.want(*_root(work, person), HOOK)  # so that who is gone is hidden
        other = work.store.merged_into(person)
        if other is None and (traces := _traces(work, person)) and some.head.problem != WHERE:
            for kind, item_id in traces:
                tx.want(kind, item_id, HOOK)
            _put_off(tx, some, problem=WHERE, due_at=work.after(LOOK_AGAIN_S[0]))
            return False
        if other is None:
            said = f"It is not there any more. {error.what} {error.said}".strip()
            for row in some.rows:
                _over(work, tx, row, state="parked", problem=said)
            return True
        for row in work.store.owed([person])[person]:
            _redirect(tx, row, _root(work, person)[0], person, other, person=other, due_at=work.now())
        tx.touch("person", other, HOOK)
    return True


def _put_off(tx: SyncWrite, some: _Together, **values: Any) -> None:
    """To whom is not there nothing was written, unless that was unknown before."""
    for row in some.rows:
        state, sent = ("unknown", row.sent_at) if row.state == "unknown" else ("waiting", None)
        tx.settle(row, state=state, sent_at=sent, **values)


def _traces(work: Work, person: str) -> list[tuple[str, str]]:
    kinds = _writing(work).traces
    found = [(i.kind, i.id) for i in work.store.items("person", [person])[person] if i.kind in kinds]
    return sorted(found, key=lambda key: (kinds.index(key[0]), key[1]))[:1]


def _root(work: Work, person: str) -> tuple[str, str]:
    return next(kind for kind, root in work.connector.roots.items() if root == "person"), person


def _failed(work: Work, some: _Together, error: VendorError) -> bool:
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
                _over(work, tx, row, state="parked", sent_at=sent, problem=said)
        if isinstance(error, Denied) and error.status != 403:
            tx.stop(f"{error.what} {error.fix}".strip())
    return True
