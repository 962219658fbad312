"""Measures of one ranked list against judgements, as trec_eval defines them. Pure functions; knows no file or engine.

Gains are the grades themselves, discounted by log2(rank + 1); a document without a judgement, or with a grade of 0 or
less, has none. ``tests/eval/test_metrics.py`` holds every measure to an independent implementation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.errors import BadInput

Grades = Mapping[str, int]
"""document id -> grade, of one query"""
STANDARD = ("ndcg@10", "map", "mrr", "p@5", "p@10", "recall@100", "judged@10")
"""What a suite is measured by where it does not say."""
_NAME = re.compile(r"(?P<kind>[a-z]+)(?:@(?P<cut>[1-9]\d*))?(?P<judged>:judged)?")


def ndcg(ranked: Sequence[str], grades: Grades, cut: int | None = None) -> float:
    """Discounted gain over that of the best order there is (Järvelin & Kekäläinen 2002, linear gains)."""
    best = _discounted(sorted(grades.values(), reverse=True)[:cut])
    return _discounted([grades.get(document, 0) for document in ranked[:cut]]) / best if best else 0.0


def average_precision(ranked: Sequence[str], grades: Grades, cut: int | None = None) -> float:
    """Mean, over all that is relevant, of the precision at its rank; 0 for what is not found."""
    relevant, hits, total = _relevant(grades), 0, 0.0
    for rank, document in enumerate(ranked[:cut], 1):
        if document in relevant:
            hits += 1
            total += hits / rank
    return total / len(relevant) if relevant else 0.0


def reciprocal_rank(ranked: Sequence[str], grades: Grades, cut: int | None = None) -> float:
    """One over the rank of the first that is relevant; 0 where none is found."""
    relevant = _relevant(grades)
    return next((1 / rank for rank, document in enumerate(ranked[:cut], 1) if document in relevant), 0.0)


def precision(ranked: Sequence[str], grades: Grades, cut: int | None = None) -> float:
    """Share of the first ``cut`` that is relevant. A shorter list is filled up with what is not."""
    of = cut or len(ranked)
    return len(_relevant(grades).intersection(ranked[:cut])) / of if of else 0.0


def recall(ranked: Sequence[str], grades: Grades, cut: int | None = None) -> float:
    """Share of all that is relevant among the first ``cut``."""
    relevant = _relevant(grades)
    return len(relevant.intersection(ranked[:cut])) / len(relevant) if relevant else 0.0


def judged(ranked: Sequence[str], grades: Grades, cut: int | None = None) -> float:
    """Share of the first ``cut`` of which anything is known. 0 for an empty list."""
    shown = ranked[:cut]
    return sum(document in grades for document in shown) / len(shown) if shown else 0.0


_KINDS: dict[str, Callable[[Sequence[str], Grades, int | None], float]] = {
    "ndcg": ndcg, "map": average_precision, "mrr": reciprocal_rank, "p": precision, "recall": recall, "judged": judged,
}  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """A measure by its name: ``ndcg@10``, ``map``, ``recall@100``.

    ``ndcg@10:judged`` looks only at what was judged: for pools, where not being judged says nothing.
    """

    name: str
    kind: str
    cut: int | None
    judged_only: bool

    @classmethod
    def named(cls, name: str) -> Measure:
        """Raises BadInput."""
        found = _NAME.fullmatch(name)
        if found is None or found["kind"] not in _KINDS or (found["kind"] == "p" and not found["cut"]):
            raise BadInput(
                f"There is no measure {name!r}.",
                f"Choose of {', '.join(_KINDS)}, with a depth as in ndcg@10 (p needs one), and :judged where wanted.",
            )
        return cls(name, found["kind"], int(found["cut"]) if found["cut"] else None, found["judged"] is not None)

    def of(self, ranked: Sequence[str], grades: Grades) -> float:
        """ranked: document ids, best first, each once."""
        shown = [document for document in ranked if document in grades] if self.judged_only else ranked
        return _KINDS[self.kind](shown, grades, self.cut)


def measure(
    run: Mapping[str, Sequence[str]], qrels: Mapping[str, Grades], names: Sequence[str] = STANDARD
) -> dict[str, dict[str, float]]:
    """measure -> query id -> value, of every query that has something relevant; 0 for one the run has nothing for.

    Raises BadInput: no such measure; a document twice in one list; a query of the run that nobody judged.
    """
    measures = [Measure.named(name) for name in names]
    for query, ranked in run.items():
        if len(set(ranked)) != len(ranked):
            raise BadInput(f"Query {query!r} has a document twice.", "A ranked list holds each once.")
        if query not in qrels:
            raise BadInput(f"Query {query!r} of the run is not in the judgements.", "Is it a run of another suite?")
    able = measurable(qrels)
    return {m.name: {query: m.of(run.get(query, ()), qrels[query]) for query in able} for m in measures}


def measurable(qrels: Mapping[str, Grades]) -> list[str]:
    """Queries with something relevant, by id. Of the others no measure of relevance says anything."""
    return sorted(query for query, grades in qrels.items() if any(grade > 0 for grade in grades.values()))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0..1) of them do not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def mean(values: Sequence[float]) -> float:
    """NaN of none: no number where nothing was measured."""
    return math.fsum(values) / len(values) if values else math.nan


def _discounted(gains: Sequence[int]) -> float:
    return sum(max(0, gain) / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def _relevant(grades: Grades) -> frozenset[str]:
    return frozenset(document for document, grade in grades.items() if grade > 0)
