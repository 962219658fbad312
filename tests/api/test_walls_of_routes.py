"""Every route of the OpenAPI document × every id it takes × every role: what is not yours is answered as what never was.

Ids are found by their names, in paths, queries and bodies; one that this file does not know how to fill fails it, and so
does a body. Pages are tried in test_walls.py, webhooks have a signature of their own (test_hooks.py).
"""

import itertools
import json
import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from api.app import make_app
from api.links import Links
from api.roles import MAY, ROLES
from api.secret import new_key
from eval.bench.canaries import CONNECTION, LEADS, make_canaries
from eval.bench.leaks import NOBODY
from tests.api.walled import BoundToJobs, owed, two_workspaces

AN_ID = re.compile(r"(^|_)(ids?|jobs?|persons?|people|keys?|users?|tokens?|cursor|list)$")
KINDS = {
    "person_id": "person", "ids": "person", "user_id": "user", "key_id": "key", "job_id": "job", "job": "job",
    "webhook_id": "webhook",
    "jobs": "job", "cursor": "job", "action_id": "action", ("/v1/actions", "cursor"): "action",
}  # fmt: skip
NO_IDS = {
    ("/v1/hooks/{token}", "token"),  # names a connection by 256 random bits
    ("/v1/people", "people"),  # records to be written, by ids of their source
    ("/v1/search", "cursor"),  # sealed: see test_canaries.py
    ("/v1/users/{user_id}", "ats_users"),  # names a vendor's users
}
LISTS = {"ids", "jobs"}
numbers = itertools.count()
BODIES = {
    "/v1/search": lambda: {"text": "nurse", "filters": {}},
    "/v1/rank": lambda: {"text": "nurse", "ids": [NOBODY]},
    "/v1/people": lambda: {"people": [{"id": "x"}]},
    "/v1/users": lambda: {"email": f"new{next(numbers)}@example.com", "name": "New", "role": "viewer"},
    "/v1/users/{user_id}": lambda: {"name": "Other"},
    "/v1/keys": lambda: {"name": "new"},
    "/v1/actions": lambda: {"actions": [{}]},  # each is checked by itself: see below
    "/v1/people/{person_id}/files": dict,
    "/v1/hooks/{token}": dict,
    "/v1/webhooks": lambda: {"url": "https://team.example.com/webhooks"},
    "/v1/webhooks/{webhook_id}": lambda: {"state": "paused"},
    "/v1/webhooks/{webhook_id}/replay": lambda: {"from_seq": 1},
}
FORMS = {"/v1/people/{person_id}/files": {"file": ("cv.pdf", b"a CV")}}
NEVER = {
    "person": NOBODY,
    "user": NOBODY,
    "key": NOBODY,
    "action": NOBODY,
    "webhook": NOBODY,
    "job": f"{CONNECTION}:neverwasx",
}


def kind_of(path, name):
    last = name.rsplit(".")[-1]
    return KINDS.get((path, last)) or KINDS.get(last)


class Inner(BaseModel):
    note_ids: list[str]
    text: str


def ids_of(document):
    """(method, path, where, name) of everything that takes an id."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for one in operation.get("parameters", ()):
                if one["in"] == "path" or AN_ID.search(one["name"]):
                    yield method.upper(), path, one["in"], one["name"]
            if "requestBody" in operation or path.startswith("/v1/hooks"):
                assert path in BODIES, f"{path} takes a body this file does not know"
            for name in fields(document, operation.get("requestBody", {})):
                if AN_ID.search(name.rsplit(".")[-1]):
                    yield method.upper(), path, "body", name


def fields(document, body):
    """Names of a body's fields, ``filters.job`` for one inside another; the structured query is words, not ids."""
    for content in body.get("content", {}).values():
        yield from _fields(document, content["schema"], "")


def _fields(document, schema, before):
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/")[-1]]
    for name, one in schema.get("properties", {}).items():
        yield before + name
        if name != "query":
            yield from _fields(document, one, f"{before}{name}.")


@pytest.fixture(scope="module")
def world():
    return make_canaries(12, 8, seed=7)


@pytest.fixture(scope="module")
def walled(world, tmp_path_factory, lexicon):
    """(client, role -> key, kind -> ids that are another workspace's, kind -> ids behind a wall of this one)"""
    with two_workspaces(world, tmp_path_factory.mktemp("routes"), lexicon) as (settings, runtimes):
        here, there = world.spaces
        runtime = runtimes[here.name]
        app = make_app(runtime, settings)
        app.state.links = Links(runtime.secret, "https://headwater.example.com")
        access = app.state.access = BoundToJobs.over(runtime)
        ledger, keys = runtime.ledger, {}
        for role in ROLES:
            keys[role] = new_key()
            ledger.keys.add(here.name, role, runtime.secret.digest("key", keys[role]), keys[role][:7], role=role)
        mine = here.jobs[0].id
        access.jobs[keys["hiring-manager"]] = frozenset({f"{CONNECTION}:{mine}"})
        foreign = {
            "person": list(there.ids.values())[:2],
            "job": [f"{CONNECTION}:{job.id}" for job in there.jobs[:2]],
            "user": [ledger.accounts.add(there.name, "they@example.com", name="They", role="admin").id],
            "key": [ledger.keys.add(there.name, "theirs", "d" * 64, "hw_abcd", role="admin").id],
            "action": [owed(ledger, there.name, CONNECTION, next(iter(there.ids)), {"kind": "note", "text": "x"})],
            "webhook": [ledger.subscriptions.add(there.name, "https://theirs.example.com/", secrets_sealed="s").id],
        }
        outside = sorted(set(here.ids) - here.applied({mine}))
        within = sorted(here.applied({mine}))
        secret = next(job for job in here.jobs if job.audience == LEADS)
        behind = {
            "person": [here.ids[key] for key in outside[:2]],
            "job": [f"{CONNECTION}:{secret.id}"],
            "action": [owed(ledger, here.name, CONNECTION, outside[0], {"kind": "contact", "set": {"phone": "1"}})],
            "action of a job": [
                owed(ledger, here.name, CONNECTION, within[0], {"kind": "application", "job": secret.id})
            ],
        }
        with TestClient(app, base_url="http://127.0.0.1") as client:
            yield client, keys, foreign, behind, here.ids[within[0]]


