"""How fast a search is over a large crowd: in process by phase with one client and two, and over HTTP.

``headwater bench search --people 100000``. Embedding the question is part of every time; nothing is cached between
questions, and every question is asked once a round.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from engine.query.understand import understand
from engine.ranking.relevance import Weights
from engine.ranking.results import SearchResult
from engine.records import Policy, Vocabulary
from engine.search import search
from eval.bench.figures import disk_mb, machine, median_of, percentiles, rss_mb
from eval.bench.installation import TODAY, VIEWER, Opened, build_installation, load, open_installation, shown
from eval.bench.questions import Question, criteria_of, make_questions
from eval.bench.served import Client, serving
from models import DEFAULT

BARS = {"in_process_p50_ms": 15.0, "in_process_p95_ms": 30.0, "http_p95_ms": 40.0}


def run(
    shared: Path,
    folder: Path,
    cache_dir: Path,
    *,
    people: int = 100_000,
    questions: int = 500,
    rounds: int = 3,
    encoder: str = DEFAULT,
    http: bool = True,
) -> dict[str, Any]:
    """The crowd is built below ``folder`` the first time (half an hour at 100,000) and found there afterwards."""
    loaded = load(encoder, cache_dir)
    made = build_installation(folder, people, shared, loaded, report=shown)
    asked = make_questions(questions)
    answer: dict[str, Any] = {"people": people, "questions": len(asked), "rounds": rounds, "made": made.made}
    with open_installation(made.folder, loaded) as opened:
        opened.encoder.encode(["warm"], kind="query")
        opened.index.warm()
        ask = asker(opened)
        measure(ask, asked[:50], clients=1)
        answer["in_process"] = {
            "one_client": over(rounds, lambda: measure(ask, asked, clients=1)),
            "two_clients": over(rounds, lambda: measure(ask, asked, clients=2)),
        }
        answer["rss_mb"] = rss_mb()
    answer["disk_mb"] = {"all": disk_mb(made.folder), "index": disk_mb(made.folder / "index")}
    if http:
        answer["http"] = _over_http(made.folder, cache_dir, encoder, asked, rounds)
    return answer | {"machine": machine(), "bars": BARS}


Ask = Callable[[Question], dict[str, float]]
"""Milliseconds by phase, ``total`` among them."""


def asker(opened: Opened) -> Ask:
    """Questions to the engine, as the API asks it."""
    vocabulary = opened.ledger.reader(VIEWER).vocabulary()

    def ask(question: Question) -> dict[str, float]:
        start = time.perf_counter()
        result = answer_to(question, opened, vocabulary, TODAY)
        total = (time.perf_counter() - start) * 1000
        return result.took_ms | {"understand": total - result.took_ms["total"], "total": total}

    return ask


def answer_to(question: Question, opened: Opened, vocabulary: Vocabulary, today: date) -> SearchResult:
    query = understand(question.text, lexicon=opened.lexicon, vocabulary=vocabulary, today=today)
    added = criteria_of(question.filters, opened.lexicon)
    return search(
        query.model_copy(update={"criteria": (*query.criteria, *added)}),
        viewer=VIEWER, policy=Policy(), weights=Weights(), index=opened.index, encoder=opened.encoder,
        lexicon=opened.lexicon, vocabulary=vocabulary, today=today,
    )  # fmt: skip


def measure(ask: Ask, asked: Sequence[Question], *, clients: int) -> dict[str, Any]:
    """Percentiles over all questions, shared among clients who each wait for one answer before asking on."""
    took: list[dict[str, float]] = []

    def client(own: Sequence[Question]) -> None:
        took.extend(ask(question) for question in own)

    threads = [threading.Thread(target=client, args=(asked[n::clients],)) for n in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    phases = sorted({phase for one in took for phase in one} - {"total"})
    return {
        "ms": percentiles([one["total"] for one in took]),
        "queries_per_s": round(len(asked) / seconds, 1),
        "phases_ms": {phase: percentiles([one.get(phase, 0.0) for one in took], 50, 95) for phase in phases},
    }


def over(rounds: int, once: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The median of each figure over rounds."""
    found = [once() for _ in range(rounds)]
    return {
        "ms": median_of([one["ms"] for one in found]),
        **median_of([{"queries_per_s": one["queries_per_s"]} for one in found]),
        "phases_ms": {
            phase: median_of([one["phases_ms"][phase] for one in found]) for phase in found[0]["phases_ms"]
        },
    }  # fmt: skip


def _over_http(
    home: Path, cache_dir: Path, encoder: str, asked: Sequence[Question], rounds: int
) -> dict[str, Any]:  # fmt: skip
    """Through the served API: the key is checked, impressions and result lists are written."""
    with serving(home, cache_dir, encoder) as served:
        client = served.connect()
        _http_round(client, asked[:50])
        found = [_http_round(client, asked) for _ in range(rounds)]
        client.close()
        return median_of(found) | {"rss_mb": rss_mb(served.process.pid)}


def _http_round(client: Client, asked: Sequence[Question]) -> dict[str, float]:
    took = []
    for question in asked:
        start = time.perf_counter()
        client.search(question.text, question.filters)
        took.append((time.perf_counter() - start) * 1000)
    return percentiles(took)
