"""Keys, sessions, secrets: who gets in and who does not, and what is kept of a key."""

import re
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access import COOKIE, LOCAL_PREFIX, local_token
from api.errors import PROBLEM
from api.secret import Secret, new_key, secret_of
from api.settings import Settings
from engine.errors import NeedsOperator

ROUTES = [
    ("post", "/v1/search"), ("post", "/v1/rank"), ("get", "/v1/people/x"), ("put", "/v1/people"), ("get", "/v1/jobs"),
    ("post", "/v1/people/x/files"),
    ("get", "/v1/me"), ("get", "/v1/users"), ("post", "/v1/users"), ("patch", "/v1/users/x"), ("get", "/v1/keys"),
    ("post", "/v1/keys"), ("delete", "/v1/keys/x"), ("get", "/v1/connections"),
    ("get", "/v1/webhooks"), ("post", "/v1/webhooks"), ("get", "/v1/webhooks/x"), ("patch", "/v1/webhooks/x"),
    ("delete", "/v1/webhooks/x"), ("post", "/v1/webhooks/x/rotate"), ("post", "/v1/webhooks/x/replay"),
    ("post", "/v1/webhooks/x/test"), ("get", "/v1/webhooks/x/deliveries"),
    ("post", "/v1/actions"), ("get", "/v1/actions"), ("get", "/v1/actions/x"), ("post", "/v1/actions/x/cancel"),
    ("post", "/v1/actions/x/retry"), ("post", "/v1/actions/x/undo"),
]  # fmt: skip


OPEN = {("get", "/v1/health"), ("post", "/v1/hooks/{token}")}
"""health names nobody; a delivery's signature is its key"""


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_other_route_wants_a_key(stranger, method, path):
    answer = stranger.request(method, path, json={})
    assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_all_routes_of_the_api_are_in_the_list_above(app):
    found = {(m, p) for p, ms in app.openapi()["paths"].items() for m in ms} - OPEN
    assert {(m, re.sub(r"{\w+}", "x", p)) for m, p in found} == set(ROUTES)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer hw_wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic aHc6aHc="},
        {"Authorization": f"Bearer {LOCAL_PREFIX}local.9999999999.00"},
        {"X-API-Key": "hw_" + "A" * 43},
        {"X-API-Key": "x" * 5000},
        {"X-API-Key": "h\xe4r".encode("latin-1")},
    ],
)
def test_a_wrong_key_is_refused(stranger, headers):
    assert stranger.get("/v1/jobs", headers=headers).status_code == 401


def test_a_key_works_in_either_header(stranger, key):
    assert stranger.get("/v1/jobs", headers={"X-API-Key": key}).status_code == 200
    assert stranger.get("/v1/jobs", headers={"Authorization": f"bearer {key}"}).status_code == 200


def test_a_revoked_key_is_refused_and_ends_its_sessions(stranger, key, runtime):
    stranger.post("/sign-in", data={"key": key})
    assert stranger.get("/search", follow_redirects=False).status_code == 200
    [row] = runtime.ledger.keys.list("default")
    runtime.ledger.keys.revoke("default", row.id)
    assert stranger.get("/v1/jobs", headers={"X-API-Key": key}).status_code == 401
    assert stranger.get("/search", follow_redirects=False).status_code == 303


def test_a_key_is_not_kept_in_the_clear(runtime, key, settings):
    [row] = runtime.ledger.keys.list("default")
    assert key not in (row.digest, row.hint, row.name)
    assert re.fullmatch(r"[0-9a-f]{64}", row.digest)
    files = [path for path in settings.data_dir.rglob("*") if path.is_file()]
    assert not [path.name for path in files if key.encode() in path.read_bytes()]


def test_keys_are_256_random_bits():
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(re.fullmatch(r"hw_[A-Za-z0-9_-]{43}", made) for made in keys)


def test_the_pages_cookie_does_not_open_the_api(visitor):
    assert visitor.cookies.get(COOKIE)
    assert visitor.get("/v1/jobs").status_code == 401


def test_a_sign_in_link_works_once(app, stranger):
    link = f"/sign-in/{app.state.access.link_token()}"
    assert stranger.get(link, follow_redirects=False).status_code == 303
    assert stranger.get(link, follow_redirects=False).status_code == 401


def test_a_session_cookie_is_out_of_reach_of_scripts(app, stranger):
    answer = stranger.get(f"/sign-in/{app.state.access.link_token()}", follow_redirects=False)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_the_local_command_line_is_let_in_for_a_minute(stranger, runtime, app):
    token = local_token(runtime.secret, now=1000.0)
    app.state.access.clock = lambda: 1030.0
    assert stranger.get("/v1/jobs", headers={"X-API-Key": token}).status_code == 200
    app.state.access.clock = lambda: 1061.0
    assert stranger.get("/v1/jobs", headers={"X-API-Key": token}).status_code == 401


def test_a_form_of_another_site_is_refused(stranger, key):
    answer = stranger.post("/sign-in", data={"key": key}, headers={"Origin": "https://elsewhere.example.com"})
    assert answer.status_code == 401
    assert COOKIE not in stranger.cookies


def test_another_host_name_is_not_answered(stranger):
    assert stranger.get("/v1/health", headers={"Host": "elsewhere.example.com"}).status_code == 421


@given(st.text(), st.text())
def test_nothing_opens_but_what_was_sealed_for_that_use(text, token):
    secret = Secret(b"k" * 32)
    assert secret.opened("session", token, now=0) is None
    sealed = secret.sign("link", text.replace(".", ""), until=10)
    assert secret.opened("link", sealed, now=9) == text.replace(".", "")
    assert secret.opened("link", sealed, now=10) is None
    assert secret.opened("session", sealed, now=9) is None
    assert Secret(b"j" * 32).opened("link", sealed, now=9) is None


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    first = secret_of(tmp_path, None, loopback=True)
    again = secret_of(tmp_path, None, loopback=True)
    assert first.digest("x", "y") == again.digest("x", "y")
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_beyond_loopback_a_secret_must_be_given(tmp_path):
    with pytest.raises(NeedsOperator, match="HEADWATER_SECRET_KEY"):
        secret_of(tmp_path, None, loopback=False)


def test_a_damaged_secret_is_not_taken(tmp_path):
    (tmp_path / "secret.key").write_text("short")
    with pytest.raises(NeedsOperator):
        secret_of(tmp_path, None, loopback=True)


def test_secrets_do_not_show_themselves(monkeypatch):
    monkeypatch.setenv("HEADWATER_SECRET_KEY", "s" * 40)
    monkeypatch.setenv("HEADWATER_DATABASE_URL", "postgresql://u:hunter2@localhost/h")
    monkeypatch.setenv("HEADWATER_QDRANT_API_KEY", "quiet")
    shown = repr(Settings()) + str(Settings()) + Settings().model_dump_json()
    assert not [word for word in ("s" * 40, "hunter2", "quiet") if word in shown]
    assert "hunter2" not in repr(Secret(b"hunter2"))


def test_a_credential_sealed_with_the_secret_until_now_still_opens(tmp_path):
    old, new = "the secret until now, thirty-two or more", "the new secret, of thirty-two or more too"
    sealed = secret_of(tmp_path, old, loopback=True).vault().seal("key-123")
    changed = secret_of(tmp_path, new, loopback=True, before=old)
    assert changed.vault().open(sealed) == "key-123"
    assert changed.digest("key", "hw_x") == secret_of(tmp_path, new, loopback=True).digest("key", "hw_x")
