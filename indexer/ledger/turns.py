"""The one connection that writes, handed out in the order it is asked for; every second turn is sync's, if it waits.

A plain pool wakes whoever has waited longest, and lets a thread that comes right then go first: where fifty write at
once, somebody waits for ever. And sync is one against all of them: in one line with them it falls behind, and what is
owed, which every action accepted looks through, grows without end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event, Lock
from typing import Any

from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from engine.errors import Busy

_of_sync: ContextVar[bool] = ContextVar("_of_sync", default=False)


@contextmanager
def turn_of(*, sync: bool) -> Iterator[None]:
    """In which line whoever asks for the connection within stands."""
    before = _of_sync.set(sync)
    try:
        yield
    finally:
        _of_sync.reset(before)


class Turns:
    """A lock that is had in the order it was asked for, by the two lines alternately."""

    def __init__(self) -> None:
        self._free, self._lock = True, Lock()
        self._lines = {sync: deque[Event]() for sync in (False, True)}
        self._last = False

    def take(self, patience_s: float, *, sync: bool = False) -> bool:
        """False: our turn did not come in that time."""
        with self._lock:
            if self._free:  # and so nobody waits
                self._free, self._last = False, sync
                return True
            turn, line = Event(), self._lines[sync]
            line.append(turn)
        if turn.wait(patience_s):
            return True
        with self._lock:
            if turn in line:
                line.remove(turn)
                return False
        return True  # it came just now

    def give(self) -> None:
        """To who has waited longest, of the line whose turn it is."""
        with self._lock:
            sync = not self._last if self._lines[not self._last] else self._last
            if self._lines[sync]:
                self._last = sync
                self._lines[sync].popleft().set()
            else:
                self._free = True


class OneInTurn(QueuePool):
    """Of one connection; ``timeout`` in seconds. Raises Busy."""

    def __init__(self, creator: Any, **options: Any) -> None:
        super().__init__(creator, **{**options, "pool_size": 1, "max_overflow": 0})
        self._turns = Turns()

    def _do_get(self) -> ConnectionPoolEntry:
        if not self._turns.take(self.timeout(), sync=_of_sync.get()):
            raise busy()
        try:
            return super()._do_get()
        except BaseException:
            self._turns.give()
            raise

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        try:
            super()._do_return_conn(record)
        finally:
            self._turns.give()


def busy() -> Busy:
    return Busy("Too many changes are being written at this moment.", "Try again in a few seconds.")
