"""Signing in at a company's identity provider, against one on loopback that can be made to lie."""

import base64
import hashlib
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from api.access import COOKIE, SESSION_S
from api.app import make_app, provider_of
from api.oidc import PENDING_S, Provider
from api.routes import company
from api.settings import Settings
from engine.errors import NeedsOperator
from tests.api.conftest import installation

CLIENT, SECRET = "headwater", "the client's: secret + more"
KEY, OTHER = (ECKey.generate_key("P-256", {"kid": "k1"}) for _ in range(2))


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Idp:
    """An identity provider. ``claims`` is laid over what it states; the other fields make it lie."""

    def __init__(self):
        self.codes, self.claims, self.headers = {}, {}, {"alg": "ES256", "kid": "k1"}
        self.key, self.published, self.says, self.status = KEY, [KEY], {}, 200
        self.asked = []

    def authorize(self, url):
        """What its page does once somebody signed in there: the parameters they come back with."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = b64(hashlib.sha256(asked["state"].encode()).digest())
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def id_token(self, asked):
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "s1", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "email": "anna@example.com", "email_verified": True, "name": "Anna Almroth", **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.headers["alg"] == "none":
            return f"{b64(json.dumps(self.headers).encode())}.{b64(json.dumps(claims).encode())}."
        return jwt.encode(self.headers, claims, self.key, algorithms=["ES256", "HS256"])

    def token(self, form, authorization):
        asked = self.codes.pop(form.get("code"), None)
        proof = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        user, _, password = map(
            unquote_plus, base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        )
        if (user, password) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        if not asked or asked["code_challenge"] != proof or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant", "error_description": "canary"}
        made = {"access_token": "t", "token_type": "Bearer", "id_token": self.id_token(asked)}
        return self.status, {name: value for name, value in {**made, **self.says}.items() if value is not None}

    def answer(self, method, path, body, headers):
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys", **self.says.get("config", {}),
            }  # fmt: skip
        if path == "/keys":
            return 200, KeySet(self.published).as_dict(private=False)
        if path == "/token" and method == "POST":
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            return self.token(form, headers.get("Authorization", ""))
        return 404, {}


@pytest.fixture
def idp():
    made = Idp()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, found = made.answer(self.command, self.path, body, self.headers)
            data = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def installed_once(tmp_path_factory, lexicon):
    with installation(tmp_path_factory.mktemp("oidc"), lexicon) as made:
        yield made


@pytest.fixture
def made(installed_once, idp):
    """An app over one installation, with workspace's accounts of this test alone: each has an issuer of its own."""
    settings, runtime = installed_once
    app = make_app(runtime, settings)
    for one in runtime.ledger.accounts.list("default"):
        runtime.ledger.accounts.change("default", one.id, email=f"{one.id}@example.org")  # out of the next one's way
    app.state.provider = Provider(idp.issuer, CLIENT, SECRET, domains=frozenset({"example.com"}), plain=True)
    return app


@contextmanager
def opened(app):
    client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
    yield client
    client.close()


@pytest.fixture
def browser(made):
    with opened(made) as client:
        yield client


def go(browser):
    answer = browser.get("/sign-in/company")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def come_back(browser, params):
    return browser.get(company.BACK, params=params)


def refused(browser, answer, status=401):
    assert answer.status_code == status, answer.text
    assert COOKIE not in browser.cookies
    assert browser.get("/search").status_code == 303
    assert "canary" not in answer.text
    return answer.text


def test_somebody_of_the_company_gets_in_and_an_account(made, browser, idp):
    answer = come_back(browser, idp.authorize(go(browser)))
    assert (answer.status_code, answer.headers["location"]) == (303, "/search")
    assert browser.get("/search").status_code == 200
    account = made.state.access.accounts.by_email("default", "anna@example.com")
    assert (account.role, account.name, account.password, account.audiences) == (
        "viewer", "Anna Almroth", None, frozenset()
    )  # fmt: skip


def test_the_sign_in_page_leads_there_only_where_a_provider_is_set(made, browser):
    assert 'href="/sign-in/company"' in browser.get("/sign-in").text
    made.state.provider = None
    assert 'href="/sign-in/company"' not in browser.get("/sign-in").text
    assert browser.get("/sign-in/company").status_code == 404
    assert browser.get(company.BACK).status_code == 404


