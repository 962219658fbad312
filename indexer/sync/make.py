"""An item that is owed and that the ATS has to make: once, though an answer was lost on the way.

No vendor takes a key of ours that would tell a second request from a new one. So after a crash, or an answer that never
came, its effect is looked for, for longer than the vendor's reads may trail, before it is sent again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import timedelta

from engine.errors import HeadwaterError, NeedsOperator
from indexer.connectors.actions import Draft
from indexer.connectors.connector import FILE, Item
from indexer.connectors.errors import CursorExpired, Gone, VendorError
from indexer.ledger import HOOK, TRAILS_S, OutboxRow, SyncWrite
from indexer.sync import owed
from indexer.sync.apply import item_of
from indexer.sync.pages import take_page
from indexer.sync.work import Work, moment, note_budget

SKEW_S = 300.0
"""How far the vendor's clock may be from ours."""
MOST_LOOKS = 60


def make(work: Work, some: owed.Together) -> bool:
    writing, draft, head = owed.writing(work), some.draft, some.head
    if head.sent_at is not None and (found := _effect(work, draft, head)) is not None:
        with work.store.write() as tx:
            _made(work, tx, some, found)
        return True
    if work.writes == "dry":
        with work.store.write() as tx:
            owed.finish(work, tx, some, state="cancelled", problem=f"Dry run: {draft.item_kind} would have been made.")
        return True
    try:
        values = _link(work, draft)
    except HeadwaterError as error:
        with work.store.write() as tx:
            owed.finish(work, tx, some, state="parked", problem=f"{error.what} {error.fix}".strip())
        return True
    with work.store.write() as tx:
        some = owed.sending(work, tx, some)
    try:
        written = writing.write(work.http, draft, head.person, values, owed.mark(head))
    except Gone as error:
        return owed.gone(work, some, error)
    except VendorError as error:
        return owed.failed(work, some, error)
    with work.store.write() as tx:
        note_budget(work, tx)
        owner = written.id if draft.item_kind in work.connector.roots else head.person
        owed.take(work, tx, draft, owner, draft.body or {}, written)
        _made(work, tx, some, written.id)
        if not written.whole:
            tx.want(*owed.root(work, owner), HOOK)
    return True


def recognise(work: Work, people: Collection[str]) -> None:
    """Whether one of these people, just read, is somebody whose making got no answer.

    At once, before anybody here finds them and changes the address they are known by.
    """
    for head in work.store.unsure(tuple(work.connector.roots)):
        draft = Draft.model_validate(head.draft)
        read = (one for one in work.store.read_since(draft.item_kind, head.sent_at or head.at) if one.owner in people)
        if (found := _among(work, draft, head, (item_of(one) for one in read))) is not None:
            with work.store.write() as tx:
                _made(work, tx, owed.Together((head,), (draft,)), found)


def _link(work: Work, draft: Draft) -> dict[str, str]:
    """To the file that goes with it: made anew for each try, since links are short-lived."""
    if draft.file is None:
        return {}
    if work.link is None:
        raise NeedsOperator("This process makes no links to files given here.", "`headwater serve` or `work` does.")
    return {FILE: work.link(draft.file)}


def find(work: Work, some: owed.Together) -> bool:
    """Did it happen? One page is read of where it would be; after long enough without it, it is sent once more."""
    writing, draft, head = owed.writing(work), some.draft, some.head
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
        return owed.gone(work, some, error)
    except VendorError as error:
        return owed.failed(work, some, error)
    with work.store.write() as tx:
        note_budget(work, tx)
        if page is None:
            tx.settle(head, looked=None, due_at=work.after(owed.LOOK_AGAIN_S[0]))
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
            owed.over(work, tx, head, state="parked", problem=said)
        else:
            wait = owed.LOOK_AGAIN_S[min(head.attempts, len(owed.LOOK_AGAIN_S) - 1)]
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
    writing, mark, person = owed.writing(work), owed.mark(head), head.person
    theirs = (i for i in items if i.kind == draft.item_kind and (i.owner == person or i.kind in work.connector.roots))
    return next((i.id for i in theirs if writing.is_effect(i, draft, person, mark)), None)


def _made(work: Work, tx: SyncWrite, some: owed.Together, item_id: str) -> None:
    """It is there. What is owed of it goes by the ATS's id from here on."""
    head, draft = some.head, some.draft
    owed.over(work, tx, head, state="applied", remote_id=item_id, problem="")
    is_person = draft.item_kind in work.connector.roots
    for row in work.store.owed([head.person])[head.person]:
        owed.redirect(tx, row, draft.item_kind, head.person if is_person else head.id, item_id)
    if is_person and head.person != item_id:
        tx.adopt(head.person, item_id)
