"""BM25 over everyone at once, in memory: the lexical legs of the embedded engine. One object a field.

The engine's own sparse search gives the best few; a search wants the scores of the people it looks at, whoever they
are, and gets thousands of them back one Python number at a time. Here a question's words are added up into one array
over everybody, in two thousandths of a second at 100,000 people, and what is wanted is taken from it.

A document is one writing of one person. Who is written again gets a new one; the old is dead, counts for nothing, and
goes when the dead are many.
"""

from __future__ import annotations

from array import array
from math import log

import numpy as np
from numpy.typing import NDArray

from engine.index.schema import Sparse

Scores = NDArray[np.float32]
_NONE = -1


class Postings:
    """token id -> documents and weights, in the order of writing."""

    def __init__(self) -> None:
        self.documents: dict[int, array[int]] = {}
        self.weights: dict[int, array[float]] = {}
        self.row_of: array[int] = array("q")
        """By document: whose it is, -1 when dead."""
        self.document_of: array[int] = array("q")
        """By row: its document now, -1 for none."""
        self.dead = 0

    def put(self, row: int, found: Sparse) -> None:
        """Replaces what the row had before."""
        self.drop(row)
        if not found[0]:
            return
        while len(self.document_of) <= row:
            self.document_of.append(_NONE)
        document = len(self.row_of)
        self.row_of.append(row)
        self.document_of[row] = document
        for token, weight in zip(*found, strict=True):
            documents = self.documents.get(token)
            if documents is None:
                documents = self.documents[token] = array("I")
                self.weights[token] = array("f")
            documents.append(document)
            self.weights[token].append(weight)

    def drop(self, row: int) -> None:
        if row < len(self.document_of) and (document := self.document_of[row]) != _NONE:
            self.row_of[document] = _NONE
            self.document_of[row] = _NONE
            self.dead += 1
            if self.dead > max(1_000, len(self.row_of) // 4):
                self._drop_the_dead()

    def scores(self, asked: Sparse, rows: int) -> Scores:
        """(rows,) BM25 of every row, 0 where nothing asked is said. See schema.py for the formula."""
        total = np.zeros(len(self.row_of) + 1, dtype=np.float32)  # the last place is nobody's
        live = np.frombuffer(self.row_of, dtype=np.int64) != _NONE if self.dead else None
        holding = len(self.row_of) - self.dead
        for token, weight in zip(*asked, strict=True):
            if token not in self.documents:
                continue
            documents = np.frombuffer(self.documents[token], dtype=np.uint32)
            saying = len(documents) if live is None else int(np.count_nonzero(live[documents]))
            idf = log((holding - saying + 0.5) / (saying + 0.5) + 1)
            # A document stands once under a token, so nothing is added over.
            total[documents] += np.frombuffer(self.weights[token], dtype=np.float32) * np.float32(weight * idf)
        found = np.zeros(rows, dtype=np.float32)
        of = np.frombuffer(self.document_of, dtype=np.int64)[:rows]
        found[: len(of)] = total[of]  # -1 is the last place
        return found

    def _drop_the_dead(self) -> None:
        live = np.frombuffer(self.row_of, dtype=np.int64) != _NONE
        number = np.cumsum(live) - 1
        for token in list(self.documents):
            documents = np.frombuffer(self.documents[token], dtype=np.uint32)
            kept = live[documents]
            if kept.any():
                weights = np.frombuffer(self.weights[token], dtype=np.float32)[kept]
                self.documents[token] = array("I", number[documents[kept]].astype(np.uint32).tobytes())
                self.weights[token] = array("f", weights.tobytes())
            else:
                del self.documents[token], self.weights[token]
        rows = np.frombuffer(self.row_of, dtype=np.int64)[live]
        self.row_of = array("q", rows.tobytes())
        self.document_of = array("q", [_NONE]) * len(self.document_of)
        for document, row in enumerate(self.row_of):
            self.document_of[row] = document
        self.dead = 0
