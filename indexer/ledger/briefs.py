"""A person in one line, for a list of hits: read from the same bodies as a whole person, in a tenth of the time.

A CV is most of a record, and checking what the ledger wrote itself, field by field, is most of reading it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel

from engine.records import SourceKind


@dataclass(frozen=True, slots=True)
class Brief:
    """``ids``: (connection, id) of each source record."""

    id: str
    name: str | None
    source: SourceKind
    headline: str | None
    location: str | None
    ids: tuple[tuple[str, str], ...]


class _Held(Protocol):
    @property
    def title(self) -> str | None: ...
    @property
    def employer(self) -> str | None: ...


class _Said(Protocol):
    @property
    def headline(self) -> str | None: ...
    @property
    def positions(self) -> Sequence[_Held]: ...


class BriefPosition(BaseModel):
    title: str | None = None
    employer: str | None = None


class BriefRecord(BaseModel):
    """The few fields of a SourceRecord that a list shows; the rest of a body is passed over."""

    id: str
    source: SourceKind = "ats"
    name: str | None = None
    headline: str | None = None
    location: str | None = None
    positions: tuple[BriefPosition, ...] = ()


def brief_of(person_id: str, records: Sequence[tuple[str, BriefRecord]]) -> Brief:
    """records: (connection, record), in the order of the person's."""
    said = [record for _, record in records]
    return Brief(
        id=person_id,
        name=next((record.name for record in said if record.name), None),
        source="ats" if any(record.source == "ats" for record in said) else "outside",
        headline=headline_of(said),
        location=next((record.location for record in said if record.location), None),
        ids=tuple((connection, record.id) for connection, record in records),
    )


def headline_of(records: Iterable[_Said]) -> str | None:
    """What a source says in one line, or the newest position it lists."""
    records = list(records)
    for record in records:
        if record.headline:
            return record.headline
    for record in records:
        for position in record.positions:
            if position.title:
                return " · ".join(part for part in (position.title, position.employer) if part)
    return None
