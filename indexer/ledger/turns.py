"""The one connection that writes, handed out in the order it is asked for.

A plain pool wakes whoever has waited longest, and lets a thread that comes right then go first: where fifty write at
once, somebody waits for ever.
"""

from __future__ import annotations

from collections import deque
from threading import Event, Lock
from typing import Any

from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from engine.errors import Busy


class Turns:
    """A lock that is had in the order it was asked for."""

    def __init__(self) -> None:
        self._free, self._line, self._lock = True, deque[Event](), Lock()

    def take(self, patience_s: float) -> bool:
        """False: our turn did not come in that time."""
        with self._lock:
            if self._free:  # and so nobody waits
                self._free = False
                return True
            turn = Event()
            self._line.append(turn)
        if turn.wait(patience_s):
            return True
        with self._lock:
            if turn in self._line:
                self._line.remove(turn)
                return False
        return True  # it came just now

    def give(self) -> None:
        """To who has waited longest."""
        with self._lock:
            if self._line:
                self._line.popleft().set()
            else:
                self._free = True


class OneInTurn(QueuePool):
    """Of one connection; ``timeout`` in seconds. Raises Busy."""

    def __init__(self, creator: Any, **options: Any) -> None:
        super().__init__(creator, **{**options, "pool_size": 1, "max_overflow": 0})
        self._turns = Turns()

    def _do_get(self) -> ConnectionPoolEntry:
        if not self._turns.take(self.timeout()):
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
