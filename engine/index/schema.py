"""What a point in the index is made of, and the stamp that says what shaped it. Plain values, no engine.

One point per person. Vectors: ``profile`` dense, ``passages`` dense multivector, and one sparse BM25 vector
per field. A sparse weight is the document's half of BM25; the engine multiplies by IDF at query time:

    weight = tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / AVERAGE[field]))
    score  = sum over the question's tokens of weight * ln((N - n + 0.5) / (n + 0.5) + 1)

N: people of whom the field says anything; n: of whom it says this token.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Literal
from uuid import UUID

SCHEMA_VERSION = 5
RECIPE_VERSION = 7
"""Raise when point.py makes other texts, tokens or payload from the same person."""

SparseField = Literal["title", "skills", "text", "history"]
SPARSE: tuple[SparseField, ...] = ("title", "skills", "text", "history")
K1, B = 1.2, 0.75
AVERAGE: dict[SparseField, float] = {"title": 12.0, "skills": 40.0, "text": 420.0, "history": 60.0}
"""Tokens in a field of a middling person: the real CVs' median for title, skills and text. Part of the recipe."""

MAX_PASSAGES = 16

Sparse = tuple[list[int], list[float]]
"""Token ids and weights, ids ascending."""


@dataclass(frozen=True)
class IndexStamp:
    """Everything that shaped an index. Compared on open."""

    encoder: str
    dim: int
    lexicon: str
    schema: int = SCHEMA_VERSION
    recipe: int = RECIPE_VERSION

    @property
    def name(self) -> str:
        """Twelve letters that stand for it: the index's folder or collection."""
        return hashlib.sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()[:12]

    @staticmethod
    def from_json(text: str) -> IndexStamp | None:
        """None where it cannot be read: damaged, or of a Headwater that stamps otherwise."""
        try:
            return IndexStamp(**json.loads(text))
        except (ValueError, TypeError):
            return None

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1)

    def differs(self, found: IndexStamp) -> list[str]:
        """``["lexicon: index has 3f2a, code wants 99bc"]``; empty when the same."""
        ours, theirs = asdict(self), asdict(found)
        return [
            f"{name}: index has {theirs[name]}, code wants {ours[name]}" for name in ours if ours[name] != theirs[name]
        ]


def point_id(person_id: str) -> int:
    """The engine's id of a person: 63 bits of the UUID. A number is cheaper to filter by than a UUID."""
    return UUID(person_id).int >> 65


@lru_cache(maxsize=500_000)
def token_id(token: str) -> int:
    """A stable 32-bit id."""
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=4).digest(), "little")


def document_vector(field: SparseField, tokens: Iterable[str]) -> Sparse:
    """Tokens with repeats -> the document's half of BM25."""
    counts = Counter(tokens)
    length = sum(counts.values())
    weights: dict[int, float] = {}
    for token, tf in counts.items():
        weight = tf * (K1 + 1) / (tf + K1 * (1 - B + B * length / AVERAGE[field]))
        # Two tokens of one id are as good as one: they cannot be told apart at query time either.
        weights[token_id(token)] = max(weights.get(token_id(token), 0.0), weight)
    ids = sorted(weights)
    return ids, [weights[i] for i in ids]


def query_vector(tokens: Iterable[str]) -> Sparse:
    ids = sorted({token_id(token) for token in tokens})
    return ids, [1.0] * len(ids)
