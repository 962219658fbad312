"""What the ledger hands out besides people: rows of its own tables, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.records import SourceRecord, Viewer


@dataclass(frozen=True, slots=True)
class Put:
    """What became of one record that was put."""

    record_id: str
    person_id: str
    status: Literal["created", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """What a source said of a person once. ``raw``: in its own words; None where the record is what it said."""

    connection: str
    version: int
    record: SourceRecord
    raw: str | None
    actor: str
    at: str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was committed. ``seq`` is 1, 2, 3 … in each workspace, without a gap."""

    seq: int
    kind: str
    ids: tuple[str, ...]
    actor: str
    at: str


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """Something that could not be used, and what to do. ``raw``: as an ATS gave it."""

    connection: str
    place: str
    what: str
    fix: str
    at: str
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An API key at rest. ``hint``: its first characters, to tell keys apart."""

    id: str
    workspace: str
    name: str
    digest: str
    hint: str
    created_at: str
    revoked_at: str | None
    role: str = "service"
    scopes: frozenset[str] | None = None
    """What of its role's it may do; None: all."""
    audiences: frozenset[str] = frozenset()
    expires_at: str | None = None
    used_at: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to an Idempotency-Key, and to which request."""

    fingerprint: str
    body: Any


@dataclass(frozen=True, slots=True)
class SearchNote:
    """One search, to be kept: who asked, what was understood, considered and shown, and the order for paging.

    ``order``: None where all was on the first page.
    """

    viewer: Viewer
    body: Mapping[str, Any]
    order_id: str = ""
    order: Any = None
    order_minutes: float = 0.0
