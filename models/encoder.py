"""The seam between text and vectors: one small Protocol. Real: runtime.py. For tests: fake.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Kind = Literal["query", "passage"]
Pending = Callable[[], NDArray[np.float32]]
"""Waits for a vector (dim,) that is being made. To be called once."""


class Encoder(Protocol):
    """Texts -> unit vectors.

    ``key`` names weights and recipe; vectors of two keys must never meet in one index. ``max_tokens``:
    what is longer is cut at the end. Thread-safe.
    """

    @property
    def key(self) -> str: ...

    @property
    def dim(self) -> int: ...

    @property
    def max_tokens(self) -> int: ...

    def encode(self, texts: Sequence[str], *, kind: Kind = "passage") -> Vectors:
        """(n, dim) float32, unit rows, in the order given. An empty text is allowed. Raises BadOutput."""
        ...

    def begin(self, text: str) -> Pending:
        """Start to encode a question and go on with something else: the caller's thread is not needed meanwhile.

        A thread of its own would not do: it waits for the interpreter while the caller works, up to five milliseconds.
        """
        ...
