"""Who is calling and what they may do: an API key, a session, or this machine's own command line. Makes the Viewer.

Every route asks for a permission through one of the two dependencies at the bottom; what asks for none answers nobody.
What a caller may then see is the ledger's and the engine's to obey.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request

from api.errors import NoKey, TooManyTries
from api.oidc import Told, refused
from api.passwords import is_right
from api.roles import BOUND_TO_JOBS, MAY, NEWCOMER, PERMISSIONS, Permission, may
from api.secret import PREFIX, Secret
from engine.errors import NotAllowed
from engine.records import Record, Viewer
from indexer.ledger import Account, Accounts, KeyRow, Keys, Subjects

COOKIE = "headwater_session"
SESSION_S = 12 * 3600
LINK_S = 15 * 60
LOCAL_PREFIX = "hwl_"
LOCAL_S = 60
LOCAL = "local"
"""Stands for whoever can read the data directory: the command line and the page's one-time link."""
TRIES, TRIES_S = 20, 300.0
"""Wrong passwords from one address within so long; then it waits. Each account waits by itself besides."""


class Caller(Record):
    """Someone whose key or session holds. ``key_id``: ``local`` for this machine's own command line and page.

    ``may``: permissions. ``role``: as ``api.roles`` knows it. ``account_id``: None where no person signed in.
    """

    key_id: str
    viewer: Viewer
    role: str = "admin"
    may: frozenset[str] = frozenset()
    name: str = ""
    account_id: str | None = None


@dataclass
class Access:
    """Checks what callers bring. One-time links live as long as the process that made them."""

    secret: Secret
    keys: Keys
    accounts: Accounts
    subjects: Subjects
    workspace: str = "default"
    clock: Callable[[], float] = time.time
    _boot: str = field(default_factory=lambda: secrets.token_hex(8))
    _used: set[str] = field(default_factory=set)
    _tries: dict[str, list[float]] = field(default_factory=dict)

    def by_token(self, token: str) -> Caller:
        """An API key or a token of the local command line. Raises NoKey."""
        if token.startswith(LOCAL_PREFIX):
            if self.secret.opened("local", token.removeprefix(LOCAL_PREFIX), now=self.clock()) == LOCAL:
                return self._local()
        elif token.startswith(PREFIX):
            digest = self.secret.digest("key", token)
            row = self.keys.find(digest)
            if row is not None and row.workspace == self.workspace and hmac.compare_digest(row.digest, digest):
                self.keys.used(row)
                return self._key(row)
        raise NoKey("The API key is not known.", "Make one with `headwater keys create NAME`.")

    def by_password(self, email: str, password: str, *, address: str) -> Caller:
        """Raises NoKey, the same for an unknown address, a wrong password and a disabled account; TooManyTries.

        address: where the request comes from.
        """
        now = self.clock()
        recent = [at for at in self._tries.get(address, ()) if now - at < TRIES_S]
        if len(recent) >= TRIES:
            raise TooManyTries("Too many wrong passwords came from here.", "Wait five minutes.")
        account = self.accounts.by_email(self.workspace, email)
        locked = account is not None and account.locked_until is not None and _unix(account.locked_until) > now
        right = is_right(password, account.password if account and not account.disabled_at else None)
        if account is not None and right and not locked:
            self.accounts.tried(account.id, right=True)
            self._tries.pop(address, None)
            return self._account(account)
        # While an account waits a try changes nothing: whoever guesses cannot keep its owner out for ever.
        if account is not None and not locked and not account.disabled_at:
            self.accounts.tried(account.id, right=False)
        if len(self._tries) > 10_000:
            self._tries.clear()
        self._tries[address] = [*recent, now]
        raise NoKey("E-mail address and password do not fit.", "After five wrong ones an account waits for a while.")

    def by_company(self, told: Told, *, newcomers: bool) -> Caller:
        """Whoever their identity provider let in. newcomers: they get an account. Raises NoKey."""
        account = self.subjects.account(
            self.workspace, told.issuer, told.subject, email=told.email, name=told.name,
            role=NEWCOMER if newcomers else None,
        )  # fmt: skip
        if account is None or account.disabled_at:
            raise refused("there is no account for you here")
        return self._account(account)

    def by_session(self, cookie: str) -> Caller | None:
        """The page's session, or None: over, ended, forged, or of a key or account that is no longer good."""
        row = self.accounts.session(self.secret.digest("session", cookie))
        if row is None or row.workspace != self.workspace:
            return None
        if row.account_id is not None:
            account = self.accounts.get(row.account_id)
            return self._account(account) if account and not account.disabled_at else None
        if row.key_id is not None:
            key = self.keys.get(row.key_id)
            return self._key(key) if key else None
        return self._local()

    def session(self, caller: Caller) -> str:
        """Begins one. Returns the cookie: 256 random bits of which only the digest is kept."""
        token = secrets.token_urlsafe(32)
        key_id = None if caller.account_id or caller.key_id == LOCAL else caller.key_id
        self.accounts.open_session(
            self.secret.digest("session", token), self.workspace, account_id=caller.account_id, key_id=key_id,
            hours=SESSION_S / 3600,
        )  # fmt: skip
        return token

    def end(self, cookie: str) -> None:
        self.accounts.end_session(self.secret.digest("session", cookie))

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
        viewer = Viewer(workspace=self.workspace, user=LOCAL)
        return Caller(key_id=LOCAL, viewer=viewer, may=MAY["admin"], name="this machine")

    def _key(self, row: KeyRow) -> Caller:
        # A key is bound to no jobs: with a role that is, it sees nobody.
        jobs = frozenset[str]() if row.role in BOUND_TO_JOBS else None
        viewer = Viewer(workspace=row.workspace, user=f"key:{row.id}", audiences=row.audiences, jobs=jobs)
        return Caller(key_id=row.id, viewer=viewer, role=row.role, may=may(row.role, row.scopes), name=row.name)

    def _account(self, account: Account) -> Caller:
        jobs = self.accounts.jobs_of(account.id) if account.role in BOUND_TO_JOBS else None
        viewer = Viewer(
            workspace=account.workspace, user=f"user:{account.id}", audiences=account.audiences, jobs=jobs
        )  # fmt: skip
        return Caller(
            key_id=f"user:{account.id}", viewer=viewer, role=account.role, may=may(account.role), name=account.name,
            account_id=account.id,
        )  # fmt: skip


