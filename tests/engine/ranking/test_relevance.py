"""Leg scores -> relevance: in 0..1, monotone, and the sum of its parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ranking.relevance import Weights, relevance_parts, squash

LEGS = list(Weights.model_fields)
scores = st.lists(st.floats(-50, 500), min_size=4, max_size=4).map(np.array)
weights = st.builds(Weights, **{leg: st.floats(0, 100) for leg in LEGS})


@given(found=st.fixed_dictionaries(dict.fromkeys(LEGS, scores)), given_weights=weights)
def test_relevance_is_between_nothing_and_one(found, given_weights):
    parts = relevance_parts(found, given_weights)
    total = sum(parts.values())
    assert (total >= 0).all()
    assert (total <= 1 + 1e-9).all()
    assert all((part <= given_weights.scaled()[leg] + 1e-12).all() for leg, part in parts.items())


@given(one=st.floats(-1, 100), two=st.floats(-1, 100), leg=st.sampled_from(LEGS))
def test_a_better_score_is_never_worth_less(one, two, leg):
    low, high = squash(leg, np.array(sorted((one, two))))
    assert 0 <= low <= high <= 1


@pytest.mark.parametrize("leg", LEGS)
def test_who_a_leg_does_not_know_gets_nothing_from_it(leg):
    assert squash(leg, np.zeros(1)) == [0]


def test_weights_are_shares():
    assert sum(Weights().scaled().values()) == pytest.approx(1)
    assert Weights(profile=50, passages=50, title=0, skills=0, text=0, history=0, current=0).scaled()["profile"] == 0.5
    assert set(Weights(**dict.fromkeys([*LEGS, "current"], 0)).scaled().values()) == {
        0.0
    }  # nothing counts: the level alone orders
