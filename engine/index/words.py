"""What the embedded engine knows of people's words: who says a phrase, and BM25 by field. Rows as in the columns."""

from __future__ import annotations

from engine.index.postings import Postings
from engine.index.schema import SPARSE, Sparse, SparseField
from engine.index.texts import Texts


class Words:
    def __init__(self) -> None:
        self.texts = Texts()
        self.postings: dict[SparseField, Postings] = {field: Postings() for field in SPARSE}

    def put(self, row: int, words: str, sparse: dict[SparseField, Sparse]) -> None:
        self.texts.put(row, words)
        for field, postings in self.postings.items():
            postings.put(row, sparse.get(field, ([], [])))

    def drop(self, row: int) -> None:
        self.texts.drop(row)
        for postings in self.postings.values():
            postings.drop(row)
