"""What a step is given, and the few rules all steps share: times, waits, errors. Holds nothing that must survive."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from engine.errors import BadFile
from indexer.connectors.connector import Connector
from indexer.connectors.errors import TryLater, VendorError
from indexer.connectors.http import Budget, Http
from indexer.documents import ReadText
from indexer.ledger import BudgetRow, SyncStore, SyncWrite

Documents = Callable[[Sequence[Path]], Iterable[ReadText | BadFile]]
"""Files -> their texts, in order."""

Writes = Literal["on", "dry", "off"]
"""dry: nothing is written to the ATS, what would be is told. off: what is owed waits."""

FIRST_WAIT_S, MOST_WAIT_S = 2.0, 900.0
ATTEMPTS = 8
"""Of one record that the vendor answers wrongly. Then it is parked."""
PAUSE_S = 2.0
"""After no answer at all, nobody of this connection asks for so long."""


@dataclass(frozen=True)
class Work:
    """One connection, open for work. lag_s: how long the vendor's reads trail its webhooks, as last measured."""

    store: SyncStore
    connector: Connector
    http: Http
    clock: Callable[[], datetime]
    rng: random.Random
    documents: Documents
    folder: Path
    """For files between download and reading; what is in it may go at any time."""
    lag_s: float = 0.0
    parallel: int = 1
    """Files downloaded at a time."""
    ours_wins: frozenset[str] = frozenset()
    """Names of values that are written over whatever the ATS says (docs/sync.md)."""
    writes: Writes = "on"
    max_file_bytes: int = 25_000_000
    link: Callable[[str], str] | None = None
    """Address of a file given here -> where a vendor can fetch it. Raises HeadwaterError where none could."""

    def now(self) -> str:
        return self.store.now()

    def after(self, seconds: float) -> str:
        return stamp(self.clock() + timedelta(seconds=seconds))

    def wait(self, attempts: int, error: Exception | None = None) -> str:
        """When to try again: what the vendor said, else twice as long each time; with jitter, so that not all come at
        once."""
        if isinstance(error, TryLater) and error.after_s is not None:
            return self.after(error.after_s + self.rng.uniform(0.0, 0.2))
        longest = min(MOST_WAIT_S, FIRST_WAIT_S * 2 ** min(attempts, 16))
        return self.after(longest * self.rng.uniform(0.5, 1.0))


def stamp(at: datetime) -> str:
    """As the ledger writes times: they are compared as text."""
    return at.isoformat(timespec="milliseconds")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def is_down(error: VendorError) -> bool:
    """The vendor answers nobody now, so that this says nothing about the record or listing asked for."""
    return isinstance(error, TryLater) and error.status in (None, 429, 502, 503, 504)


def note_budget(work: Work, tx: SyncWrite, error: VendorError | None = None) -> None:
    """Keep what the last answer said of the vendor's limit. Call it after each request, with the error it raised."""
    said, before = work.http.budget, work.store.budget()
    if isinstance(error, TryLater) and is_down(error):
        until = work.after(error.after_s if error.after_s is not None else PAUSE_S)
        if error.after_s is None and before is not None:
            until = max(until, before.resets_at)  # what it cost is not known, so the window is taken for spent
        tx.budget(said.limit if said else 0, 0, until)
    elif said is not None:
        tx.budget(said.limit, said.remaining, _resets_at(work, said, before))


def _resets_at(work: Work, said: Budget, before: BudgetRow | None) -> str:
    """When the limit is whole again. A vendor says so in whole seconds, rounded up, anew with each answer: of what was
    said in one window the earliest is the closest. With nothing left over no second is risked."""
    at = work.after(said.reset_s)
    one_window = before is not None and before.limit == said.limit and before.remaining > said.remaining > 0
    if before is not None and one_window and before.resets_at > work.now():
        return min(at, before.resets_at)
    return at