def test_an_account_that_was_added_keeps_its_role_and_opens_without_domains(made, browser, idp):
    made.state.access.accounts.add("default", "anna@example.com", name="Anna", role="recruiter")
    made.state.provider.domains = frozenset()
    assert come_back(browser, idp.authorize(go(browser))).status_code == 303
    assert made.state.access.by_session(browser.cookies[COOKIE]).role == "recruiter"


def test_without_domains_nobody_new_gets_in(made, browser, idp):
    made.state.provider.domains = frozenset()
    assert "no account" in refused(browser, come_back(browser, idp.authorize(go(browser))))
    assert made.state.access.accounts.by_email("default", "anna@example.com") is None


def test_a_disabled_account_stays_out(made, browser, idp):
    accounts = made.state.access.accounts
    added = accounts.add("default", "anna@example.com", name="Anna", role="recruiter")
    accounts.change("default", added.id, disabled=True)
    refused(browser, come_back(browser, idp.authorize(go(browser))))


def test_disabling_ends_what_the_provider_opened(made, browser, idp):
    come_back(browser, idp.authorize(go(browser)))
    accounts = made.state.access.accounts
    accounts.change("default", accounts.by_email("default", "anna@example.com").id, disabled=True)
    assert browser.get("/search").status_code == 303


def test_an_address_given_to_somebody_new_does_not_open_the_old_account(made, browser, idp):
    come_back(browser, idp.authorize(go(browser)))
    idp.claims = {"sub": "s2"}
    with opened(made) as other:
        refused(other, come_back(other, idp.authorize(go(other))))


LIES = {
    "another nonce": {"nonce": "x"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "https://id.example.org"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "another client"},
    "two audiences and no authorized party": {"aud": [CLIENT, "another client"]},
    "another authorized party": {"aud": [CLIENT, "another client"], "azp": "another client"},
    "over": {"exp": 1000, "iat": 900},
    "no end": {"exp": None},
    "of the future": {"iat": 4_000_000_000, "exp": 4_000_000_300},
    "not good yet": {"nbf": 4_000_000_000},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a number for a subject": {"sub": 7},
    "a hash of another access token": {"at_hash": b64(hashlib.sha256(b"other").digest()[:16])},
    "an address nobody verified": {"email_verified": False},
    "an address said to be verified in words": {"email_verified": "true"},
    "nothing about the address": {"email_verified": None},
    "no address": {"email": None},
    "a foreign domain": {"email": "anna@example.org"},
    "a domain that ends alike": {"email": "anna@notexample.com"},
    "a domain below": {"email": "anna@example.com.example.org"},
    "two at signs": {"email": "anna@example.com@example.org"},
}


@pytest.mark.parametrize("lie", LIES)
def test_an_id_token_that_does_not_hold_opens_nothing(made, browser, idp, lie):
    idp.claims = LIES[lie]
    refused(browser, come_back(browser, idp.authorize(go(browser))))
    assert made.state.access.accounts.by_email("default", "anna@example.com") is None


FORGED = {
    "signed with none": {"headers": {"alg": "none"}},
    "signed with another key of that name": {"key": OTHER},
    "signed with an unknown key": {"key": OTHER, "headers": {"alg": "ES256", "kid": "k2"}},
    "signed with our own secret": {"key": OctKey.import_key(SECRET), "headers": {"alg": "HS256", "kid": "k1"}},
    "signed with the public key as a secret": {
        "key": OctKey.import_key(json.dumps(KEY.as_dict(private=False))),
        "headers": {"alg": "HS256", "kid": "k1"},
    },
    "missing": {"says": {"id_token": None}},
    "no text": {"says": {"id_token": 7}},
    "no token": {"says": {"id_token": "x.y.z"}},
}


@pytest.mark.parametrize("how", FORGED)
def test_an_id_token_that_is_not_the_providers_opens_nothing(browser, idp, how):
    for field, value in FORGED[how].items():
        setattr(idp, field, value)
    refused(browser, come_back(browser, idp.authorize(go(browser))))


def test_another_state_opens_nothing_and_the_code_stays_unused(browser, idp):
    params = idp.authorize(go(browser))
    refused(browser, come_back(browser, {**params, "state": "x"}))
    assert params["code"] in idp.codes


