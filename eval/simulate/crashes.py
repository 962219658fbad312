"""A process that can die at any moment: before, inside and after a transaction, before and after a request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from indexer.ledger import SyncStore, SyncWrite


class Crash(BaseException):
    """Stands for a kill: nothing catches it but the simulator."""


class Fuse:
    """Burns down by one at each place where a process may die, and goes off at zero. ``left`` None: it does not burn.

    ``where``: at how many places of each sort it went off. ``between``: what others do while a process stands at the
    door of a transaction.
    """

    def __init__(self) -> None:
        self.left: int | None = None
        self.only: str | None = None
        """Burns at places of this sort alone."""
        self.where: Counter[str] = Counter()
        self.commits = 0
        self.between: Callable[[], object] | None = None

    def pass_(self, where: str) -> None:
        self.commits += where == "after a commit"
        if where == "before a commit" and self.between is not None:
            others, self.between = self.between, None
            others()
        if self.left is None or self.only not in (None, where):
            return
        self.left -= 1
        if self.left <= 0:
            self.left = self.only = None
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
