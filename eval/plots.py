"""Pictures of results as SVG text, for report.py. Draws nothing that was not measured."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from engine.extras import extra
from eval.compare import Comparison
from eval.results import Result
from eval.stats import interval

INK, QUIET, GOOD, BAD = "#1f2937", "#9ca3af", "#0f766e", "#b45309"


def _figure(width: float, height: float) -> tuple[Any, Any]:
    matplotlib = extra("matplotlib", "A picture")
    # A fixed salt and no date: the same results are the same file.
    with matplotlib.rc_context({"svg.hashsalt": "headwater", "svg.fonttype": "none", "font.size": 9}):
        figure = extra("matplotlib.figure", "A picture").Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=INK, length=3)
    return figure, axes


def _svg(figure: Any) -> str:
    out = io.StringIO()
    with extra("matplotlib", "A picture").rc_context(
        {"svg.hashsalt": "headwater", "svg.fonttype": "none", "font.family": "sans-serif"}
    ):
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(out, format="svg", metadata=nothing, transparent=True)
    _, opening, rest = out.getvalue().partition("<svg")
    return opening + rest


def means(results: Mapping[str, Result], metric: str) -> str:
    """Each ranker's mean with its 95 % interval, the best at the top."""
    order = sorted(results, key=lambda name: results[name].metrics[metric])
    figure, axes = _figure(7.2, 0.6 + 0.32 * len(order))
    for row, name in enumerate(order):
        result = results[name]
        low, high = interval(list(result.by_query[metric].values()), resamples=2_000)
        axes.plot([low, high], [row, row], color=QUIET, linewidth=2, solid_capstyle="round")
        axes.plot(result.metrics[metric], row, "o", color=GOOD, markersize=5)
        axes.annotate(f"{result.metrics[metric]:.3f}", (high, row), (6, -3), textcoords="offset points", color=INK)
    axes.set_yticks(range(len(order)), order)
    axes.set_xlabel(f"{metric}, mean and 95 % interval over {next(iter(results.values())).measured} queries")
    return _svg(figure)


def differences(comparison: Comparison, a: Result, b: Result) -> str:
    """B less A of each query, largest gain first."""
    values = sorted((b.by_query[comparison.main][q] - v for q, v in a.by_query[comparison.main].items()), reverse=True)
    figure, axes = _figure(7.2, 2.2)
    axes.bar(range(len(values)), values, width=1.0, color=[GOOD if v > 0 else BAD for v in values])
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_xlabel(f"queries, by gain; {b.ranker} less {a.ranker}")
    axes.set_ylabel(comparison.main)
    return _svg(figure)


def slices(results: Mapping[str, Result], field: str, metric: str) -> str:
    """Every ranker's mean in each slice."""
    first = next(iter(results.values()))
    values = list(first.slices.get(field, {}))
    figure, axes = _figure(7.2, 0.8 + 0.36 * len(values))
    colours = [GOOD, BAD, "#4338ca", "#be185d", QUIET]
    for number, (name, result) in enumerate(list(results.items())[: len(colours)]):
        shown = [result.slices[field][value].get(metric, float("nan")) for value in values]
        places = [row + 0.12 * (number - (min(len(results), len(colours)) - 1) / 2) for row in range(len(values))]
        axes.plot(shown, places, "o", color=colours[number], markersize=5, label=name)
    axes.set_yticks(range(len(values)), [f"{value} ({first.slices[field][value]['queries']:.0f})" for value in values])
    axes.invert_yaxis()
    axes.set_xlabel(metric)
    axes.legend(frameon=False, fontsize=8, loc="best")
    return _svg(figure)


def latency(results: Mapping[str, Result]) -> str:
    """p50 and p95 of each ranker, milliseconds."""
    timed = [(name, r.latency) for name, r in results.items() if r.latency]
    figure, axes = _figure(7.2, 0.6 + 0.32 * len(timed))
    for row, (_, took) in enumerate(reversed(timed)):
        axes.plot([took.p50, took.p95], [row, row], color=QUIET, linewidth=2)
        axes.plot([took.p50], [row], "o", color=GOOD, markersize=5)
        said = f"{took.p50:.1f} / {took.p95:.1f}"
        axes.annotate(said, (took.p95, row), (6, -3), textcoords="offset points", color=INK)
    axes.set_yticks(range(len(timed)), [name for name, _ in reversed(timed)])
    axes.set_xlabel("ms a query, p50 and p95, one at a time")
    return _svg(figure)


def confusion(result: Result) -> Sequence[Sequence[int]]:
    """[true level][said level], 0..3: people."""
    return [[result.level_confusion.get(f"{true}>{said}", 0) for said in range(4)] for true in range(4)]
