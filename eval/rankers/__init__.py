"""Rankers by name: the engine as it is, the engine without a part, baselines.

`headwater`            the engine, policy ats-first        `blend`, `strict`     with another policy
`no-criteria`          nothing understood, one level        `no-expansion`        no alias counts
`no-LEG`, `only-LEG`   a leg's weight 0, or the others'     `no-prior`            the same as blend
`legs-rrf`, `legs-dbsf`  its legs fused by other rules, without levels
`bm25`, `rank-bm25`, `bm25s`, `encoder`, `bm25+encoder`     baselines over whole texts
`then`                  what was shown when it was asked, of a suite that replays searches
`run:FILE`              what another system ranked, as a TREC run
`headwater:NAME=VALUE,…`  any of `policy`, `prior_max`, `criteria` and `expansion` (on, off), a leg's weight,
                        `ranking`, a file that `headwater eval tune` wrote, and `reranker`, a folder with a
                        cross-encoder, `rerank_share` (0 to 1) and `rerank_depth` (people)
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.errors import BadInput
from engine.ranking.learned import load_ranking
from engine.ranking.relevance import Relevance, Weights
from engine.records import Policy
from eval.rankers import dense, lexical
from eval.rankers.engine import Engine, Legs, Setup, Then
from eval.rankers.ranker import Bench, FromFile, Ranked, Ranker
from models import load_reranker

LEGS = tuple(Weights.model_fields)
READING: dict[str, Callable[[str], Any]] = {
    "reranker": Path, "rerank_share": lambda said: _within(float(said), 0, 1),
    "rerank_depth": lambda said: _within(int(said), 1, 1000),
}  # fmt: skip
SWITCHES = ("criteria", "expansion")
BASELINES = (*lexical.SCORERS, "encoder", "bm25+encoder")
ABLATIONS = (
    "no-criteria", "no-expansion", "no-prior", *(f"no-{leg}" for leg in LEGS), *(f"only-{leg}" for leg in LEGS)
)  # fmt: skip
NAMES = ("headwater", "blend", "strict", *ABLATIONS, "legs-rrf", "legs-dbsf", *BASELINES)


def make_ranker(name: str, bench: Bench) -> Ranker:
    """Raises BadInput: no such ranker, or one that cannot work on this suite."""
    if name in BASELINES and bench.suite.manifest.kind == "installation":
        raise BadInput(f"{name} needs the texts of a suite, and {bench.suite.name} has none.", "Measure the engine.")
    if name in lexical.SCORERS:
        return lexical.make(name, bench)
    if name == "encoder":
        return dense.Dense(bench)
    if name == "bm25+encoder":
        return dense.Fused(name, (lexical.make("bm25", bench), dense.Dense(bench)))
    if name in ("legs-rrf", "legs-dbsf"):
        return Legs(name, bench.installed)
    if name.startswith("run:"):
        return FromFile(name, Path(name.removeprefix("run:")), bench.suite)
    if name == "then":
        if not any(asked.then for asked in bench.suite.queries):
            raise BadInput(
                f"{bench.suite.name} does not say what was shown then.", "Only `replay` of --from-history does."
            )
        return Then()
    setup = setup_of(name)
    reranker = load_reranker(setup.reranker, cache_dir=bench.models) if setup.reranker else None
    return Engine(name, bench.installed, setup, reranker)


def setup_of(name: str) -> Setup:
    """Of a name of the engine's. Raises BadInput."""
    if name in ("headwater", "blend", "strict", "no-prior"):
        policy = {"headwater": "ats-first", "no-prior": "blend"}.get(name, name)
        return Setup(policy=Policy.model_validate({"name": policy}))
    if name == "no-criteria":
        return Setup(criteria=False)
    if name == "no-expansion":
        return Setup(expansion=False)
    kind, _, leg = name.partition("-")
    if leg in LEGS and kind in ("no", "only"):
        zero = [leg] if kind == "no" else [other for other in LEGS if other != leg]
        return Setup(weights=Weights().model_copy(update=dict.fromkeys(zero, 0.0)))
    head, colon, said = name.partition(":")
    if head == "headwater" and colon:
        return _said(name, said)
    raise BadInput(f"There is no ranker {name!r}.", f"Choose of {', '.join(NAMES)}, or headwater:NAME=VALUE,…")


def _said(name: str, said: str) -> Setup:
    policy: dict[str, str | float] = {}
    weights: dict[str, float] = {}
    more: dict[str, Any] = {}
    learned: Relevance | None = None
    for part in said.split(","):
        key, _, value = part.strip().partition("=")
        try:
            if key == "policy":
                policy["name"] = value
            elif key == "prior_max":
                policy["prior_max"] = float(value)
            elif key in SWITCHES:
                more[key] = {"on": True, "off": False}[value]
            elif key == "ranking":
                learned = load_ranking(Path(value)).relevance
            elif key in READING:
                more[key] = READING[key](value)
            elif key in LEGS:
                weights[key] = float(value)
            else:
                known = ", ".join(("policy", "prior_max", "ranking", *READING, *SWITCHES, *LEGS))
                raise BadInput(f"{name}: {key!r} is nothing to set.", f"Set of {known}.")
        except (KeyError, ValueError):
            raise BadInput(
                f"{name}: {key} cannot be {value!r}.", "Weights are numbers, shares 0 to 1, switches on or off."
            ) from None
    try:
        return Setup(Policy.model_validate(policy), learned or Weights.model_validate(weights), **more)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(f"{name}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None


def _within(number: float, low: float, high: float) -> float:
    if not low <= number <= high:
        raise ValueError(number)
    return number


__all__ = ["ABLATIONS", "BASELINES", "LEGS", "NAMES", "Bench", "Ranked", "Ranker", "make_ranker", "setup_of"]