def test_a_browser_that_did_not_begin_it_is_not_let_in(made, browser, idp):
    """Else a link with somebody's own code would sign others in as them."""
    params = idp.authorize(go(browser))
    with opened(made) as other:
        refused(other, come_back(other, params))
        go(other)
        refused(other, come_back(other, params))


def test_a_forged_cookie_of_a_sign_in_is_none(browser, idp):
    params = idp.authorize(go(browser))
    browser.cookies.clear()
    browser.cookies.set(company.COOKIE, f"{params['state']}:n:v.9999999999.00", path=company.BACK)
    refused(browser, come_back(browser, params))


def test_a_code_opens_once(made, browser, idp):
    params = idp.authorize(go(browser))
    kept = browser.cookies[company.COOKIE]
    assert come_back(browser, params).status_code == 303
    with opened(made) as thief:
        thief.cookies.set(company.COOKIE, kept, path=company.BACK)
        refused(thief, come_back(thief, params))


def test_a_code_for_another_verifier_opens_nothing(browser, idp):
    params = idp.authorize(go(browser))
    idp.codes[params["code"]]["code_challenge"] = b64(hashlib.sha256(b"another").digest())
    refused(browser, come_back(browser, params))


def test_a_sign_in_that_took_too_long_is_over(made, browser, idp):
    params = idp.authorize(go(browser))
    made.state.access.clock = lambda: time.time() + PENDING_S + 1
    assert PENDING_S < SESSION_S
    refused(browser, come_back(browser, params))


@pytest.mark.parametrize("params", [{"error": "access_denied"}, {"code": ""}, {"iss": "https://id.example.org"}])
def test_an_answer_that_is_none_is_refused(browser, idp, params):
    refused(browser, come_back(browser, {**idp.authorize(go(browser)), **params}))


def test_the_way_back_without_anything_is_refused(browser):
    refused(browser, come_back(browser, {}))


def test_a_provider_of_another_name_is_an_operators_affair(made, browser, idp):
    idp.says = {"config": {"issuer": "https://id.example.org"}}
    assert "HEADWATER_OIDC_ISSUER" in browser.get("/sign-in/company").text


def test_a_provider_that_is_away_is_said(made, browser, idp):
    params = idp.authorize(go(browser))
    idp.status = 500
    text = refused(browser, come_back(browser, params), status=503)
    assert "cannot be asked" in text


def test_a_new_key_of_the_provider_is_found_and_a_forged_one_does_not_make_us_ask_each_time(made, browser, idp):
    now = time.time()
    made.state.provider.clock = lambda: now
    come_back(browser, idp.authorize(go(browser)))
    new = ECKey.generate_key("P-256", {"kid": "k2"})
    idp.key, idp.headers = new, {"alg": "ES256", "kid": "k2"}
    for _ in range(5):
        with opened(made) as other:
            refused(other, come_back(other, idp.authorize(go(other))))
    assert idp.asked.count("/keys") == 1
    idp.published = [KEY, new]
    now += 31
    assert come_back(browser, idp.authorize(go(browser))).status_code == 303
    assert idp.asked.count("/keys") == 2


def test_the_cookie_of_a_sign_in_is_for_the_way_back_alone(browser):
    cookie = browser.get("/sign-in/company").headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=lax", f"path={company.BACK}"))


@pytest.mark.parametrize("issuer", ["http://id.example.com", "id.example.com", "https://", "file:///etc/x"])
def test_an_issuer_that_is_not_https_is_refused_at_the_start(tmp_path, issuer):
    with pytest.raises(NeedsOperator, match="https"):
        provider_of(Settings(data_dir=tmp_path, oidc_issuer=issuer, oidc_client_id="x", _env_file=None))


def test_half_a_registration_is_refused_at_the_start(tmp_path):
    half = Settings(data_dir=tmp_path, oidc_issuer="https://id.example.com", _env_file=None)
    with pytest.raises(NeedsOperator, match="CLIENT_ID"):
        provider_of(half)
    whole = half.model_copy(update={"oidc_client_id": "x", "oidc_allowed_domains": "Example.com, @example.org"})
    assert provider_of(whole).domains == {"example.com", "example.org"}
    with pytest.raises(NeedsOperator, match="PUBLIC_URL"):
        provider_of(whole.model_copy(update={"host": "0.0.0.0"}))
