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
