"""API keys at rest: only their digests. Which secret made a digest is the doors' affair."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, or_, select, update

from engine.errors import NotFound
from indexer.ledger import tables as t
from indexer.ledger.database import Clock, stamp
from indexer.ledger.values import KeyRow


class Keys:
    def __init__(self, reading: Engine, writing: Engine, clock: Clock) -> None:
        self._reading, self._writing, self._clock = reading, writing, clock

    def add(
        self, workspace: str, name: str, digest: str, hint: str, *, role: str = "service",
        scopes: Iterable[str] | None = None, audiences: Iterable[str] = (), days: float | None = None,
    ) -> KeyRow:  # fmt: skip
        """scopes None: all that the role may. days: until it is over; None: never."""
        now = self._clock()
        row = KeyRow(
            str(uuid4()), workspace, name, digest, hint, stamp(now), None, role,
            None if scopes is None else frozenset(scopes), frozenset(audiences),
            None if days is None else stamp(now + timedelta(days=days)),
        )  # fmt: skip
        values = {field: getattr(row, field) for field in KeyRow.__slots__}
        values["scopes"] = "" if row.scopes is None else json.dumps(sorted(row.scopes))
        values["audiences"] = json.dumps(sorted(row.audiences))
        with self._writing.begin() as conn:
            conn.execute(t.api_key.insert().values(**values))
        return row

    def used(self, row: KeyRow) -> None:
        """Note that it was used, once an hour."""
        now = stamp(self._clock())
        if row.used_at is None or row.used_at[:13] != now[:13]:
            with self._writing.begin() as conn:
                conn.execute(update(t.api_key).where(t.api_key.c.id == row.id).values(used_at=now))

    def find(self, digest: str) -> KeyRow | None:
        """The key of that digest, unless it was revoked or is over."""
        return self._one(t.api_key.c.digest == digest)

    def get(self, key_id: str) -> KeyRow | None:
        """The key of that id, unless it was revoked or is over."""
        return self._one(t.api_key.c.id == key_id)

    def _one(self, *where: Any) -> KeyRow | None:
        with self._reading.begin() as conn:
            row = conn.execute(select(t.api_key).where(*where, *self._good())).one_or_none()
        return _key(row) if row else None

    def _good(self) -> tuple[Any, ...]:
        c = t.api_key.c
        return c.revoked_at.is_(None), or_(c.expires_at.is_(None), c.expires_at > stamp(self._clock()))

    def list(self, workspace: str) -> list[KeyRow]:
        """Oldest first, revoked ones too."""
        with self._reading.begin() as conn:
            rows = conn.execute(
                select(t.api_key).where(t.api_key.c.workspace == workspace).order_by(t.api_key.c.created_at)
            ).all()
        return [_key(row) for row in rows]

    def revoke(self, workspace: str, key_id: str) -> None:
        """Raises NotFound: no such key, or revoked before."""
        c = t.api_key.c
        mine = (c.workspace == workspace, c.id == key_id, c.revoked_at.is_(None))
        with self._writing.begin() as conn:
            if not conn.execute(update(t.api_key).where(*mine).values(revoked_at=stamp(self._clock()))).rowcount:
                raise NotFound("There is no such key.", "`headwater keys list` shows them.")


def _key(row: Any) -> KeyRow:
    scopes = frozenset(json.loads(row.scopes)) if row.scopes else None
    return KeyRow(**{**row._mapping, "scopes": scopes, "audiences": frozenset(json.loads(row.audiences))})
