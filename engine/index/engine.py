"""The seam to a vector engine: what a search asks of it, the same for the embedded one and a server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from engine.index.card import Card
from engine.index.columns import Columns
from engine.index.point import PersonPoint
from engine.index.schema import IndexStamp, Sparse, SparseField
from engine.index.where import ALL, Where

VectorName = Literal["profile", "passages"] | SparseField
Scores = list[tuple[int, float]]
"""(point id, score), best first."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One question to one vector: the best ``limit`` points where ``where`` holds."""

    using: VectorName
    dense: NDArray[np.float32] | None = None
    sparse: Sparse | None = None
    where: Where = ALL
    limit: int = 200


class Index(Protocol):
    """One workspace's people. Every method obeys what was upserted before it."""

    columns: Columns
    stamp: IndexStamp
    names_up_to: int
    """Up to so many points a leg is best limited by naming them; beyond, by a filter on payload."""

    def upsert(self, points: Sequence[PersonPoint]) -> None:
        """Insert or replace, for good once it returns. Raises BadVector before anything is written."""
        ...

    def delete(self, person_ids: Iterable[str]) -> None: ...

    def ask(self, legs: Sequence[Leg]) -> list[Scores]:
        """All legs in one batch, an answer a leg."""
        ...

    def everyone(self, leg: Leg) -> NDArray[np.float32] | None:
        """(rows,) the leg's score of every row, whatever its filter and limit; None where only the best can be had."""
        ...

    def matching(self, where: Where) -> list[int]:
        """Every point where it holds, in no order."""
        ...

    def saying(self, phrase: str) -> BitMap:
        """Rows of the people whose text holds these normalised words, adjacent."""
        ...

    def cards(self, points: Sequence[int]) -> dict[int, dict[str, Any]]: ...

    def passage_vectors(self, points: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """(n, dim) of each point that has passages. See Card."""
        ...

    def shown(self, points: Sequence[int]) -> dict[int, Card]:
        """Both at once, for the hits of a page."""
        ...

    def count(self) -> int: ...

    def catch_up(self) -> None:
        """Bring the columns up to what other processes wrote."""
        ...

    def warm(self) -> None:
        """Make the first questions as quick as later ones. May take seconds; searches may go on meanwhile."""
        ...

    def tidy(self) -> None:
        """What can wait until nobody waits. By the one who writes, after writing; searches may go on meanwhile."""
        ...

    def close(self) -> None: ...
