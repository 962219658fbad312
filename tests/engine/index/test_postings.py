"""BM25 over everyone: the formula by hand, whatever was written, written over and taken out."""

from math import log

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.index import postings as module
from engine.index.postings import Postings

TOKENS = st.dictionaries(st.integers(1, 9), st.floats(0.125, 3, width=32), max_size=5)
CHANGES = st.lists(st.tuples(st.integers(0, 6), st.none() | TOKENS), max_size=40)


def sparse(found):
    return sorted(found), [found[token] for token in sorted(found)]


def by_hand(held, asked, rows):
    holding = [found for found in held.values() if found]
    scores = np.zeros(rows)
    for token in asked:
        saying = sum(token in found for found in holding)
        idf = log((len(holding) - saying + 0.5) / (saying + 0.5) + 1)
        for row, found in held.items():
            scores[row] += found.get(token, 0.0) * idf
    return scores


@given(CHANGES, st.sets(st.integers(1, 12), max_size=5))
def test_scores_are_those_of_the_formula_over_who_is_there_now(changes, asked):
    held, found = {}, Postings()
    for row, tokens in changes:
        if tokens is None:
            found.drop(row)
            held.pop(row, None)
        else:
            found.put(row, sparse(tokens))
            held[row] = tokens
    assert np.allclose(found.scores((sorted(asked), [1.0] * len(asked)), 7), by_hand(held, asked, 7), atol=1e-4)


def test_the_dead_go_when_they_are_many_and_nothing_else_changes():
    found = Postings()
    for row in range(50):
        found.put(row, ([row % 5, 9], [1.0, 0.5]))
    before = found.scores(([2, 9], [1.0, 1.0]), 50)
    for _ in range(40):
        for row in range(50):
            found.put(row, ([row % 5, 9], [1.0, 0.5]))
    assert len(found.row_of) < 1_200
    assert np.allclose(found.scores(([2, 9], [1.0, 1.0]), 50), before)


def test_nobody_says_anything():
    assert module.Postings().scores(([1], [1.0]), 3).tolist() == [0.0, 0.0, 0.0]
