"""Every place where a process may die, one after the other, for everything that may be done.

An operation is carried out once without harm, and its places are counted: before, inside and after each transaction,
before each request and before its answer. Then as often as there are places the same is done from the same start, and
the process dies there and starts again. It must come out as if nothing had been.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from eval.sandbox import VirtualClock
from eval.simulate.connected import NAME, ORIGIN, WORKSPACE, Connected
from eval.simulate.operations import Operation
from eval.simulate.run import database
from indexer.ledger import Ledger
from indexer.ledger.practice import Backup, empty, put_back, saved

MOST = 10_000
"""More places than any operation has."""


@dataclass
class Swept:
    """What an operation went through. ``broken``: (place, what)."""

    name: str
    places: int
    tried: int = 0
    died: int = 0
    broken: list[tuple[int, str]] = field(default_factory=list)


def sweep(
    operations: Iterable[Operation], *, url: str | None = None, each: int = 1, most: int = MOST
) -> Iterator[Swept]:  # fmt: skip
    """url: of an empty PostgreSQL database; None: SQLite. each, most: only one of so many, of the first so many."""
    with database(url) as (ledger, clock, folder):
        start = _Start(ledger, clock, folder)
        for one in operations:
            yield _swept(one, start, each, most)


class _Start:
    """The account read for the first time, to begin at again and again."""

    def __init__(self, ledger: Ledger, clock: VirtualClock, folder: Path) -> None:
        self._ledger, self._clock, self._folder = ledger, clock, folder
        empty(ledger)
        ledger.connections.add(
            WORKSPACE, NAME, vendor="teamtailor", origin=ORIGIN, credential="sealed", secrets_sealed="sealed"
        )
        at = Connected(ledger, clock, folder)
        at.rest()
        at.sweep()
        clock.advance(3_600.0)
        self._now, self._backup = clock.now, saved(ledger, WORKSPACE)

    def __call__(self) -> Connected:
        self._clock.now = self._now
        backup: Backup = self._backup
        put_back(self._ledger, WORKSPACE, backup)
        return Connected(self._ledger, self._clock, self._folder)


def _swept(one: Operation, start: Callable[[], Connected], each: int, most: int) -> Swept:
    calm = start()
    untouched, places, broken = _carried_out(one, calm, MOST)
    wanted = calm.end()
    found = Swept(one.name, places, broken=[(0, what) for what in broken])
    if wanted == untouched:
        found.broken.append((0, "it has no effect, and so proves nothing"))
    if calm.refused():
        found.broken.append((0, "it asks more often than the vendor allows"))
    for place in range(1, min(places, most) + 1, each):
        at = start()
        _, _, broken = _carried_out(one, at, place)
        found.tried += 1
        found.died += at.crashes
        came = at.end() if not broken else wanted
        broken += [f"{name}: {came[name]!r}, not {wanted[name]!r}" for name in wanted if came[name] != wanted[name]]
        found.broken += [(place, what) for what in broken]
    return found


def _carried_out(one: Operation, at: Connected, place: int) -> tuple[dict[str, Any], int, list[str]]:
    """It dies at that place. Returns how it was before, how many places it passed, and what of the rules was broken."""
    broken: list[str] = []
    if one.before is not None:
        one.before(at)
        if not one.busy:
            at.rest()
    before = at.end()
    at.fuse.left = place
    try:
        one.do(at)
        at.rest(hooks=one.hooks, look=partial(_seen, one, at, broken))
        passed = MOST - (at.fuse.left or 0)
        at.fuse.left = None
        at.sweep()
    except RuntimeError as error:
        passed = 0
        broken.append(str(error))
    return before, passed, broken


def _seen(one: Operation, at: Connected, broken: list[str]) -> None:
    if one.shown is not None and not one.shown(at) and not broken:
        broken.append("what was accepted is not seen")
