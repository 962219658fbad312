"""What a complete listing did not show may be gone: the rules by which it is believed.

An empty, refused or cut listing proves nothing. What is missing is read by itself, and only then gone. More than
max(20, 5 %) missing at once stops and asks an operator first.
"""

from __future__ import annotations

from dataclasses import replace

from indexer.ledger import SWEEP, SyncStore, WalkRow
from indexer.sync.pull import feed_of
from indexer.sync.work import Work

MOST, SHARE = 20, 0.05


def judge(work: Work, walk: WalkRow) -> None:
    """After the last page of a sweep."""
    feed = feed_of(work, walk)
    kind, start = feed.lists or "", walk.started_at or work.now()
    missing, held = work.store.missing(kind, start)
    idle = replace(walk, state="idle", allowed=0, due_at=work.after(feed.every_s), problem="")
    with work.store.write() as tx:
        # A stage or user that vanished keeps its name: people's history goes on naming it.
        if work.store.root_kind(kind) == "shared":
            missing = []
        seen = work.store.seen_since(kind, start)
        if walk.total is not None and seen < walk.total and missing:
            said = f"The listing {feed.name} showed {seen:,} of {walk.total:,}: nobody is gone because of it."
            tx.walk(replace(idle, problem=said, due_at=work.after(feed.every_s / 8)))
        elif len(missing) > max(MOST, SHARE * held) and not walk.allowed:
            said = (
                f"{len(missing):,} of {held:,} {kind} are missing in one sweep. Nothing was hidden. Look in the ATS; "
                f"if they are really gone there: `headwater sync allow-deletes {work.store.connection}`."
            )
            tx.walk(replace(walk, state="asks", problem=said))
        else:
            for item_id in missing:
                tx.want(kind, item_id, SWEEP)
            tx.walk(idle)


def allow_deletes(store: SyncStore) -> int:
    """An operator looked: what the sweeps that ask found missing is read one by one, and what is gone there is hidden.

    Returns how many sweeps asked."""
    asking = [walk for walk in store.walks() if walk.state == "asks"]
    with store.write() as tx:
        for walk in asking:
            tx.walk(replace(walk, state="judging", allowed=1, due_at=store.now(), problem=""))
    return len(asking)


def sweep_now(store: SyncStore, *, feed: str | None = None) -> None:
    """Ask for a sweep without waiting for its turn."""
    with store.write() as tx:
        for walk in store.walks():
            if walk.mode == "sweep" and walk.state == "idle" and feed in (None, walk.feed):
                tx.walk(replace(walk, due_at=store.now()))
