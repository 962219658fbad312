"""Signing in at a company's identity provider: OpenID Connect, authorization code with PKCE. Knows no account.

Speaks HTTP to the configured issuer and to nobody it was not told of there. What a provider says counts only once
signature, issuer, audience, times and nonce hold; then it is a ``Told``. Refusals say what failed, never a value.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.errors import NoKey
from engine.errors import Busy, NeedsOperator
from engine.records import Record

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Public keys only: with HS256 whoever holds the client's secret could sign, with none anybody."""
PENDING_S = 600
"""How long someone may take at the provider."""
LEEWAY_S = 60
"""How far the provider's clock may be from ours."""
KEPT_S, AGAIN_S = 3600.0, 30.0
"""How long what the provider publishes is kept, and how soon an unknown key makes us look again."""
MOST_BYTES = 1_000_000


class Told(Record):
    """What a provider proved of whoever came back."""

    issuer: str
    subject: str
    email: str
    name: str


@dataclass(frozen=True)
class Pending:
    """One sign-in under way, kept in the browser that began it, signed by the caller."""

    state: str
    nonce: str
    verifier: str

    def packed(self) -> str:
        return ":".join((self.state, self.nonce, self.verifier))

    @classmethod
    def unpacked(cls, text: str) -> Pending:
        return cls(*text.split(":"))


@dataclass
class _Published:
    config: dict[str, Any]
    keys: KeySet
    at: float


