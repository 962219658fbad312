"""One page of one walk: the page's items and the place to go on commit together, so a kill costs at most one page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from indexer.connectors.connector import Feed, Page
from indexer.connectors.errors import BadAnswer, CursorExpired, Denied, VendorError
from indexer.ledger import BACKFILL, POLL, SWEEP, Mode, WalkRow
from indexer.sync.files import take_files
from indexer.sync.pages import take_page
from indexer.sync.work import Work, moment, note_budget

PRIORITY: dict[Mode, int] = {"poll": POLL, "backfill": BACKFILL, "sweep": SWEEP}
SHORT_ROUNDS = 3
"""So often a listing that shows fewer than it says is read again. Then it counts: some count what is hidden."""
DENIED_S = 3600.0
"""How often a listing that may not be read is tried again: the operator may have changed the key's rights."""


def feed_of(work: Work, walk: WalkRow) -> Feed:
    feeds = {"poll": work.connector.plan.poll, "backfill": work.connector.plan.backfill}
    return next(f for f in feeds.get(walk.mode, work.connector.plan.sweep) if f.name == walk.feed)


def pull(work: Work, walk: WalkRow) -> bool:
    """Returns whether anything changed."""
    feed = feed_of(work, walk)
    read_at = work.now()
    if walk.state != "running":
        walk = begun(walk, read_at)
    since = _since(walk, feed)
    try:
        page = work.connector.page(work.http, feed.name, walk.cursor, since)
        if page.next is not None and page.next == walk.cursor:
            raise BadAnswer(f"The listing {feed.name} does not get on: a page names itself as the next.")
    except CursorExpired as error:
        with work.store.write() as tx:
            note_budget(work, tx, error)
            due = work.now() if not walk.attempts else work.wait(walk.attempts)
            tx.walk(replace(begun(walk, read_at), attempts=walk.attempts + 1, problem=error.what, due_at=due))
        return False
    except VendorError as error:
        _failed(work, walk, error)
        return False
    with work.store.write() as tx:
        note_budget(work, tx)
        taken, files = take_page(work, tx, page, read_at=read_at, direct=False, priority=PRIORITY[walk.mode])
        walk = replace(
            walk, cursor=page.next, pages=walk.pages + 1, done=walk.done + _shown(page, feed),
            total=page.total if page.total is not None else walk.total, due_at=read_at, attempts=0, problem="",
        )  # fmt: skip
        tx.walk(walk if page.next is not None else ended(work, walk, feed))
    text = take_files(work, files, PRIORITY[walk.mode])
    return bool(taken.changed) or text


def _shown(page: Page, feed: Feed) -> int:
    if page.shown is not None:
        return page.shown
    counted = [i for i in page.items if i.kind == feed.lists] if feed.lists else page.partial or page.items
    return len(counted) + len(page.bad)


def begun(walk: WalkRow, at: str) -> WalkRow:
    return replace(
        walk, state="running", cursor=None, since=walk.next_since, started_at=at, pages=0, done=0, total=None
    )  # fmt: skip


def ended(work: Work, walk: WalkRow, feed: Feed) -> WalkRow:
    """Every page was read. Only now the moment moves from which the next round asks for changes."""
    now = work.now()
    if walk.mode != "sweep" and walk.total is not None and walk.done < walk.total and walk.allowed < SHORT_ROUNDS:
        said = f"The listing {feed.name} showed {walk.done:,} of {walk.total:,}; it is read again."
        again = work.wait(walk.allowed + 1)
        return replace(walk, state="idle", cursor=None, allowed=walk.allowed + 1, problem=said, due_at=again)
    walk = replace(walk, allowed=walk.allowed if walk.mode == "sweep" else 0)
    done = replace(walk, cursor=None, next_since=walk.started_at, finished_at=now, due_at=work.after(feed.every_s))
    match walk.mode:
        case "backfill":
            return replace(done, state="over")
        case "sweep":
            return replace(done, state="judging", due_at=now)
        case _:
            return replace(done, state="idle")


def _since(walk: WalkRow, feed: Feed) -> datetime | None:
    """Back by the overlap: the newest second is never taken as closed."""
    if not feed.since or walk.since is None:
        return None
    return moment(walk.since) - timedelta(seconds=feed.overlap_s)


def _failed(work: Work, walk: WalkRow, error: VendorError) -> None:
    """Nothing of a listing that failed counts: nobody is gone because of it."""
    problem = f"{error.what} {error.fix}".strip()
    with work.store.write() as tx:
        note_budget(work, tx, error)
        if isinstance(error, Denied) and error.status != 403:
            tx.stop(problem)
        elif isinstance(error, Denied):
            tx.walk(
                replace(walk, state="denied", due_at=work.after(DENIED_S), attempts=walk.attempts + 1, problem=problem)
            )
        else:
            due = work.wait(walk.attempts, error)
            tx.walk(replace(walk, due_at=due, attempts=walk.attempts + 1, problem=problem))
