"""Who may come in: accounts, sessions, job access, who an account is in an ATS. Keys get a role, scopes and an end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A key of before could do all there was: search, read and put people.
    op.add_column("api_key", sa.Column("role", sa.String(length=30), nullable=False, server_default="service"))
    op.add_column("api_key", sa.Column("scopes", sa.Text(), nullable=False, server_default=""))
    op.add_column("api_key", sa.Column("audiences", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("api_key", sa.Column("expires_at", sa.String(length=32), nullable=True))
    op.add_column("api_key", sa.Column("used_at", sa.String(length=32), nullable=True))
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("audiences", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.String(length=32), nullable=True),
        sa.Column("disabled_at", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_index("uq_account_email", "account", ["workspace", "email"], unique=True)
    op.create_table(
        "session",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("key_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_session")),
    )
    op.create_index("ix_session_account", "session", ["account_id"])
    op.create_table(
        "job_access",
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("job_id", sa.String(length=301), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "job_id", name=op.f("pk_job_access")),
    )
    op.create_table(
        "ats_user",
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("connection", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "connection", "account_id", name=op.f("pk_ats_user")),
    )
