"""The next thing to do for outgoing webhooks: take events from the log, or send one delivery. Never sleeps.

A step is at most one request. What it decides of time is a row with a due time, under the clock it is given.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

from engine.errors import NeedsOperator
from indexer.ledger import Claimed, Outcome, OutgoingQueue
from indexer.outgoing.http import TIMEOUT_S, Answered
from indexer.outgoing.message import body_of, headers_of
from indexer.outgoing.secrets import Secrets

SCHEDULE_S = (0.0, 5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 36_000.0)
"""How long before each attempt, after the one before: at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h."""
JITTER = 0.1
CLAIM_S = 60.0
MOST, MOST_FAILING = 4, 8
"""Requests to one subscription at once, and to all that fail together; each of these gets one at a time."""
OFF_AFTER = timedelta(days=5)
OFF_ATTEMPTS = 3
"""After a quiet week a single failure is no proof: what ends a subscription was tried so many times itself."""
GONE = 410


class Post(Protocol):
    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered: ...


@dataclass(frozen=True)
class Work:
    """All that a step may touch."""

    store: OutgoingQueue
    secrets: Secrets
    http: Post
    clock: Callable[[], datetime]
    rng: random.Random


@dataclass(frozen=True)
class Done:
    """What a step did. disabled: failed once too often. late: the claim had run out, and is somebody else's."""

    what: Literal["taken", "delivered", "failed", "disabled", "late"]


def step(work: Work) -> Done | None:
    """Do it. None: there is nothing to do now; ``next_at`` says when there will be."""
    if work.store.take():
        return Done("taken")
    claimed = claim(work)
    return send(work, claimed) if claimed else None


def claim(work: Work) -> Claimed | None:
    return work.store.claim(seconds=CLAIM_S, most=MOST, most_failing=MOST_FAILING)


def send(work: Work, claimed: Claimed) -> Done:
    """The request of a claim, and what became of it. Killed in between, the next to claim it repeats the request."""
    now = work.clock()
    if now + timedelta(seconds=2 * TIMEOUT_S) > datetime.fromisoformat(claimed.until):
        return Done("late")  # this process stood still: another may be sending it
    answered = _answered(work, claimed, now)
    return Done(work.store.settle(claimed, outcome(claimed, answered, work.clock(), work.rng)))


def _answered(work: Work, claimed: Claimed, now: datetime) -> Answered:
    row = claimed.subscription
    try:
        secrets = work.secrets.good(row.secrets, now=now)
    except NeedsOperator:
        return Answered(None, "not sent: this installation's secret does not open the webhook's")
    body = body_of(claimed)
    return work.http.post(row.url, headers_of(claimed.id, body, secrets, now), body)


def outcome(claimed: Claimed, answered: Answered, now: datetime, rng: random.Random) -> Outcome:
    """What an answer means: delivered, tried again, or given up; and whether the subscription ends."""
    if answered.ok:
        return Outcome("delivered", answered.status, "")
    problem = answered.problem or _meaning(answered.status)
    attempts = claimed.attempts + 1

    def off(since: str) -> str:
        if answered.status == GONE:
            return "The address answered 410, which says that nothing is wanted there any more."
        if attempts < OFF_ATTEMPTS or now - datetime.fromisoformat(since) < OFF_AFTER:
            return ""
        return f"Every delivery failed for five days, since {since}; the last: {problem}."

    # A test is there to be looked at now: it is sent once.
    if attempts >= len(SCHEDULE_S) or claimed.event is None:
        return Outcome("failed", answered.status, problem, off=off)
    wait = SCHEDULE_S[attempts] * rng.uniform(1 - JITTER, 1 + JITTER)
    due_at = (now.astimezone(UTC) + timedelta(seconds=wait)).isoformat(timespec="milliseconds")
    return Outcome("waiting", answered.status, problem, due_at, off)


def _meaning(status: int | None) -> str:
    redirected = status is not None and 300 <= status < 400
    return f"answered {status}" + (": redirects are not followed" if redirected else "")


def next_at(work: Work) -> datetime | None:
    """When there may be something to do again; None: never without news."""
    due = work.store.next_at()
    return datetime.fromisoformat(due) if due else None
