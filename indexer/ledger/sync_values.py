"""What the ledger hands out of the tables of sync: rows as frozen values. Knows no connector."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Mode = Literal["backfill", "poll", "sweep"]
WRITE, HOOK, POLL, BACKFILL, SWEEP = range(-1, 4)
"""Whose turn it is first with the vendor's budget."""


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A connection. ``credential`` and ``secrets`` are sealed; ``reason`` says what an operator has to do."""

    workspace: str
    name: str
    vendor: str
    origin: str
    credential: str
    secrets: str
    token: str
    settings: Mapping[str, str]
    standing: Mapping[str, Any]
    state: Literal["active", "stopped"]
    reason: str
    lag_s: float
    created_at: str

    def __repr__(self) -> str:
        return f"ConnectionRow({self.workspace}/{self.name})"


@dataclass(frozen=True, slots=True)
class BudgetRow:
    limit: int
    remaining: int
    resets_at: str


@dataclass(frozen=True, slots=True)
class WalkRow:
    """One feed walked in one mode. ``place``: in the plan. ``over``: a first sync that is done; ``judging``: a
    sweep that has read all and deleted nothing yet; ``asks``: it found more gone than is believed unasked."""

    mode: Mode
    feed: str
    place: int
    state: Literal["idle", "running", "over", "judging", "asks", "denied"]
    cursor: str | None
    since: str | None
    started_at: str | None
    next_since: str | None
    finished_at: str | None
    pages: int
    done: int
    total: int | None
    due_at: str
    attempts: int
    allowed: int
    problem: str


@dataclass(frozen=True, slots=True)
class FetchRow:
    kind: str
    id: str
    priority: int
    asked_at: str
    due_at: str
    attempts: int
    expect: Mapping[str, Any]


def fetch_row(row: Any) -> FetchRow:
    """One of the table."""
    expect = json.loads(row.expect) if row.expect else {}
    return FetchRow(row.kind, row.id, row.priority, row.asked_at, row.due_at, row.attempts, expect)


@dataclass(frozen=True, slots=True)
class InboxRow:
    event_id: str
    received_at: str
    hint: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DirtyRoot:
    """A person or job of the ATS with changes that are not in the ledger's records yet."""

    root: str
    id: str
    dirty: int
    deleted: bool
    urgency: int


def dirty_root(row: Any) -> DirtyRoot:
    """One of the table."""
    return DirtyRoot(row.root, row.id, row.dirty, row.deleted_at is not None, row.urgency)


@dataclass(frozen=True, slots=True)
class MirrorItem:
    """One item as it is kept. ``body``: JSON, as the connector gave it."""

    kind: str
    id: str
    root: str
    owner: str
    version: str | None
    body: str
    children: Mapping[str, frozenset[str]] = field(default_factory=dict)
    is_root: bool = False


@dataclass(frozen=True, slots=True)
class FileRow:
    owner: str
    id: str
    fingerprint: str
    filename: str
    kind: str
    state: Literal["wanted", "held", "parked"]
    text: str
    attempts: int


OURS = "new-"
"""How the id begins of a person who was made here and has none in the ATS yet."""
State = Literal["waiting", "sending", "unknown", "applied", "conflict", "parked", "cancelled"]
OPEN: tuple[State, ...] = ("waiting", "sending", "unknown")
"""Not over: shown here as if done, and owed to the ATS. sending, unknown: it may have been carried out."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One accepted action. ``action``, ``draft``: their JSON; empty once the person was erased.

    ``person``: id of the record. ``as_user``: the user of the ATS in whose name. ``theirs``: path -> the ATS's value,
    of what is in conflict. ``undoes``: the action that this one takes back.
    """

    id: str
    seq: int
    person: str
    kind: str
    action: Mapping[str, Any]
    draft: Mapping[str, Any]
    state: State
    actor: str
    as_user: str | None
    why: str
    at: str
    due_at: str
    attempts: int
    sent_at: str | None
    looked: str | None
    done_at: str | None
    remote_id: str | None
    problem: str
    theirs: Mapping[str, Any]
    undoes: str | None


@dataclass(frozen=True, slots=True)
class OwedDraft:
    """What an accepted action will change: all that is needed to show it."""

    id: str
    draft: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a page's items. ``doubted``: said to be gone before, so to be read by themselves."""

    changed: frozenset[tuple[str, str]]
    owners: frozenset[tuple[str, str]]
    """(root, id) of whoever changed"""
    good: tuple[tuple[str, str], ...]
    doubted: tuple[tuple[str, str], ...]


class LeaseLost(Exception):
    """Another worker has this connection now: nothing of this transaction is kept."""