def _unix(stamp: str) -> float:
    return datetime.fromisoformat(stamp).astimezone(UTC).timestamp()


def local_token(secret: Secret, *, now: float) -> str:
    """What the command line shows a serving process on the same data directory. Lives a minute."""
    return LOCAL_PREFIX + secret.sign("local", LOCAL, until=now + LOCAL_S)


def token_of(request: Request) -> str | None:
    """What stands in ``Authorization: Bearer`` or ``X-API-Key``."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return request.headers.get("x-api-key") or None


def allowed(caller: Caller, permission: Permission) -> Caller:
    """Raises NotAllowed."""
    if permission not in caller.may:
        raise NotAllowed(
            f"Your role, {caller.role}, or the scopes of your key do not allow this ({permission}).",
            "Ask whoever runs Headwater.",
        )
    return caller


class Needs:
    """The dependency of a route: its caller, who may do this. ``permission`` is what a test walks the routes for."""

    def __init__(self, permission: Permission) -> None:
        assert permission in PERMISSIONS, permission
        self.permission: Permission = permission

    def __call__(self, request: Request) -> Caller:
        """The page's cookie does not count here: another site could make a browser send it."""
        token = token_of(request)
        if token is None:
            raise NoKey("An API key is required.", "Send it as `Authorization: Bearer hw_…` or `X-API-Key`.")
        access: Access = request.app.state.access
        return allowed(access.by_token(token), self.permission)


def page_caller(request: Request) -> Caller | None:
    """For pages: the session, or None (then the page asks to sign in). Raises NotAllowed for one who may not search."""
    access: Access = request.app.state.access
    cookie = request.cookies.get(COOKIE)
    caller = access.by_session(cookie) if cookie else None
    return allowed(caller, "search") if caller else None


def permission_of(route: Any) -> Permission | None:
    """What a route asks for; None: nothing."""
    return next((d.call.permission for d in route.dependant.dependencies if isinstance(d.call, Needs)), None)


Anyone = Annotated[Caller, Depends(Needs("me"))]
Searcher = Annotated[Caller, Depends(Needs("search"))]
PeopleWriter = Annotated[Caller, Depends(Needs("write-people"))]
Actor = Annotated[Caller, Depends(Needs("act"))]
UserAdmin = Annotated[Caller, Depends(Needs("users"))]
KeyAdmin = Annotated[Caller, Depends(Needs("keys"))]
SyncWatcher = Annotated[Caller, Depends(Needs("connections"))]
WebhookAdmin = Annotated[Caller, Depends(Needs("webhooks"))]
PageCaller = Annotated[Caller | None, Depends(page_caller)]
