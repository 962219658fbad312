"""Random searches of three viewers in two workspaces, over the whole HTTP app: nobody meets a word that is not theirs.

And that this would be seen: a reader, a vocabulary or a door without its wall is caught each time.
"""

import pytest

from engine.ranking.wall import Wall
from eval.bench.canaries import LEADS, PRIVATE, make_canaries
from eval.bench.leaks import watch
from tests.api.walled import BoundToJobs, two_workspaces, watchers_of


@pytest.fixture(scope="module")
def world():
    return make_canaries(40, 8, seed=3)


@pytest.fixture(scope="module")
def filled(world, tmp_path_factory, lexicon):
    with two_workspaces(world, tmp_path_factory.mktemp("canaries"), lexicon) as made:
        yield made


def test_random_searches_of_every_viewer_leak_nothing(world, filled):
    with watchers_of(world, filled, seed=1) as watchers:
        watch(watchers, 240)
    for one in watchers:
        tally = one.tally
        assert tally.leaks == 0, (one.name, tally.first)
        assert (tally.searches, tally.reads > 0) == (30, True)
        assert tally.met, one.name
    assert sum(one.tally.hits for one in watchers) > 300
    assert sum(one.tally.twins for one in watchers) > 40


class Door:
    """A runtime of which a test replaces a part."""

    def __init__(self, runtime):
        self._runtime = runtime

    def __getattr__(self, name):
        return getattr(self._runtime, name)


def all_seeing(viewer):
    return viewer.model_copy(update={"jobs": None, "audiences": frozenset({PRIVATE, LEADS})})


class OpenReader(Door):
    def reader(self, viewer):
        return self._runtime.reader(all_seeing(viewer))


class OpenVocabulary(Door):
    def vocabulary(self, viewer):
        return self._runtime.vocabulary(all_seeing(viewer))


class OtherWorkspace(Door):
    """Answers about people by whatever id, whoever's they are."""

    def reader(self, viewer):
        mine = self._runtime.reader(viewer)
        other = "elsewhere" if viewer.workspace == "default" else "default"
        theirs = self._runtime.reader(viewer.model_copy(update={"workspace": other, "jobs": None}))

        class Both(Door):
            def person(self, person_id):
                found = mine.people([person_id]) | theirs.people([person_id])
                return found[person_id] if person_id in found else mine.person(person_id)

        return Both(mine)


class ForgetfulAccess(BoundToJobs):
    """Lets a hiring manager in as if bound to nothing."""

    def by_token(self, token):
        caller = super().by_token(token)
        return caller.model_copy(update={"viewer": caller.viewer.model_copy(update={"jobs": None})})

    def by_session(self, cookie):
        caller = super().by_session(cookie)
        return caller and caller.model_copy(update={"viewer": caller.viewer.model_copy(update={"jobs": None})})


@pytest.mark.parametrize(
    ("planted", "least"),
    [
        ({"door": OpenReader}, {"leaked_words", "told_apart"}),
        ({"door": OpenVocabulary}, {"told_apart"}),
        ({"door": OtherWorkspace}, {"leaked_words", "leaked_ids", "wrong_status", "told_apart"}),
        ({"access_of": ForgetfulAccess}, {"leaked_words", "leaked_ids", "told_apart"}),
    ],
    ids=["reader", "vocabulary", "workspace", "access"],
)
def test_a_door_without_its_wall_is_caught(world, filled, planted, least):
    with watchers_of(world, filled, seed=2, **planted) as watchers:
        watch(watchers, 120)
    assert {name for name in least if not sum(getattr(one.tally, name) for one in watchers)} == set()


@pytest.mark.parametrize(
    ("method", "without"),
    [
        ("legs", lambda _self, legs: legs),
        ("_allows", lambda _self, _criterion: True),
        ("rows", lambda _self, columns: columns.live),
    ],
)
def test_a_gap_in_the_wall_of_the_search_is_caught(world, filled, monkeypatch, method, without):
    monkeypatch.setattr(Wall, method, without)
    with watchers_of(world, filled, seed=4) as watchers:
        managers = [one for one in watchers if "manager" in one.name]
        watch(managers, 100)
    assert sum(one.tally.leaks for one in managers) > 0
