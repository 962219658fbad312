"""The tests of significance keep their promises: alarms by chance as often as said, the truth within the interval."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.stats import effect_size, holm, interval, randomisation


def skewed_scores(rng, queries):
    """Per-query scores as real ones are: many zeros, some ones, the rest between."""
    return np.where(rng.random(queries) < 0.3, 0.0, np.where(rng.random(queries) < 0.15, 1.0, rng.beta(2, 3, queries)))


def test_two_runs_of_the_same_worth_are_told_apart_in_one_of_twenty():
    """A/A: which of two scores of a query is A's is a coin's throw, a thousand times over."""
    rng = np.random.default_rng(11)
    one, other = skewed_scores(rng, 100), skewed_scores(rng, 100)
    alarms = 0
    for trial in range(1_000):
        signs = np.where(rng.random(100) < 0.5, 1.0, -1.0)
        alarms += randomisation(((one - other) * signs).tolist(), seed=trial, times=1_999) < 0.05
    assert abs(alarms / 1_000 - 0.05) <= 0.015


def test_the_interval_holds_the_true_difference_nineteen_times_of_twenty():
    rng = np.random.default_rng(5)
    held = 0
    for trial in range(400):
        values = rng.normal(0.03, 0.2, 80)
        low, high = interval(values.tolist(), seed=trial, resamples=1_000)
        held += low <= 0.03 <= high
    assert 0.90 <= held / 400 <= 0.98


def test_few_differences_are_tested_by_every_assignment_of_signs():
    assert randomisation([0.1, 0.2, 0.3]) == pytest.approx(2 / 8)
    assert randomisation([1.0] * 10) == pytest.approx(2 / 1024)
    assert randomisation([0.0, 0.0]) == 1.0
    assert randomisation([]) == 1.0


def test_a_difference_on_every_query_is_no_luck_and_never_certain():
    p = randomisation([0.1] * 60, times=5_000)
    assert 0 < p <= 1 / 5_001


@given(st.lists(st.floats(-1, 1, allow_nan=False), min_size=2, max_size=40))
def test_swapping_the_two_changes_signs_and_nothing_else(values):
    other = [-value for value in values]
    assert randomisation(values, times=200) == randomisation(other, times=200)
    low, high = interval(values, resamples=200)
    assert interval(other, resamples=200) == pytest.approx((-high, -low), abs=1e-9)


def test_the_same_seed_gives_the_same_numbers():
    values = list(np.random.default_rng(1).normal(0, 1, 50))
    assert randomisation(values, seed=4, times=3_000) == randomisation(values, seed=4, times=3_000)
    assert interval(values, seed=4) == interval(values, seed=4)


def test_holm_as_in_his_paper():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_lowers_a_p_and_keeps_their_order(values):
    adjusted = holm(values)
    assert all(after >= before for before, after in zip(values, adjusted, strict=True))
    assert sorted(range(len(values)), key=lambda i: (values[i], i)) == sorted(
        range(len(values)), key=lambda i: (adjusted[i], values[i], i)
    )


def test_the_effect_is_in_standard_deviations():
    assert effect_size([1.0, 3.0]) == pytest.approx(2 / math.sqrt(2))
    assert effect_size([0.0, 0.0]) == 0.0
    assert effect_size([0.2, 0.2]) == math.inf
