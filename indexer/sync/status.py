"""How a connection stands: how far its first sync is, how fresh each listing is and by which way, who has to act."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

from engine.records import Record
from indexer.connectors.connector import Connector, Way
from indexer.ledger import ConnectionRow, SyncStore, WalkRow
from indexer.sync.work import moment


class FirstSync(Record):
    """``total`` None: not known yet. ``left_s``: as fast as until now; None: too early to tell."""

    over: bool
    done: int
    total: int | None
    left_s: float | None


class FeedStatus(Record):
    """One listing, walked again and again. ``fresh_at``: what changed before then is here. None: not once whole."""

    feed: str
    way: Literal["poll", "sweep"]
    fresh_at: str | None
    age_s: float | None
    due_at: str
    state: str
    problem: str


class KindStatus(Record):
    """One kind of change: how it gets here soonest now, and until when all of it is here whatever the webhooks did."""

    name: str
    way: Way
    fresh_at: str | None
    age_s: float | None


class ConnectionStatus(Record):
    """``lag_s``: how old the oldest of the polled listings is; None before each was whole once. ``vendor_delay_s``: how
    long the vendor's reads trail its own webhooks. ``needs``: what an operator has to do."""

    name: str
    vendor: str
    origin: str
    state: str
    first_sync: FirstSync
    lag_s: float | None
    vendor_delay_s: float
    writes: str
    """on, dry, off"""
    wins: tuple[str, ...]
    """Values of which our word counts, whatever was changed there meanwhile."""
    webhooks: bool
    last_delivery_at: str | None
    kinds: tuple[KindStatus, ...]
    feeds: tuple[FeedStatus, ...]
    counts: Mapping[str, int]
    drift: tuple[str, ...]
    needs: tuple[str, ...]


def status_of(store: SyncStore, row: ConnectionRow, connector: Connector | None, now: datetime) -> ConnectionStatus:
    """connector None: it could not be opened; what the ledger knows is said all the same."""
    walks, counts = store.walks(), store.counts()
    feeds = tuple(_feed(walk, now) for walk in walks if walk.mode != "backfill")
    polled = [feed.age_s for feed in feeds if feed.way == "poll" and feed.state != "denied"]
    drift = tuple(what for what, _, _ in store.drift())
    return ConnectionStatus(
        name=row.name, vendor=row.vendor, origin=row.origin, state=row.state,
        first_sync=_first(walks, counts, connector, now),
        lag_s=None if not polled or None in polled else max(age for age in polled if age is not None),
        vendor_delay_s=row.lag_s, writes=row.settings.get("writes", "on"),
        wins=tuple(name for name in row.settings.get("wins", "").split(",") if name),
        webhooks=bool(row.secrets), last_delivery_at=store.last_delivery(),
        kinds=tuple(_kinds(connector, feeds, row)) if connector else (),
        feeds=feeds, counts=counts, drift=drift, needs=tuple(_needs(row, walks, counts, drift)),
    )  # fmt: skip


def _feed(walk: WalkRow, now: datetime) -> FeedStatus:
    age = round((now - moment(walk.next_since)).total_seconds(), 1) if walk.next_since else None
    way: Literal["poll", "sweep"] = "poll" if walk.mode == "poll" else "sweep"
    return FeedStatus(
        feed=walk.feed, way=way, fresh_at=walk.next_since, age_s=age, due_at=walk.due_at, state=walk.state,
        problem=walk.problem,
    )  # fmt: skip


def _kinds(connector: Connector, feeds: Sequence[FeedStatus], row: ConnectionRow) -> Iterator[KindStatus]:
    for one in connector.capabilities:
        theirs = [feed for feed in feeds if feed.feed in one.feeds]
        if not theirs:
            continue
        freshest = min(theirs, key=lambda feed: feed.age_s if feed.age_s is not None else float("inf"))
        hooked = one.way == "webhook" and bool(row.secrets)
        way: Way = "webhook" if hooked else "poll" if any(feed.way == "poll" for feed in theirs) else "sweep"
        yield KindStatus(name=one.name, way=way, fresh_at=freshest.fresh_at, age_s=freshest.age_s)


def _first(walks: list[WalkRow], counts: Mapping[str, int], connector: Connector | None, now: datetime) -> FirstSync:
    mine = [walk for walk in walks if walk.mode == "backfill"]
    over = bool(mine) and all(walk.state in ("over", "denied") for walk in mine)
    people = {kind for kind, root in connector.roots.items() if root == "person"} if connector else set()
    lists = {feed.name for feed in connector.plan.backfill if feed.lists in people} if connector else set()
    total = max((walk.total for walk in mine if walk.feed in lists and walk.total is not None), default=None)
    done = counts["people"]
    begun = [walk.started_at for walk in mine if walk.started_at]
    left = None
    if total and done and begun and not over:
        passed = (now - moment(min(begun))).total_seconds()
        left = round(max(0, total - done) * passed / done, 1)
    return FirstSync(over=over, done=done, total=total if total is None else max(total, done), left_s=left)


def _needs(row: ConnectionRow, walks: list[WalkRow], counts: Mapping[str, int], drift: tuple[str, ...]) -> list[str]:
    said = [f"Sync is stopped: {row.reason}"] if row.state == "stopped" else []
    said += [walk.problem for walk in walks if walk.state == "asks"]
    said += [f"{walk.feed} may not be read: {walk.problem}" for walk in walks if walk.state == "denied"]
    if counts["parked"]:
        said.append(f"{counts['parked']:,} records are parked: `headwater sync parked {row.name}` says why.")
    if counts["conflicts"]:
        said.append(f"{counts['conflicts']:,} values changed on both sides; the ATS's stands.")
    if counts["refused"]:
        refused = f"{counts['refused']:,} actions were refused by the ATS"
        said.append(f"{refused}: `headwater sync actions {row.name} --state parked` says why.")
    if drift:
        said.append(f"The vendor's answers hold {len(drift):,} fields or values not known here; kept, not understood.")
    return said
