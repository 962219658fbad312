"""Default deny: every route names a permission, and every role is held to its own."""

import itertools
import re
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from api.access import permission_of
from api.app import make_app
from api.roles import MAY, PERMISSIONS, ROLES, may
from api.secret import new_key

OPEN = {"/v1/health", "/v1/hooks/{token}", "/files/{token}/{name:path}"}
"""health names nobody; a delivery's signature is its key; so is the seal of a link to a file that a vendor fetches."""
COMPANY = {"/sign-in/company", "/sign-in/company/back"}
PERSON = {"/people/{person_id}", "/people/{person_id}/act", "/people/{person_id}/actions/{action_id}"}
PAGES = COMPANY | PERSON | {"/", "/sign-in", "/sign-in/{token}", "/sign-out", "/search", "/static"}
BODIES = {
    "/v1/search": {"text": "x"},
    "/v1/rank": {"text": "x", "ids": []},
    "/v1/people": {"connection": "t", "people": []},
    "/v1/actions": {"actions": []},
    "/v1/users": {"email": "new@example.com", "name": "New", "role": "viewer"},
    "/v1/users/{user_id}": {"name": "Other"},
    "/v1/keys": {"name": "new"},
    "/v1/webhooks": {"url": "https://team.example.com/webhooks"},
    "/v1/webhooks/{webhook_id}": {"state": "paused"},
    "/v1/webhooks/{webhook_id}/replay": {"from_seq": 1},
}


def operations(app):
    """(method, path, permission) of every route that is ours."""
    found = [route for route in iter_route_contexts(app.routes) if hasattr(route, "dependant")]
    assert len(found) > 15
    for route in found:
        for method in sorted(route.methods - {"HEAD", "OPTIONS"}):
            yield method, route.path, permission_of(route)


@pytest.fixture
def as_role(app, runtime):
    """role, scopes -> a client with such a key."""
    with TestClient(app, base_url="http://127.0.0.1") as client:

        def make(role, scopes=None):
            made = new_key()
            digest = runtime.secret.digest("key", made)
            runtime.ledger.keys.add("default", role, digest, made[:7], role=role, scopes=scopes)

            def ask(method, path):
                body = BODIES.get(path) if method in ("POST", "PUT", "PATCH") else None
                url = re.sub(r"{\w+}", "nobody", path)
                return client.request(method, url, json=body, headers={"X-API-Key": made}, follow_redirects=False)

            return ask

        yield make


def test_every_route_names_the_permission_it_needs(app):
    nameless = {path for _, path, permission in operations(app) if permission is None}
    assert nameless <= OPEN | PAGES
    assert {permission for _, _, permission in operations(app)} - {None} == set(PERMISSIONS)


def test_every_role_is_held_to_its_permissions_on_every_route(app, as_role):
    tried = 0
    for role in ROLES:
        ask = as_role(role)
        for method, path, permission in operations(app):
            if permission is None:
                continue
            status = ask(method, path).status_code
            assert (status != 403) == (permission in MAY[role]), (role, method, path, status)
            assert status < 500
            tried += 1
    assert tried >= 12 * len(ROLES)


def test_a_key_cut_to_a_scope_may_do_that_alone(app, as_role):
    for scope in PERMISSIONS:
        ask = as_role("admin", scopes=[scope])
        for method, path, permission in operations(app):
            if permission is not None:
                assert (ask(method, path).status_code != 403) == (permission in (scope, "me")), (scope, method, path)


def test_a_scope_gives_nothing_that_the_role_has_not(as_role):
    assert as_role("viewer", scopes=["users"])("GET", "/v1/users").status_code == 403


@pytest.mark.parametrize("role", ["", "root", "Admin", "admin "])
def test_a_role_nobody_knows_may_do_nothing(role):
    assert may(role) == frozenset()


def test_what_is_not_allowed_is_a_problem_that_says_what(as_role):
    answer = as_role("viewer")("GET", "/v1/users")
    assert answer.json()["type"] == "urn:headwater:problem:not-allowed"
    assert "viewer" in answer.json()["detail"]
    assert "(users)" in answer.json()["detail"]


def test_a_key_of_another_workspace_opens_nothing(runtime, settings, app, stranger):
    made = new_key()
    runtime.ledger.keys.add("elsewhere", "k", runtime.secret.digest("key", made), made[:7], role="admin")
    for method, path, permission in operations(app):
        if permission:
            url = re.sub(r"{\w+}", "nobody", path)
            assert stranger.request(method, url, headers={"X-API-Key": made}).status_code == 401
    assert make_app(runtime, settings) is not app


def test_roles_widen_in_the_order_people_expect():
    for less, more in itertools.pairwise(["viewer", "recruiter", "admin"]):
        assert MAY[less] < MAY[more]


def test_the_table_in_the_docs_is_the_one_in_force():
    text = (Path(__file__).parents[2] / "docs" / "access.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (`[^|]+`) \|", text, re.M))
    assert rows == {role: ", ".join(f"`{one}`" for one in sorted(MAY[role])) for role in ROLES}
