"""Between sets of row numbers and arrays, without a Python number in between."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap


def to_bitmap(rows: NDArray[np.integer]) -> BitMap:
    """Row numbers in any order. Through ``array``: a numpy array handed over as it is, is read one number at a time."""
    return BitMap(array("I", rows.astype(np.uint32, copy=False).tobytes()))


def to_array(rows: BitMap) -> NDArray[np.uint32]:
    """Ascending."""
    return np.frombuffer(rows.to_array(), dtype=np.uint32)


def among(rows: NDArray[np.integer], some: BitMap) -> NDArray[np.bool_]:
    """Whether each of ``rows`` is one of ``some``. A look into a table: numpy sorts both sides for the same answer."""
    if not len(rows):
        return np.zeros(0, dtype=bool)
    table = np.zeros(int(rows.max()) + 1, dtype=bool)
    found = to_array(some)
    table[found[: np.searchsorted(found, len(table))]] = True
    return np.asarray(table[rows])
