"""Users come in with a password, as far as their role goes, and are out at once when told."""

import json
import time

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.access import COOKIE, TRIES, TRIES_S
from api.cli import app as cli
from api.passwords import hashed, is_right
from engine.errors import BadInput
from indexer.ledger import Ledger
from tests.api.conftest import add_key

PASSWORD = "correct horse battery staple"


@pytest.fixture
def boss(client, runtime):
    """A client with an admin's key."""
    key = add_key(runtime, "admin")
    client.headers["Authorization"] = f"Bearer {key}"
    return client


@pytest.fixture
def add(boss):
    def call(email="anna@example.com", role="recruiter", **more):
        answer = boss.post(
            "/v1/users", json={"email": email, "name": "Anna", "role": role, "password": PASSWORD, **more}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    return call


@pytest.fixture
def browser(app):
    with TestClient(app, base_url="http://127.0.0.1") as made:
        yield made


def sign_in(browser, email="anna@example.com", password=PASSWORD):
    return browser.post("/sign-in", data={"email": email, "password": password}, follow_redirects=False)


def test_a_password_is_argon2id_and_nothing_else_is_kept():
    kept = hashed(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    assert is_right(PASSWORD, kept)
    assert not is_right(PASSWORD + "x", kept)
    assert not is_right(PASSWORD, None)
    assert not is_right(PASSWORD, "no hash")
    with pytest.raises(BadInput):
        hashed("short")


def test_signing_in_and_out(add, browser):
    add()
    assert sign_in(browser).headers["location"] == "/search"
    assert browser.get("/search").status_code == 200
    cookie = browser.cookies[COOKIE]
    browser.post("/sign-out")
    browser.cookies.set(COOKIE, cookie)  # kept by somebody else: it is over on the server too
    assert browser.get("/search", follow_redirects=False).headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    ("email", "password"),
    [("anna@example.com", "wrong password!"), ("nobody@example.com", PASSWORD), ("", ""), ("\x00", "\x00")],
)
def test_whatever_does_not_fit_is_the_same_answer(add, browser, email, password):
    add()
    answer = sign_in(browser, email, password)
    assert answer.status_code == 401
    assert "E-mail address and password do not fit." in answer.text
    assert COOKIE not in browser.cookies


def test_a_disabled_user_is_out_at_once_and_cannot_come_back(add, boss, browser):
    user = add()
    sign_in(browser)
    assert boss.patch(f"/v1/users/{user['id']}", json={"disabled": True}).status_code == 200
    assert browser.get("/search", follow_redirects=False).status_code == 303
    assert sign_in(browser).status_code == 401
    boss.patch(f"/v1/users/{user['id']}", json={"disabled": False})
    assert sign_in(browser).status_code == 303


def test_a_new_password_ends_what_the_old_one_opened(add, boss, browser):
    user = add()
    sign_in(browser)
    boss.patch(f"/v1/users/{user['id']}", json={"password": "another one, long enough"})
    assert browser.get("/search", follow_redirects=False).status_code == 303
    assert sign_in(browser).status_code == 401
    assert sign_in(browser, password="another one, long enough").status_code == 303


def test_after_five_wrong_ones_the_account_waits_even_for_the_right_one(add, browser, runtime):
    user = add()
    for _ in range(5):
        assert sign_in(browser, password="wrong password!").status_code == 401
    assert sign_in(browser).status_code == 401
    locked = runtime.ledger.accounts.get(user["id"])
    assert locked.failed == 5
    runtime.ledger.accounts.change("default", user["id"], password=hashed(PASSWORD))  # an operator lets them in
    assert sign_in(browser).status_code == 303


def test_one_address_that_guesses_waits_whoever_it_tries(app, browser):
    now = 1000.0
    app.state.access.clock = lambda: now
    for n in range(TRIES):
        assert sign_in(browser, f"user{n}@example.com", "a guessed one").status_code == 401
    assert sign_in(browser, "other@example.com", "a guessed one").status_code == 429
    now += TRIES_S + 1
    assert sign_in(browser, "other@example.com", "a guessed one").status_code == 401


def test_a_form_of_another_site_signs_nobody_in(add, browser):
    add()
    answer = browser.post(
        "/sign-in", data={"email": "anna@example.com", "password": PASSWORD}, headers={"Origin": "https://elsewhere.example.com"}
    )  # fmt: skip
    assert answer.status_code == 401


def test_an_admin_lists_changes_and_never_sees_a_password(add, boss):
    user = add(audiences=["leads"])
    changed = boss.patch(f"/v1/users/{user['id']}", json={"role": "viewer", "name": "Anna B"}).json()
    assert (changed["role"], changed["name"], changed["audiences"]) == ("viewer", "Anna B", ["leads"])
    listed = boss.get("/v1/users").text
    assert "argon2" not in listed
    assert json.loads(listed)["users"][0]["has_password"] is True
    assert boss.post("/v1/users", json={"email": "ANNA@example.com", "name": "x", "role": "viewer"}).status_code == 400
    assert boss.patch("/v1/users/nobody", json={"role": "viewer"}).status_code == 404
    assert boss.post("/v1/users", json={"email": "no address", "name": "x", "role": "viewer"}).status_code == 422
    assert boss.post("/v1/users", json={"email": "a@example.com", "name": "x", "role": "god"}).status_code == 422


def test_a_user_of_a_job_that_is_not_there_is_not_made_by_half(boss, add):
    given = {"email": "lee@example.com", "name": "Lee", "role": "hiring-manager", "jobs": ["test:none"]}
    assert boss.post("/v1/users", json=given).status_code == 404
    assert [one["email"] for one in boss.get("/v1/users").json()["users"]] == []
    assert add("lee@example.com", "hiring-manager", jobs=["test:j1"])["jobs"] == ["test:j1"]


def test_a_key_is_shown_once_cut_to_its_scopes_and_over_when_revoked(boss):
    made = boss.post("/v1/keys", json={"name": "site", "scopes": ["search"], "days": 30}).json()
    own = {"Authorization": f"Bearer {made['key']}"}
    me = boss.get("/v1/me", headers=own).json()
    assert (me["role"], me["may"]) == ("service", ["me", "search"])
    assert boss.put("/v1/people", json={"connection": "t", "people": []}, headers=own).status_code == 403
    assert made["key"] not in boss.get("/v1/keys").text
    assert boss.delete(f"/v1/keys/{made['id']}").status_code == 204
    assert boss.get("/v1/me", headers=own).status_code == 401
    assert boss.delete(f"/v1/keys/{made['id']}").status_code == 404


def test_the_audiences_of_a_user_open_what_is_for_them_alone(add, browser, client):
    person = client.post("/v1/search", json={"text": "Anna Almroth"}).json()["hits"][0]["person_id"]
    add("plain@example.com")
    add("lead@example.com", audiences=["leads"])
    sign_in(browser, "plain@example.com")
    assert "Confidential salary remark" not in browser.get(f"/people/{person}").text
    sign_in(browser, "lead@example.com")
    assert "Confidential salary remark" in browser.get(f"/people/{person}").text


def test_connections_are_shown_to_who_watches_sync(boss, runtime):
    runtime.ledger.connections.add(
        "default", "ats", vendor="teamtailor", origin="https://api.teamtailor.com", credential="x"
    )
    [one] = boss.get("/v1/connections").json()["connections"]
    assert (one["name"], one["state"]) == ("ats", "active")
    assert "credential" not in one


@pytest.fixture
def command(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADWATER_DATA_DIR", str(tmp_path / "own"))
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments, given=""):
        done = CliRunner().invoke(cli, arguments, input=given)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.stdout

    return call


def test_the_command_line_does_the_same(command, tmp_path):
    assert "Added bo@example.com" in command("users", "add", "bo@example.com", "--name", "Bo", given=PASSWORD + "\n")
    command("users", "role", "bo@example.com", "viewer")
    command("users", "audiences", "bo@example.com", "private-notes")
    command("users", "password", "bo@example.com", given="a new one, long enough\n")
    command("users", "disable", "bo@example.com")
    command("users", "enable", "BO@example.com")
    [one] = json.loads(command("users", "list", "--json"))["users"]
    assert (one["role"], one["audiences"], one["disabled_at"]) == ("viewer", ["private-notes"], None)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'own' / 'headwater.db'}")
    assert is_right("a new one, long enough", ledger.accounts.by_email("default", "bo@example.com").password)
    ledger.close()
    key = json.loads(command("keys", "create", "site", "--scope", "search", "--days", "1", "--json"))
    assert key["scopes"] == ["search"]
    with pytest.raises(BadInput, match="Role"):
        command("users", "role", "bo@example.com", "god")
    with pytest.raises(BadInput, match="Password"):
        command("users", "password", "bo@example.com", given="short\n")


def test_the_time_of_an_answer_does_not_tell_who_has_an_account(add, browser):
    """Not a speed bar: the ratio of two medians, many times apart where one of them computes no hash."""
    add()

    def took(email):
        times = []
        for _ in range(4):
            start = time.perf_counter()
            sign_in(browser, email, "a guessed password")
            times.append(time.perf_counter() - start)
        return sorted(times)[1]

    known, unknown = took("anna@example.com"), took("nobody@example.com")
    assert 0.2 < known / unknown < 5
