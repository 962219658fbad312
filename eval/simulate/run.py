"""Many schedules over one database that is made anew now and then. The same seed gives the same trace."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from eval.sandbox.clock import VirtualClock
from eval.simulate.schedule import Outcome, Schedule
from eval.simulate.world import World
from indexer.ledger import Ledger
from indexer.ledger.practice import empty, practised

TOGETHER = 100
"""Schedules in one database before its rows are taken out: it gets slower as it fills."""


@contextmanager
def database(url: str | None = None) -> Iterator[tuple[Ledger, VirtualClock, Path]]:
    """url: of an empty PostgreSQL database; None: a SQLite file in memory where the machine has such a folder."""
    memory = Path("/dev/shm")  # noqa: S108  a schedule is thrown away: nothing has to outlive the machine
    folder = Path(tempfile.mkdtemp(prefix="headwater-", dir=memory if memory.is_dir() else None))
    clock = VirtualClock()
    ledger = Ledger.open(url or f"sqlite:///{folder / 'ledger.db'}", clock=clock)
    try:
        yield ledger, clock, folder
    finally:
        ledger.close()
        shutil.rmtree(folder, ignore_errors=True)


def outcomes(seeds: Iterable[int], *, url: str | None = None, build: Callable[..., World] = World) -> Iterator[Outcome]:
    with database(url) as (whole, clock, folder), practised(whole) as (ledger, written):
        empty(ledger)
        for number, seed in enumerate(seeds, 1):
            yield Schedule(ledger, written, clock, folder, seed, build).run()
            if number % TOGETHER == 0:
                empty(ledger)


def counted(found: Iterable[Outcome]) -> tuple[int, Counter[str], list[Outcome]]:
    """(crashes, how often each rare state was reached, the schedules that broke a rule)"""
    crashes, seen, bad = 0, Counter[str](), list[Outcome]()
    for outcome in found:
        crashes += outcome.crashes
        seen += outcome.seen
        if outcome.violations:
            bad.append(outcome)
    return crashes, seen, bad
