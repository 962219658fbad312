"""Alembic's entry: runs on the connection that database.migrate opened, in its transaction."""

from __future__ import annotations

from alembic import context

from indexer.ledger import outgoing_tables as _outgoing_tables  # noqa: F401 - its tables belong to the metadata
from indexer.ledger import sync_tables as _sync_tables  # noqa: F401 - its tables belong to the metadata
from indexer.ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
