"""The next thing to do for one connection, the most urgent first. One step is at most one API request; none sleeps.

Who goes first with the vendor's budget: what a webhook told of, then polls, then the first sync, then sweeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from indexer.connectors.connector import Feed
from indexer.ledger import BACKFILL, HOOK, POLL, SWEEP, Mode, WalkRow
from indexer.sync.apply import BATCH, apply
from indexer.sync.budget import ready_at
from indexer.sync.inbox import take_inbox
from indexer.sync.pull import pull
from indexer.sync.read import read
from indexer.sync.sweep import judge
from indexer.sync.work import Work, moment, stamp

PURGE_DAYS = 30.0
"""People who are gone in the ATS are hidden at once, and what is kept of them goes after so many days."""


@dataclass(frozen=True)
class Done:
    """What a step did. ``changed``: records are new, so the index has something to follow."""

    what: Literal["inbox", "apply", "read", "pull", "judge", "purge"]
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
    if rows := work.store.inbox():
        take_inbox(work, rows)
        return Done("inbox")
    if roots := work.store.dirty(BATCH):
        return Done("apply", changed=apply(work, roots))
    walks = work.store.walks()
    for walk in walks:
        if walk.state == "judging":
            judge(work, walk)
            return Done("judge")
    now = work.now()
    most = _affordable(work)
    for priority, mode in ((HOOK, None), (POLL, "poll"), (BACKFILL, "backfill"), (SWEEP, "sweep")):
        if priority > most:
            break
        if row := work.store.next_fetch(most=priority, now=now):
            return Done("read", changed=read(work, row))
        if walk_due := _due(walks, mode, now):
            return Done("pull", changed=pull(work, walk_due))
    if gone := work.store.due_for_purge(stamp(work.clock() - timedelta(days=PURGE_DAYS)), 100):
        with work.store.write() as tx:
            tx.purge_people(gone)
        return Done("purge")
    return None


def _affordable(work: Work) -> int:
    """The least urgent priority that may make a request now; -1: none."""
    budget, now = work.store.budget(), work.clock()
    return max((p for p in (HOOK, POLL, BACKFILL, SWEEP) if ready_at(budget, p, now) <= now), default=-1)


def _due(walks: list[WalkRow], mode: str | None, now: str) -> WalkRow | None:
    """The walk to go on with. The first sync and the sweep go feed by feed; a poll is due each by itself."""
    mine = [walk for walk in walks if walk.mode == mode]
    if mode == "sweep" and any(w.mode == "backfill" and w.state not in ("over", "denied") for w in walks):
        return None
    running = [walk for walk in mine if walk.state == "running"]
    if mode != "poll" and running:
        mine = running[:1]
    for walk in sorted(mine, key=lambda w: (w.state != "running", w.place)):
        if walk.state in ("idle", "running", "denied") and walk.due_at <= now:
            return walk
        if mode == "backfill" and walk.state == "idle":
            return None
    return None


def next_at(work: Work) -> datetime | None:
    """When there may be something to do again; None: never without news."""
    due = work.store.next_due()
    if due is None:
        return None
    budget, at = work.store.budget(), moment(due)
    return max(at, ready_at(budget, HOOK, work.clock()))
