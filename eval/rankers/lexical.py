"""Baselines that know words only: plain BM25 of our own to read, and two well-known libraries to hold it to.

Words are as Lucene's English analysis takes them apart: lower case, 33 stop words, Porter's stems.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import Stemmer
from numpy.typing import NDArray

from engine.extras import extra
from eval.dataset import Asked
from eval.rankers.ranker import Bench, Ranked

K1, B = 0.9, 0.4
"""As the public BEIR tables have it (Pyserini)."""
STOP_WORDS = frozenset(
    """a an and are as at be but by for if in into is it no not of on or such that the their then there these they
    this to was will with""".split()
)
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    return Stemmer.Stemmer("porter")


def terms(text: str) -> list[str]:
    words = [word for word in _WORD.findall(text.lower()) if word not in STOP_WORDS]
    stems: list[str] = _stemmer().stemWords(words)
    return stems


class BM25:
    """Robertson & Zaragoza 2009, with Lucene's idf, ``ln(1 + (N - n + .5) / (n + .5))``, which is never negative."""

    name = "bm25"

    def __init__(self, documents: Sequence[Sequence[str]], *, k1: float = K1, b: float = B) -> None:
        lengths = np.array([len(words) for words in documents], dtype=np.float64)
        slowed = k1 * (1 - b + b * lengths / (lengths.mean() or 1.0))
        found: dict[str, list[tuple[int, int]]] = {}
        for row, words in enumerate(documents):
            for word, count in Counter(words).items():
                found.setdefault(word, []).append((row, count))
        self._of: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
        for word, pairs in found.items():
            rows, counts = (np.array(column) for column in zip(*pairs, strict=True))
            idf = np.log(1 + (len(documents) - len(rows) + 0.5) / (len(rows) + 0.5))
            self._of[word] = rows, idf * counts / (counts + slowed[rows])
        self._number = len(documents)

    def scores(self, words: Sequence[str]) -> NDArray[np.float64]:
        """(documents,) of a query; a word asked twice counts twice."""
        total = np.zeros(self._number)
        for word in words:
            if word in self._of:
                rows, values = self._of[word]
                total[rows] += values
        return total


class Lexical:
    """A scorer of words over a suite's texts."""

    def __init__(self, name: str, texts: Mapping[str, str], scorer: Any) -> None:
        self.name = name
        self._ids = np.array(list(texts))
        self._scorer = scorer

    def rank(self, asked: Asked, depth: int) -> Ranked:
        return Ranked(best(self._ids, self._scorer.scores(terms(asked.text)), depth))


class _RankBM25:
    """rank-bm25's Okapi, with our words and parameters."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        from rank_bm25 import BM25Okapi

        self._of = BM25Okapi(documents, k1=K1, b=B)

    def scores(self, words: Sequence[str]) -> NDArray[np.float64]:
        return np.asarray(self._of.get_scores(words), dtype=np.float64)


class _BM25S:
    """bm25s, Lucene's variant, with our words and parameters."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._of = extra("bm25s", "The ranker bm25s").BM25(k1=K1, b=B, method="lucene")
        self._of.index([list(words) for words in documents], show_progress=False)
        self._number = len(documents)

    def scores(self, words: Sequence[str]) -> NDArray[np.float64]:
        known = [word for word in words if word in self._of.vocab_dict]
        if not known:
            return np.zeros(self._number)
        return np.asarray(self._of.get_scores(known), dtype=np.float64)


SCORERS: dict[str, Any] = {"bm25": BM25, "rank-bm25": _RankBM25, "bm25s": _BM25S}


def make(name: str, bench: Bench) -> Lexical:
    return Lexical(name, bench.texts, SCORERS[name]([terms(text) for text in bench.texts.values()]))


def best(ids: NDArray[np.str_], scores: NDArray[np.float64], depth: int) -> list[tuple[str, float]]:
    """Those with a score above 0, best first; of equal scores the first by id."""
    found = np.flatnonzero(scores > 0)
    if len(found) > depth:
        least = np.partition(scores[found], -depth)[-depth]
        found = found[scores[found] >= least]
    order = sorted(found.tolist(), key=lambda row: (-scores[row], ids[row]))[:depth]
    return [(str(ids[row]), float(scores[row])) for row in order]
