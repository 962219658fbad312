"""Row numbers as sets and as arrays."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from engine.index.rows import among, to_array, to_bitmap

ROWS = st.lists(st.integers(0, 3_000), max_size=40)


@given(ROWS, ROWS)
def test_among_says_of_each_row_whether_the_set_has_it(rows, some):
    wanted = [row in set(some) for row in rows]
    assert among(np.array(rows, dtype=np.uint32), BitMap(some)).tolist() == wanted


@given(ROWS)
def test_a_set_and_its_array_hold_the_same_rows(rows):
    assert to_array(to_bitmap(np.array(rows, dtype=np.int64))).tolist() == sorted(set(rows))
