"""What a ranker reached on a suite: every query's every measure, what stood where, and what made it. As a folder.

``result.json`` holds all but the lists, ``run.trec`` the lists. Two results are only compared where their suites are
the same to the letter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.errors import BadFile, BadInput
from engine.records import Record
from eval.formats import Run, read_run, write_run

VERSION = 1


class Stamp(Record):
    """What has to be the same for the same numbers to come out."""

    headwater: str
    commit: str | None = None
    changed: bool | None = None
    """The tree held what was not committed."""
    encoder: str | None = None
    lexicon: str | None = None
    reranker: str | None = None
    python: str
    libraries: dict[str, str] = {}
    seed: int | None = None
    people: int | None = None
    """Of an installation of one's own: it goes on living between two runs."""


class Latency(Record):
    """Milliseconds of one query, the first left out; one query at a time."""

    p50: float
    p95: float
    queries: int


class Result(Record):
    """Of one ranker on one suite.

    metrics: measure -> mean over ``measured`` queries. by_query: measure -> query id -> value. slices: field -> its
    value -> measure -> mean, and ``queries``. violations: query id -> documents that must not be shown and were.
    """

    version: int = VERSION
    suite: str
    digest: str
    made_up: bool
    ranker: str
    depth: int
    queries: int
    measured: int
    """Queries with something relevant: of the others no measure says anything."""
    metrics: dict[str, float]
    by_query: dict[str, dict[str, float]]
    slices: dict[str, dict[str, dict[str, float]]] = {}
    violations: dict[str, tuple[str, ...]] = {}
    level_accuracy: float | None = None
    """Share of those whose true level is known, among the people considered, who were put on it. None: not told."""
    level_confusion: dict[str, int] = {}
    """"true>said" -> people"""
    zero_results: float
    """Share of queries that nobody came back for."""
    latency: Latency | None = None
    texts: dict[str, str] = {}
    """query id -> what was asked"""
    not_measured: tuple[str, ...] = ()
    stamp: Stamp


def save(folder: Path, result: Result, run: Run) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_run(folder / "run.trec", run, result.ranker.replace(" ", "_"))
    text = json.dumps(result.model_dump(mode="json"), indent=1, ensure_ascii=False)
    (folder / "result.json").write_text(text + "\n", "utf-8")


def load(path: Path) -> Result:
    """``path``: the folder, or the file itself. Raises BadFile."""
    file = path / "result.json" if path.is_dir() else path
    try:
        found = Result.model_validate_json(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(
            f"{file} cannot be read ({type(error).__name__}).", "Name what `headwater eval run` wrote."
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise BadFile(
            f"{file.name}, {'.'.join(map(str, first['loc']))}: {first['msg']}.", "Run the suite again."
        ) from None
    if found.version != VERSION:
        raise BadFile(f"{file.name} is of version {found.version}.", "Run the suite again.")
    return found


def lists(folder: Path) -> Run:
    """Raises BadFile."""
    return read_run(folder / "run.trec")


def check_same(a: Result, b: Result) -> None:
    """Raises BadInput where the two cannot be compared."""
    if a.suite != b.suite or a.digest != b.digest:
        what = f"{a.suite} and {b.suite}" if a.suite != b.suite else f"two versions of {a.suite}"
        raise BadInput(f"These are results of {what}: they say nothing of each other.", "Run both on the same suite.")
    if a.depth != b.depth:
        raise BadInput(f"One went {a.depth} deep, the other {b.depth}.", "Run both with the same --depth.")
    if missing := set(a.metrics) ^ set(b.metrics):
        raise BadInput(f"Only one of them has {', '.join(sorted(missing))}.", "Run both with the same measures.")
    for name in a.by_query:
        if a.by_query[name].keys() != b.by_query[name].keys():
            raise BadInput(f"They have {name} of different queries.", "Run both on the same suite.")


def as_tables(results: Mapping[str, Result]) -> list[dict[str, Any]]:
    """One row a ranker: what a summary shows."""
    return [
        {
            "ranker": name, **{m: round(v, 4) for m, v in r.metrics.items()},
            "violations": sum(map(len, r.violations.values())), "level_accuracy": r.level_accuracy,
            "p50_ms": r.latency.p50 if r.latency else None,
        }
        for name, r in results.items()
    ]  # fmt: skip
