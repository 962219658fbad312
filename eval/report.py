"""Results as one HTML file to read, with pictures, and the same as JSON. Standing alone: nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from engine.errors import BadInput
from eval import plots
from eval.compare import Comparison, compare
from eval.results import Result, check_same

TEMPLATE = Path(__file__).parent / "templates"


def report(results: Sequence[Result], *, baseline: str | None = None, seed: int = 2026) -> tuple[str, dict[str, Any]]:
    """(HTML, JSON) of rankers on one suite. baseline: the ranker that the others are compared with; None: the first.

    Raises BadInput: none given, results of several suites, no such baseline.
    """
    if not results:
        raise BadInput("There is nothing to report.", "Name results that `headwater eval run` wrote.")
    of = {result.ranker: result for result in results}
    first = of.get(baseline or results[0].ranker)
    if first is None:
        raise BadInput(f"There is no result of {baseline!r}.", f"There are {', '.join(of)}.")
    for result in results:
        check_same(first, result)
    if not first.measured:
        raise BadInput("No query of this suite has anything relevant.", "There is nothing to report.")
    compared = {name: compare(first, result, seed=seed) for name, result in of.items() if result is not first}
    page = _page(of, first, compared)
    data = {
        "suite": first.suite, "digest": first.digest, "baseline": first.ranker, "seed": seed,
        "results": {name: result.model_dump(mode="json") for name, result in of.items()},
        "comparisons": {name: one.model_dump(mode="json") for name, one in compared.items()},
    }  # fmt: skip
    return page, data


def _page(of: Mapping[str, Result], first: Result, compared: Mapping[str, Comparison]) -> str:
    main = next(iter(first.metrics))
    pictures = {
        "means": plots.means(of, main),
        "latency": plots.latency(of) if any(result.latency for result in of.values()) else None,
        "slices": {field: plots.slices(of, field, main) for field, values in first.slices.items() if values},
        "differences": {name: plots.differences(one, first, of[name]) for name, one in compared.items()},
    }
    said = list(dict.fromkeys(line for result in of.values() for line in result.not_measured))
    said += list(dict.fromkeys(line for one in compared.values() for line in one.warnings if line not in said))
    levels = {name: plots.confusion(result) for name, result in of.items() if result.level_accuracy is not None}
    env = Environment(loader=FileSystemLoader(TEMPLATE), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return env.get_template("report.html").render(
        results=of, first=first, main=main, compared=compared, pictures=pictures, said=said, levels=levels
    )
