"""The bare rows of a ledger that is practised on and thrown away: copied, put back, looked at, emptied.

For the simulator alone. It goes round readers, walls and events: nothing that serves may import it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, delete, event, select, text

from indexer.ledger import sync_tables as s
from indexer.ledger import tables as t
from indexer.ledger.ledger import Ledger
from indexer.ledger.sync_store import SyncStore

Backup = Mapping[str, Sequence[Mapping[str, Any]]]
_OURS = [table for table in t.metadata.sorted_tables if "workspace" in table.c]


def saved(ledger: Ledger, workspace: str) -> Backup:
    """Every row of a workspace, as a backup of it would hold them."""
    with ledger._reading.begin() as conn:
        found = {table.name: conn.execute(select(table).where(table.c.workspace == workspace)) for table in _OURS}
        return {name: [dict(row._mapping) for row in rows] for name, rows in found.items()}


def put_back(ledger: Ledger, workspace: str, backup: Backup) -> None:
    """The workspace as it was then."""
    with ledger._writing.begin() as conn:
        for table in reversed(_OURS):
            conn.execute(delete(table).where(table.c.workspace == workspace))
        for table in _OURS:
            if rows := backup[table.name]:
                conn.execute(table.insert(), [dict(row) for row in rows])


def empty(ledger: Ledger) -> None:
    with ledger._writing.begin() as conn:
        for table in reversed(t.metadata.sorted_tables):
            conn.execute(delete(table))


class _OneReader:
    """Stands for the engine that reads: one connection, which sees what is committed, statement by statement."""

    def __init__(self, conn: Connection) -> None:
        self._conn, self.dialect = conn, conn.dialect

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        yield self._conn


@contextmanager
def practised(ledger: Ledger) -> Iterator[tuple[Ledger, Counter[str]]]:
    """The same ledger for one thread, and table -> how often it was written to, since when nothing need be read again.

    A schedule is thousands of small reads: taking a connection and giving it back is a fifth of all its time.
    """
    engine, written = create_engine(ledger._reading.url, isolation_level="AUTOCOMMIT"), Counter[str]()

    def note(_conn: object, statement: Any, *_: object) -> None:
        if getattr(statement, "is_dml", False):
            written[statement.table.name] += 1

    event.listen(ledger._writing, "before_execute", note)
    try:
        with engine.connect() as conn:
            yield Ledger(_OneReader(conn), ledger._writing, ledger._clock), written  # type: ignore[arg-type]  # it begins
    finally:
        event.remove(ledger._writing, "before_execute", note)
        engine.dispose()


_V = s.mirror.c
_VERSIONS = select(_V.kind, _V.id, _V.version, _V.deleted_at).where(*t.mine(s.mirror), _V.version.is_not(None))


def versions(ledger: Ledger, workspace: str, connection: str) -> list[tuple[str, str, str, bool]]:
    """(kind, id, version, gone) of all that the mirror holds with a version."""
    with ledger._reading.begin() as conn:
        rows = conn.execute(_VERSIONS, {"w": workspace, "of": connection})
        return [(row.kind, row.id, row.version, row.deleted_at is not None) for row in rows]


def store_of(kind: type[SyncStore], ledger: Ledger, workspace: str, connection: str, fence: int | None) -> Any:
    """A store of a kind of one's own, that dies on demand."""
    return kind(ledger._reading, ledger._writing, ledger._clock, workspace, connection, fence)


@contextmanager
def databases(server: str, number: int, *, durable: bool = False) -> Iterator[list[str]]:
    """URLs of so many new databases of a PostgreSQL server; durable: they have to outlive a power cut."""
    engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        for setting in () if durable else ("fsync", "synchronous_commit", "full_page_writes"):
            conn.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        conn.execute(text("SELECT pg_reload_conf()"))
        for n in range(number):
            conn.execute(text(f"CREATE DATABASE practice{n}"))
    engine.dispose()
    yield [server.replace("/postgres?", f"/practice{n}?") for n in range(number)]
