"""The world of canaries as two open workspaces with their apps, and callers of every kind. Shared by what tries walls."""

from contextlib import ExitStack, contextmanager
from random import Random
from uuid import uuid4

from fastapi.testclient import TestClient

from api.access import Access
from api.app import make_app
from api.passwords import hashed
from api.runtime import Runtime, stamp_of
from api.secret import Secret, new_key
from api.settings import Settings
from engine.index import open_folder
from eval.bench.canaries import viewers_of
from eval.bench.leaks import Watcher, fill
from indexer.ledger import Ledger, OutboxRow
from models import FakeEncoder
from tests.api.conftest import NOW

PASSWORD = "correct horse battery staple"


@contextmanager
def two_workspaces(world, folder, lexicon):
    """(settings, workspace -> open runtime) on one ledger, one index each."""
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

    @classmethod
    def over(cls, runtime):
        ledger = runtime.ledger
        made = cls(runtime.secret, ledger.keys, ledger.accounts, ledger.subjects, workspace=runtime.workspace)
        made.jobs = {}
        return made

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
            access = app.state.access = (access_of or BoundToJobs).over(runtime)
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


def owed(ledger, workspace, connection, record, action):
    """The id of an action that waits."""
    with ledger.sync(workspace, connection).write() as tx:
        row = OutboxRow(
            id=str(uuid4()), seq=tx.next_seq(), person=record, kind=action["kind"], action=action,
            draft={"item_kind": "things", "body": {}}, state="waiting", actor="key:theirs", as_user=None, why="",
            at="2026-11-01T08:00:00.000+00:00", due_at="2026-11-01T08:00:00.000+00:00", attempts=0, sent_at=None,
            looked=None, done_at=None, remote_id=None, problem="", theirs={}, undoes=None,
        )  # fmt: skip
        tx.owe([row])
    return row.id
