"""A clock that a test moves. A sandbox takes any callable that gives times with a zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
"""The day after the made-up world's own: everything in an account lies before it."""


class VirtualClock:
    """Stands still until ``advance``. Never goes back."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        if seconds < 0:
            raise ValueError("a clock does not go back")
        self.now += timedelta(seconds=seconds)
        return self.now


def system_clock() -> datetime:
    return datetime.now(UTC)
