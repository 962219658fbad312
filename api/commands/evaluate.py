"""``headwater eval``: measure ranking offline. The room ``eval`` does it; here are its options and how it is shown.

It is imported within: the other commands, and above all `serve`, must not wait for it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from api.commands.look import JSON
from api.commands.suites import (
    DATA,
    ENCODER,
    FOLDER,
    PEOPLE,
    RECRUITING,
    SEED,
    SPLIT,
    data_of,
    folder_of,
    opened_suite,
    reports,
    standing,
)
from api.console import err, out, show_json
from api.settings import Settings

if TYPE_CHECKING:
    from eval.compare import Comparison
    from eval.results import Result

app = typer.Typer(no_args_is_help=True, help="Measure ranking offline: suites, rankers, comparisons, a gate for CI.")
RESULT = Annotated[Path, typer.Argument(help="A folder that `headwater eval run` wrote.")]


@app.command("list")
def list_(data: DATA = None, as_json: JSON = False) -> None:
    """Suites that come with Headwater, and rankers."""
    from eval.dataset import SUITES, here, read_manifest
    from eval.rankers import NAMES

    at = data_of(data)
    suites = [
        {"name": name, "description": found.description, "kind": found.kind, "made_up": found.made_up,
         "ready": found.data is None or (at is not None and (at / found.data).is_dir())}
        for name in here()
        for found in (read_manifest(SUITES / name / "suite.toml"),)
    ]  # fmt: skip
    words = "Recruiters' questions in English and Swedish over made-up people whose truth is known."
    suites.append({"name": RECRUITING, "description": words, "kind": "people", "made_up": True, "ready": True})
    if as_json:
        show_json({"suites": suites, "rankers": list(NAMES)})
        return
    for suite in suites:
        out.print(Text.assemble((f"{suite['name']:16}", "bold"), str(suite["description"])), soft_wrap=True)
        if not suite["ready"]:
            out.print(Text(f"{'':16}its data is not here: --data", "yellow"))
    out.print(Text(f"\nRankers: {', '.join(NAMES)}, headwater:NAME=VALUE,…", "dim"), soft_wrap=True)


@app.command()
def run(
    suites: Annotated[list[str], typer.Argument(help="Names or folders.")],
    ranker: Annotated[list[str] | None, typer.Option(help="May be repeated; `headwater eval list` names them.")] = None,
    data: DATA = None,
    folder: FOLDER = None,
    encoder: ENCODER = None,
    depth: Annotated[int, typer.Option(min=1, max=1000, help="Documents of each list.")] = 1000,
    metric: Annotated[
        list[str] | None, typer.Option(help="Instead of the suite's, as ndcg@10; may be repeated.")
    ] = None,
    people: PEOPLE = 20_000,
    seed: SEED = 2026,
    split: SPLIT = "test",
    as_json: JSON = False,
) -> None:
    """Ask a suite's queries of the very engine users get, and of others, and measure the answers."""
    from eval.run import run_suite

    settings = Settings()
    at = folder_of(folder)
    found = []
    for name in suites:
        suite = opened_suite(name, at, data=data, people=people, seed=seed, split=split)
        with reports() as report, standing(suite.manifest.kind == "installation", settings) as own:
            results = run_suite(
                suite, ranker or ["headwater"], folder=at, cache_dir=settings.model_dir,
                encoder=encoder or settings.encoder, depth=depth, metrics=metric, at=own, report=report,
            )  # fmt: skip
        found.append({"suite": suite.name, "results": {k: _short(v) for k, v in results.items()}})
        if not as_json:
            _show_results(list(results.values()))
            out.print(Text(f"Kept in {at / suite.name}", "dim"), soft_wrap=True)
    if as_json:
        # One suite and one ranker is what most ask for, and what scripts read: its metrics stand at the top.
        only = found[0]["results"] if len(found) == 1 else {}
        first = next(iter(only.values())) if isinstance(only, dict) and len(only) == 1 else {}
        show_json({**first, "suites": found})


@app.command()
def compare(
    a: RESULT,
    b: RESULT,
    metric: Annotated[list[str] | None, typer.Option(help="Only these; may be repeated.")] = None,
    seed: Annotated[int, typer.Option()] = 2026,
    as_json: JSON = False,
) -> None:
    """Is B better than A, by how much, on which queries, and could the suite tell?"""
    from eval.compare import compare as compared
    from eval.results import load

    found = compared(load(a), load(b), seed=seed, metrics=metric)
    if as_json:
        show_json(found.model_dump(mode="json"))
    else:
        _show_comparison(found)


