"""The outbox: actions of users that are owed to an ATS. Part of a transaction of sync, and how rows are read.

An accepted action and what it changes here commit together; each ends as applied, conflict, cancelled or parked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, update

from indexer.ledger import sync_tables as s
from indexer.ledger import tables as t
from indexer.ledger.database import Clock, stamp, upsert
from indexer.ledger.mirror import MirrorWrite
from indexer.ledger.sync_values import OPEN, OutboxRow
from indexer.ledger.writer import Writer

_JSON = ("action", "draft", "theirs")


def outbox_row(row: Any) -> OutboxRow:
    said = {name: getattr(row, name) for name in OutboxRow.__slots__}
    return OutboxRow(**{**said, **{name: json.loads(said[name]) for name in _JSON}})


def heads() -> Select[Any]:
    """Of each person the first row that is not over: what comes after it waits for it. Binds ``w`` and ``of``."""
    c = s.outbox.c
    own = t.mine(s.outbox)
    first = select(func.min(c.seq)).where(*own, c.state.in_(OPEN)).group_by(c.person)
    return select(s.outbox).where(*own, c.seq.in_(first))


class OutboxWrite(MirrorWrite):
    """Part of a transaction of sync."""

    def __init__(self, conn: Connection, writer: Writer, clock: Clock, workspace: str, connection: str) -> None:
        super().__init__(conn, workspace, connection)
        self._writer, self._clock = writer, clock

    def _now(self) -> str:
        return stamp(self._clock())

    def next_seq(self) -> int:
        query = select(func.coalesce(func.max(s.outbox.c.seq), 0)).where(*self._own(s.outbox))
        return int(self._conn.scalar(query) or 0) + 1

    def owe(self, rows: Sequence[OutboxRow]) -> None:
        """New rows, or these as they are now."""
        for row in rows:
            said = {name: getattr(row, name) for name in OutboxRow.__slots__}
            upsert(self._conn, s.outbox, [{**self._key, **said, **{name: _json(said[name]) for name in _JSON}}])

    def settle(self, row: OutboxRow, **values: Any) -> OutboxRow:
        """What became of it. Returns the row as it is now."""
        c = s.outbox.c
        now = replace(row, **values)
        told = {name: _json(value) if name in _JSON else value for name, value in values.items()}
        self._conn.execute(update(s.outbox).where(*self._own(s.outbox), c.id == row.id).values(**told))
        return now

    def adopt(self, ours: str, theirs: str) -> None:
        """The ATS gave an id to a person who was made here: their record, and what is still owed, go by it now.

        Where a page brought that person already, the two are one from here on: the one that users know.
        """
        self._writer.rename_record_in(self._conn, self.connection, ours, theirs)
        c, r = s.outbox.c, s.root.c
        self._conn.execute(update(s.outbox).where(*self._own(s.outbox), c.person == ours).values(person=theirs))
        self._conn.execute(delete(s.root).where(*self._own(s.root), r.root == "person", r.id == ours))
        self.touch("person", theirs, 0)

    def doubt(self) -> int:
        """After a restored backup: whatever is not over may have been sent since. Returns how many."""
        c = s.outbox.c
        rows = (*self._own(s.outbox), c.state.in_(OPEN))
        sent = func.coalesce(c.sent_at, c.at)
        return self._conn.execute(
            update(s.outbox).where(*rows).values(state="unknown", sent_at=sent, due_at=self._now(), looked=None)
        ).rowcount


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
