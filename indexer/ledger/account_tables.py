"""The tables of who may come in, in the one metadata: accounts, sessions, job access, who an account is in an ATS."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from indexer.ledger.tables import metadata

account = Table(
    "account",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("workspace", String(100), nullable=False),
    Column("email", String(320), nullable=False),  # as it is compared: trimmed, without case
    Column("name", String(200), nullable=False),
    Column("role", String(30), nullable=False),
    Column("audiences", Text, nullable=False),  # JSON list: names of restricted texts it may read
    Column("password", Text),  # argon2id; null: signs in elsewhere
    Column("failed", Integer, nullable=False),  # wrong passwords since the last right one
    Column("locked_until", String(32)),
    Column("disabled_at", String(32)),
    Column("created_at", String(32), nullable=False),
    Index("uq_account_email", "workspace", "email", unique=True),
)

session = Table(
    "session",
    metadata,
    Column("digest", String(64), primary_key=True),  # of the token in the cookie
    Column("workspace", String(100), nullable=False),
    Column("account_id", String(36)),  # of an account, or
    Column("key_id", String(36)),  # of an API key, or of neither: this machine's own
    Column("created_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Index("ix_session_account", "account_id"),
)

job_access = Table(
    "job_access",
    metadata,
    Column("account_id", String(36), primary_key=True),
    Column("job_id", String(301), primary_key=True),
)

ats_user = Table(
    "ats_user",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("connection", String(100), primary_key=True),
    Column("account_id", String(36), primary_key=True),
    Column("user_id", String(200), nullable=False),  # the vendor's id of the same recruiter
)

subject = Table(
    "subject",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("issuer", String(500), primary_key=True),
    Column(
        "subject", String(255), primary_key=True
    ),  # the provider's own id of a person: it outlives an e-mail address
    Column("account_id", String(36), nullable=False),
    Column("created_at", String(32), nullable=False),
    Index("uq_subject_account", "workspace", "issuer", "account_id", unique=True),
)