class Provider:
    """One issuer and our registration there. Thread-safe. ``repr`` shows no secret."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str | None, *, domains: frozenset[str] = frozenset(),
        plain: bool = False, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """domains: whose addresses may come in; none: any, where the account is there already. plain: http, for tests.

        Raises NeedsOperator for an issuer that is not https.
        """
        self.issuer, self.domains = issuer, domains
        self._client_id, self._client_secret, self._plain, self.clock = client_id, client_secret, plain, clock
        self._published: _Published | None = None
        self._turn = threading.Lock()
        self._check(issuer, "The issuer")

    def __repr__(self) -> str:
        return f"Provider({self.issuer!r})"

    def begin(self, redirect_uri: str) -> tuple[str, Pending]:
        """(the provider's page to go to, what to keep until they come back). Raises Busy, NeedsOperator."""
        config = self._now().config
        pending = Pending(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        url = prepare_grant_uri(
            config["authorization_endpoint"], self._client_id, "code", redirect_uri, "openid email profile",
            pending.state, nonce=pending.nonce, code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256",
        )  # fmt: skip
        return str(url), pending

    def finish(self, answer: Mapping[str, str], pending: Pending, redirect_uri: str) -> Told:
        """answer: the parameters they came back with. Raises NoKey: they are not let in; Busy, NeedsOperator."""
        if not secrets.compare_digest(answer.get("state", "").encode(), pending.state.encode()):
            raise refused("this sign-in was not begun in this browser")
        if answer.get("iss", self.issuer) != self.issuer:
            raise refused("the answer is another issuer's")
        if answer.get("error") or not answer.get("code"):
            raise refused("it was refused or broken off there")
        published = self._now()
        token = self._redeem(published.config["token_endpoint"], answer["code"], pending, redirect_uri)
        return self._told(self._claims(token, pending))

    def _redeem(self, endpoint: str, code: str, pending: Pending, redirect_uri: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri,
            "code_verifier": pending.verifier, "client_id": self._client_id,
        }  # fmt: skip
        status, token = self._ask("POST", endpoint, form)
        if 400 <= status < 500:
            raise refused("the provider does not take the code")
        if status != 200:
            raise self._unreachable(f"HTTP {status}")
        return token

    def _claims(self, token: Mapping[str, Any], pending: Pending) -> dict[str, Any]:
        """What the ID token states, once all that must hold of it does."""
        text = token.get("id_token")
        if not isinstance(text, str):
            raise refused("the provider sent no ID token")
        try:
            opened = self._opened(text)
        except (JoseError, ValueError, TypeError):
            raise refused("the ID token is not signed with a key of the provider") from None
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self._client_id},
        }
        params = {"nonce": pending.nonce, "client_id": self._client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(opened.claims, opened.header, options, params)
        try:
            claims.validate(now=int(self.clock()), leeway=LEEWAY_S)
        except JoseError as error:
            what = getattr(error, "claim", None) or error.error
            raise refused(f"the ID token does not hold ({what})") from None
        except (ValueError, TypeError, AttributeError):
            raise refused("the ID token does not hold") from None
        return dict(opened.claims)

    def _opened(self, text: str) -> jwt.Token:
        """A key we do not know may be new: look once more, not for every forged token."""
        try:
            return jwt.decode(text, self._now().keys, algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            return jwt.decode(text, self._now(AGAIN_S).keys, algorithms=list(ALGORITHMS))

    def _told(self, claims: Mapping[str, Any]) -> Told:
        subject, email = claims.get("sub"), claims.get("email")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise refused("the ID token names nobody")
        if not isinstance(email, str) or not 2 < len(email) <= 320 or "@" not in email:
            raise refused("the provider gives no e-mail address")
        if claims.get("email_verified") is not True:
            raise refused("the e-mail address is not verified there")
        domain = email.strip().rpartition("@")[2].casefold()
        if self.domains and domain not in self.domains:
            raise refused("the e-mail address is of another company")
        name = claims.get("name")
        return Told(
            issuer=self.issuer, subject=subject, email=email, name=name if isinstance(name, str) and name else email
        )

    def _now(self, kept_s: float = KEPT_S) -> _Published:
        """What the provider publishes, no older than that."""
        with self._turn:
            if self._published is None or self.clock() - self._published.at > kept_s:
                config = self._get(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
                if config.get("issuer") != self.issuer:
                    raise NeedsOperator(
                        "The identity provider calls itself otherwise than HEADWATER_OIDC_ISSUER does.",
                        "Set it to the `issuer` of its /.well-known/openid-configuration, to the letter.",
                    )
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    self._check(config.get(name), f"The provider's {name}")
                try:
                    keys = KeySet.import_key_set(self._get(config["jwks_uri"]))  # type: ignore[arg-type]
                except (JoseError, ValueError, TypeError, KeyError):
                    raise self._unreachable("its keys cannot be read") from None
                self._published = _Published(config, keys, self.clock())
            return self._published

    def _get(self, url: str) -> dict[str, Any]:
        status, found = self._ask("GET", url)
        if status != 200:
            raise self._unreachable(f"HTTP {status}")
        return found

    def _ask(self, method: str, url: str, form: Mapping[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON. Redirects are not followed: a key must come from where the provider said. Raises Busy."""
        given = form is not None and self._client_secret
        # Both are form-encoded before they become a user and a password: RFC 6749, 2.3.1.
        auth = (quote_plus(self._client_id), quote_plus(self._client_secret or "")) if given else None
        try:
            with (
                httpx.Client(timeout=10.0, trust_env=False, headers={"Accept": "application/json"}) as client,
                client.stream(method, url, data=form, auth=auth) as answer,
            ):
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > MOST_BYTES:
                        raise self._unreachable("its answer is too large")
            if answer.status_code != 200:
                return answer.status_code, {}
            found = json.loads(body)
        except httpx.HTTPError as error:
            raise self._unreachable(type(error).__name__) from None
        except ValueError:
            raise self._unreachable("no JSON") from None
        if not isinstance(found, dict):
            raise self._unreachable("no JSON object")
        return answer.status_code, found

    def _check(self, url: Any, what: str) -> None:
        parts = urlsplit(url) if isinstance(url, str) else None
        schemes = ("https", "http") if self._plain else ("https",)
        if parts is None or parts.scheme not in schemes or not parts.hostname:
            raise NeedsOperator(f"{what} is not an https address.", "Check HEADWATER_OIDC_ISSUER.")

    def _unreachable(self, why: str) -> Busy:
        return Busy(f"The identity provider cannot be asked ({why}).", "Try again, or sign in with a password.")


def refused(why: str) -> NoKey:
    return NoKey(f"Signing in with your company did not work: {why}.", "Try once more, or ask whoever runs Headwater.")
