"""Every table of the product, in one metadata. Changes here need a revision in migrations/versions; a test compares.

Bodies are JSON as text: the ledger stores what a source said, it does not query inside it. Times are
ISO 8601 in UTC as text, so both databases sort them alike.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
)

SEALED = {"sealed": True}
"""``info=SEALED`` of a column: it holds what indexer.vault sealed, and ``Ledger.reseal`` finds it by that."""


@cache
def mine(table: Table) -> tuple[ColumnElement[bool], ...]:
    """Of one connection of one workspace: for statements that are built once, with ``w`` and ``of`` to be bound.

    Building a statement takes longer than asking it, and each step of sync asks dozens.
    """
    return (table.c.workspace == bindparam("w"), table.c.connection == bindparam("of"))


def among(column: Column[str]) -> ColumnElement[bool]:
    """One of ``ids``, to be bound."""
    return column.in_(bindparam("ids", expanding=True))


person = Table(
    "person",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("created_at", String(32), nullable=False),
    Column("erased_at", String(32)),
)

indexed = Table(
    "indexed",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("index", String(16), primary_key=True),  # which index: an old and a new one stand beside each other
    Column("person_id", String(36), primary_key=True),
    Column("fingerprint", String(64), nullable=False),  # of what that index holds of the person
)

source_record = Table(
    "source_record",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("connection", String(100), primary_key=True),
    Column("external_id", String(200), primary_key=True),
    Column("person_id", String(36), nullable=False),
    Column("version", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("changed_at", String(32), nullable=False),
    Column("deleted_at", String(32)),  # gone in its source: neither searched nor shown, and back when it is back there
    ForeignKeyConstraint(["workspace", "person_id"], ["person.workspace", "person.id"]),
    Index("ix_source_record_person", "workspace", "person_id"),
)

record_version = Table(
    "record_version",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("connection", String(100), primary_key=True),
    Column("external_id", String(200), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("raw", Text),  # as the source gave it; null where the body is what it gave
    Column("actor", String(200), nullable=False),
    Column("at", String(32), nullable=False),
)

application = Table(
    "application",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("connection", String(100), primary_key=True),
    Column("external_id", String(200), primary_key=True),
    Column("job_id", String(301), primary_key=True),  # who is on which job; the rest stands in the record's body
    ForeignKeyConstraint(
        ["workspace", "connection", "external_id"],
        ["source_record.workspace", "source_record.connection", "source_record.external_id"],
    ),
    Index("ix_application_job", "workspace", "job_id", "connection", "external_id"),
)

job = Table(
    "job",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("id", String(301), primary_key=True),  # connection:id, as everywhere but in the body
    Column("connection", String(100), nullable=False),
    Column("audience", String(200)),
    Column("hash", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("changed_at", String(32), nullable=False),
)

word = Table(
    "word",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("value", String(300), primary_key=True),
    Column("job_id", String(301), primary_key=True),  # said about which job, "" for none
)

event = Table(
    "event",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # 1, 2, 3 … in each workspace, without a gap
    Column("kind", String(60), nullable=False),
    Column("ids", Text, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("at", String(32), nullable=False),
)

impression = Table(
    "impression",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace", String(100), nullable=False),
    Column("viewer", String(200), nullable=False),
    Column("at", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_impression_workspace_at", "workspace", "at"),
)

result_list = Table(
    "result_list",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace", String(100), nullable=False),
    Column("viewer", String(200), nullable=False),
    Column("body", Text, nullable=False),
    Column("expires_at", String(32), nullable=False),
    Index("ix_result_list_expires", "expires_at"),
)

parked = Table(
    "parked",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("connection", String(100), primary_key=True),
    Column("place", String(500), primary_key=True),  # file, row, field
    Column("what", Text, nullable=False),
    Column("fix", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("raw", Text),  # as the source gave it, where it came through a connection
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("name", String(300), primary_key=True),
    Column("body", Text, nullable=False),
)

embedding = Table(
    "embedding",
    metadata,
    Column("encoder", String(200), primary_key=True),
    Column("hash", String(64), primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # float32, little endian
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace", String(100), nullable=False),
    Column("name", String(100), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("hint", String(20), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("revoked_at", String(32)),
    Column("role", String(30), nullable=False, server_default="service"),
    Column("scopes", Text, nullable=False, server_default=""),  # JSON list; "": all that the role may
    Column("audiences", Text, nullable=False, server_default="[]"),
    Column("expires_at", String(32)),
    Column("used_at", String(32)),  # to the hour
)

answered = Table(
    "answered",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("at", String(32), nullable=False),
)
