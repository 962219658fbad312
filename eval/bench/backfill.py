"""The first sync of a whole account, killed again and again: as quick as the vendor allows, and all there once?

``headwater bench backfill``. The real Teamtailor connector, steps and ledger (a SQLite file) over a sandbox of the ATS
in this process, under a clock that jumps to when the next request may be made. Kills come before, inside and after
transactions; each is followed by a new worker over the same ledger. Files are one line each and read at once: this is
about requests, not about reading.
"""

from __future__ import annotations

import math
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from eval.bench.figures import machine, rss_mb
from eval.bench.first_sync import CONNECTION, WORKSPACE, FirstSync, Killed
from eval.bench.whole import compare
from eval.sandbox import Teamtailor, VirtualClock, make_account
from indexer.ledger import Ledger

SHARE, PAGES, REQUESTS = 0.9, 1, 2.0
PLACES = 2.2
"""For each candidate so many places are passed by the time of the last kill: two thirds of those there are."""


def run(
    *,
    people: Annotated[int, typer.Option(help="Candidates of the account.")] = 20_000,
    kills: Annotated[int, typer.Option(help="How often the worker is killed.")] = 50,
    seed: Annotated[int, typer.Option(help="Of the account and of the kills.")] = 2026,
    answer_ms: Annotated[float, typer.Option(help="How long the vendor takes for an answer.")] = 100.0,
    file_ms: Annotated[float, typer.Option(help="How long one file takes, after one another.")] = 0.0,
) -> dict[str, Any]:
    """Requests, time and share of the vendor's limit; what a kill costs; what is missing or there twice."""
    clock = VirtualClock()
    account = make_account(people, seed=seed)
    sandbox = Teamtailor(account, clock=clock, plain_files=True)
    with tempfile.TemporaryDirectory(prefix="headwater-backfill-") as name:
        folder = Path(name)
        ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}", clock=clock)
        try:
            sync = FirstSync(ledger, sandbox, clock, folder / "files", answer_s=answer_ms / 1000, file_s=file_ms / 1000)
            began, start, cpu = clock(), time.perf_counter(), time.process_time()
            done = _killed(sync, kills, random.Random(seed), people)
            wall_s, cpu_s = time.perf_counter() - start, time.process_time() - cpu
            virtual_s = (clock() - began).total_seconds()
            found = compare(account, ledger, WORKSPACE, CONNECTION)
        finally:
            ledger.close()
    statuses = Counter(call.status for call in sandbox.calls if call.path.startswith("/v1/"))
    requests, steps = statuses.total(), sync.steps.total()
    window = sandbox.window
    allowed = window.limit * math.ceil((virtual_s - sync.idle_s) / window.period_s)
    again = sync.connector.again
    bars = {
        "share_of_the_limit": _bar(round(requests / allowed, 4), f">= {SHARE}", requests / allowed >= SHARE),
        "too_many": _bar(statuses[429], "0", statuses[429] == 0),
        "kills": _bar(done, str(kills), done == kills),
        "most_pages_read_again_after_a_kill": _bar(max(again.values(), default=0), f"<= {PAGES}",
                                                   max(again.values(), default=0) <= PAGES),
        "requests_a_candidate": _bar(round(requests / people, 3), f"< {REQUESTS:g}", requests / people < REQUESTS),
        "missing": _bar(found.missing.total(), "0", not found.missing.total()),
        "doubled": _bar(found.doubled.total(), "0", not found.doubled.total()),
    }  # fmt: skip
    return {
        "people": people,
        "requests": requests,
        "statuses": {str(status): count for status, count in sorted(statuses.items())},
        "virtual_s": round(virtual_s, 1),
        "without_work_s": round(sync.idle_s, 1),
        "bars": bars,
        "met": all(bar["met"] for bar in bars.values()),
        "killed": dict(sync.where),
        "pages": len(sync.connector.pages),
        "pages_read_again": again.total(),
        "read_by_themselves": sync.connector.fetches.total(),
        "of_those_again": sync.connector.fetches.total() - len(sync.connector.fetches),
        "files": sync.connector.downloads,
        "compared": dict(found.compared),
        "missing": dict(found.missing),
        "doubled": dict(found.doubled),
        "steps": dict(sync.steps),
        "wall_s": round(wall_s, 1),
        "cpu_s": round(cpu_s, 1),
        "steps_per_s": round(steps / wall_s, 1),
        "memory_mb": rss_mb(),
        "seed": seed,
        "answer_ms": answer_ms,
        "file_ms": file_ms,
        "machine": machine(),
    }


def _killed(sync: FirstSync, kills: int, rng: random.Random, people: int) -> int:
    """Run to the end with so many kills on the way. Returns how many there were."""
    done = 0
    most = max(2, 2 * round(people * PLACES / kills)) if kills else 0
    while True:
        sync.fuse[0] = rng.randint(1, most) if done < kills else 0
        try:
            sync.run()
        except Killed:
            done += 1
            sync.revive()
        else:
            return done


def _bar(figure: float, bar: str, met: bool) -> dict[str, Any]:
    return {"figure": figure, "bar": bar, "met": met}
