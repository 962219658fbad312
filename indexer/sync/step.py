"""The next thing to do for one connection, the most urgent first. One step is at most one API request; none sleeps.

Who goes first with the vendor's budget: what a recruiter did here, what a webhook told of, then polls, then the first
sync, then sweeps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from indexer.connectors.connector import Feed
from indexer.ledger import BACKFILL, HOOK, POLL, SWEEP, WRITE, DirtyRoot, FetchRow, InboxRow, Mode, WalkRow
from indexer.sync.apply import BATCH, apply
from indexer.sync.budget import ready_at
from indexer.sync.inbox import take_inbox
from indexer.sync.make import recognise
from indexer.sync.pull import pull
from indexer.sync.push import push
from indexer.sync.read import read
from indexer.sync.sweep import judge
from indexer.sync.work import Work, moment, stamp

PURGE_DAYS = 30.0
"""People who are gone in the ATS are hidden at once, and what is kept of them goes after so many days."""


@dataclass(frozen=True)
class Done:
    """What a step did. ``changed``: records are new, so the index has something to follow."""

    what: Literal["inbox", "apply", "read", "pull", "push", "judge", "purge"]
    changed: bool = False


def plan(work: Work) -> None:
    """The walks of the connector's plan, each with its row. Idempotent; a feed that is no longer in it goes."""
    now = work.now()
    known = {(walk.mode, walk.feed): walk for walk in work.store.walks()}
    feeds: dict[Mode, tuple[Feed, ...]] = {
        "backfill": work.connector.plan.backfill, "poll": work.connector.plan.poll, "sweep": work.connector.plan.sweep,
    }  # fmt: skip
    wanted = {(mode, feed.name): (place, feed) for mode, some in feeds.items() for place, feed in enumerate(some)}
    if wanted.keys() == known.keys():
        return
    with work.store.write() as tx:
        for (mode, name), (place, feed) in wanted.items():
            if (mode, name) not in known:
                due = work.after(feed.every_s) if mode == "sweep" else now
                tx.walk(WalkRow(mode, name, place, "idle", None, None, None, now, None, 0, 0, None, due, 0, 0, ""))
        for key, walk in known.items():
            if key not in wanted:
                tx.drop_walk(walk)


def step(work: Work) -> Done | None:
    """Do it. None: there is nothing to do now; ``next_at`` says when there will be."""
    with work.store.reading():
        act = _act(work)
    return act() if act else None


def _act(work: Work) -> Callable[[], Done] | None:
    if rows := work.store.inbox():
        return lambda: _taken(work, rows)
    roots = work.store.dirty(BATCH)
    # What is not urgent is gathered while requests may be made: many in one commit cost little more than one.
    if len(roots) == BATCH or any(root.urgency < BACKFILL for root in roots):
        return partial(_applied, work, roots)
    walks = work.store.walks()
    if judging := next((walk for walk in walks if walk.state == "judging"), None):
        return lambda: _judged(work, judging)
    now, able = work.now(), _affordable(work)
    most = max(able, default=WRITE - 1)
    if WRITE in able and work.writes != "off" and (owed := work.store.next_owed(now)):
        return lambda: Done("push", changed=push(work, owed))
    row = work.store.next_fetch(most=most, now=now)
    for priority, mode in ((HOOK, None), (POLL, "poll"), (BACKFILL, "backfill"), (SWEEP, "sweep")):
        if roots and priority == SWEEP:
            return partial(_applied, work, roots)
        if priority > most:
            continue
        if row and row.priority <= priority:
            return partial(_read, work, row)
        if due := _due(walks, mode, now):
            return partial(_pulled, work, due)
    if gone := work.store.due_for_purge(stamp(work.clock() - timedelta(days=PURGE_DAYS)), 100):
        return lambda: _purged(work, gone)
    return None


def _taken(work: Work, rows: list[InboxRow]) -> Done:
    take_inbox(work, rows)
    return Done("inbox")


def _applied(work: Work, roots: list[DirtyRoot]) -> Done:
    recognise(work, {root.id for root in roots if root.root == "person"})
    return Done("apply", changed=apply(work, roots))


def _judged(work: Work, walk: WalkRow) -> Done:
    judge(work, walk)
    return Done("judge")


def _read(work: Work, row: FetchRow) -> Done:
    return Done("read", changed=read(work, row))


def _pulled(work: Work, walk: WalkRow) -> Done:
    return Done("pull", changed=pull(work, walk))


def _purged(work: Work, gone: list[str]) -> Done:
    with work.store.write() as tx:
        tx.purge_people(gone)
    return Done("purge")


def _affordable(work: Work) -> set[int]:
    """The priorities that may make their requests now."""
    budget, now = work.store.budget(), work.clock()
    return {p for p in (WRITE, HOOK, POLL, BACKFILL, SWEEP) if ready_at(budget, p, now) <= now}


def _due(walks: list[WalkRow], mode: str | None, now: str) -> WalkRow | None:
    """The walk to go on with."""
    return next((walk for walk in _turns(walks, mode) if walk.due_at <= now), None)


def _turns(walks: list[WalkRow], mode: str | None) -> list[WalkRow]:
    """Whose turn it is once due. The first sync and the sweep go feed by feed; each poll is due by itself."""
    mine = [walk for walk in walks if walk.mode == mode]
    if mode == "sweep" and any(w.mode == "backfill" and w.state not in ("over", "denied") for w in walks):
        return []
    running = [walk for walk in mine if walk.state == "running"]
    if mode != "poll" and running:
        return running[:1]
    turns = []
    for walk in sorted(mine, key=lambda w: (w.state != "running", w.place)):
        if walk.state in ("idle", "running", "denied"):
            turns.append(walk)
        if mode == "backfill" and walk.state == "idle":
            break
    return turns


def waiting(work: Work) -> dict[int, datetime]:
    """Priority -> when something of it is due, the vendor's limit aside."""
    walks = work.store.walks()
    due = work.store.due_fetches()
    for priority, mode in ((POLL, "poll"), (BACKFILL, "backfill"), (SWEEP, "sweep")):
        dues = [walk.due_at for walk in _turns(walks, mode)]
        if dues:
            due[priority] = min([*dues, *([due[priority]] if priority in due else [])])
    if work.writes != "off" and (owed := work.store.owed_at()):
        due[WRITE] = owed
    return {priority: moment(at) for priority, at in due.items()}


def next_at(work: Work) -> datetime | None:
    """When there may be something to do again; None: never without news."""
    budget, now = work.store.budget(), work.clock()
    return min((max(at, ready_at(budget, p, now)) for p, at in waiting(work).items()), default=None)
