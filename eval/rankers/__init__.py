"""Rankers by name: the engine as it is, the engine without a part, baselines.

`headwater`            the engine, policy ats-first        `blend`, `strict`     with another policy
`no-criteria`          nothing understood, one level        `no-expansion`        no alias counts
`no-LEG`, `only-LEG`   a leg's weight 0, or the others'     `no-prior`            the same as blend
`legs-rrf`, `legs-dbsf`  its legs fused by other rules, without levels
`bm25`, `rank-bm25`, `bm25s`, `encoder`, `bm25+encoder`     baselines over whole texts
`then`                  what was shown when it was asked, of a suite that replays searches
`run:FILE`              what another system ranked, as a TREC run
`headwater:NAME=VALUE,…`  any of `policy`, `prior_max`, `criteria` and `expansion` (on, off), a leg's weight, and
                        `ranking`, a file that `headwater eval tune` wrote
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from engine.errors import BadInput
from engine.ranking.learned import load_ranking
from engine.ranking.relevance import Relevance, Weights
from engine.records import Policy
from eval.rankers import dense, lexical
from eval.rankers.engine import Engine, Legs, Setup, Then
from eval.rankers.ranker import Bench, FromFile, Ranked, Ranker

LEGS = tuple(Weights.model_fields)
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
    return Engine(name, bench.installed, setup_of(name))


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
    switches = {"criteria": True, "expansion": True}
    learned: Relevance | None = None
    for part in said.split(","):
        key, _, value = part.strip().partition("=")
        try:
            if key == "policy":
                policy["name"] = value
            elif key == "prior_max":
                policy["prior_max"] = float(value)
            elif key in switches:
                switches[key] = {"on": True, "off": False}[value]
            elif key == "ranking":
                learned = load_ranking(Path(value)).relevance
            elif key in LEGS:
                weights[key] = float(value)
            else:
                known = ", ".join(("policy", "prior_max", "ranking", *switches, *LEGS))
                raise BadInput(f"{name}: {key!r} is nothing to set.", f"Set of {known}.")
        except (KeyError, ValueError):
            raise BadInput(f"{name}: {key} cannot be {value!r}.", "Weights are numbers, switches on or off.") from None
    try:
        return Setup(Policy.model_validate(policy), learned or Weights.model_validate(weights), **switches)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(f"{name}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None


__all__ = ["ABLATIONS", "BASELINES", "LEGS", "NAMES", "Bench", "Ranked", "Ranker", "make_ranker", "setup_of"]
