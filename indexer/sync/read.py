"""One root of the vendor read by itself: what a webhook told of, what a page held in part, what a sweep missed.

Vendors answer reads from copies that trail behind their webhooks. So a read that does not show yet what was announced
is repeated, first as late as earlier ones were, as measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from indexer.connectors.connector import Item
from indexer.connectors.errors import Denied, Gone, VendorError
from indexer.ledger import FetchRow, SyncWrite
from indexer.sync.files import take_files
from indexer.sync.pages import kept, take_page
from indexer.sync.work import ATTEMPTS, Work, is_down, moment, note_budget

GIVE_UP_S = 1200.0
"""A change announced and never shown by then comes by the next poll or sweep."""
NEAR_S = 2.0
STEP_S, MOST_STEP_S = 0.5, 15.0


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
            _shown(work, tx, row)
    return take_files(work, files, row.priority) or bool(taken.changed)


def _gone(work: Work, row: FetchRow, read_at: str, error: Gone) -> bool:
    with work.store.write() as tx:
        note_budget(work, tx, error)
        announced = row.expect.get("at") and not row.expect.get("gone")
        if announced and not tx.held(row.kind, [row.id]) and not _too_late(work, row.expect):
            tx.put_off(row, _next_look(work, row.expect))  # made a moment ago, and not shown yet
            return False
        tx.was_read(row.kind, row.id, read_at)
        root = work.connector.roots.get(row.kind)
        tx.delete(row.kind, row.id, root=root, at=read_at, urgency=row.priority)
        tx.unpark([f"{row.kind}/{row.id}"])
        _learn(work, tx, row)
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


def _shown(work: Work, tx: SyncWrite, row: FetchRow) -> None:
    """Does the read show what was announced? If not, it is repeated."""
    expect = row.expect
    key = (str(expect["kind"]), str(expect["id"]))
    version, gone = tx.shown(*key)
    if gone if expect.get("gone") else _reached(version, expect.get("at")):
        _learn(work, tx, row)
    elif not _too_late(work, expect):
        tx.want(
            row.kind, row.id, row.priority, due_at=_next_look(work, expect), expect=_carried(expect) | {"again": True}
        )


def _reached(version: str | None, at: Any) -> bool:
    """A vendor without versions, or a webhook without a time, leaves nothing to compare: believed."""
    return at is None or version is None or version >= str(at)


def _learn(work: Work, tx: SyncWrite, row: FetchRow) -> None:
    """How far reads trail behind webhooks: seen when a change first showed; lowered slowly when there at once."""
    received = row.expect.get("received")
    if received is None:
        return
    waited = (work.clock() - moment(str(received))).total_seconds()
    if row.expect.get("again") or row.attempts:
        tx.lag(round(waited if not work.lag_s else 0.5 * work.lag_s + 0.5 * waited, 3))
    elif work.lag_s:
        tx.lag(round(work.lag_s * 0.95 if work.lag_s > STEP_S else 0.0, 3))


def first_look(work: Work, received: str) -> str:
    """When to read what a webhook announced."""
    if work.lag_s <= NEAR_S:
        return received
    return max(received, work.after(work.lag_s - (work.clock() - moment(received)).total_seconds() - STEP_S))


def _next_look(work: Work, expect: Mapping[str, Any]) -> str:
    """Densely about when it is to be expected, else at growing distances."""
    waited = (work.clock() - moment(str(expect["received"]))).total_seconds()
    if abs(waited - work.lag_s) <= 2 * NEAR_S:
        return work.after(STEP_S)
    if waited < work.lag_s:
        return work.after(work.lag_s - waited - STEP_S)
    return work.after(min(MOST_STEP_S, max(STEP_S, waited * 0.15)))


def _too_late(work: Work, expect: Mapping[str, Any]) -> bool:
    received = expect.get("received")
    return received is None or (work.clock() - moment(str(received))).total_seconds() > GIVE_UP_S


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


__all__ = ["first_look", "kept", "read"]
