"""The outbox: actions of users that are owed to an ATS. Part of a transaction of sync, and how rows are read.

An accepted action and what it changes here commit together; each ends as applied, conflict, cancelled or parked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Select, Update, bindparam, delete, func, select, update

from indexer.ledger import sync_tables as s
from indexer.ledger import tables as t
from indexer.ledger.database import Clock, stamp, upsert
from indexer.ledger.mirror import MirrorWrite
from indexer.ledger.sync_values import OPEN, OutboxRow
from indexer.ledger.writer import Writer

_JSON = ("action", "draft", "theirs")


_NAMES = OutboxRow.__slots__
_ROW = attrgetter(*_NAMES)
_DECODED = tuple(_NAMES.index(name) for name in _JSON)


def outbox_row(row: Any) -> OutboxRow:
    said = list(_ROW(row))
    for place in _DECODED:
        said[place] = json.loads(said[place])
    return OutboxRow(*said)


_LAST_SEQ = select(func.max(s.outbox.c.seq)).where(*t.mine(s.outbox))


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
        return int(self._do(_LAST_SEQ).scalar_one() or 0) + 1

    def owe(self, rows: Sequence[OutboxRow]) -> None:
        """New rows, or these as they are now."""
        for row in rows:
            said = {name: getattr(row, name) for name in OutboxRow.__slots__}
            upsert(self._conn, s.outbox, [{**self._key, **said, **{name: _json(said[name]) for name in _JSON}}])

    def settle(self, row: OutboxRow, **values: Any) -> OutboxRow:
        """What became of it. Returns the row as it is now."""
        now = replace(row, **values)
        told = {f"new_{name}": _json(value) if name in _JSON else value for name, value in values.items()}
        self._do(_settle(tuple(sorted(values))), row=row.id, **told)
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


@cache
def _settle(names: tuple[str, ...]) -> Update:
    """Built once for each set of values: two hundred rows go in one transaction, and others wait for it."""
    told: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return update(s.outbox).where(*t.mine(s.outbox), s.outbox.c.id == bindparam("row")).values(told)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
