"""Vectors that were made once, by encoder and by the text's hash. Of no workspace: a vector names nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select

from engine.errors import BadVector
from indexer.ledger import tables as t
from indexer.ledger.database import CHUNK, chunks, upsert

Vector = NDArray[np.float32]


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class EmbeddingCache:
    def __init__(self, reading: Engine, writing: Engine) -> None:
        self._reading, self._writing = reading, writing

    def get(self, encoder: str, hashes: Sequence[str]) -> dict[str, Vector]:
        """hash -> vector (dim,), for those that are there."""
        found: dict[str, Vector] = {}
        c = t.embedding.c
        with self._reading.begin() as conn:
            for part in chunks(list(dict.fromkeys(hashes)), CHUNK):
                for row in conn.execute(select(c.hash, c.vector).where(c.encoder == encoder, c.hash.in_(part))):
                    found[row.hash] = np.frombuffer(row.vector, dtype="<f4").astype(np.float32, copy=False)
        return found

    def put(self, encoder: str, vectors: Mapping[str, Vector]) -> None:
        """Keep them. Raises BadVector, and keeps none: what is kept is never made again."""
        if not all(np.isfinite(vector).all() for vector in vectors.values()):
            raise BadVector(
                f"The encoder {encoder!r} gave a vector that holds a number that is not finite.",
                "Run `headwater models verify`.",
            )
        rows = [
            {"encoder": encoder, "hash": key, "vector": np.asarray(vector, dtype="<f4").tobytes()}
            for key, vector in vectors.items()
        ]
        with self._writing.begin() as conn:
            upsert(conn, t.embedding, rows, update=False)
