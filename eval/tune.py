"""Weights learned from judgements, and what that is worth on queries that were not learned from.

Five folds over the queries: each is measured with weights learned from the other four. The weights that come out are
learned from all; what they are worth is what the folds say, never what they reach on what they were learned from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import numpy as np

from engine.errors import BadInput
from engine.ranking.learned import VERSION
from engine.ranking.relevance import SIGNALS, Weights
from engine.records import Record
from eval.features import Floats, QueryTable
from eval.metrics import mean
from eval.stats import interval, randomisation

CUT = 10
STEPS = (0.5, 0.25, 0.12, 0.06)
"""How far a weight is moved in each round, of a sum of one."""
STARTS = 3
LEAST = 10
"""Queries: of fewer nothing can be learned that holds."""


class Tuned(Record):
    """``weights`` of all queries; ``default`` and ``tuned``: mean nDCG@10 on queries that were not learned from."""

    suite: str
    digest: str
    queries: int
    folds: int
    seed: int
    weights: Weights
    default: float
    tuned: float
    low: float | None
    high: float | None
    """95 % interval of the difference"""
    p: float
    learned_from: float
    """What ``weights`` reach on the very queries they come of: far above ``tuned``, little was learned."""
    fold_weights: tuple[Weights, ...]


def tune(
    asked: Sequence[QueryTable], *, suite: str, digest: str, folds: int = 5, seed: int = 2026,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Tuned:  # fmt: skip
    """Raises BadInput: too few queries."""
    if len(asked) < max(LEAST, folds):
        raise BadInput(f"{len(asked)} queries are too few to learn from.", f"At least {max(LEAST, folds)} are needed.")
    order = sorted(asked, key=lambda one: one.query)
    Random(seed).shuffle(order)
    parts = [order[fold::folds] for fold in range(folds)]
    before, after, kept = [], [], []
    for fold, part in enumerate(parts):
        others = [one for number, other in enumerate(parts) if number != fold for one in other]
        weights = learn(others, seed=seed)
        kept.append(as_weights(weights))
        before += [gain(one, default()) for one in part]
        after += [gain(one, weights) for one in part]
        on_progress(fold + 1, folds + 1)
    whole = learn(order, seed=seed)
    on_progress(folds + 1, folds + 1)
    differences = [b - a for a, b in zip(before, after, strict=True)]
    low, high = interval(differences, seed=seed)
    return Tuned(
        suite=suite, digest=digest, queries=len(order), folds=folds, seed=seed, weights=as_weights(whole),
        default=mean(before), tuned=mean(after), low=low, high=high, p=randomisation(differences, seed=seed),
        learned_from=mean([gain(one, whole) for one in order]), fold_weights=tuple(kept),
    )  # fmt: skip


def learn(asked: Sequence[QueryTable], *, seed: int = 2026) -> Floats:
    """Coordinate ascent, from the default weights and from a few at random: the best of what is reached."""
    rng = np.random.default_rng(seed)
    starts = [default(), *rng.dirichlet(np.ones(len(SIGNALS)), STARTS)]
    climbed = [_climb(asked, start) for start in starts]
    return _unknown_kept(asked, max(climbed, key=lambda one: one[1])[0])


def _unknown_kept(asked: Sequence[QueryTable], weights: Floats) -> Floats:
    """A signal that nobody has in these queries keeps its usual weight: nothing was learned of it."""
    told = np.any([one.signals.any(axis=0) for one in asked], axis=0)
    usual, learned = default(), weights * told
    return np.where(told, learned / (learned.sum() or 1.0) * usual[told].sum(), usual)


def _climb(asked: Sequence[QueryTable], weights: Floats) -> tuple[Floats, float]:
    """One weight at a time is moved as long as the mean gain rises."""
    best = _mean(asked, weights)
    for step in STEPS:
        risen = True
        while risen:
            risen = False
            for place in range(len(weights)):
                for change in (step, -step):
                    tried = weights.copy()
                    tried[place] = max(0.0, tried[place] + change)
                    if not tried.any():
                        continue
                    tried /= tried.sum()
                    reached = _mean(asked, tried)
                    if reached > best + 1e-6:
                        weights, best, risen = tried, reached, True
    return weights, best


def gain(one: QueryTable, weights: Floats) -> float:
    """nDCG@10 of a query under these weights: by level, then relevance, ties by document; the prior is left out."""
    return gain_of(one, one.signals @ weights)


def gain_of(one: QueryTable, relevance: Floats) -> float:
    """The same of any relevance, 0..1, along the documents."""
    score = 10 * one.level + relevance
    shown = np.argsort(-score, kind="stable")[:CUT]
    discount = 1 / np.log2(np.arange(2, CUT + 2))
    ideal = float(np.dot(one.best[:CUT], discount[: len(one.best[:CUT])]))
    return float(np.dot(one.grades[shown], discount[: len(shown)])) / ideal


def default() -> Floats:
    scaled = Weights().scaled()
    return np.array([scaled[name] for name in SIGNALS])


def as_weights(weights: Floats) -> Weights:
    return Weights.model_validate({name: round(float(w), 4) for name, w in zip(SIGNALS, weights, strict=True)})


def save(path: Path, tuned: Tuned) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    said = {"version": VERSION, "signals": list(SIGNALS), **tuned.model_dump(mode="json")}
    path.write_text(json.dumps(said, indent=1) + "\n", "utf-8")


def _mean(asked: Sequence[QueryTable], weights: Floats) -> float:
    return mean([gain(one, weights) for one in asked])
