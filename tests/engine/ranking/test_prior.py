"""What being known is worth: bounded, only for people in the ATS, never for who must not be contacted."""

import math

import pytest

from engine.ranking.prior import prior_parts, reasons
from engine.records import Policy

TODAY = 20_000
BEST = {"stage": 5, "applied": "2024-10-04", "replied": True, "reopenable": True}  # day 20,000


def parts(fill, policy=None, **fields):
    return prior_parts(0, fill(fields).columns, policy or Policy(), TODAY)


def test_the_most_that_can_be_known_is_worth_the_whole(fill):
    assert parts(fill, **BEST) == pytest.approx(
        {"known": 0.03, "furthest stage": 0.05, "recency": 0.03, "replied": 0.02, "reopenable": 0.02}
    )


def test_just_being_known_is_worth_the_least(fill):
    assert parts(fill) == {"known": 0.03}


def test_an_outsider_has_no_prior(fill):
    for name in ("ats-first", "strict", "blend"):
        assert parts(fill, Policy(name=name), source="outside", **BEST) == {}


def test_blend_ignores_the_prior(fill):
    assert parts(fill, Policy(name="blend"), **BEST) == {}


def test_strict_puts_everyone_in_the_ats_first_alike(fill):
    assert parts(fill, Policy(name="strict")) == parts(fill, Policy(name="strict"), **BEST) == {"in the ATS": 100.0}
    assert parts(fill, Policy(name="strict"), do_not_contact=True) == {"in the ATS": 100.0}


def test_do_not_contact_takes_all_of_it_away(fill):
    assert parts(fill, do_not_contact=True, **BEST) == {}


def test_a_rejection_against_the_person_takes_stage_and_reopenable_away(fill):
    assert parts(fill, refused=True, **BEST).keys() == {"known", "recency", "replied"}


@pytest.mark.parametrize(("applied", "worth"), [("2024-10-04", 0.03), ("2023-04-13", 0.015), ("2030-01-01", 0.03)])
def test_recency_halves_every_540_days_and_the_future_is_today(fill, applied, worth):
    assert parts(fill, applied=applied)["recency"] == pytest.approx(worth)


@pytest.mark.parametrize("most", [0.0, 0.05, 0.15, 0.5])
def test_the_prior_stays_between_nothing_and_its_greatest_size(random_columns, most):
    people, index = random_columns(3, 300)
    for row in range(len(people)):
        found = prior_parts(row, index.columns, Policy(prior_max=most), TODAY)
        assert all(value > 0 and math.isfinite(value) for value in found.values())
        assert 0 <= sum(found.values()) <= most + 1e-12


def test_the_reasons_are_in_words_the_weightiest_first(fill):
    columns = fill({**BEST, "stage": 3}).columns
    found = reasons(0, columns, prior_parts(0, columns, Policy(), TODAY))
    assert found[0] in ("final interview 2024", "known to us", "applied 2024")
    assert set(found) == {
        "final interview 2024", "known to us", "applied 2024", "has replied", "turned down for a reason that can pass",
    }  # fmt: skip
    assert reasons(0, columns, {}) == ()
