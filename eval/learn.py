"""LightGBM lambdarank from judgements: trees that may only rise with each signal, for engine/ranking/learned.py.

Learned within each level of each query, since the level orders first whatever is learned. Measured as weights are: on
queries that were not learned from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.extras import extra
from engine.ranking.learned import VERSION, Learned
from engine.ranking.relevance import SIGNALS
from engine.records import Record
from eval.features import QueryTable
from eval.metrics import mean
from eval.stats import interval, randomisation
from eval.tune import CUT, default, gain, gain_of

LEAST = 40
"""Queries: of fewer trees learn the queries, not the ranking."""


class TreesTold(Record):
    """``default`` and ``trees``: mean nDCG@10 on queries that were not learned from."""

    queries: int
    folds: int
    seed: int
    default: float
    trees: float
    low: float | None
    high: float | None
    p: float


def train(asked: Sequence[QueryTable], *, seed: int = 2026, rounds: int = 120) -> str:
    """The trees as text. Raises BadInput: nobody was judged; NeedsOperator without LightGBM."""
    lightgbm = extra("lightgbm", "Learning trees")
    rows, grades, groups = [], [], []
    for one in asked:
        for level in np.unique(one.level):
            here = one.level == level
            if len(np.unique(one.grades[here])) > 1:  # else there is no order to learn
                rows.append(one.signals[here])
                grades.append(one.grades[here])
                groups.append(int(here.sum()))
    if not rows:
        raise BadInput("No query tells two people of one level apart.", "More judgements are needed.")
    data = lightgbm.Dataset(np.concatenate(rows), np.concatenate(grades), group=groups, feature_name=list(SIGNALS))
    settings: dict[str, Any] = {
        "objective": "lambdarank", "lambdarank_truncation_level": 2 * CUT, "monotone_constraints": [1] * len(SIGNALS),
        "monotone_constraints_method": "advanced", "num_leaves": 15, "learning_rate": 0.08, "min_data_in_leaf": 20,
        "feature_fraction": 0.8, "bagging_fraction": 0.8, "bagging_freq": 1, "seed": seed, "deterministic": True,
        "force_row_wise": True, "num_threads": 1, "verbose": -1,
    }  # fmt: skip
    return str(lightgbm.train(settings, data, num_boost_round=rounds).model_to_string())


def told(asked: Sequence[QueryTable], *, folds: int = 5, seed: int = 2026) -> TreesTold:
    """What trees are worth, by cross-validation. Raises BadInput: too few queries."""
    if len(asked) < LEAST:
        raise BadInput(f"{len(asked)} queries are too few for trees.", f"At least {LEAST}; weights need fewer.")
    order = sorted(asked, key=lambda one: one.query)
    Random(seed).shuffle(order)
    before, after = [], []
    for fold in range(folds):
        learned = Learned(train([one for n, one in enumerate(order) if n % folds != fold], seed=seed))
        for one in order[fold::folds]:
            before.append(gain(one, default()))
            parts = learned.parts({name: one.signals[:, n] for n, name in enumerate(SIGNALS)})
            after.append(gain_of(one, np.sum(list(parts.values()), axis=0)))
    differences = [b - a for a, b in zip(before, after, strict=True)]
    low, high = interval(differences, seed=seed)
    return TreesTold(
        queries=len(order), folds=folds, seed=seed, default=mean(before), trees=mean(after), low=low, high=high,
        p=randomisation(differences, seed=seed),
    )  # fmt: skip


def save(path: Path, trees: str, worth: TreesTold) -> None:
    said = {"version": VERSION, "signals": list(SIGNALS), "worth": worth.model_dump(mode="json"), "trees": trees}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(said, indent=1) + "\n", "utf-8")
