"""Raw payloads, who is on which job, words by job, events numbered by workspace, marks of each index.

Events get new numbers, so the followers' checkpoints go and every index is compared again, from cached vectors.
Who is on which job is filled from the records that stand.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("record_version", sa.Column("raw", sa.Text(), nullable=True))
    op.drop_column("person", "indexed")  # in place: a copied table would break what refers to it
    op.create_table(
        "indexed",
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("index", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "index", "person_id", name=op.f("pk_indexed")),
    )
    _applications()
    _words()
    _events()


def _applications() -> None:
    made = op.create_table(
        "application",
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("connection", sa.String(length=100), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("job_id", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "connection", "external_id"],
            ["source_record.workspace", "source_record.connection", "source_record.external_id"],
            name=op.f("fk_application_source_record"),
        ),
        sa.PrimaryKeyConstraint("workspace", "connection", "external_id", "job_id", name=op.f("pk_application")),
    )
    op.create_index("ix_application_job", "application", ["workspace", "job_id", "connection", "external_id"])
    conn = op.get_bind()
    found = conn.execute(sa.text("SELECT workspace, connection, external_id, body FROM source_record")).all()
    rows = [
        {"workspace": row.workspace, "connection": row.connection, "external_id": row.external_id, "job_id": job_id}
        for row in found
        for job_id in sorted({a["job_id"] for a in json.loads(row.body).get("applications", ())})
    ]
    if rows:
        op.bulk_insert(made, rows)


def _words() -> None:
    """Stages and reasons are read again from the records, where the job they were said about is known."""
    conn = op.get_bind()
    kept = conn.execute(sa.text("SELECT workspace, kind, value FROM word WHERE kind NOT IN ('stage', 'reason')")).all()
    words = {(row.workspace, row.kind, row.value, "") for row in kept}
    for row in conn.execute(sa.text("SELECT workspace, body FROM source_record")):
        for a in json.loads(row.body).get("applications", ()):
            said = [("stage", a.get("stage")), ("stage", a.get("furthest_stage")), ("reason", a.get("reason"))]
            words |= {(row.workspace, kind, value[:300], a["job_id"]) for kind, value in said if value}
    op.drop_table("word")
    made = op.create_table(
        "word",
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.Column("job_id", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "kind", "value", "job_id", name=op.f("pk_word")),
    )
    names = ("workspace", "kind", "value", "job_id")
    if words:
        op.bulk_insert(made, [dict(zip(names, word, strict=True)) for word in sorted(words)])


def _events() -> None:
    conn = op.get_bind()
    query = "SELECT workspace, kind, ids, actor, at FROM event ORDER BY seq"
    rows = [dict(row._mapping) for row in conn.execute(sa.text(query))]
    last: dict[str, int] = {}
    for row in rows:
        last[row["workspace"]] = row["seq"] = last.get(row["workspace"], 0) + 1
    op.drop_table("event")
    made = op.create_table(
        "event",
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("ids", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "seq", name=op.f("pk_event")),
    )
    if rows:
        op.bulk_insert(made, rows)
    op.execute("DELETE FROM checkpoint WHERE name LIKE 'index:%'")
