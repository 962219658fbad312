"""Suites as the ``headwater eval`` commands are given them, opened: options, places, progress. Shows nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.commands.bench import REFERENCE
from api.console import progress
from api.local import self_of
from api.runtime import open_runtime
from api.settings import Settings
from engine.errors import BadInput

if TYPE_CHECKING:
    from eval.dataset import Suite
    from eval.installed import Installed

DATA = Annotated[
    Path | None,
    typer.Option("--data", help="Where the reference data lies; some suites that come with Headwater read it."),
]
FOLDER = Annotated[Path | None, typer.Option("--folder", help="Of results and what is embedded; DATA_DIR/eval.")]
ENCODER = Annotated[str | None, typer.Option(help="Other than in the settings; fake: none, to try things out.")]
RECRUITING = "recruiting"
PEOPLE = Annotated[int, typer.Option(min=1, help="Of the recruiting suite.")]
SEED = Annotated[int, typer.Option(help="Of the recruiting suite.")]
SPLIT = Annotated[str, typer.Option(help="Of the recruiting suite: dev, to tune on, or test.")]


def opened_suite(name: str, folder: Path, *, data: Path | None, people: int, seed: int, split: str) -> Suite:
    """Raises BadInput, BadFile."""
    from eval.dataset import open_suite

    place = made(folder, people, seed, split) if name == RECRUITING else name
    return open_suite(place, data=data_of(data))


def data_of(given: Path | None) -> Path | None:
    return given or (REFERENCE if REFERENCE.is_dir() else None)


def folder_of(given: Path | None) -> Path:
    return given or Settings().data_dir / "eval"


def split_of(split: str) -> Literal["dev", "test"]:
    known: dict[str, Literal["dev", "test"]] = {"dev": "dev", "test": "test"}
    if split not in known:
        raise BadInput(f"There is no split {split!r}.", "Choose dev, to tune on, or test.")
    return known[split]


def made(folder: Path, people: int, seed: int, split: str) -> Path:
    """The recruiting suite below ``folder``, made when absent."""
    from eval.suites.recruiting import build

    place = folder / "suites" / f"{RECRUITING}-{people}-{seed}-{split_of(split)}"
    if not (place / "suite.toml").is_file():  # it is written last
        with progress("making the suite") as bar:
            build(place, people=people, seed=seed, split=split_of(split), on_progress=bar)
    return place


@contextmanager
def reports() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each thing that takes long, one after the other."""
    bars: dict[str, Any] = {}
    open_: list[Any] = []

    def close() -> None:
        while open_:
            open_.pop().__exit__(None, None, None)

    def report(what: str, done: int, of: int) -> None:
        if what not in bars:
            close()
            bar = progress(what)
            bars[what] = bar.__enter__()
            open_.append(bar)
        bars[what](done, of)

    try:
        yield report
    finally:
        close()


@contextmanager
def standing(wanted: bool, settings: Settings) -> Iterator[Installed | None]:
    """This machine's own people, for a suite of its own past. Raises Busy while `headwater serve` has them open."""
    if not wanted:
        yield None
        return
    from eval.installed import Installed

    with open_runtime(settings, create=False) as runtime:
        runtime.follow()
        viewer = self_of(settings.workspace)
        yield Installed(
            ledger=runtime.ledger, index=runtime.index, encoder=runtime.encoder, lexicon=runtime.lexicon,
            vocabulary=runtime.vocabulary(viewer), today=runtime.today, viewer=viewer,
        )  # fmt: skip
