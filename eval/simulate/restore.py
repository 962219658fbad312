"""A backup of one workspace, and what it is to find it restored: every row of it as it was then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from indexer.ledger import Ledger, tables

Backup = Mapping[str, Sequence[Mapping[str, Any]]]
_OURS = [table for table in tables.metadata.sorted_tables if "workspace" in table.c]


def saved(ledger: Ledger, workspace: str) -> Backup:
    with ledger._reading.begin() as conn:
        return {
            table.name: [
                dict(row._mapping) for row in conn.execute(select(table).where(table.c.workspace == workspace))
            ]
            for table in _OURS
        }


def restored(ledger: Ledger, workspace: str, backup: Backup) -> None:
    with ledger._writing.begin() as conn:
        for table in reversed(_OURS):
            conn.execute(delete(table).where(table.c.workspace == workspace))
        for table in _OURS:
            if rows := backup[table.name]:
                conn.execute(table.insert(), [dict(row) for row in rows])
