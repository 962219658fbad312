"""One root of the vendor read by itself: what a webhook told of, what a page held in part, what a sweep missed.

A read that does not show yet what was announced is repeated; ``lag.py`` says when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from indexer.connectors.connector import Item
from indexer.connectors.errors import Denied, Gone, VendorError
from indexer.ledger import FetchRow, SyncWrite
from indexer.sync.files import take_files
from indexer.sync.lag import learn, next_look, unseen
from indexer.sync.pages import take_page
from indexer.sync.work import ATTEMPTS, Work, is_down, note_budget

MADE_AGAIN_S = 30.0
"""What was made from here and is not shown yet is asked for again after so long."""


def read(work: Work, row: FetchRow) -> bool:
    """Returns whether anything changed."""
    read_at = work.now()
    try:
        page = work.connector.fetch(work.http, row.kind, row.id)
    except Gone as error:
        return _gone(work, row, read_at, error)
    except VendorError as error:
        _failed(work, row, error)
        return False
    with work.store.write() as tx:
        note_budget(work, tx)
        tx.was_read(row.kind, row.id, read_at)
        page = replace(page, items=(*page.items, *_proofs(work, row, page.partial)))
        taken, files = take_page(work, tx, page, read_at=read_at, direct=True, priority=row.priority)
        whole = work.connector.roots.get(row.kind) is not None
        if not whole:
            for kind, item_id in page.partial:
                tx.want(kind, item_id, row.priority, expect=_carried(row.expect))
        elif row.expect.get("kind"):
            _shown(work, tx, row, read_at)
    return take_files(work, files, row.priority) or bool(taken.changed)


def _gone(work: Work, row: FetchRow, read_at: str, error: Gone) -> bool:
    with work.store.write() as tx:
        note_budget(work, tx, error)
        announced = row.expect.get("at") and not row.expect.get("gone")
        if announced and not tx.held(row.kind, [row.id]) and (due := next_look(work, tx, row.expect)):
            tx.put_off(row, due, expect=unseen(row.expect, read_at))  # made a moment ago, and not shown yet
            return False
        if tx.made_lately(row.kind, row.id, read_at):
            tx.put_off(row, work.after(MADE_AGAIN_S))
            return False
        tx.was_read(row.kind, row.id, read_at)
        root = work.connector.roots.get(row.kind)
        tx.delete(row.kind, row.id, root=root, at=read_at, urgency=row.priority)
        tx.unpark([f"{row.kind}/{row.id}"])
        learn(work, tx, row, read_at)
    return True


def _failed(work: Work, row: FetchRow, error: VendorError) -> None:
    with work.store.write() as tx:
        note_budget(work, tx, error)
        if isinstance(error, Denied) and error.status != 403:
            tx.stop(f"{error.what} {error.fix}".strip())
        elif is_down(error) or (row.attempts + 1 < ATTEMPTS and not isinstance(error, Denied)):
            tx.put_off(row, work.wait(row.attempts, error))
        else:
            tx.park(f"{row.kind}/{row.id}", error.what, error.fix or "`headwater sync replay` reads it again.")
            tx.was_read(row.kind, row.id, work.now())


def _shown(work: Work, tx: SyncWrite, row: FetchRow, read_at: str) -> None:
    """Does the read show what was announced? If not, it is repeated."""
    expect = row.expect
    key = (str(expect["kind"]), str(expect["id"]))
    version, gone = tx.shown(*key)
    if gone if expect.get("gone") else _reached(version, expect.get("at")):
        learn(work, tx, row, read_at)
    elif due := next_look(work, tx, expect):
        tx.want(row.kind, row.id, row.priority, due_at=due, expect=unseen(expect, read_at))


def _reached(version: str | None, at: Any) -> bool:
    """A vendor without versions, or a webhook without a time, leaves nothing to compare: believed."""
    return at is None or version is None or version >= str(at)


def _carried(expect: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in expect.items() if name not in ("proofs", "files")}


def _proofs(work: Work, row: FetchRow, partial: tuple[tuple[str, str], ...]) -> list[Item]:
    """What the webhook proved of the past, now that its owner is known."""
    owner = row.id if row.kind in work.connector.roots else next((item_id for _, item_id in partial), None)
    root = next((work.connector.roots.get(kind) for kind, _ in [(row.kind, row.id), *partial]
                 if kind in work.connector.roots), None)  # fmt: skip
    if owner is None or root is None:
        return []
    return [Item(p["kind"], p["id"], root, owner, p["body"], p.get("version")) for p in row.expect.get("proofs", ())]
