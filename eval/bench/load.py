"""One serving process under load: searchers without pause, records streaming in, embedding going on.

``headwater bench load``. Three stretches of equal length on the same server: one searcher alone; the searchers
without upserts; the searchers with them. A heartbeat asks ``/v1/health`` every 20 ms on its own connection: what it
waits beyond its usual time is how long the process stood still for everyone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from eval.bench.figures import machine, percentiles, rss_mb
from eval.bench.installation import CONNECTION, build_installation, load, shown
from eval.bench.questions import Question, make_questions
from eval.bench.served import Client, Served, serving
from eval.bench.stream import changed_people
from models import DEFAULT

HEARTBEAT_S = 0.02


@dataclass
class _Stretch:
    """What was seen between start and stop."""

    searches_ms: list[float] = field(default_factory=list)
    beats_ms: list[float] = field(default_factory=list)
    upserts_ms: list[float] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    failed: list[str] = field(default_factory=list)


def run(
    shared: Path,
    folder: Path,
    cache_dir: Path,
    *,
    people: int = 100_000,
    searchers: int = 8,
    upserts_per_s: float = 20.0,
    seconds: float = 60.0,
    encoder: str = DEFAULT,
) -> dict[str, Any]:
    made = build_installation(folder, people, shared, load(encoder, cache_dir), report=shown)
    asked = make_questions()
    records = list(changed_people(made.folder, int(upserts_per_s * seconds * 1.2) + 10, seed=int(time.time())))
    with serving(made.folder, cache_dir, encoder) as served:
        warm = served.connect()
        for question in asked[:30]:
            warm.search(question.text, question.filters)
        warm.close()
        stretches = {
            "one_searcher": stretch(served, asked, seconds=seconds, searchers=1),
            "without_upserts": stretch(served, asked, seconds=seconds, searchers=searchers),
            "with_upserts": stretch(
                served, asked, seconds=seconds, searchers=searchers, records=records, every_s=1 / upserts_per_s
            ),
        }
        memory = rss_mb(served.process.pid)
    return {
        "people": people, "searchers": searchers, "upserts_per_s": upserts_per_s, "seconds": seconds,
        **stretches, "rss_mb": memory, "machine": machine(),
    }  # fmt: skip


def stretch(
    served: Served, asked: Sequence[Question], *, seconds: float, searchers: int,
    records: Sequence[dict[str, Any]] = (), every_s: float = 0.0,
) -> dict[str, Any]:  # fmt: skip
    seen = _Stretch()
    jobs = [partial(_search, served.connect(), asked[n::searchers], seen) for n in range(searchers)]
    jobs.append(partial(_beat, served.connect(), seen))
    if records:
        jobs.append(partial(_upsert, served.connect(), records, every_s, seen))
    threads = [threading.Thread(target=_guarded, args=(job, seen)) for job in jobs]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    seen.stop.set()
    for thread in threads:
        thread.join()
    if seen.failed:
        raise RuntimeError(f"{len(seen.failed)} clients failed, the first: {seen.failed[0]}")
    found: dict[str, Any] = {
        "search_ms": percentiles(seen.searches_ms),
        "searches_per_s": round(len(seen.searches_ms) / seconds, 1),
        "heartbeat_ms": percentiles(seen.beats_ms, 50, 99),
        "longest_stall_ms": round(max(seen.beats_ms), 1),
    }
    if records:
        found["upserts_per_s"] = round(len(seen.upserts_ms) / seconds, 1)
        found["upsert_ms"] = percentiles(seen.upserts_ms)
    return found


def _guarded(job: partial[None], seen: _Stretch) -> None:
    client: Client = job.args[0]
    try:
        with closing(client):
            job()
    except Exception as error:  # a thread's error must reach the one who waits
        seen.failed.append(repr(error))
        seen.stop.set()


def _search(client: Client, asked: Sequence[Question], seen: _Stretch) -> None:
    number = 0
    while not seen.stop.is_set():
        question = asked[number % len(asked)]
        start = time.perf_counter()
        client.search(question.text, question.filters)
        seen.searches_ms.append((time.perf_counter() - start) * 1000)
        number += 1


def _beat(client: Client, seen: _Stretch) -> None:
    while not seen.stop.wait(HEARTBEAT_S):
        start = time.perf_counter()
        client.ask("GET", "/v1/health")
        seen.beats_ms.append((time.perf_counter() - start) * 1000)


def _upsert(client: Client, records: Sequence[dict[str, Any]], every_s: float, seen: _Stretch) -> None:
    due = time.perf_counter()
    for record in records:
        if seen.stop.wait(max(0.0, due - time.perf_counter())):
            break
        start = time.perf_counter()
        status, answer = client.ask("PUT", "/v1/people", {"connection": CONNECTION, "people": [record]})
        if status != 200:
            raise RuntimeError(f"PUT /v1/people answered {status}: {answer[:200]!r}")
        seen.upserts_ms.append((time.perf_counter() - start) * 1000)
        due += every_s
