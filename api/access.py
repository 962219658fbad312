"""Who is calling: an API key, the page's session, or this machine's own command line. Makes the Viewer.

Every route but health asks one of the two dependencies at the bottom. What a caller may then see is the
ledger's and the engine's to obey.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import Depends, Request

from api.errors import NoKey
from api.secret import PREFIX, Secret
from engine.records import Record, Viewer

COOKIE = "headwater_session"
SESSION_S = 12 * 3600
LINK_S = 15 * 60
LOCAL_PREFIX = "hwl_"
LOCAL_S = 60
LOCAL = "local"
"""Stands for whoever can read the data directory: the command line and the page's one-time link."""


class KeyRow(Protocol):
    """An API key at rest."""

    @property
    def id(self) -> str: ...
    @property
    def workspace(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def digest(self) -> str: ...


class Keys(Protocol):
    """Where keys are kept. A revoked key is not found."""

    def find(self, digest: str) -> KeyRow | None: ...
    def get(self, key_id: str) -> KeyRow | None: ...


class Caller(Record):
    """Someone whose key or session holds. ``key_id`` is ``local`` for this machine's own command line and page."""

    key_id: str
    viewer: Viewer


@dataclass
class Access:
    """Checks what callers bring. One-time links live as long as the process that made them."""

    secret: Secret
    keys: Keys
    workspace: str = "default"
    clock: Callable[[], float] = time.time
    _boot: str = field(default_factory=lambda: secrets.token_hex(8))
    _used: set[str] = field(default_factory=set)

    def by_token(self, token: str) -> Caller:
        """An API key or a token of the local command line. Raises NoKey."""
        if token.startswith(LOCAL_PREFIX):
            if self.secret.opened("local", token.removeprefix(LOCAL_PREFIX), now=self.clock()) == LOCAL:
                return self._local()
        elif token.startswith(PREFIX):
            digest = self.secret.digest("key", token)
            row = self.keys.find(digest)
            if row is not None and hmac.compare_digest(row.digest, digest):
                return _caller(row)
        raise NoKey("The API key is not known.", "Make one with `headwater keys create NAME`.")

    def by_session(self, cookie: str) -> Caller | None:
        """The page's session, or None: over, forged, or of a key that was revoked."""
        key_id = self.secret.opened("session", cookie, now=self.clock())
        if key_id == LOCAL:
            return self._local()
        row = self.keys.get(key_id) if key_id else None
        return _caller(row) if row else None

    def session(self, caller: Caller) -> str:
        """The cookie of a new session."""
        return self.secret.sign("session", caller.key_id, until=self.clock() + SESSION_S)

    def link_token(self) -> str:
        """For one sign-in, within a quarter of an hour, to the process that made it."""
        return self.secret.sign(f"link:{self._boot}", secrets.token_hex(8), until=self.clock() + LINK_S)

    def by_link(self, token: str) -> Caller:
        """Raises NoKey for a link that is used, over, or another process's."""
        nonce = self.secret.opened(f"link:{self._boot}", token, now=self.clock())
        if nonce is None or nonce in self._used:
            raise NoKey("This sign-in link was used before or is over.", "Start `headwater serve` again for a new one.")
        self._used.add(nonce)
        return self._local()

    def _local(self) -> Caller:
        return Caller(key_id=LOCAL, viewer=Viewer(workspace=self.workspace, user=LOCAL))


def local_token(secret: Secret, *, now: float) -> str:
    """What the command line shows a serving process on the same data directory. Lives a minute."""
    return LOCAL_PREFIX + secret.sign("local", LOCAL, until=now + LOCAL_S)


def _caller(row: KeyRow) -> Caller:
    return Caller(key_id=row.id, viewer=Viewer(workspace=row.workspace, user=f"key:{row.id}"))


def token_of(request: Request) -> str | None:
    """What stands in ``Authorization: Bearer`` or ``X-API-Key``."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return request.headers.get("x-api-key") or None


def api_caller(request: Request) -> Caller:
    """For routes under /v1. The page's cookie does not count here: another site could make a browser send it."""
    token = token_of(request)
    if token is None:
        raise NoKey("An API key is required.", "Send it as `Authorization: Bearer hw_…` or `X-API-Key`.")
    access: Access = request.app.state.access
    return access.by_token(token)


def page_caller(request: Request) -> Caller | None:
    """For pages: the session, or None (then the page asks to sign in)."""
    access: Access = request.app.state.access
    cookie = request.cookies.get(COOKIE)
    return access.by_session(cookie) if cookie else None


ApiCaller = Annotated[Caller, Depends(api_caller)]
PageCaller = Annotated[Caller | None, Depends(page_caller)]
