"""The comparison finds nothing where there is a wall, and finds a hole wherever one is made."""

from contextlib import ExitStack

import pytest

from engine.records import Viewer
from engine.search import search
from eval.bench.access import compare, make


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with ExitStack() as stack:
        yield make(tmp_path_factory.mktemp("access"), 60, 7, stack)


@pytest.mark.slow
def test_random_questions_of_three_viewers_tell_nobody_what_is_not_theirs(made):
    leaks, tried = compare(*made, searches=120, seed=5)
    assert leaks == []
    assert set(tried) == {"recruiter", "lead", "hiring-manager"}


def without_wall(query, *, viewer, reach, **more):
    """A search that forgets whom this viewer may find."""
    return search(query, viewer=Viewer(workspace=viewer.workspace), **more)


def of_another_workspace(ledger, viewer):
    """A reader bound to the wrong workspace."""
    return ledger.reader(viewer.model_copy(update={"workspace": "elsewhere"}))


def that_sees_all_notes(ledger, viewer):
    return ledger.reader(viewer.model_copy(update={"audiences": frozenset({"board", "private-notes"})}))


def bound_to_nothing(ledger, viewer):
    return ledger.reader(viewer.model_copy(update={"jobs": None}))


@pytest.mark.slow
@pytest.mark.parametrize(
    "hole",
    [
        {"ask": without_wall},
        {"reader_of": of_another_workspace},
        {"reader_of": that_sees_all_notes},
    ],
    ids=["no wall", "another workspace", "all notes"],
)
def test_a_hole_is_found(made, hole):
    whole, pairs = made
    leaks, _ = compare(whole, pairs, searches=60, seed=5, **hole)
    assert leaks


@pytest.mark.slow
def test_a_reader_without_its_jobs_is_refused_by_the_engine(made):
    from engine.errors import NotAllowed

    whole, pairs = made
    with pytest.raises(NotAllowed):
        compare(whole, [pairs[2]], searches=3, seed=5, reader_of=bound_to_nothing)
