"""An encoder and a reranker that need no model: texts that share words are near. For tests and dry runs, no users."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.encoder import Kind, Pending, Vectors

_WORD = re.compile(r"\w+", re.UNICODE)


class FakeEncoder:
    """The sum of one fixed random direction per word and per four-letter piece. The same on every machine."""

    max_tokens = 10_000

    def __init__(self, dim: int = 64) -> None:
        self.dim = dim
        self.key = f"fake@1#{dim}"
        self._direction = lru_cache(maxsize=100_000)(self._make_direction)

    def _make_direction(self, piece: str) -> Vectors:
        seed = int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=8).digest(), "little")
        return np.random.default_rng(seed).standard_normal(self.dim).astype(np.float32)

    def encode(self, texts: Sequence[str], *, kind: Kind = "passage") -> Vectors:  # noqa: ARG002 - the same for both
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text.casefold()):
                vectors[row] += self._direction(word)
                for start in range(len(word) - 3):
                    vectors[row] += 0.3 * self._direction("#" + word[start : start + 4])
            if not vectors[row].any():
                vectors[row] = self._direction("")
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    def begin(self, text: str) -> Pending:
        return lambda: np.asarray(self.encode([text], kind="query")[0])


class FakeReranker:
    """The share of the question's words that a text says."""

    key = "fake-reranker@1"

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        asked = set(_WORD.findall(question.casefold()))
        said = [len(asked & set(_WORD.findall(text.casefold()))) for text in texts]
        return np.array(said, dtype=np.float64) / max(1, len(asked))
