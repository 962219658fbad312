"""What is not a viewer's to see: every route × role × foreign workspace, person, job, user and key.

The routes are found, not listed: a new one is tried as it is, and one with a parameter this file does not know fails.
"""

import json
import re

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from api.access import permission_of
from api.app import make_app
from api.links import Links
from api.passwords import hashed
from api.roles import ROLES
from api.runtime import Runtime, stamp_of
from engine.index import open_folder
from engine.records import Activity, Application, Document, Job, SourceRecord
from indexer.ledger import Ledger
from models import FakeEncoder
from tests.api.conftest import NOW, add_key, installation
from tests.api.walled import owed

CANARY = "zanzibar"
"""Stands in everything of a foreign workspace, of a foreign job and of whoever applied for nothing but that."""
PASSWORD = "correct horse battery staple"


def foreign(key, job):
    """Somebody whose every text holds the canary."""
    return SourceRecord(
        id=key, name=f"{CANARY} {key}", emails=(f"{CANARY}{key}@example.com",), headline=f"{CANARY} developer",
        tags=(CANARY,), summary=f"{CANARY} summary",
        documents=(Document(id="cv", text=f"{CANARY}\nBackend Developer\n\nSKILLS\nPython, {CANARY}"),),
        applications=(Application(id=f"a{key}", job_id=job, stage=f"{CANARY} stage", reason=f"{CANARY} reason"),),
        activities=(Activity(id=f"n{key}", text=f"{CANARY} note", job_id=job),),
    )  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory, lexicon):
    """Two workspaces on one ledger. In ``default`` a hiring manager of job j1, and people of job ``other`` alone."""
    folder = tmp_path_factory.mktemp("walls")
    with installation(folder, lexicon) as (settings, runtime):
        writer = runtime.ledger.writer()
        writer.put_jobs("test", [Job(id="other", title=f"{CANARY} director")])
        writer.put_records("test", [foreign("f1", "other")])
        runtime.follow()
        elsewhere = Ledger.open(settings.database)
        there = elsewhere.writer("elsewhere")
        there.put_jobs("test", [Job(id="j1", title=f"{CANARY} boss"), Job(id="j9", title=f"{CANARY} chief")])
        there.put_records("test", [foreign("p1", "j1"), foreign("f9", "j9")])
        encoder = FakeEncoder()
        other = Runtime(
            ledger=elsewhere, index=open_folder(folder / "index-elsewhere", stamp_of(encoder, lexicon)), encoder=encoder,
            lexicon=lexicon, secret=runtime.secret, clock=lambda: NOW, workspace="elsewhere",
        )  # fmt: skip
        other.follow()
        with (
            TestClient(make_app(runtime, settings), base_url="http://127.0.0.1") as client,
            TestClient(make_app(other, settings), base_url="http://127.0.0.1") as stranger,
        ):
            yield World(runtime, client, other, stranger)
        other.close()


class World:
    def __init__(self, runtime, client, other, other_client):
        self.runtime, self.client, self.other, self.other_client = runtime, client, other, other_client
        client.app.state.links = Links(runtime.secret, "https://headwater.example.com")
        accounts = runtime.ledger.accounts
        self.lee = accounts.add(
            "default", "lee@example.com", name="Lee", role="hiring-manager", password=hashed(PASSWORD)
        )
        accounts.set_jobs("default", self.lee.id, ["test:j1"])
        self.their_user = other.ledger.accounts.add("elsewhere", f"{CANARY}@example.com", name=CANARY, role="viewer").id
        self.their_key = other.ledger.keys.add("elsewhere", CANARY, "d" * 64, "hw_abcd").id
        their = f"https://{CANARY}.example.com/"
        self.their_webhook = other.ledger.subscriptions.add("elsewhere", their, secrets_sealed="s").id
        self.keys = {role: add_key(runtime, role) for role in ROLES}
        mine = runtime.ledger.reader(self.viewer("admin"))
        theirs = other.ledger.reader(self.viewer("admin", "elsewhere"))
        self.within = mine.ids_of("test", ["p1"])["p1"]
        self.foreign_person = mine.ids_of("test", ["f1"])["f1"]
        self.their_person = theirs.ids_of("test", ["p1"])["p1"]
        note = {"kind": "note", "text": f"{CANARY} boss"}
        self.their_action = owed(other.ledger, "elsewhere", "test", "p1", note)

    @staticmethod
    def viewer(_role, workspace="default"):
        from engine.records import Viewer

        return Viewer(workspace=workspace)

    def known(self):
        """parameter -> ids that are not this workspace's, by what they are."""
        return {
            "person_id": [self.their_person],
            "user_id": [self.their_user],
            "key_id": [self.their_key],
            "webhook_id": [self.their_webhook],
            "action_id": [self.their_action],
            "token": [],
        }


def operations(client):
    for route in iter_route_contexts(client.app.routes):
        if hasattr(route, "dependant") and permission_of(route):
            for method in sorted(route.methods - {"HEAD", "OPTIONS"}):
                yield method, route.path


BODIES = {
    "/v1/search": [{"text": CANARY}, {"text": "developer", "limit": 100}, {"text": f"{CANARY} Python"}],
    "/v1/people": [{"connection": "walls", "people": []}],
    "/v1/people/{person_id}/files": [{"file": "a CV"}],
    "/v1/users": [{"email": "x@example.com", "name": "x", "role": "viewer"}],
    "/v1/users/{user_id}": [{"name": "x"}],
    "/v1/keys": [{"name": "x"}],
    "/v1/webhooks": [{"url": "https://team.example.com/webhooks"}],
    "/v1/webhooks/{webhook_id}": [{"state": "paused"}],
    "/v1/webhooks/{webhook_id}/rotate": [None],
    "/v1/webhooks/{webhook_id}/replay": [{"from_seq": 1}],
    "/v1/webhooks/{webhook_id}/test": [None],
}


