"""A job is its connection's: what was called ``1`` is called ``connection:1``, wherever a job is named.

Until now a job of one connection stood over another's of the same id. Nobody can say any more whose it was, so it
stands for every connection that speaks of that id, its audience too: what was hidden stays hidden until that
connection's next import says otherwise. Bodies are left as the source gave them. What the index holds of people
names jobs, so the followers' checkpoints go and everyone is compared again, from cached vectors.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    conn = op.get_bind()
    spoken: set[tuple[str, str, str]] = set()
    words: set[tuple[str, str, str, str]] = set()
    for row in conn.execute(sa.text("SELECT workspace, connection, body FROM record_version")):
        body = json.loads(row.body)
        for said in (*body.get("applications", ()), *body.get("activities", ())):
            if said.get("job_id") is not None:
                spoken.add((row.workspace, row.connection, said["job_id"]))
        for a in body.get("applications", ()):
            name = f"{row.connection}:{a['job_id']}"
            values = [("stage", a.get("stage")), ("stage", a.get("furthest_stage")), ("reason", a.get("reason"))]
            words |= {(row.workspace, kind, value[:300].replace("\x00", ""), name) for kind, value in values if value}
    _jobs(spoken)
    _applications()
    _words(words)
    op.execute("DELETE FROM checkpoint WHERE name LIKE 'index:%'")


def _jobs(spoken: set[tuple[str, str, str]]) -> None:
    speakers: dict[tuple[str, str], set[str]] = {}
    for workspace, connection, job_id in spoken:
        speakers.setdefault((workspace, job_id), set()).add(connection)
    rows = [
        {**row, "connection": connection, "id": f"{connection}:{row['id']}"}
        for row in _all("job")
        for connection in sorted({row["connection"], *speakers.get((row["workspace"], row["id"]), ())})
    ]
    op.drop_table("job")
    made = op.create_table(
        "job",
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("id", sa.String(length=301), nullable=False),
        sa.Column("connection", sa.String(length=100), nullable=False),
        sa.Column("audience", sa.String(length=200), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "id", name=op.f("pk_job")),
    )
    if rows:
        op.bulk_insert(made, rows)


def _applications() -> None:
    rows = [{**row, "job_id": f"{row['connection']}:{row['job_id']}"} for row in _all("application")]
    op.drop_table("application")
    made = op.create_table(
        "application",
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("connection", sa.String(length=100), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("job_id", sa.String(length=301), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "connection", "external_id"],
            ["source_record.workspace", "source_record.connection", "source_record.external_id"],
            name=op.f("fk_application_source_record"),
        ),
        sa.PrimaryKeyConstraint("workspace", "connection", "external_id", "job_id", name=op.f("pk_application")),
    )
    op.create_index("ix_application_job", "application", ["workspace", "job_id", "connection", "external_id"])
    if rows:
        op.bulk_insert(made, rows)


def _words(said: set[tuple[str, str, str, str]]) -> None:
    """Those said about a job are read again from the records, where the connection is known."""
    names = ("workspace", "kind", "value", "job_id")
    kept = {tuple(row[name] for name in names) for row in _all("word") if row["kind"] not in ("stage", "reason")}
    op.drop_table("word")
    made = op.create_table(
        "word",
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.Column("job_id", sa.String(length=301), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "kind", "value", "job_id", name=op.f("pk_word")),
    )
    rows = [dict(zip(names, word, strict=True)) for word in sorted(kept | said)]
    if rows:
        op.bulk_insert(made, rows)


def _all(table: str) -> list[dict[str, Any]]:
    query = sa.select(sa.text("*")).select_from(sa.table(table))
    return [dict(row._mapping) for row in op.get_bind().execute(query)]
