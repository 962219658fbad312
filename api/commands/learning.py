"""``headwater eval build``, ``tune`` and ``export``: suites made, rankings learned, features for one's own models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    folder_of,
    opened_suite,
    reports,
    split_of,
    standing,
)
from api.console import err, out, progress, show_json
from api.local import open_ledger, self_of
from api.settings import Settings
from engine.errors import BadInput

if TYPE_CHECKING:
    from eval.dataset import Suite
    from eval.features import QueryTable


def build(
    name: Annotated[str, typer.Argument(help=RECRUITING)] = RECRUITING,
    output: Annotated[Path, typer.Option("--output", "-o", help="A folder; made when absent.")] = Path("suite"),
    from_history: Annotated[
        bool, typer.Option("--from-history", help="Of your own past instead: jobs that ended, searches that were made.")
    ] = False,
    least: Annotated[int, typer.Option(min=1, help="Applications that ended, from which on a job counts.")] = 3,
    people: PEOPLE = 20_000,
    seed: SEED = 2026,
    split: SPLIT = "test",
) -> None:
    """Make a suite's folder: the recruiting suite of so many made-up people, or suites of your own history."""
    from eval.suites.recruiting import build as made

    if from_history:
        _build_from_history(output, least)
        return
    if name != RECRUITING:
        raise BadInput(f"{name!r} is no suite that is made.", f"Make {RECRUITING}.")
    with progress("judging") as bar:
        made(output, people=people, seed=seed, split=split_of(split), on_progress=bar)
    out.print(f"{output}: {people:,} made-up people", soft_wrap=True)


def _build_from_history(output: Path, least: int) -> None:
    """As this machine's own viewer: who may not be seen without an audience is in no suite."""
    from eval.history import CAVEATS, DAYS, HIDDEN, build_from_history

    settings = Settings()
    with open_ledger(settings, create=False) as ledger, progress("reading the past") as bar:
        built = build_from_history(ledger, output, viewer=self_of(settings.workspace), least=least, on_progress=bar)
    out.print(
        f"{output}: {built.jobs:,} jobs with {built.judged:,} judged people; {built.searches:,} searches, "
        f"{built.acted_upon:,} people acted upon within {DAYS} days.", soft_wrap=True,
    )  # fmt: skip
    for reason, number in sorted(built.left_out.items()):
        out.print(Text(f"Left out: {number:,} {reason}.", "dim"), soft_wrap=True)
    for caveat in (*CAVEATS, HIDDEN):
        err.print(Text(caveat, "yellow"), soft_wrap=True)


def tune(
    suite: Annotated[str, typer.Argument(help="A name or a folder. Tune the recruiting suite with --split dev.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="For HEADWATER_RANKING.")] = Path("ranking.json"),
    trees: Annotated[
        bool, typer.Option("--trees", help="LightGBM's trees instead of weights; needs many queries.")
    ] = False,
    folds: Annotated[int, typer.Option(min=2, max=20)] = 5,
    data: DATA = None,
    folder: FOLDER = None,
    encoder: ENCODER = None,
    people: PEOPLE = 20_000,
    seed: SEED = 2026,
    split: SPLIT = "dev",
    as_json: JSON = False,
) -> None:
    """Learn how the signals weigh from a suite's judgements, and say what that is worth on queries not learned from."""
    from eval import learn
    from eval import tune as weights

    at = folder_of(folder)
    with _tables(suite, at, data, encoder, people, seed, split) as (opened, asked), progress("learning") as bar:
        if trees:
            worth = learn.told(asked, folds=folds, seed=seed)
            learn.save(output, learn.train(asked, seed=seed), worth)
        else:
            told = weights.tune(asked, suite=opened.name, digest=opened.digest, folds=folds, seed=seed, on_progress=bar)
            weights.save(output, told)
    found = worth if trees else told
    if as_json:
        show_json(found.model_dump(mode="json"))
        return
    reached = worth.trees if trees else told.tuned
    between = f"{found.low:+.3f} to {found.high:+.3f}" if found.low is not None and found.high is not None else "–"
    out.print(
        f"ndcg@10 on queries not learned from: {reached:.3f}; with the usual weights {found.default:.3f} (difference "
        f"{reached - found.default:+.3f}, 95 % interval {between}, p {found.p:.4f}, {found.queries} queries)",
        soft_wrap=True,
    )
    if not trees:
        out.print("  ".join(f"{name} {value:.3f}" for name, value in told.weights.model_dump().items()), soft_wrap=True)
    if found.low is None or found.low <= 0:
        err.print(Text("That may be luck: keep the usual weights.", "yellow"))
    out.print(Text(f"{output}: HEADWATER_RANKING={output} uses it.", "dim"), soft_wrap=True)


def export(
    suite: Annotated[str, typer.Argument(help="A name or a folder.")],
    output: Annotated[Path, typer.Option("--output", "-o")] = Path("features.parquet"),
    data: DATA = None,
    folder: FOLDER = None,
    encoder: ENCODER = None,
    people: PEOPLE = 20_000,
    seed: SEED = 2026,
    split: SPLIT = "dev",
) -> None:
    """Every query's candidates with level, signals, prior and grade, as parquet, for models of your own."""
    from eval.features import export as exported

    with _tables(suite, folder_of(folder), data, encoder, people, seed, split) as (_, asked):
        rows = exported(asked, output)
    out.print(f"{output}: {rows:,} rows of {len(asked):,} queries", soft_wrap=True)


@contextmanager
def _tables(
    name: str, folder: Path, data: Path | None, encoder: str | None, people: int, seed: int, split: str
) -> Iterator[tuple[Suite, list[QueryTable]]]:
    """What the engine makes of each query of a suite."""
    from eval.features import table
    from eval.installed import installed, load

    settings = Settings()
    opened = opened_suite(name, folder, data=data, people=people, seed=seed, split=split)
    with ExitStack() as stack:
        report = stack.enter_context(reports())
        at = stack.enter_context(standing(opened.manifest.kind == "installation", settings)) or stack.enter_context(
            installed(
                opened, load(encoder or settings.encoder, settings.model_dir), folder / "installed", report=report
            )
        )
        yield opened, table(opened, at, lambda done, of: report("asking", done, of))
