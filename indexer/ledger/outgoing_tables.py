"""The tables of outgoing webhooks, in the one metadata: who is told of events, and what is owed to each.

Times are ISO 8601 in UTC as text, as everywhere. Nothing of a wait is in memory: what is due stands in ``due_at``.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from indexer.ledger.tables import SEALED, metadata

subscription = Table(
    "subscription",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("url", Text, nullable=False),
    Column("kinds", Text, nullable=False),  # JSON list of event kinds; empty: all
    Column("secrets", Text, nullable=False, info=SEALED),  # JSON list of [secret, good until; null: in use]
    Column("state", String(10), nullable=False),  # active, paused, disabled
    Column("reason", Text, nullable=False),  # why it is disabled; "" when it is not
    Column("cursor", BigInteger, nullable=False),  # the last event that was looked at
    Column("replay_next", BigInteger),  # events up to replay_to are owed once more, from here on; null: none
    Column("replay_to", BigInteger),
    Column("created_at", String(32), nullable=False),
    Column("failing_since", String(32)),  # the first failure since the last success
    Column("tried_at", String(32)),  # when its last turn was: who had none for longest comes first
)

delivery = Table(
    "delivery",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("subscription", String(36), primary_key=True),
    Column("id", String(80), primary_key=True),  # the webhook-id: the same over retries and replays
    Column("seq", BigInteger),  # the event's; null: a test
    Column("state", String(10), nullable=False),  # waiting, sending, delivered, failed
    Column("due_at", String(32), nullable=False),  # while sending: when somebody else may take it over
    Column("token", Integer, nullable=False),  # grows with each taking: whoever holds an older one changes nothing
    Column("attempts", Integer, nullable=False),
    Column("status", Integer),  # of the last answer; null: there was none
    Column("problem", Text, nullable=False),  # of the last attempt, in words; "": none
    Column("asked_at", String(32), nullable=False),  # when it was first owed, or once more by a replay
    Column("at", String(32)),  # of the last attempt
    Index("ix_delivery_due", "workspace", "subscription", "state", "due_at"),
    Index("ix_delivery_asked", "workspace", "subscription", "asked_at", "id"),
)
