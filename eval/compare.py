"""Two results side by side: is B better than A, by how much, on which queries, and could this set tell at all?"""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import BadInput
from engine.records import Record
from eval.metrics import Measure, mean
from eval.results import Result, check_same
from eval.stats import effect_size, holm, interval, randomisation

ALPHA = 0.05
WORTH = 0.02
"""A difference of so much is worth knowing of: a set whose interval is wider to either side is too small to tell."""
SHOWN = 10
"""Queries won and lost that are named."""


class Difference(Record):
    """B less A in one measure. ``p``: of the paired randomisation test; ``p_holm``: adjusted for all measures."""

    metric: str
    a: float
    b: float
    difference: float
    low: float | None
    high: float | None
    """95 % bootstrap interval of the difference; None of fewer than two queries."""
    p: float
    p_holm: float
    effect: float | None
    """Cohen's d of pairs; None where every query differs by the same."""
    won: int
    lost: int
    tied: int
    verdict: str
    """better, worse, "no difference seen" or "too few queries to tell": B's, at 5 % after Holm."""


class QueryDifference(Record):
    query: str
    text: str
    a: float
    b: float


class Comparison(Record):
    suite: str
    digest: str
    a: str
    b: str
    queries: int
    differences: tuple[Difference, ...]
    main: str
    """The measure that ``won`` and ``lost`` go by: the suite's first."""
    won: tuple[QueryDifference, ...]
    lost: tuple[QueryDifference, ...]
    slices: dict[str, dict[str, float]] = {}
    """"field=value" -> measure -> difference"""
    violations: tuple[int, int]
    warnings: tuple[str, ...] = ()


def compare(a: Result, b: Result, *, seed: int = 2026, metrics: Sequence[str] | None = None) -> Comparison:
    """Raises BadInput: of other suites, depths or measures, or nothing was measured."""
    check_same(a, b)
    names = list(metrics or a.metrics)
    if missing := [name for name in names if name not in a.by_query]:
        raise BadInput(f"Neither has the measure {missing[0]!r}.", f"They have {', '.join(a.by_query)}.")
    if not a.measured:
        raise BadInput("No query of this suite has anything relevant.", "There is nothing to compare.")
    pairs = {name: [(q, v, b.by_query[name][q]) for q, v in sorted(a.by_query[name].items())] for name in names}
    tests = {name: [y - x for _, x, y in of] for name, of in pairs.items()}
    p = {name: randomisation(values, seed=seed) for name, values in tests.items()}
    adjusted = dict(zip(names, holm([p[name] for name in names]), strict=True))
    differences = tuple(_difference(name, pairs[name], tests[name], p[name], adjusted[name], seed) for name in names)
    main = names[0]
    by_gain = sorted(pairs[main], key=lambda row: (row[1] - row[2], row[0]))
    return Comparison(
        suite=a.suite, digest=a.digest, a=a.ranker, b=b.ranker, queries=a.measured, differences=differences, main=main,
        won=tuple(_query(a, row) for row in by_gain if row[2] > row[1])[:SHOWN],
        lost=tuple(_query(a, row) for row in reversed(by_gain) if row[2] < row[1])[:SHOWN],
        slices=_slices(a, b, names), violations=(_number(a), _number(b)), warnings=_warnings(a, b, differences),
    )  # fmt: skip


def _difference(
    name: str, pairs: Sequence[tuple[str, float, float]], values: Sequence[float], p: float, adjusted: float, seed: int
) -> Difference:
    low, high = interval(values, seed=seed)
    effect = effect_size(values)
    known = low == low  # not NaN
    half = (high - low) / 2 if known else 1.0
    shown = mean(values)
    if adjusted < ALPHA:
        verdict = "better" if shown > 0 else "worse"
    else:
        verdict = "too few queries to tell" if half > WORTH else "no difference seen"
    return Difference(
        metric=name, a=mean([x for _, x, _ in pairs]), b=mean([y for _, _, y in pairs]), difference=shown,
        low=low if known else None, high=high if known else None, p=p, p_holm=adjusted,
        effect=effect if abs(effect) != float("inf") else None,
        won=sum(v > 0 for v in values), lost=sum(v < 0 for v in values), tied=sum(v == 0 for v in values),
        verdict=verdict,
    )  # fmt: skip


def _query(a: Result, row: tuple[str, float, float]) -> QueryDifference:
    return QueryDifference(query=row[0], text=a.texts.get(row[0], ""), a=row[1], b=row[2])


def _slices(a: Result, b: Result, names: Sequence[str]) -> dict[str, dict[str, float]]:
    return {
        f"{field}={value}": {name: b.slices[field][value][name] - of[name] for name in names if name in of}
        for field, values in a.slices.items()
        for value, of in values.items()
        if value in b.slices.get(field, {})
    }


def _number(result: Result) -> int:
    return sum(map(len, result.violations.values()))


def _warnings(a: Result, b: Result, differences: Sequence[Difference]) -> tuple[str, ...]:
    said = []
    if a.measured < 2:
        said.append("One query is no sample.")
    halves = {
        one.metric: (one.high - one.low) / 2
        for one in differences
        if one.low is not None and one.high is not None and Measure.named(one.metric).kind != "judged"
    }
    if wide := [f"±{half:.3f} in {name}" for name, half in halves.items() if half > WORTH]:
        said.append(
            f"{b.ranker} against {a.ranker}: {a.measured} queries tell a difference to {', '.join(wide)} only; "
            f"one of {WORTH} may be there or not."
        )
    if a.stamp.commit != b.stamp.commit or a.stamp.changed or b.stamp.changed:
        said.append("They were made by different code, or by code that is not committed.")
    if a.stamp.encoder and b.stamp.encoder and a.stamp.encoder != b.stamp.encoder:
        said.append(f"They were made by different encoders: {a.stamp.encoder} and {b.stamp.encoder}.")
    if a.stamp.people != b.stamp.people:
        said.append(f"They were made of {a.stamp.people} and of {b.stamp.people} people: run both again, on one day.")
    if a.made_up:
        said.append("Everything in this suite is made up: check what you see on judgements of people.")
    return tuple(said)
