"""The outbox: what is owed to an ATS, with what became of it. The base of a merge stands in it, field by field."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("base")
    op.drop_table("conflict")
    op.create_table(
        "outbox",
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("connection", sa.String(length=100), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("as_user", sa.String(length=200), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.String(length=32), nullable=True),
        sa.Column("looked", sa.Text(), nullable=True),
        sa.Column("done_at", sa.String(length=32), nullable=True),
        sa.Column("remote_id", sa.String(length=200), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("theirs", sa.Text(), nullable=False),
        sa.Column("undoes", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "connection", "id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_seq", "outbox", ["workspace", "connection", "seq"], unique=True)
    op.create_index("ix_outbox_state", "outbox", ["workspace", "connection", "state", "seq"])
    op.create_index("ix_outbox_person", "outbox", ["workspace", "connection", "person", "seq"])
    op.add_column("root", sa.Column("merged_into", sa.String(length=200), nullable=True))
