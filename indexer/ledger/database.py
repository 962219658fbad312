"""Opens the database the way the ledger needs it, and brings its schema up to date. Knows no table's meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from sqlite3 import SQLITE_BUSY, OperationalError
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from engine.errors import NeedsOperator
from indexer.ledger.turns import OneInTurn, busy

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_S = 20
CHUNK = 500
"""Rows in one statement: under SQLite's limit of bound values."""
T = TypeVar("T")
Clock = Callable[[], datetime]
_WRITERS_LOCK = 0x48454144
_ONE: dict[str, Any] = {"poolclass": OneInTurn, "pool_timeout": BUSY_S}
"""Whatever the database, one writes at a time: of a process, in the order they came."""


def connect(url: str) -> tuple[Engine, Engine]:
    """(for reading, for writing). SQLite writers take the write lock at BEGIN, so none fails half-way.

    Writing raises Busy where no turn comes within ``BUSY_S``. Raises NeedsOperator, without the URL's password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise NeedsOperator("HEADWATER_DATABASE_URL is not a database URL.", "See docs/settings.md.") from None
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise NeedsOperator("Headwater needs a database that outlives the process.", "Name a file: sqlite:///PATH")
        return _sqlite(url, "BEGIN", checkpoints=False), _sqlite(url, "BEGIN IMMEDIATE", **_ONE)
    if parsed.get_backend_name() == "postgresql":
        driven = parsed.set(drivername="postgresql+psycopg")
        # Each statement sees what is committed anyway: beginning and ending would be two more rounds to the server.
        reader = create_engine(driven, pool_pre_ping=True, isolation_level="AUTOCOMMIT")
        writer = create_engine(driven, pool_pre_ping=True, **_ONE)
        event.listen(writer, "begin", _one_writer)
        return reader, writer
    raise NeedsOperator(
        f"Headwater keeps its data in SQLite or PostgreSQL, not in {parsed.get_backend_name()}.",
        "Set HEADWATER_DATABASE_URL accordingly.",
    )


def _sqlite(url: str, begin: str, *, checkpoints: bool = True, **pool: Any) -> Engine:
    """One writing connection, the only one to checkpoint: SQLite before 3.51.3 can lose pages where two do at once."""
    engine = create_engine(url, connect_args={"timeout": BUSY_S}, **pool)
    pragmas = ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"]
    pragmas += [] if checkpoints else ["wal_autocheckpoint=0"]

    def on_connect(raw: Any, _record: object) -> None:
        raw.isolation_level = None  # the driver must not begin on its own: we say how
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", partial(_begin, begin))
    return engine


def _begin(begin: str, conn: Connection) -> None:
    try:
        conn.connection.dbapi_connection.execute(begin)  # type: ignore[union-attr]  # there is one
    except OperationalError as error:
        if error.sqlite_errorcode == SQLITE_BUSY:  # another process writes all the time
            raise busy() from None
        raise


def _one_writer(conn: Connection) -> None:
    """Events get their number before they are committed: without order among writers a reader could miss one."""
    conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")


def migrate(engine: Engine, *, create: bool) -> None:
    """Bring the schema to the newest revision. Raises NeedsOperator: unreachable, newer than we are, or absent."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    newest = ScriptDirectory.from_config(config).get_current_head()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    try:
        with engine.begin() as conn:
            found = MigrationContext.configure(conn).get_current_revision()
            if found == newest:
                return
            if found is None and not create:
                raise NeedsOperator("There is no Headwater data here.", "Import something first: headwater import PATH")
            if found is not None and found not in known:
                raise NeedsOperator(
                    "The database was written by a newer Headwater.", "Install that version or restore a backup."
                )
            config.attributes["connection"] = conn
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise NeedsOperator(
            f"The database cannot be opened ({type(error.orig).__name__}).",
            "Check HEADWATER_DATABASE_URL, the data directory's permissions and the free space.",
        ) from None


def upsert(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, update: bool = True) -> None:
    """Insert rows; where the primary key is taken, write over it (or leave it alone)."""
    for part in chunks(rows, CHUNK):
        if conn.dialect.name == "sqlite" or len(part) == 1:
            conn.execute(_row_by_row(conn.dialect.name, table, update), list(part))
        else:  # all rows in one statement: a round for each is twelve times slower
            conn.execute(_over(postgresql.insert(table).values(list(part)), table, update=update))


@cache
def _row_by_row(dialect: str, table: Table, update: bool) -> Any:
    insert: Any = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return _over(insert, table, update=update)


def _over(insert: Any, table: Table, *, update: bool) -> Any:
    keys = [column.name for column in table.primary_key]
    if not update:
        return insert.on_conflict_do_nothing(index_elements=keys)
    changed = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=changed)


def chunks(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def system_clock() -> datetime:
    return datetime.now(UTC)


def stamp(at: datetime) -> str:
    """UTC, to the millisecond. Refuses a time without a zone."""
    if at.tzinfo is None:
        raise ValueError("the clock must give times with a zone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