@app.command()
def report(
    results: Annotated[list[Path], typer.Argument(help="Folders that `headwater eval run` wrote, of one suite.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The HTML; the JSON is put beside it.")] = Path(
        "report.html"
    ),
    baseline: Annotated[str | None, typer.Option(help="The ranker to compare the others with; else the first.")] = None,
    seed: Annotated[int, typer.Option()] = 2026,
) -> None:
    """One HTML file with all that was measured, and the same as JSON."""
    from eval.report import report as reported
    from eval.results import load

    page, told = reported([load(one) for one in results], baseline=baseline, seed=seed)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(page, "utf-8")
    beside = output.with_suffix(".json")
    beside.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    out.print(f"{output} and {beside}", soft_wrap=True)


@app.command()
def gate(
    baseline: RESULT,
    new: RESULT,
    floor: Annotated[list[str] | None, typer.Option(help="MEASURE=LEAST, as recall@100=0.9; may be repeated.")] = None,
    metric: Annotated[str | None, typer.Option(help="The main measure; else the suite's first.")] = None,
    fall: Annotated[float, typer.Option(min=0, help="By so much it may fall.")] = 0.01,
    slice_fall: Annotated[float, typer.Option(min=0, help="By so much it may fall in a slice.")] = 0.03,
    p95_ms: Annotated[float | None, typer.Option(help="No slower than this.")] = None,
    as_json: JSON = False,
) -> None:
    """May this go out? Ends with 1 where it got worse, and says why and on which queries."""
    from eval.gate import gate as gated
    from eval.results import load

    floors = _floors(floor or [])
    found = gated(
        load(baseline), load(new), floors=floors, metric=metric, fall=fall, slice_fall=slice_fall,
        p95_ms=p95_ms,
    )  # fmt: skip
    if as_json:
        show_json(found.model_dump(mode="json"))
    else:
        for line in found.refused:
            out.print(Text(line, "red"), soft_wrap=True)
        for line in found.remarks:
            out.print(Text(line, "yellow"), soft_wrap=True)
        out.print(Text("It may go out.", "green") if found.passed else Text("Not this way.", "red"))
    if not found.passed:
        raise typer.Exit(1)


def _floors(said: Sequence[str]) -> dict[str, float]:
    from engine.errors import BadInput

    found = {}
    for one in said:
        name, _, value = one.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            raise BadInput(f"--floor {one!r} cannot be read.", "Write MEASURE=LEAST, as recall@100=0.9.") from None
    return found


def _short(result: Result) -> dict[str, Any]:
    """Without what is one number a query."""
    return result.model_dump(mode="json", exclude={"by_query", "texts"})


def _show_results(results: Sequence[Result]) -> None:
    first = results[0]
    told = f"{first.suite}: {first.measured} of {first.queries} queries measured"
    out.print(Text(told + (", all of it made up" if first.made_up else ""), "bold"))
    rows = [("ranker", *first.metrics, "against a filter", "levels right", "p50 ms", "p95 ms")]
    for one in results:
        level = f"{100 * one.level_accuracy:.1f} %" if one.level_accuracy is not None else "–"
        took = (f"{one.latency.p50:.1f}", f"{one.latency.p95:.1f}") if one.latency else ("–", "–")
        wrong = str(sum(map(len, one.violations.values())))
        rows.append((one.ranker, *(f"{value:.3f}" for value in one.metrics.values()), wrong, level, *took))
    _show_rows(rows)
    for line in dict.fromkeys(line for one in results for line in one.not_measured):
        err.print(Text(f"Not told: {line}", "yellow"), soft_wrap=True)


def _show_comparison(found: Comparison) -> None:
    out.print(Text(f"{found.suite}: {found.b} against {found.a}, {found.queries} queries", "bold"))
    rows = [("measure", found.a, found.b, "difference", "95 % interval", "p (Holm)", "won/lost/tied", "")]
    for d in found.differences:
        between = f"{d.low:+.3f} … {d.high:+.3f}" if d.low is not None and d.high is not None else "–"
        small = f"{d.p_holm:.4f}" if d.p_holm >= 0.0001 else "< 0.0001"
        rows.append((
            d.metric, f"{d.a:.3f}", f"{d.b:.3f}", f"{d.difference:+.3f}", between, small,
            f"{d.won}/{d.lost}/{d.tied}", d.verdict,
        ))  # fmt: skip
    _show_rows(rows)
    for title, queries in (("Won", found.won), ("Lost", found.lost)):
        for row in queries:
            out.print(Text(f"{title:5}{row.a:.3f} → {row.b:.3f}  {row.query}: {row.text[:100]}"), soft_wrap=True)
    for line in found.warnings:
        err.print(Text(line, "yellow"), soft_wrap=True)


def _show_rows(rows: Sequence[Sequence[str]]) -> None:
    """As columns, never wrapped: a number that is cut short is worse than a long line."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        cells = (
            cell.ljust(w) if place == 0 else cell.rjust(w)
            for place, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        out.print(Text("  ".join(cells).rstrip(), "dim" if number == 0 else ""), soft_wrap=True)
