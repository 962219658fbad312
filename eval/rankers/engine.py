"""The engine users get, as it is or with a part of it taken out, over a suite's own installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.index import Leg
from engine.query import understand
from engine.query.criteria import Query
from engine.ranking.candidates import make_legs
from engine.ranking.relevance import Relevance, Weights
from engine.ranking.reranked import DEPTH, SHARE, Rerank
from engine.records import Policy
from engine.search import search
from eval.dataset import Asked
from eval.installed import Installed
from eval.rankers.dense import by_distribution, by_ranks
from eval.rankers.ranker import Ranked
from models import Reranker


@dataclass(frozen=True)
class Setup:
    """What may be other than by default. ``weights``: leg -> weight, of those not named the default's."""

    policy: Policy = field(default_factory=Policy)
    weights: Relevance = field(default_factory=Weights)
    criteria: bool = True
    """False: words and meaning alone, nothing is understood, so all are of one level."""
    expansion: bool = True
    reranker: Path | None = None
    rerank_share: float = SHARE
    rerank_depth: int = DEPTH


class Engine:
    """``engine.search``, the very call the API makes."""

    def __init__(self, name: str, at: Installed, setup: Setup, reranker: Reranker | None = None) -> None:
        self.name, self._at, self._setup = name, at, setup
        self.reranker = reranker.key if reranker else None
        self._rerank = Rerank(reranker, setup.rerank_share, setup.rerank_depth) if reranker else None

    def rank(self, asked: Asked, depth: int) -> Ranked:
        at, setup = self._at, self._setup
        query = changed(understood(at, asked.text), setup)
        policy, weights = setup.policy, setup.weights
        if asked.hides_history:
            policy, weights = Policy(name="blend"), without_history(weights)
        found = search(
            query, viewer=at.viewer, policy=policy, weights=weights, index=at.index, encoder=at.encoder,
            lexicon=at.lexicon, vocabulary=at.vocabulary, today=at.today, limit=20,
            rerank=self._rerank,
        )  # fmt: skip
        order = [(at.document.get(person, person), score) for person, _, score in found.order[:depth]]
        levels = {at.document.get(person, person): level for person, level, _ in found.order[:depth]}
        return Ranked(order, levels, found.took_ms["total"])


class Legs:
    """The engine's legs fused by ranks or by their distributions, without levels and prior: what fusion alone does."""

    def __init__(self, name: str, at: Installed) -> None:
        self.name, self._at = name, at

    def rank(self, asked: Asked, depth: int) -> Ranked:
        at = self._at
        query = understood(at, asked.text)
        vector = at.encoder.encode([query.semantic], kind="query")[0] if query.semantic else None
        legs = [leg for name, leg in make_legs(query, vector).items() if name != "passages"]
        answers = at.index.ask([Leg(leg.using, leg.dense, leg.sparse, leg.where, depth) for leg in legs])
        row_of, people = at.index.columns.row_of, at.index.columns.people
        lists = [
            [(at.document.get(people[row_of[point]], people[row_of[point]]), score) for point, score in answer]
            for answer in answers
        ]
        fuse = by_distribution if self.name == "legs-dbsf" else by_ranks
        return Ranked(fuse(lists)[:depth])


def without_history(relevance: Relevance) -> Relevance:
    if isinstance(relevance, Weights):
        return relevance.model_copy(update={"history": 0.0})
    return _Without(relevance, "history")


@dataclass(frozen=True)
class _Without:
    """A relevance that is not told of one signal."""

    of: Relevance
    signal: str

    def parts(self, squashed: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
        return self.of.parts({name: values for name, values in squashed.items() if name != self.signal})


class Then:
    """The order that was shown when it was asked, of a suite that replays searches."""

    name = "then"

    def rank(self, asked: Asked, depth: int) -> Ranked:
        shown = asked.then[:depth]
        return Ranked([(person, float(len(shown) - place)) for place, person in enumerate(shown)])


def understood(at: Installed, text: str) -> Query:
    return understand(text, lexicon=at.lexicon, vocabulary=at.vocabulary, today=at.today)


def changed(query: Query, setup: Setup) -> Query:
    """The question with what is switched off taken out."""
    update: dict[str, Any] = {}
    if not setup.criteria:
        update = {"criteria": (), "identity": None}
    elif not setup.expansion:
        update = {"criteria": tuple(c.model_copy(update={"expanded": ()}) for c in query.criteria)}
    return query.model_copy(update=update) if update else query


__all__ = ["Engine", "Legs", "Setup", "Then", "changed", "understood"]
