"""What is owed to the ATS, written there: read, compare, write only what differs. One person's actions in their order.

Nothing is sent before a commit says that it is about to be ("sending"), so that after a crash it is known what may have
been carried out. That, and an answer that never came, is *unknown*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from indexer.connectors.actions import Draft
from indexer.connectors.errors import Gone, VendorError
from indexer.ledger import HOOK, OURS, MirrorItem, OutboxRow, SyncWrite
from indexer.sync import make, owed
from indexer.sync.apply import item_of
from indexer.sync.overlay import Compared, compare, put
from indexer.sync.pages import take_page
from indexer.sync.work import Work, moment, note_budget

MOST_TOGETHER = 200


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
            owed.finish(work, tx, some, state="parked", problem="The person is not in the ATS.")
        return True
    if some.draft.body is not None:
        return make.find(work, some) if head.state == "unknown" else make.make(work, some)
    return _change(work, some)


def _makes_person(work: Work, draft: Draft) -> bool:
    return draft.body is not None and draft.item_kind in work.connector.roots


def _together(work: Work, head: OutboxRow) -> owed.Together:
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
    return owed.Together(tuple(rows), tuple(drafts))


def _change(work: Work, some: owed.Together) -> bool:
    """Read it, compare, write. Between the read and the write there is nothing but one commit."""
    draft, read_at = some.draft, work.now()
    assert draft.item_id is not None
    try:
        page = work.connector.fetch(work.http, draft.item_kind, draft.item_id)
    except Gone as error:
        return _taken_away(work, some, error) if draft.delete else owed.gone(work, some, error)
    except VendorError as error:
        return owed.failed(work, some, error)
    with work.store.write() as tx:
        note_budget(work, tx)
        take_page(work, tx, page, read_at=read_at, direct=True, priority=HOOK)
        item = owed.held(work, draft, some.head.person)
        if item is None:
            owed.elsewhere(work, tx, some)
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
            owed.finish(work, tx, some, state="cancelled", problem=said)
            return True
        some = owed.sending(work, tx, some)
    return _write(work, some, found, item)


def _settling(work: Work, some: owed.Together) -> bool:
    """It may have been written, and reads may not show it yet: too soon to write again."""
    sent = some.head.sent_at
    if some.head.state != "unknown" or sent is None:
        return False
    return (work.clock() - moment(sent)).total_seconds() < max(2 * work.lag_s, owed.LOOK_AGAIN_S[1])


def _announced(work: Work, person: str) -> bool:
    """A webhook told of a change of theirs that reads do not show yet: whose it is, nobody knows before that."""
    told = next((row for row in work.store.fetches_of(*owed.root(work, person)) if row.expect.get("at")), None)
    return told is not None and told.expect.get("unseen_s") is not None


def _compared(work: Work, tx: SyncWrite, some: owed.Together, found: Compared, item: MirrorItem) -> None:
    """Nothing to write now: each row is applied, in conflict, or looked at once more."""
    if found.write:
        for row in some.rows:
            tx.settle(row, due_at=work.after(owed.LOOK_AGAIN_S[0]), attempts=row.attempts + 1)
        return
    _settle(work, tx, some, found.conflicts, remote_id=item.id)


def _write(work: Work, some: owed.Together, found: Compared, item: MirrorItem) -> bool:
    draft = some.draft
    try:
        written = owed.writing(work).write(work.http, draft, some.head.person, found.write, owed.mark(some.head))
    except Gone as error:
        return _taken_away(work, some, error) if draft.delete else owed.gone(work, some, error)
    except VendorError as error:
        return owed.failed(work, some, error)
    with work.store.write() as tx:
        note_budget(work, tx)
        if draft.delete:
            tx.delete(item.kind, item.id, root=None, at=work.now(), urgency=HOOK)
        else:
            body = put(item_of(item).body, found.write)
            owed.take(work, tx, draft, item.owner, body, replace(written, version=written.version or item.version))
        _settle(work, tx, some, found.conflicts, remote_id=item.id)
    return True


def _taken_away(work: Work, some: owed.Together, error: Gone) -> bool:
    """What is to be taken away is not there: by us, whose answer was lost, or by somebody else. As wanted."""
    kind, item_id = some.draft.item_kind, some.draft.item_id or ""
    with work.store.write() as tx:
        note_budget(work, tx, error)
        if tx.made_lately(kind, item_id, work.now()):  # reads do not show it yet
            owed.put_off(tx, some, due_at=work.after(owed.LOOK_AGAIN_S[1]))
            return False
        tx.delete(kind, item_id, root=None, at=work.now(), urgency=HOOK)
        owed.finish(work, tx, some, state="applied", problem="", remote_id=item_id)
    return True


def _settle(work: Work, tx: SyncWrite, some: owed.Together, conflicts: Mapping[str, Any], *, remote_id: str) -> None:
    for row, draft in zip(some.rows, some.drafts, strict=True):
        theirs = {path: value for path, value in conflicts.items() if path in draft.edits}
        names = ", ".join(draft.edits[path].name for path in theirs)
        said = f"Changed in the ATS since: {names}. Its value stands; ours is kept here." if theirs else ""
        state = "conflict" if theirs else "applied"
        owed.over(work, tx, row, state=state, problem=said, theirs=theirs, remote_id=remote_id)
