"""A process that can die at any moment: before, inside and after a transaction, before and after a request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from indexer.ledger import SyncStore, SyncWrite


class Crash(BaseException):
    """Stands for a kill: nothing catches it but the simulator."""


class Fuse:
    """Burns down by one at each place where a process may die, and goes off at zero. ``left`` None: it does not burn.

    ``where``: at how many places of each sort it went off.
    """

    def __init__(self) -> None:
        self.left: int | None = None
        self.where: Counter[str] = Counter()
        self.passed = 0

    def pass_(self, where: str) -> None:
        self.passed += 1
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            self.left = None
            self.where[where] += 1
            raise Crash


class CrashingStore(SyncStore):
    """A store whose transactions are such places."""

    fuse: Fuse

    @contextmanager
    def write(self, *, actor: str | None = None) -> Iterator[SyncWrite]:
        self.fuse.pass_("before a commit")
        with super().write(actor=actor) as tx:
            yield tx
            self.fuse.pass_("inside a transaction")
        self.fuse.pass_("after a commit")
