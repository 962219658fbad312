"""Sealed columns, wherever they are: a column of tables.py with ``info=SEALED``. Knows no key and no text inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Column, Engine, MetaData, select, update

from engine.errors import NeedsOperator
from indexer.ledger import tables as t


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many sealed texts were sealed anew, and where those stand that nothing opens: ``table.column key``."""

    done: int
    lost: tuple[str, ...]


def sealed_columns(metadata: MetaData = t.metadata) -> list[Column[str]]:
    return [column for table in metadata.sorted_tables for column in table.columns if column.info.get("sealed") is True]


def reseal(engine: Engine, rotate: Callable[[str], str], metadata: MetaData = t.metadata) -> Resealed:
    """``rotate`` each sealed text, in one transaction. One that nothing opens stays as it is and is named."""
    done, lost = 0, []
    with engine.begin() as conn:
        for column in sealed_columns(metadata):
            keys = list(column.table.primary_key)
            for row in conn.execute(select(*keys, column).where(column.is_not(None), column != "")).all():
                key, before = row[:-1], row[-1]
                try:
                    after = rotate(before)
                except NeedsOperator:
                    lost.append(f"{column.table.name}.{column.name} {'/'.join(map(str, key))}")
                    continue
                where = (part == value for part, value in zip(keys, key, strict=True))
                conn.execute(update(column.table).where(*where).values({column: after}))
                done += 1
    return Resealed(done, tuple(lost))
