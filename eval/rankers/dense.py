"""Baselines that know meaning: the plain encoder over whole texts, and its fusion with BM25 by ranks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eval.dataset import Asked
from eval.rankers import lexical
from eval.rankers.ranker import Bench, Ranked, Ranker

K = 60
"""Of reciprocal rank fusion: 1 / (60 + rank) (Cormack, Clarke & Büttcher 2009)."""
TEXTS = 256
"""Embedded at a time."""


class Dense:
    """Cosine of the question with one vector a text, which is cut where the encoder's window ends."""

    name = "encoder"

    def __init__(self, bench: Bench) -> None:
        self._encoder, self._ids = bench.encoder, np.array(list(bench.texts))
        kept = bench.folder / f"texts-{bench.suite.digest}-{_short(self._encoder.key)}.npy"
        if kept.is_file():
            self._vectors: NDArray[np.float32] = np.load(kept)
            return
        texts = list(bench.texts.values())
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))  # of like length together: little padding
        self._vectors = np.zeros((len(texts), self._encoder.dim), dtype=np.float32)
        for start in range(0, len(order), TEXTS):
            rows = order[start : start + TEXTS]
            self._vectors[rows] = self._encoder.encode([texts[row] for row in rows])
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, self._vectors)

    def rank(self, asked: Asked, depth: int) -> Ranked:
        cosine = self._vectors @ self._encoder.encode([asked.text], kind="query")[0]
        above = 1.0 + cosine.astype(np.float64)  # so that nobody is left out
        return Ranked(lexical.best(self._ids, above, depth))


class Fused:
    """Reciprocal rank fusion of what others rank."""

    def __init__(self, name: str, rankers: Sequence[Ranker], k: int = K) -> None:
        self.name, self._rankers, self._k = name, rankers, k

    def rank(self, asked: Asked, depth: int) -> Ranked:
        return Ranked(by_ranks([ranker.rank(asked, depth).order for ranker in self._rankers], self._k)[:depth])


def by_ranks(lists: Sequence[Sequence[tuple[str, float]]], k: int = K) -> list[tuple[str, float]]:
    total: dict[str, float] = {}
    for order in lists:
        for rank, (document, _) in enumerate(order, 1):
            total[document] = total.get(document, 0.0) + 1 / (k + rank)
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))


def by_distribution(lists: Sequence[Sequence[tuple[str, float]]]) -> list[tuple[str, float]]:
    """DBSF: each list from its mean less three deviations (0) to its mean plus three (1); what is in no list is 0."""
    total: dict[str, float] = {}
    for order in lists:
        scores = np.array([score for _, score in order], dtype=np.float64)
        spread = 6 * float(scores.std()) if len(scores) > 1 else 0.0
        low = float(scores.mean()) - spread / 2 if len(scores) else 0.0
        for document, score in order:
            total[document] = total.get(document, 0.0) + ((score - low) / spread if spread else 0.5)
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:12]
