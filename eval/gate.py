"""May this go out? A result against the one that stands, by rules that name what they refuse. For CI."""

from __future__ import annotations

from collections.abc import Mapping

from engine.records import Record
from eval.compare import compare
from eval.results import Result

FALL, SLICE_FALL = 0.01, 0.03
LEAST_SLICE = 10
"""Queries: of fewer, a slice's mean says nothing."""


class Gate(Record):
    passed: bool
    refused: tuple[str, ...]
    """Why not, each with the queries that lost most."""
    remarks: tuple[str, ...] = ()


def gate(
    baseline: Result, new: Result, *, floors: Mapping[str, float] | None = None, metric: str | None = None,
    fall: float = FALL, slice_fall: float = SLICE_FALL, p95_ms: float | None = None, seed: int = 2026,
) -> Gate:  # fmt: skip
    """Refused: the main measure fell by more than ``fall`` with an interval wholly below 0; a slice by more than
    ``slice_fall``; a measure is under its floor; more is shown against a filter than none; p95 is over ``p95_ms``.

    metric: the main measure; None: the suite's first. Raises BadInput where the two cannot be compared.
    """
    main = metric or next(iter(new.metrics))
    found = compare(baseline, new, seed=seed, metrics=[main])
    one = found.differences[0]
    refused, remarks = [], list(found.warnings)
    lost = ", ".join(f"{q.query} ({q.a:.2f} → {q.b:.2f})" for q in found.lost[:5])
    if one.difference < -fall and one.high is not None and one.high < 0:
        refused.append(
            f"{main} fell by {-one.difference:.3f}, from {one.a:.3f} to {one.b:.3f} "
            f"(interval {one.low:+.3f} to {one.high:+.3f}). Most on {lost}."
        )
    elif one.difference < -fall:
        remarks.append(f"{main} is {-one.difference:.3f} lower, which may be luck. Most on {lost}.")
    for name, changes in found.slices.items():
        field, _, value = name.partition("=")
        number = new.slices[field][value]["queries"]
        if changes.get(main, 0.0) < -slice_fall and number >= LEAST_SLICE:
            refused.append(f"{main} of {name} fell by {-changes[main]:.3f} ({number:.0f} queries).")
    for name, least in (floors or {}).items():
        value_now = new.metrics.get(name)
        if value_now is None:
            refused.append(f"{name} has a floor of {least} and was not measured.")
        elif value_now < least:
            refused.append(f"{name} is {value_now:.3f}, under its floor of {least}.")
    if new.violations:
        named = ", ".join(list(new.violations)[:5])
        refused.append(f"{sum(map(len, new.violations.values()))} people are shown against a filter, in {named}.")
    if p95_ms is not None and (new.latency is None or new.latency.p95 > p95_ms):
        said = "was not measured" if new.latency is None else f"is {new.latency.p95:.1f} ms"
        refused.append(f"p95 {said}; the limit is {p95_ms:.1f} ms.")
    return Gate(passed=not refused, refused=tuple(refused), remarks=tuple(remarks))
