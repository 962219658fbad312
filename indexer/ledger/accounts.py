"""Accounts and sessions at rest: hashes of passwords and digests of tokens only. What is right the doors decide."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, delete, or_, select, update

from engine.errors import BadInput, NotFound
from indexer.ledger import account_tables as a
from indexer.ledger import tables as t
from indexer.ledger.database import Clock, stamp, upsert

FREE_TRIES = 5
FIRST_LOCK_S, MOST_LOCK_S = 30.0, 3600.0
"""From the fifth wrong password on an account waits, twice as long each time, an hour at most."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may come in. ``password``: argon2id, None where they sign in elsewhere."""

    id: str
    workspace: str
    email: str
    name: str
    role: str
    audiences: frozenset[str]
    password: str | None
    failed: int
    locked_until: str | None
    disabled_at: str | None
    created_at: str

    def __repr__(self) -> str:
        return f"Account({self.id})"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """``account_id`` and ``key_id`` None: this machine's own."""

    workspace: str
    account_id: str | None
    key_id: str | None


def same_email(email: str) -> str:
    """As e-mail addresses are compared."""
    return email.strip().casefold()


def new_account(
    workspace: str, email: str, *, name: str, role: str, at: datetime, password: str | None = None,
    audiences: Iterable[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """The row of somebody who never signed in."""
    return {
        "id": str(uuid4()), "workspace": workspace, "email": same_email(email), "name": name[:200], "role": role,
        "audiences": json.dumps(sorted(audiences)), "password": password, "failed": 0, "locked_until": None,
        "disabled_at": None, "created_at": stamp(at),
    }  # fmt: skip


def read_account(row: Any) -> Account:
    return Account(**{**row, "audiences": frozenset(json.loads(row["audiences"]))})


class Accounts:
    """Thread-safe."""

    def __init__(self, reading: Engine, writing: Engine, clock: Clock) -> None:
        self._reading, self._writing, self._clock = reading, writing, clock

    def add(
        self, workspace: str, email: str, *, name: str, role: str, password: str | None = None,
        audiences: Iterable[str] = (),
    ) -> Account:  # fmt: skip
        """password: its hash. Raises BadInput: that address has an account."""
        row = new_account(
            workspace, email, name=name, role=role, at=self._clock(), password=password, audiences=audiences
        )  # fmt: skip
        email = row["email"]
        with self._writing.begin() as conn:
            there = select(a.account.c.id).where(a.account.c.workspace == workspace, a.account.c.email == email)
            if conn.execute(there).first():
                raise BadInput("There is an account of that e-mail address.", "`headwater users list` shows it.")
            conn.execute(a.account.insert().values(**row))
        return read_account(row)

    def get(self, account_id: str) -> Account | None:
        return self._one(a.account.c.id == account_id)

    def by_email(self, workspace: str, email: str) -> Account | None:
        return self._one(a.account.c.workspace == workspace, a.account.c.email == same_email(email))

    def _one(self, *where: Any) -> Account | None:
        with self._reading.begin() as conn:
            row = conn.execute(select(a.account).where(*where)).one_or_none()
        return read_account(row._mapping) if row else None

    def list(self, workspace: str) -> list[Account]:
        """By e-mail address, disabled ones too."""
        query = select(a.account).where(a.account.c.workspace == workspace).order_by(a.account.c.email)
        with self._reading.begin() as conn:
            return [read_account(row._mapping) for row in conn.execute(query)]

    def change(self, workspace: str, account_id: str, *, end_sessions: bool = True, **values: Any) -> Account:
        """role, name, password, audiences, disabled. Its sessions end, so that it counts at once. Raises NotFound."""
        if "audiences" in values:
            values["audiences"] = json.dumps(sorted(values["audiences"]))
        if "disabled" in values:
            values["disabled_at"] = stamp(self._clock()) if values.pop("disabled") else None
        if "password" in values:
            values |= {"failed": 0, "locked_until": None}
        own = (a.account.c.workspace == workspace, a.account.c.id == account_id)
        with self._writing.begin() as conn:
            if not conn.execute(update(a.account).where(*own).values(**values)).rowcount:
                raise NotFound("There is no such user.", "`headwater users list` shows them.")
            if end_sessions:
                conn.execute(delete(a.session).where(a.session.c.account_id == account_id))
        found = self.get(account_id)
        assert found is not None
        return found

    def tried(self, account_id: str, *, right: bool) -> None:
        """Note a try with a password. From the fifth wrong one on, the account waits."""
        c = a.account.c
        with self._writing.begin() as conn:
            if right:
                own = (c.id == account_id, or_(c.failed > 0, c.locked_until.is_not(None)))
                conn.execute(update(a.account).where(*own).values(failed=0, locked_until=None))
                return
            failed = int(conn.scalar(select(c.failed).where(c.id == account_id)) or 0) + 1
            until = None
            if failed >= FREE_TRIES:
                wait_s = min(MOST_LOCK_S, FIRST_LOCK_S * 2 ** min(failed - FREE_TRIES, 20))
                until = stamp(self._clock() + timedelta(seconds=wait_s))
            conn.execute(update(a.account).where(c.id == account_id).values(failed=failed, locked_until=until))

    # Jobs

    def jobs_of(self, account_id: str) -> frozenset[str]:
        """Jobs a hiring manager may see the people of."""
        query = select(a.job_access.c.job_id).where(a.job_access.c.account_id == account_id)
        with self._reading.begin() as conn:
            return frozenset(row.job_id for row in conn.execute(query))

    def check_jobs(self, workspace: str, jobs: Sequence[str]) -> None:
        """Raises NotFound: a job that is not there."""
        with self._reading.begin() as conn:
            _check_jobs(conn, workspace, jobs)

    def set_jobs(self, workspace: str, account_id: str, jobs: Sequence[str]) -> None:
        """These and no others. Raises NotFound: a job that is not there."""
        with self._writing.begin() as conn:
            _check_jobs(conn, workspace, jobs)
            conn.execute(delete(a.job_access).where(a.job_access.c.account_id == account_id))
            rows = [{"account_id": account_id, "job_id": job_id} for job_id in sorted(set(jobs))]
            if rows:
                conn.execute(a.job_access.insert(), rows)

    # Who an account is in an ATS

    def ats_users(self, workspace: str, account_id: str) -> dict[str, str]:
        """connection -> the vendor's id of this recruiter."""
        c = a.ats_user.c
        query = select(c.connection, c.user_id).where(c.workspace == workspace, c.account_id == account_id)
        with self._reading.begin() as conn:
            return {row.connection: row.user_id for row in conn.execute(query)}

    def set_ats_user(self, workspace: str, account_id: str, connection: str, user_id: str | None) -> None:
        """None: nobody there."""
        c = a.ats_user.c
        key = {"workspace": workspace, "connection": connection, "account_id": account_id}
        with self._writing.begin() as conn:
            if user_id is None:
                own = (c.workspace == workspace, c.connection == connection, c.account_id == account_id)
                conn.execute(delete(a.ats_user).where(*own))
            else:
                upsert(conn, a.ats_user, [{**key, "user_id": user_id[:200]}])

    # Sessions

    def open_session(
        self, digest: str, workspace: str, *, account_id: str | None = None, key_id: str | None = None, hours: float
    ) -> None:
        now = self._clock()
        row = {
            "digest": digest, "workspace": workspace, "account_id": account_id, "key_id": key_id,
            "created_at": stamp(now), "expires_at": stamp(now + timedelta(hours=hours)),
        }  # fmt: skip
        with self._writing.begin() as conn:
            conn.execute(delete(a.session).where(a.session.c.expires_at < stamp(now)))
            conn.execute(a.session.insert().values(**row))

    def session(self, digest: str) -> SessionRow | None:
        """None: never, over, or ended."""
        c = a.session.c
        query = select(c.workspace, c.account_id, c.key_id).where(
            c.digest == digest, c.expires_at > stamp(self._clock())
        )
        with self._reading.begin() as conn:
            row = conn.execute(query).one_or_none()
        return SessionRow(*row) if row else None

    def end_session(self, digest: str) -> None:
        with self._writing.begin() as conn:
            conn.execute(delete(a.session).where(a.session.c.digest == digest))


def _check_jobs(conn: Connection, workspace: str, jobs: Sequence[str]) -> None:
    for job_id in jobs:
        there = select(t.job.c.id).where(t.job.c.workspace == workspace, t.job.c.id == job_id)
        if conn.execute(there).first() is None:
            raise NotFound(f"There is no job {job_id!r}.", "GET /v1/jobs lists them.")
