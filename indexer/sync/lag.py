"""When to read what a webhook announced: vendors answer reads from copies that trail behind their webhooks.

How far they trail is measured: a change that a read did not show at an age of 29 s and another showed at 31 s says
"about 29 s". Once that is known, a change is read when it is due to show. Of those that do not show then, the oldest
is looked at often; the others wait for what it tells, which spares the vendor's limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.ledger import FetchRow, SyncWrite
from indexer.sync.work import Work, moment

GIVE_UP_S = 1200.0
"""A change announced and never shown by then comes by the next poll or sweep."""
NEAR_S = 2.0
"""Reads that trail by less are simply repeated."""
STEP_S, MOST_STEP_S = 0.5, 15.0
GROWTH = 0.15
FRONT_S = 120.0
"""A change that is late by so much may never show: it is not the oldest that others wait for."""
EARLY = 0.25
"""This share of the changes is looked at in half the time, should reads trail less than they did."""


def first_look(work: Work, received: str) -> str:
    """When to read what a webhook announced at ``received``."""
    if work.lag_s <= NEAR_S:
        return received
    share = 0.5 if work.rng.random() < EARLY else 1.0
    return max(received, work.after(work.lag_s * share + STEP_S - _age(work, received)))


def next_look(work: Work, tx: SyncWrite, expect: Mapping[str, Any]) -> str | None:
    """When to look again at what was not shown; None: not any more."""
    received = expect.get("received")
    if received is None or (age := _age(work, str(received))) > GIVE_UP_S:
        return None
    known = work.lag_s if work.lag_s > NEAR_S else 0.0
    over = age - known
    if known and over < STEP_S:
        return work.after(max(STEP_S, STEP_S - over))
    waiting = (at for row in tx.awaited() if _age(work, at := str(row.expect["received"])) < known + FRONT_S)
    if str(received) <= min(waiting, default=str(received)):
        return work.after(min(MOST_STEP_S, max(STEP_S, over * GROWTH)))
    return work.after(min(4 * MOST_STEP_S, max(NEAR_S, over)))


def unseen(expect: Mapping[str, Any], read_at: str) -> dict[str, Any]:
    """The expectation of what a read at ``read_at`` did not show."""
    age = (moment(read_at) - moment(str(expect["received"]))).total_seconds()
    return {name: value for name, value in expect.items() if name not in ("proofs", "files")} | {"unseen_s": age}


def learn(work: Work, tx: SyncWrite, row: FetchRow, read_at: str) -> None:
    """A read at ``read_at`` showed what was announced: how far do reads trail? Those that wait are due by that."""
    received = row.expect.get("received")
    if received is None:
        return
    least, most = row.expect.get("unseen_s"), (moment(read_at) - moment(str(received))).total_seconds()
    lag = work.lag_s
    if least is not None and lag < least:
        lag = least  # of the two the sure one: a read that showed it may itself have waited for the vendor's limit
    elif lag > most:
        lag = most
    elif least is None:
        lag = lag * 0.99 if lag > NEAR_S else 0.5 * lag if lag > STEP_S else 0.0
    if lag == work.lag_s:
        return
    tx.lag(round(lag, 3))
    if lag > work.lag_s:
        for other in tx.awaited():
            due = work.after(lag + STEP_S - _age(work, str(other.expect["received"])))
            if due < other.due_at:
                tx.due(other, max(due, work.now()))


def _age(work: Work, received: str) -> float:
    return (work.clock() - moment(received)).total_seconds()
