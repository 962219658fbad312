"""Random searches of three viewers in two workspaces, over the whole HTTP app: nobody meets a word that is not theirs.

And that this would be seen: a reader, a vocabulary or a door without its wall is caught each time.
"""

from contextlib import ExitStack, contextmanager
from random import Random

import pytest
from fastapi.testclient import TestClient

from api.access import Access
from api.app import make_app
from api.passwords import hashed
from api.runtime import Runtime, stamp_of
from api.secret import Secret, new_key
from api.settings import Settings
from engine.index import open_folder
from engine.ranking.wall import Wall
from eval.bench.canaries import LEADS, PRIVATE, make_canaries, viewers_of
from eval.bench.leaks import Watcher, fill, watch
from indexer.ledger import Ledger
from models import FakeEncoder
from tests.api.conftest import NOW

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def world():
    return make_canaries(40, 8, seed=3)


@pytest.fixture(scope="module")
def filled(world, tmp_path_factory, lexicon):
    """(settings, workspace -> open runtime) on one ledger, one index each."""
    folder = tmp_path_factory.mktemp("canaries")
    settings, encoder = Settings(data_dir=folder, _env_file=None), FakeEncoder()
    with ExitStack() as stack:
        runtimes = {}
        for space in world.spaces:
            runtime = Runtime(
                ledger=Ledger.open(settings.database), encoder=encoder, lexicon=lexicon, workspace=space.name,
                index=open_folder(folder / f"index-{space.name}", stamp_of(encoder, lexicon)),
                secret=Secret(b"a secret for the tests, long enough"), clock=lambda: NOW,
            )  # fmt: skip
            stack.callback(runtime.close)
            fill(space, runtime.ledger)
            runtime.follow()
            runtimes[space.name] = runtime
        yield settings, runtimes


class BoundToJobs(Access):
    """Keys that are bound to jobs, as an account is: the API has none, and must be held to the wall all the same."""

    jobs: dict[str, frozenset[str]]

    def by_token(self, token):
        caller = super().by_token(token)
        if token not in self.jobs:
            return caller
        return caller.model_copy(update={"viewer": caller.viewer.model_copy(update={"jobs": self.jobs[token]})})


@contextmanager
def watchers_of(world, filled, seed, door=lambda runtime: runtime, access_of=None):
    """For each workspace: three viewers through the API, and the hiring manager through the pages too."""
    settings, runtimes = filled
    with ExitStack() as stack:
        found = []
        for space in world.spaces:
            runtime = runtimes[space.name]
            app = make_app(door(runtime), settings)
            access = app.state.access = (access_of or BoundToJobs)(
                runtime.secret, runtime.ledger.keys, runtime.ledger.accounts, workspace=space.name
            )
            access.jobs = {}
            for number, (name, role, viewer) in enumerate(viewers_of(space)):
                key = new_key()
                runtime.ledger.keys.add(
                    space.name, name, runtime.secret.digest("key", key), key[:7], role=role, audiences=viewer.audiences
                )
                if viewer.jobs is not None:
                    access.jobs[key] = viewer.jobs
                client = stack.enter_context(TestClient(app, base_url="http://127.0.0.1", headers={"X-API-Key": key}))
                found.append(Watcher(name, viewer, world, sender(client), Random(seed * 100 + number)))
                if viewer.jobs is not None:
                    browser = stack.enter_context(TestClient(app, base_url="http://127.0.0.1"))
                    sign_in(browser, runtime, space.name, viewer, f"{seed}@example.com")
                    found.append(
                        Watcher(f"{name}'s pages", viewer, world, sender(browser), Random(seed * 100 + 9), pages=True)
                    )
        yield found


def sender(client):
    def send(method, path, body):
        answer = client.request(method, path, json=body)
        return answer.status_code, answer.text

    return send


def sign_in(browser, runtime, workspace, viewer, email):
    accounts = runtime.ledger.accounts
    if accounts.by_email(workspace, email) is None:
        lee = accounts.add(workspace, email, name="Lee", role="hiring-manager", password=hashed(PASSWORD))
        accounts.set_jobs(workspace, lee.id, sorted(viewer.jobs))
    assert browser.post("/sign-in", data={"email": email, "password": PASSWORD}).url.path == "/search"


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