def bodies(path, method, ids, jobs):
    if method not in ("POST", "PUT", "PATCH"):
        return [None]
    if path == "/v1/rank":
        return [{"text": "developer", "ids": ids}, *({"job_id": job, "ids": ids} for job in jobs)]
    if path == "/v1/search":
        return [*BODIES[path], *({"text": "", "filters": {"job": job}} for job in jobs)]
    if path == "/v1/actions":
        return [{"actions": [{"person_id": one, "action": {"kind": "note", "text": "x"}} for one in ids]}]
    if path.startswith("/v1/actions/"):
        return [None]
    return BODIES[path]


def test_no_route_tells_any_role_of_another_workspace(world):
    """The same answer as for an id that never was, and nothing of theirs in it."""
    tried = 0
    for role in ROLES:
        own = {"X-API-Key": world.keys[role]}
        for method, path in operations(world.client):
            names = re.findall(r"{(\w+)}", path)
            assert set(names) <= set(world.known()), f"{path} has a parameter this test does not know"
            ids = world.known()[names[0]] if names else [""]
            for one in ids:
                for body in bodies(path, method, [world.their_person], ["test:j9"]):
                    if path == "/v1/search" and body.get("text"):
                        continue  # this workspace has the canary too: see the next test
                    asked = [re.sub(r"{\w+}", who, path) for who in (one, "never-was")]
                    sent = {"files": body} if path.endswith("/files") else {"json": body}
                    theirs, nobodys = (world.client.request(method, url, headers=own, **sent) for url in asked)
                    said = (theirs.status_code, theirs.text)
                    if names:
                        assert said == (nobodys.status_code, nobodys.text), (role, method, path)
                    assert theirs.status_code < 500
                    assert f"{CANARY} boss" not in theirs.text
                    assert f"{CANARY} chief" not in theirs.text
                    assert (
                        world.their_person not in theirs.text.replace(json.dumps(body or ""), "") or path == "/v1/rank"
                    )
                    tried += 1
    assert tried > 40


def test_a_key_of_another_workspace_is_no_key_here(world):
    made = add_key(world.other, "admin")  # of "default": refused there
    assert world.other_client.get("/v1/me", headers={"X-API-Key": made}).status_code == 401
    assert world.client.get("/v1/me", headers={"X-API-Key": made}).status_code == 200


def test_an_account_of_another_workspace_cannot_sign_in_here(world):
    answer = world.other_client.post("/sign-in", data={"email": "lee@example.com", "password": PASSWORD})
    assert answer.status_code == 401


@pytest.fixture(scope="module")
def lee(world):
    """A browser of the hiring manager of j1."""
    with TestClient(world.client.app, base_url="http://127.0.0.1") as browser:
        answer = browser.post(
            "/sign-in", data={"email": "lee@example.com", "password": PASSWORD}, follow_redirects=False
        )
        assert answer.status_code == 303
        yield browser


QUESTIONS = [CANARY, "developer", f"{CANARY} developer", f"{CANARY}f1@example.com", f'"{CANARY}" OR nurse', "Python"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_hiring_manager_finds_nobody_of_another_job(world, lee, question):
    page = lee.get("/search", params={"q": question})
    assert page.status_code == 200
    shown = re.sub(r'href="[^"]*"', "", page.text).replace(question, "")
    for asked in re.findall(r"[\w@.-]+", question):  # what was asked stands on the page; what is of others must not
        shown = shown.replace(asked, "")
    assert CANARY not in shown
    assert world.foreign_person not in page.text


def test_a_hiring_manager_sees_of_a_person_what_concerns_their_jobs(world, lee):
    page = lee.get(f"/people/{world.within}")
    assert page.status_code == 200
    assert "Position put on hold" in page.text
    assert "Calm and clear" not in page.text  # a note about no job


@pytest.mark.parametrize("which", ["foreign_person", "their_person"])
def test_the_page_of_somebody_outside_is_that_of_nobody(world, lee, which):
    theirs, nobodys = lee.get(f"/people/{getattr(world, which)}"), lee.get("/people/never-was")
    assert (theirs.status_code, theirs.text) == (nobodys.status_code, nobodys.text)


def test_the_filters_of_the_page_offer_their_jobs_alone(lee):
    page = lee.get("/search").text
    assert "test:j1" in page
    assert "test:other" not in page
    assert CANARY not in page


def test_a_hiring_managers_key_is_bound_to_no_job_and_sees_nobody(world):
    own = {"X-API-Key": world.keys["hiring-manager"]}
    found = world.client.post("/v1/search", json={"text": "developer"}, headers=own).json()
    assert (found["hits"], found["counts"]["total"]) == ([], 0)
    assert world.client.get("/v1/jobs", headers=own).json()["jobs"] == []


def test_a_job_taken_away_counts_at_once(world, lee):
    assert lee.get(f"/people/{world.within}").status_code == 200
    world.runtime.ledger.accounts.set_jobs("default", world.lee.id, [])
    assert lee.get(f"/people/{world.within}").status_code == 404
    world.runtime.ledger.accounts.set_jobs("default", world.lee.id, ["test:j1"])
    assert lee.get(f"/people/{world.within}").status_code == 200
