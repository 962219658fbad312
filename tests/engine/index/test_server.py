"""What only a shared collection has: workspaces side by side, and readers beside the writer."""

import numpy as np
import pytest

from engine.errors import IndexMismatch
from engine.index import Leg
from engine.index.schema import SPARSE, point_id, query_vector
from engine.index.where import Ids, Where


@pytest.fixture(params=["local-memory", "local-path", pytest.param("server", marks=pytest.mark.server)])
def engines(request, tmp_path, engines_of):
    made = engines_of(request.param, tmp_path)
    yield made
    made.close_all()


def test_two_workspaces_in_one_collection_never_see_each_other(engines, name, stamp, make_world, view, make_unit):
    ours, theirs = (engines.open(stamp, name, workspace) for workspace in ("ours", "theirs"))
    mine, other = make_world(1, 30), make_world(2, 50)
    ours.upsert(mine)
    foreign = [point_id(p.draft.person_id) for p in mine]
    assert (theirs.count(), theirs.matching(Where()), view(theirs)) == (0, [], {})
    theirs.upsert(other)
    theirs.catch_up()
    own = {point_id(p.draft.person_id) for p in other}
    legs = [Leg("profile", dense=make_unit(np.random.default_rng(1)), limit=999)]
    legs += [Leg("passages", dense=mine[0].profile, limit=999)]
    legs += [Leg(f, sparse=query_vector(["w0", "w1", "w2"]), limit=999) for f in SPARSE]
    assert {p for answer in theirs.ask(legs) for p, _ in answer} == own
    assert theirs.ask([Leg("profile", dense=mine[0].profile, where=Where(must=(Ids(tuple(foreign)),)))]) == [[]]
    assert theirs.cards(foreign) == {}
    assert theirs.passage_vectors(foreign) == {}
    assert set(theirs.matching(Where(must_not=(Ids((foreign[0],)),)))) == own
    theirs.delete([p.draft.person_id for p in mine])
    assert (ours.count(), theirs.count()) == (30, 50)


def test_how_rare_a_word_is_says_nothing_of_another_workspace(engines, name, stamp, make_world):
    ours, theirs = (engines.open(stamp, name, workspace) for workspace in ("ours", "theirs"))
    ours.upsert(make_world(1, 40))
    leg = Leg("text", sparse=query_vector(["w7"]), limit=99)
    before = ours.ask([leg])
    assert before[0]
    theirs.upsert(make_world(2, 40))
    assert [dict(answer) for answer in ours.ask([leg])] == [dict(answer) for answer in before]  # ties stand in no order


def test_a_reader_catches_up_with_what_the_writer_did(engines, name, stamp, make_world, make_point, view):
    writer, reader = engines.open(stamp, name), engines.open(stamp, name)
    points = make_world(1, 10)
    writer.upsert(points)
    assert len(reader.columns) == 0
    reader.catch_up()
    assert view(reader) == view(writer)
    writer.upsert([make_point(np.random.default_rng(5), person_id=points[3].draft.person_id)])
    writer.delete([points[0].draft.person_id])
    reader.catch_up()
    assert view(reader) == view(writer)


def test_a_new_writer_uses_no_number_of_the_last_one_again(engines, name, stamp, make_world, make_point, view):
    """Else a reader, who asks for numbers above the highest it knows, would miss the new one's first write."""
    reader, points = engines.open(stamp, name), make_world(1, 4)
    first = engines.open(stamp, name)
    first.upsert(points)
    reader.catch_up()
    first.delete([points[-1].draft.person_id])  # it held the highest number
    reader.catch_up()
    second = engines.open(stamp, name)
    changed = make_point(np.random.default_rng(9), {"source": "ats", "tags": ["new"]}, points[0].draft.person_id)
    second.upsert([changed])
    reader.catch_up()
    assert view(reader) == view(second)
    assert ("tags", "new") in view(reader)[points[0].draft.person_id]


def test_a_collection_without_a_stamp_is_refused(engines, name, stamp):
    index = engines.open(stamp, name)
    index._client.delete(name, [1], wait=True)
    with pytest.raises(IndexMismatch, match="no stamp"):
        engines.open(stamp, name)
