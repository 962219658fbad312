"""An index through its life: written, replaced, deleted, closed, opened again, opened by something else."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import BadVector, IndexMismatch
from engine.index import Leg
from engine.index.schema import SPARSE, point_id, query_vector
from engine.index.where import Ids, Match, Where


def test_what_was_upserted_is_there_at_once(engines, name, stamp, make_world):
    index, points = engines.open(stamp, name), make_world(1, 20)
    index.upsert([])
    assert (index.count(), len(index.columns)) == (0, 0)
    index.upsert(points)
    assert (index.count(), len(index.columns)) == (20, 20)
    assert set(index.matching(Where())) == {point_id(p.draft.person_id) for p in points}


def test_a_person_upserted_again_is_replaced_as_a_whole(engines, name, stamp, make_world, make_point, view):
    index, points = engines.open(stamp, name), make_world(2, 30)
    index.upsert(points)
    new = make_point(np.random.default_rng(77), {"source": "ats", "titles": ["title:new"]}, points[0].draft.person_id)
    index.upsert([new])
    point = point_id(new.draft.person_id)
    assert index.count() == len(index.columns) == 30
    assert index.cards([point]) == {point: new.draft.card}
    assert index.matching(Where(must=(Match("titles", ("title:new",)),))) == [point]
    assert index.matching(Where(must=(Ids((point,)), Match("skills", tuple(points[0].draft.fields["skills"]))))) == []
    assert {k for k in view(index)[new.draft.person_id] if k[0] == "titles"} == {("titles", "title:new")}
    [answer] = index.ask([Leg("profile", dense=new.profile, limit=1)])
    assert answer == [(point, pytest.approx(1.0, abs=2e-3))]
    for field in SPARSE:  # the old words find nobody any more
        gone = set(points[0].draft.tokens[field]) - set(new.draft.tokens[field])
        [answer] = index.ask([Leg(field, sparse=query_vector(gone), where=Where(must=(Ids((point,)),)))])
        assert answer == []


def test_who_was_deleted_is_found_by_nothing(engines, name, stamp, make_world, view):
    index, points = engines.open(stamp, name), make_world(3, 40)
    index.upsert(points)
    gone, left = points[:15], points[15:]
    index.delete([p.draft.person_id for p in gone])
    index.delete([p.draft.person_id for p in gone[:2]])  # twice is as good as once
    index.delete([])
    assert index.count() == len(index.columns) == 25
    assert set(view(index)) == {p.draft.person_id for p in left}
    legs = [Leg("profile", dense=gone[0].profile, limit=99), Leg("text", sparse=query_vector(["w0"]), limit=99)]
    found = {point for answer in index.ask(legs) for point, _ in answer}
    assert found <= {point_id(p.draft.person_id) for p in left}
    assert index.cards([point_id(gone[0].draft.person_id)]) == {}


def nan(vector):
    bad = vector.copy()
    bad[3] = np.nan
    return bad


BROKEN = [
    (lambda p: replace(p, profile=nan(p.profile)), "not finite"),
    (lambda p: replace(p, profile=np.full_like(p.profile, np.inf)), "not finite"),
    (lambda p: replace(p, profile=p.profile * 2), "not of unit length"),
    (lambda p: replace(p, profile=np.zeros_like(p.profile)), "not of unit length"),
    (lambda p: replace(p, profile=p.profile[:-1]), "holds vectors of 16"),
    (lambda p: replace(p, passages=np.stack([p.profile, nan(p.profile)])), "passages"),
    (lambda p: replace(p, passages=np.stack([p.profile[:8]])), "passages"),
    (lambda p: replace(p, passages=p.profile), "passages"),
]


def test_a_vector_that_is_none_is_refused_before_anything_is_written(engines, name, stamp, make_world, view):
    index, points = engines.open(stamp, name), make_world(4, 3)
    for break_it, said in BROKEN:
        with pytest.raises(BadVector, match=said) as caught:
            index.upsert([points[0], break_it(points[1]), points[2]])
        assert points[1].draft.person_id in caught.value.what
        assert caught.value.fix
    assert (index.count(), view(index)) == (0, {})


def test_an_index_of_another_stamp_says_what_differs(engines, name, stamp):
    index = engines.open(stamp, name)
    if engines.kind == "edge":
        engines.close(index)
    for field, value in {"encoder": "other@2", "dim": 8, "lexicon": "new", "schema": 99, "recipe": 99}.items():
        with pytest.raises(IndexMismatch) as caught:
            engines.open(replace(stamp, **{field: value}), name)
        assert f"{field}: index has {getattr(stamp, field)}, code wants {value}" in caught.value.what
        assert caught.value.what.count("code wants") == 1
        assert caught.value.fix


def test_all_is_there_after_closing_and_opening(engines, name, stamp, make_world, view, make_unit):
    index, points = engines.open(stamp, name), make_world(5, 60)
    index.upsert(points)
    index.delete([points[0].draft.person_id])
    before = view(index)
    legs = [Leg("profile", dense=make_unit(np.random.default_rng(1)), limit=99)]
    answers = index.ask(legs)
    again = engines.reopen(index, stamp, name)
    assert view(again) == before
    assert dict(again.ask(legs)[0]) == pytest.approx(dict(answers[0]), abs=1e-6)
    again.upsert(points[:1])
    assert len(again.columns) == again.count() == 60


@pytest.mark.parametrize("seed", range(2))
def test_columns_after_any_writes_are_those_of_a_fresh_read(engines, name, stamp, make_point, view, seed):
    """Random upserts, replacements, deletions and reopenings: the columns, kept all along or read anew, agree."""
    rng = np.random.default_rng(seed)
    index, known = engines.open(stamp, name), {}
    for _ in range(16):
        if known and rng.random() < 0.3:
            gone = rng.choice(list(known), size=int(rng.integers(1, 4)))
            index.delete(gone.tolist())
            for person in gone:
                known.pop(str(person), None)
        elif known and rng.random() < 0.1:
            index = engines.reopen(index, stamp, name)
        else:
            again = rng.choice(list(known)) if known and rng.random() < 0.5 else None
            points = [make_point(rng, person_id=again and str(again)), make_point(rng)]
            index.upsert(points)
            known |= {p.draft.person_id: p for p in points}
    kept = view(index)
    assert set(kept) == set(known)
    for person, point in known.items():
        fields = point.draft.fields
        assert {k[1] for k in kept[person] if k[0] == "skills"} == set(fields.get("skills", ()))
        assert kept[person].get(("number", "years")) == pytest.approx(fields.get("years"))
    assert view(engines.reopen(index, stamp, name)) == kept


def test_two_engines_give_the_same_answer_to_the_same_plan(filled, tmp_path, stamp, make_unit):
    """Each engine against a fresh Edge shard of the same people; ties in either order."""
    from engine.index import open_folder

    index, points = filled
    other = open_folder(tmp_path / "other", stamp)
    other.upsert(points)
    for seed in range(10):
        rng = np.random.default_rng(seed)
        words = [f"w{n}" for n in rng.integers(0, 60, 4)]
        where = Where(must=(Match("source", ("ats",)),)) if seed % 2 else Where()
        legs = [Leg("profile", make_unit(rng), where=where, limit=50), Leg("passages", make_unit(rng), limit=50)]
        legs += [Leg(field, sparse=query_vector(words), where=where, limit=300) for field in SPARSE]
        for one, two in zip(index.ask(legs), other.ask(legs), strict=True):
            assert [s for _, s in one] == pytest.approx([s for _, s in two], abs=2e-3)
            last = one[-1][1] if one else 0
            sure = [{p for p, s in answer if s > last + 4e-3} for answer in (one, two)]
            assert sure[0] <= {p for p, _ in two}
            assert sure[1] <= {p for p, _ in one}
    other.close()
