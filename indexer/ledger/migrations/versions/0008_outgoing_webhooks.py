"""Outgoing webhooks: subscriptions and what is owed to each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscription",
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("replay_next", sa.BigInteger(), nullable=True),
        sa.Column("replay_to", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("failing_since", sa.String(length=32), nullable=True),
        sa.Column("tried_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "id", name=op.f("pk_subscription")),
    )
    op.create_table(
        "delivery",
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("subscription", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "subscription", "id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_due", "delivery", ["workspace", "subscription", "state", "due_at"])
    op.create_index("ix_delivery_asked", "delivery", ["workspace", "subscription", "asked_at", "id"])
