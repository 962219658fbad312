"""What the ledger hands out of outgoing webhooks, as frozen values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from indexer.ledger.values import Event

SubscriptionState = Literal["active", "paused", "disabled"]
DeliveryState = Literal["waiting", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """Who is told of events. ``kinds`` empty: of all. ``replay_next`` None: no replay is under way."""

    workspace: str
    id: str
    url: str = field(repr=False)  # may hold a token of theirs
    kinds: tuple[str, ...]
    secrets: str = field(repr=False)
    state: SubscriptionState
    reason: str
    cursor: int
    replay_next: int | None
    replay_to: int | None
    created_at: str
    failing_since: str | None
    tried_at: str | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One event owed to one subscription. ``seq`` None: a test. ``status`` None: nothing answered, or not tried yet."""

    id: str
    seq: int | None
    state: DeliveryState
    due_at: str
    attempts: int
    status: int | None
    problem: str
    asked_at: str
    at: str | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours until ``until``. ``event`` None: a test. ``attempts``: those before this one."""

    subscription: SubscriptionRow
    id: str
    event: Event | None
    asked_at: str
    attempts: int
    token: int
    until: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt. ``due_at``: of the next one, where it is ``waiting``.

    off: failing since when -> why the subscription is disabled now, "" while it is not.
    """

    state: DeliveryState
    status: int | None
    problem: str
    due_at: str | None = None
    off: Callable[[str], str] = lambda _since: ""


@dataclass(frozen=True, slots=True)
class Replay:
    """A range of events that is owed once more. ``events``: how many of them the subscription is told of."""

    from_seq: int
    to_seq: int
    events: int
