"""What any engine answers: scores, filters and counts equal to a plain-Python reference over the same people."""

import math

import numpy as np
import pytest

from engine.index import Leg
from engine.index.columns import day_number
from engine.index.schema import AVERAGE, K1, SPARSE, B, point_id, query_vector
from engine.index.where import Between, Empty, Ids, Match, Near, Phrase, Where

EVERYONE = 10_000
HALF = 2e-3  # what Float16 may cost in a cosine of 16 numbers


def dense_reference(points, vector, using):
    found = {}
    for point in points:
        rows = point.profile[None, :] if using == "profile" else point.passages
        if len(rows):
            found[point_id(point.draft.person_id)] = float((rows.astype(np.float64) @ vector).max())
    return found


def bm25_reference(points, field, question):
    """From the textbook formula, over raw tokens; knows nothing of the schema's vectors."""
    documents = {point_id(p.draft.person_id): p.draft.tokens[field] for p in points if p.draft.tokens[field]}
    scores = {}
    for point, words in documents.items():
        total = 0.0
        for word in set(question):
            tf = words.count(word)
            if tf:
                n = sum(word in other for other in documents.values())
                idf = math.log((len(documents) - n + 0.5) / (n + 0.5) + 1)
                total += idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * len(words) / AVERAGE[field]))
        if total:
            scores[point] = total
    return scores


@pytest.mark.parametrize("using", ["profile", "passages"])
@pytest.mark.parametrize("seed", range(5))
def test_a_dense_leg_scores_everyone_as_brute_force_does(filled, make_unit, using, seed):
    index, points = filled
    vector = make_unit(np.random.default_rng(seed))
    [answer] = index.ask([Leg(using, dense=vector, limit=EVERYONE)])
    expected = dense_reference(points, vector, using)
    assert dict(answer).keys() == expected.keys()
    assert dict(answer) == pytest.approx(expected, abs=HALF)
    assert [score for _, score in answer] == sorted((score for _, score in answer), reverse=True)


@pytest.mark.parametrize("field", SPARSE)
@pytest.mark.parametrize("question", [["w0"], ["w3", "w17", "w40"], ["w59", "unseen"], ["w1"] * 3, ["unseen"]])
def test_a_sparse_leg_is_bm25(filled, field, question):
    index, points = filled
    [answer] = index.ask([Leg(field, sparse=query_vector(question), limit=EVERYONE)])
    expected = bm25_reference(points, field, question)
    assert dict(answer).keys() == expected.keys()
    assert dict(answer) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("using", ["profile", "text"])
def test_a_leg_gives_its_best_up_to_the_limit(filled, make_unit, using):
    index, points = filled
    vector, question = make_unit(np.random.default_rng(3)), ["w2", "w30"]
    leg = {"dense": vector} if using == "profile" else {"sparse": query_vector(question)}
    [answer] = index.ask([Leg(using, **leg, limit=20)])
    expected = dense_reference(points, vector, using) if using == "profile" else bm25_reference(points, using, question)
    twentieth = sorted(expected.values(), reverse=True)[19]
    assert len(answer) == 20
    assert all(expected[point] >= twentieth - HALF for point, _ in answer)  # recall 1.0, ties apart


def holds(condition, point):
    """The condition in plain Python, over the payload as it was given."""
    fields = point.draft.fields
    match condition:
        case Match(field, values):
            found = fields.get(field, [])
            return bool(set(values) & set([found] if isinstance(found, str) else found))
        case Between(field, low, high):
            value = day_number(fields.get(field[:-4])) if field.endswith("_day") else fields.get(field)
            return (
                value is not None
                and (low is None or np.float64(value) >= low)
                and (high is None or np.float64(value) <= high)
            )
        case Near(latitude, longitude, radius_km):
            geo = fields.get("geo")
            return geo is not None and distance_km(latitude, longitude, geo["lat"], geo["lon"]) <= radius_km
        case Empty(field):
            return field not in fields
        case Phrase(words):
            return f" {words} " in f" {fields.get('words', '')} "
        case Ids(ids):
            return point_id(point.draft.person_id) in ids


def distance_km(lat, lon, to_lat, to_lon):
    """Spherical law of cosines: not the haversine that the product uses."""
    a, b, d = math.radians(lat), math.radians(to_lat), math.radians(to_lon - lon)
    return 6371.0 * math.acos(min(1.0, math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(d)))


def passes(where, point):
    return (
        all(holds(c, point) for c in where.must)
        and all(any(holds(c, point) for c in group) for group in where.any_of)
        and not any(holds(c, point) for c in where.must_not)
    )