def asked(client, key, method, path, where, name, value):
    url = re.sub(r"{(\w+)}", lambda m: value if m.group(1) == name else NOBODY, path)
    body = BODIES[path]() if path in BODIES and method != "GET" else None
    if where == "body":
        *outer, last = name.split(".")
        inner = body
        for part in outer:
            inner = inner[part]
        inner[last] = [value] if last in LISTS else value
        if last == "job_id":
            body.pop("text")
    sent = {"files": FORMS[path]} if path in FORMS else {"json": body}
    answer = client.request(
        method, url, **sent, params={name: value} if where == "query" else None, headers={"X-API-Key": key}
    )
    return answer.status_code, answer.text


def told(status, text, value):
    """An answer without what differs of itself, and with one word for the id that was asked for."""
    text = re.sub(r'"took_ms":{[^}]*}|"id":"[0-9a-f-]{36}"|"email":"[^"]*"|"created_at":"[^"]*"', "", text)
    return status, text.replace(json.dumps(value)[1:-1], "THE ID")


def test_every_id_of_every_route_is_known_how_to_fill(walled):
    found = list(ids_of(walled[0].app.openapi()))
    unknown = {
        (path, name) for _, path, _, name in found
        if (path, name.rsplit(".")[-1]) not in NO_IDS and kind_of(path, name) is None
    }  # fmt: skip
    assert unknown == set(), "say in KINDS what this id names, or in NO_IDS why it names nothing of ours"
    assert {path for _, path, _, _ in found} >= {
        "/v1/people/{person_id}",
        "/v1/rank",
        "/v1/search",
        "/v1/jobs",
        "/v1/webhooks/{webhook_id}/deliveries",
    }


def test_a_new_route_is_found_and_a_new_body_refused():
    app = FastAPI()

    class Move(BaseModel):
        stage_id: str
        inner: Inner

    @app.post("/v1/things/{thing}")
    def move(thing: str, body: Move, list_id: str = "") -> None: ...

    with pytest.raises(AssertionError, match="takes a body"):
        list(ids_of(app.openapi()))
    document = app.openapi()
    document["paths"] = {"/v1/search": document["paths"]["/v1/things/{thing}"]}
    assert {(where, name) for _, _, where, name in ids_of(document)} == {
        ("path", "thing"), ("query", "list_id"), ("body", "stage_id"), ("body", "inner.note_ids"),
    }  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_theirs_is_answered_as_what_never_was(walled, world, role):
    client, keys, foreign, behind, _ = walled
    tried = 0
    for method, path, where, name in ids_of(client.app.openapi()):
        if (path, name.rsplit(".")[-1]) in NO_IDS:
            continue
        kind = kind_of(path, name)
        not_theirs = [*foreign[kind]]
        if kind == "action":
            not_theirs += behind["action of a job"]
        if kind in ("person", "action") and role == "hiring-manager":
            not_theirs += behind[kind]
        if kind == "job" and "users" not in path:  # an admin gives away jobs without reading them
            not_theirs += behind["job"]
        never = asked(client, keys[role], method, path, where, name, NEVER[kind])
        for value in not_theirs:
            status, text = asked(client, keys[role], method, path, where, name, value)
            assert told(status, text, value) == told(*never, NEVER[kind]), (method, path, name)
            assert status < 500
            assert not world.met(text) - world.met(value), (method, path, name)
            tried += 1
    assert tried >= 12


@pytest.mark.parametrize("role", [role for role in ROLES if "act" in MAY[role]])
def test_an_action_about_whom_they_may_not_see_is_refused_as_about_nobody(walled, role):
    client, keys, foreign, behind, within = walled

    def refused(person, action):
        body = {"actions": [{"person_id": person, "action": action}]}
        answer = client.post("/v1/actions", json=body, headers={"X-API-Key": keys[role]})
        assert answer.status_code == 202
        return told(answer.status_code, answer.text, person)

    for action in ({"kind": "note", "text": "x"}, {"kind": "application", "job": behind["job"][0]}):
        for person in foreign["person"]:
            assert refused(person, action) == refused(NOBODY, action)
        assert refused(within, action) != refused(NOBODY, action)


def test_what_is_theirs_is_answered_otherwise(walled):
    """Or all of the above would hold for a server that knows nobody."""
    client, keys, _, behind, within = walled
    for role in ROLES:
        seen = asked(client, keys[role], "GET", "/v1/actions/{action_id}", "path", "action_id", behind["action"][0])[0]
        assert seen == (404 if role == "hiring-manager" else 200)
        assert asked(client, keys[role], "GET", "/v1/people/{person_id}", "path", "person_id", within)[0] == 200
    assert (
        asked(client, keys["viewer"], "GET", "/v1/people/{person_id}", "path", "person_id", behind["person"][0])[0]
        == 200
    )
