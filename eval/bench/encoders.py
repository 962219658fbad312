"""Which encoder is the default: quality on English and Swedish, across languages, and speed, side by side.

``python -m eval.bench.encoders --shared ../shared/data``. The answer it gave is docs/decisions/0001-encoder.md.
Dense vectors alone are compared, by cosine, as the engine's dense legs see them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.encoder_tasks import Task, cv_passages, tasks
from models import CATALOG, Encoder, Vectors, load_encoder


def study(shared: Path, cache_dir: Path, names: list[str] | None = None) -> dict[str, Any]:
    """name -> task -> metrics, and the speed. Seconds for small models, minutes for a study of two."""
    encoders = {name: load_encoder(name, cache_dir=cache_dir) for name in names or sorted(CATALOG)}
    quality: dict[str, dict[str, dict[str, float]]] = {name: {} for name in encoders}
    passages: dict[str, tuple[list[str], Vectors]] = {}
    for task in tasks(shared):
        for name, encoder in encoders.items():
            if passages.get(name, (None,))[0] is not task.texts:  # two tasks share the CVs
                passages[name] = (task.texts, encoder.encode(task.texts))
            quality[name][task.name] = measure(
                task, scores(task, encoder.encode(task.queries, kind="query"), passages[name][1])
            )
            print(name, task.name, quality[name][task.name], file=sys.stderr)
    return {"quality": quality, "speed": speed(encoders, shared)}


def scores(task: Task, queries: Vectors, texts: Vectors) -> Vectors:
    """(queries, owners): the cosine of the owner's best passage."""
    found = np.asarray(queries @ texts.T, dtype=np.float32)
    if task.owners is None:
        return found
    best = np.full((len(task.queries), max(task.owners) + 1), -1, dtype=np.float32)
    for passage, owner in enumerate(task.owners):
        best[:, owner] = np.maximum(best[:, owner], found[:, passage])
    return best


def measure(task: Task, found: Vectors) -> dict[str, float]:
    """Means over the queries. Ties go to the smaller number."""
    rows: dict[str, list[float]] = {"map": [], "mrr": [], "recall@10": [], "p@10": []}
    for wanted, row in zip(task.relevant, found, strict=True):
        order = np.argsort(-row, kind="stable")
        hits = np.isin(order, list(wanted))
        ranks = np.flatnonzero(hits) + 1
        rows["map"].append(float(np.mean(np.arange(1, len(ranks) + 1) / ranks)))
        rows["mrr"].append(1 / float(ranks[0]))
        rows["recall@10"].append(float(hits[:10].sum()) / len(wanted))
        rows["p@10"].append(float(hits[:10].mean()))
    return {name: round(float(np.mean(values)), 3) for name, values in rows.items()}


def speed(encoders: dict[str, Encoder], shared: Path, *, passages: int = 300, rounds: int = 3) -> dict[str, Any]:
    """Real CV passages a second and milliseconds for one query of 12 words; the encoders take turns."""
    texts = cv_passages(shared, per_category=5)[0][:passages]
    queries = [" ".join(text.split()[:12]) for text in cv_passages(shared, per_category=10)[0][:200]]
    rates: dict[str, list[float]] = {name: [] for name in encoders}
    waits: dict[str, list[float]] = {name: [] for name in encoders}
    for turn in range(rounds + 1):
        for name, encoder in encoders.items():
            start = time.perf_counter()
            encoder.encode(texts)
            rate = len(texts) / (time.perf_counter() - start)
            if turn:  # the first is for warming up
                rates[name].append(rate)
    for query in queries:
        for name, encoder in encoders.items():
            start = time.perf_counter()
            encoder.encode([query], kind="query")
            waits[name].append(1000 * (time.perf_counter() - start))
    return {
        name: {
            "passages_per_s": round(float(np.median(rates[name])), 1),
            "query_ms_p50": round(float(np.percentile(waits[name], 50)), 2),
            "query_ms_p95": round(float(np.percentile(waits[name], 95)), 2),
        }
        for name in encoders
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", type=Path, required=True, help="folder of the reference data")
    parser.add_argument("--cache", type=Path, default=Path("data/models"), help="folder of converted models")
    parser.add_argument("--encoders", nargs="+", default=None, help=f"names; default: {' '.join(sorted(CATALOG))}")
    arguments = parser.parse_args()
    print(json.dumps(study(arguments.shared, arguments.cache, arguments.encoders), indent=2))


if __name__ == "__main__":
    main()