def ids_of(points, where):
    return {point_id(p.draft.person_id) for p in points if passes(where, p)}


CONDITIONS = [
    Match("source", ("ats",)),
    Match("titles", ("title:t1", "title:t5")),
    Match("skills", ("skill:s0",)),
    Match("tags", ("silver medal",)),
    Match("employers", ("norrvik",)),
    Match("country", ("SE",)),
    Match("jobs", ("job-1", "job-2", "nothing")),
    Match("skills", ()),
    Between("years", 5.0, 10.0),
    Between("years", low=12.5),
    Between("stage", high=2),
    Between("stage", low=0, high=0),
    Between("education", 3, 3),
    Between("applied_day", low=day_number("2023-01-01")),
    Between("updated_day", high=day_number("2022-05")),
    Near(55.7, 13.2, 30.0),
    Near(63.8, 20.3, 500.0),
    Near(0.0, 0.0, 100.0),
    Empty("titles"),
    Empty("geo"),
    Empty("stage"),
    Empty("years"),
    Phrase("w0 w1"),
    Phrase("w2"),
    Phrase("w1 w0 w0"),
    Phrase("w5 w0 w58"),
]


def label(condition):
    return str(condition).replace("'", "")


@pytest.mark.parametrize("condition", CONDITIONS, ids=label)
def test_a_condition_holds_for_whom_it_holds_in_plain_python(filled, condition):
    index, points = filled
    assert set(index.matching(Where(must=(condition,)))) == ids_of(points, Where(must=(condition,)))


@pytest.mark.parametrize("condition", CONDITIONS, ids=label)
def test_its_negation_is_everyone_else(filled, condition):
    index, points = filled
    found = index.matching(Where(must_not=(condition,)))
    assert set(found) == ids_of(points, Where(must_not=(condition,)))
    assert len(found) == len(set(found))


def test_ids_name_the_points_that_are_meant(filled):
    index, points = filled
    some = tuple(point_id(p.draft.person_id) for p in points[:7])
    assert set(index.matching(Where(must=(Ids((*some, 42)),)))) == set(some)
    assert set(index.matching(Where(must_not=(Ids(some),)))) == ids_of(points[7:], Where())


@pytest.mark.parametrize("seed", range(25))
def test_any_mixture_of_conditions_is_its_plain_python_meaning(filled, make_unit, seed):
    """The same in matching() and inside a leg: a filter never loses or adds anyone."""
    index, points = filled
    rng = np.random.default_rng(seed)

    def draw(most):
        return tuple(CONDITIONS[i] for i in rng.integers(0, len(CONDITIONS), int(rng.integers(0, most + 1))))

    where = Where(draw(2), tuple(g for g in (draw(3), draw(2)) if g), draw(2)) & Where(must_not=draw(1))
    expected = ids_of(points, where)
    assert set(index.matching(where)) == expected
    [answer] = index.ask([Leg("profile", dense=make_unit(rng), where=where, limit=EVERYONE)])
    assert {point for point, _ in answer} == expected


def test_a_filter_does_not_change_a_score(filled, make_unit):
    index, _ = filled
    vector, sparse = make_unit(np.random.default_rng(1)), query_vector(["w1", "w9"])
    where = Where(must=(Match("source", ("ats",)),))
    legs = [Leg("profile", dense=vector, limit=EVERYONE), Leg("text", sparse=sparse, limit=EVERYONE)]
    filtered = [Leg(leg.using, leg.dense, leg.sparse, where, EVERYONE) for leg in legs]
    for whole, part in zip(index.ask(legs), index.ask(filtered), strict=True):
        assert part
        assert dict(part) == pytest.approx({point: dict(whole)[point] for point, _ in part})


def test_no_leg_no_answer(filled):
    index, _ = filled
    assert index.ask([]) == []


def test_cards_and_passages_are_given_for_those_who_are_there(filled):
    index, points = filled
    asked = [point_id(p.draft.person_id) for p in points[:5]]
    cards, vectors = index.cards([*asked, 42]), index.passage_vectors([*asked, 42])
    assert cards == {point_id(p.draft.person_id): p.draft.card for p in points[:5]}
    for point in points[:5]:
        found = vectors.get(point_id(point.draft.person_id), np.zeros((0, 16)))
        assert found.shape == point.passages.shape
        assert np.allclose(found, point.passages, atol=5e-3)  # in order, and near enough to pick the nearest by
    assert index.cards([]) == {}
    assert index.passage_vectors([]) == {}
