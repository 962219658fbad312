"""API keys at rest: only their digests. Which secret made a digest is the doors' affair."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, select, update

from engine.errors import NotFound
from indexer.ledger import tables as t
from indexer.ledger.database import Clock, stamp
from indexer.ledger.values import KeyRow


class Keys:
    def __init__(self, reading: Engine, writing: Engine, clock: Clock) -> None:
        self._reading, self._writing, self._clock = reading, writing, clock

    def add(self, workspace: str, name: str, digest: str, hint: str) -> KeyRow:
        row = KeyRow(str(uuid4()), workspace, name, digest, hint, stamp(self._clock()), None)
        values = {field: getattr(row, field) for field in KeyRow.__slots__}
        with self._writing.begin() as conn:
            conn.execute(t.api_key.insert().values(**values))
        return row

    def find(self, digest: str) -> KeyRow | None:
        """The key of that digest, unless it was revoked."""
        return self._one(t.api_key.c.digest == digest, t.api_key.c.revoked_at.is_(None))

    def get(self, key_id: str) -> KeyRow | None:
        """The key of that id, unless it was revoked."""
        return self._one(t.api_key.c.id == key_id, t.api_key.c.revoked_at.is_(None))

    def _one(self, *where: Any) -> KeyRow | None:
        with self._reading.begin() as conn:
            row = conn.execute(select(t.api_key).where(*where)).one_or_none()
        return KeyRow(**row._mapping) if row else None

    def list(self, workspace: str) -> list[KeyRow]:
        """Oldest first, revoked ones too."""
        with self._reading.begin() as conn:
            rows = conn.execute(
                select(t.api_key).where(t.api_key.c.workspace == workspace).order_by(t.api_key.c.created_at)
            ).all()
        return [KeyRow(**row._mapping) for row in rows]

    def revoke(self, workspace: str, key_id: str) -> None:
        """Raises NotFound: no such key, or revoked before."""
        c = t.api_key.c
        mine = (c.workspace == workspace, c.id == key_id, c.revoked_at.is_(None))
        with self._writing.begin() as conn:
            if not conn.execute(update(t.api_key).where(*mine).values(revoked_at=stamp(self._clock()))).rowcount:
                raise NotFound("There is no such key.", "`headwater keys list` shows them.")
