"""Real threads under a clock that moves only when all of them wait: one runs at a time, the one that is due first.

Where the product's threads wait for each other they do so with their own code; only time is not real.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from eval.sandbox.clock import VirtualClock
from indexer.ledger import turns


@dataclass(order=True)
class _Wait:
    """Of one thread. ``go`` None: it was woken before that time."""

    at: datetime
    number: int
    go: Any = field(compare=False)


class Time:
    """``start`` threads, then ``run``. What these threads wait for has to be ``sleep``, ``charge`` or an ``event``."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self._waits: list[_Wait] = []
        self._number, self._alive = 0, 0
        self._cpu = turns.Turns()
        self._failed: list[BaseException] = []

    def __enter__(self) -> Time:
        self._patch = patch.object(turns, "Event", self.event)
        self._patch.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._patch.stop()

    def event(self) -> Event:
        """In place of one of ``threading``."""
        return Event(self)

    def start(self, work: Callable[[], object]) -> None:
        """A thread that begins once ``run`` lets it."""
        self._alive += 1
        go = threading.Event()
        self._put(self.clock.now, go)

        def body() -> None:
            go.wait()
            try:
                work()
            except BaseException as error:  # told in ``run``
                self._failed.append(error)
            self._alive -= 1
            self._pass_on()

        threading.Thread(target=body, daemon=True).start()

    def run(self, until: Callable[[], bool], *, look_s: float = 1.0) -> None:
        """From the thread that started them, until that is so. Raises what one of them raised."""
        while not until():
            self.sleep(look_s)
            if self._failed:
                raise self._failed[0]

    def ended(self) -> bool:
        return self._alive == 0

    def sleep(self, seconds: float) -> None:
        go = threading.Event()
        self._put(self.clock.now + timedelta(seconds=seconds), go)
        self._pass_on()
        go.wait()

    def charge(self, seconds: float) -> None:
        """So much computing: Python computes for one thread at a time, and who came first goes first."""
        self._cpu.take(1e9)
        self.sleep(seconds)
        self._cpu.give()

    def _put(self, at: datetime, go: threading.Event) -> _Wait:
        self._number += 1
        wait = _Wait(at, self._number, go)
        heapq.heappush(self._waits, wait)
        return wait

    def _pass_on(self) -> None:
        while self._waits:
            wait = heapq.heappop(self._waits)
            if wait.go is not None:
                self.clock.now = max(self.clock.now, wait.at)
                wait.go.set()
                return


class Event:
    """Like ``threading.Event``, for these threads."""

    def __init__(self, time: Time) -> None:
        self._time, self._flag = time, False
        self._waits: list[_Wait] = []

    def set(self) -> None:
        self._flag = True
        for wait in self._waits:
            if wait.go is not None:
                self._time._put(self._time.clock.now, wait.go)
                wait.go = None
        self._waits.clear()

    def clear(self) -> None:
        self._flag = False

    def wait(self, timeout: float = 1e9) -> bool:
        if not self._flag:
            go = threading.Event()
            wait = self._time._put(self._time.clock.now + timedelta(seconds=min(timeout, 1e8)), go)
            self._waits.append(wait)
            self._time._pass_on()
            go.wait()
            if wait in self._waits:  # its time came
                self._waits.remove(wait)
        return self._flag


class Meter:
    """What a thread computes, by its processor time, charged to the clock: at the end, or before as it says.

    slower: so many times as long as it takes here.
    """

    def __init__(self, time: Time, slower: float = 1.0) -> None:
        self._time, self._slower, self._mine = time, slower, threading.local()

    def pay(self) -> None:
        """For what was computed since it paid last."""
        now = time.thread_time()
        self._time.charge(self._slower * (now - getattr(self._mine, "paid", now)))
        self._mine.paid = time.thread_time()
