"""Levels and counts against a reading of the definition person by person, over random worlds and criteria."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.query.criteria import Criterion
from engine.ranking.levels import find_levels
from engine.ranking.verdicts import judge

PICKS = [
    {"kind": "title", "values": ("title:t1", "title:t2")},
    {"kind": "skill", "values": ("skill:s1",)},
    {"kind": "skill", "values": ("skill:s2", "skill:s3"), "low": 3},
    {"kind": "language", "values": ("lang:sv",), "low": 4},
    {"kind": "years", "low": 5},
    {"kind": "years", "low": 3, "high": 8},
    {"kind": "seniority", "low": 3},
    {"kind": "place", "latitude": 55.7, "longitude": 13.2, "radius_km": 25.0},
    {"kind": "place", "country": "SE"},
    {"kind": "education", "low": 3},
    {"kind": "stage", "low": 2},
    {"kind": "outcome", "values": ("rejected",)},
    {"kind": "source", "values": ("ats",)},
    {"kind": "tag", "values": ("night shift",)},
]

criteria = st.lists(
    st.builds(
        lambda pick, weight, explicit: Criterion(label=str(pick), weight=weight, explicit=explicit, **pick),
        st.sampled_from(PICKS),
        st.sampled_from(["must", "want", "not"]),
        st.booleans(),
    ),
    max_size=5,
)


def naive(judged, row):
    """The level of one person, or None who is left out: design and docs/ranking.md, word by word."""
    verdicts = [("close" if row in j.close else j.verdict(row), j.criterion) for j in judged]
    for verdict, criterion in verdicts:
        if criterion.weight == "not" and verdict == "yes":
            return None
        if criterion.weight == "must":
            if criterion.explicit and verdict != "yes":
                return None  # a filter excludes also where nothing is stated
            if verdict == "no":
                return None  # plain words exclude only where something else is stated
    musts = [v for v, c in verdicts if c.weight == "must"]
    wants = [v for v, c in verdicts if c.weight == "want"]
    if not musts + wants:
        return 0
    if all(v == "yes" for v in musts + wants):
        return 3
    some_yes = "yes" in musts + wants
    one_want_missing = all(v == "yes" for v in musts) and sum(v != "yes" for v in wants) == 1
    just_outside = all(v in ("yes", "close") for v in musts) and all(v == "yes" for v in wants)
    if some_yes and (one_want_missing or just_outside):
        return 2
    return 1 if some_yes else 0


@pytest.fixture(scope="module")
def worlds(random_columns):
    return [random_columns(seed, 150) for seed in range(4)]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=criteria, world=st.integers(0, 3))
def test_levels_and_counts_are_those_of_asking_person_by_person(worlds, asked, world):
    people, index = worlds[world]
    judged = [judge(criterion, index) for criterion in asked]
    found = find_levels(judged, index.columns.live)
    expected = {row: naive(judged, row) for row in range(len(people))}
    kept = {row for row, level in expected.items() if level is not None}
    assert set(found.kept) == kept
    assert {row: found.level(row) for row in kept} == {row: expected[row] for row in kept}
    counts = found.counts(index.columns)
    assert counts.levels == {level: sum(v == level for v in expected.values()) for level in (3, 2, 1, 0)}
    assert counts.total == sum(counts.levels.values()) == counts.ats + counts.outside == len(kept)
    assert counts.ats == sum(people[row]["source"] == "ats" for row in kept)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=criteria, more=criteria, world=st.integers(0, 3))
def test_another_criterion_never_adds_anyone(worlds, asked, more, world):
    _, index = worlds[world]
    few = find_levels([judge(c, index) for c in asked], index.columns.live)
    both = find_levels([judge(c, index) for c in asked + more], index.columns.live)
    assert both.kept <= few.kept


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=criteria, world=st.integers(0, 3))
def test_what_a_filter_drops_only_for_an_empty_field_is_counted(worlds, asked, world):
    people, index = worlds[world]
    judged = [judge(criterion, index) for criterion in asked]
    found = find_levels(judged, index.columns.live)
    for one in judged:
        if one.criterion.explicit and one.criterion.weight == "must":
            others = [j for j in judged if j is not one]
            dropped = sum(
                one.verdict(row) == "not stated" and naive(others, row) is not None for row in range(len(people))
            )
            if sum(j.criterion.label == one.criterion.label for j in judged) == 1:
                assert found.dropped_for_empty.get(one.criterion.label, 0) == dropped


def test_plain_words_keep_whom_they_do_not_know_and_a_filter_does_not(fill):
    index = fill({"years": 9}, {"years": 1}, {})
    plain, clicked = (Criterion(kind="years", low=5, label="5+ years", explicit=e) for e in (False, True))
    kept = find_levels([judge(plain, index)], index.columns.live)
    assert (set(kept.kept), kept.dropped_for_empty) == ({0, 2}, {})
    kept = find_levels([judge(clicked, index)], index.columns.live)
    assert (set(kept.kept), kept.dropped_for_empty) == ({0}, {"5+ years": 1})


def test_who_is_named_is_full_and_the_others_at_most_close(fill):
    index = fill({"skills": ["skill:a"]}, {"skills": ["skill:a"]}, {})
    judged = [judge(Criterion(kind="skill", values=("skill:a",), label="a"), index)]
    found = find_levels(judged, index.columns.live, {2: 1.0})
    assert (set(found.of[3]), set(found.of[2])) == ({2}, {0, 1})


def test_who_is_likely_meant_comes_after_whoever_is_surely_meant(fill):
    index = fill({}, {}, {})
    found = find_levels([], index.columns.live, {0: 0.92, 1: 1.0})
    assert (set(found.of[3]), set(found.of[2]), set(found.of[0])) == ({1}, {0}, {2})
    assert set(find_levels([], index.columns.live, {0: 0.92}).of[3]) == {0}


def test_a_filter_holds_for_the_person_named_too(fill):
    index = fill({"source": "ats"}, {"source": "outside"})
    judged = [judge(Criterion(kind="source", values=("outside",), label="outside", explicit=True), index)]
    found = find_levels(judged, index.columns.live, {0: 1.0})
    assert (set(found.kept), set(found.of[3])) == ({1}, {1})  # who is left is what the filter asks
