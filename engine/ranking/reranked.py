"""The first few read once more, question and record together, where a reranker is at hand. Off unless one is named.

A reranker is one more signal: relevance = (1 - share) * what the legs say + share * what the reranker says, so the law
of docs/ranking.md holds. Whoever is not among the first few has 0 of it, as of any leg that does not know them; levels
and prior stand as they did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.index.card import Card
from models import Reranker

NAME = "reranker"
DEPTH = 20
"""People who are read: of published tables, more did not help where these did not."""
SHARE = 0.4
PASSAGES = 3
"""Of each, the nearest to the question."""
LETTERS = 2_000
"""Of each person: what a reranker of 512 tokens can read."""


@dataclass(frozen=True)
class Rerank:
    by: Reranker
    share: float = SHARE
    depth: int = DEPTH


def reranked_parts(
    parts: Mapping[str, NDArray[np.float64]], places: Sequence[int], said: NDArray[np.float64], share: float
) -> dict[str, NDArray[np.float64]]:
    """parts: signal -> (n,) of the relevance. said: in 0..1 of those at ``places``. Returns the parts with one more."""
    found = {name: (1.0 - share) * part for name, part in parts.items()}
    number = len(next(iter(parts.values()))) if parts else len(places)
    own = np.zeros(number)
    own[list(places)] = share * said
    return {**found, NAME: own}


def text_of(card: Card | None, question: NDArray[np.float32] | None) -> str:
    """What a reranker reads of a person: the headline, and the passages nearest to the question."""
    if card is None:
        return ""
    passages = [str(passage[0]) for passage in card.body["passages"]]
    order = range(len(passages))
    if question is not None and len(card.passages) == len(passages):
        order = np.argsort(-(card.passages @ question), kind="stable").tolist()
    lines = [str(card.body.get("headline") or ""), *(passages[place] for place in list(order)[:PASSAGES])]
    return "\n".join(filter(None, lines))[:LETTERS]
