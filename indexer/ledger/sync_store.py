"""What sync reads of one connection, and the transactions it writes in. Knows no connector and no vendor."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, func, or_, select

from engine.records import Job
from indexer.ledger import sync_tables as s
from indexer.ledger import tables as t
from indexer.ledger.database import CHUNK, Clock, chunks, stamp
from indexer.ledger.jobs import job_name
from indexer.ledger.marks import Mark, is_behind, mark_of
from indexer.ledger.outbox import heads, outbox_row
from indexer.ledger.sync_values import (
    OPEN,
    BudgetRow,
    DirtyRoot,
    FetchRow,
    FileRow,
    InboxRow,
    LeaseLost,
    MirrorItem,
    OutboxRow,
    OwedDraft,
    WalkRow,
    dirty_root,
    fetch_row,
)
from indexer.ledger.sync_write import SyncWrite
from indexer.ledger.turns import turn_of
from indexer.ledger.values import ParkedRow
from indexer.ledger.writer import Writer

_M = s.mirror.c
_BODY = select(_M.body).where(*t.mine(s.mirror), _M.kind == bindparam("k"), _M.id == bindparam("i"), _M.hash != "")
_ITEMS = select(s.mirror).where(
    *t.mine(s.mirror), _M.root == bindparam("r"), t.among(_M.owner), _M.deleted_at.is_(None), _M.hash != ""
)
_FILES = select(s.file).where(*t.mine(s.file), t.among(s.file.c.owner)).order_by(s.file.c.id)
_TOKEN = select(s.lease.c.token).where(*t.mine(s.lease))
_BUDGET = select(s.budget).where(*t.mine(s.budget))
_WALKS = select(s.walk).where(*t.mine(s.walk)).order_by(s.walk.c.mode, s.walk.c.place)
_F = s.fetch.c
_NEXT_FETCH = (
    select(s.fetch)
    .where(*t.mine(s.fetch), _F.due_at <= bindparam("now"), _F.priority <= bindparam("most"))
    .order_by(_F.priority, _F.due_at, _F.kind, _F.id)
    .limit(1)
)
_DUE_FETCHES = select(_F.priority, func.min(_F.due_at).label("due")).where(*t.mine(s.fetch)).group_by(_F.priority)
_I = s.inbox.c
_INBOX = (
    select(s.inbox)
    .where(*t.mine(s.inbox), _I.state == "new")
    .order_by(_I.received_at, _I.event_id)
    .limit(bindparam("n"))
)
_R = s.root.c
_DIRTY = (
    select(_R.root, _R.id, _R.dirty, _R.deleted_at, _R.urgency)
    .where(*t.mine(s.root), _R.dirty > 0)
    .order_by(_R.root, _R.urgency, _R.id)
    .limit(bindparam("n"))
)
_PURGE = (
    select(_R.id)
    .where(
        *t.mine(s.root), _R.root == "person", _R.deleted_at < bindparam("before"), _R.purged_at.is_(None), _R.dirty == 0
    )
    .order_by(_R.id)
    .limit(bindparam("n"))
)
_NEXT_OWED = heads().where(s.outbox.c.due_at <= bindparam("now")).order_by(s.outbox.c.seq).limit(1)
_O = s.outbox.c
_OWED = select(s.outbox).where(*t.mine(s.outbox), t.among(_O.person), _O.state.in_(OPEN)).order_by(_O.seq)
_UNSURE = select(s.outbox).where(*t.mine(s.outbox), _O.state.in_(("sending", "unknown"))).order_by(_O.seq)
_DRAFTS = (
    select(_O.id, _O.draft)
    .where(*t.mine(s.outbox), _O.person == bindparam("whose"), _O.state.in_(OPEN))
    .order_by(_O.seq)
)
_FILES_OWED = select(_O.draft).where(
    *t.mine(s.outbox), _O.kind == "file", or_(_O.state.in_((*OPEN, "parked")), _O.done_at >= bindparam("since"))
)
_OWED_AT = select(func.min(heads().subquery().c.due_at))


class SyncStore:
    """One connection of one workspace. fence: the token of the lease it works under; None: without one (tests)."""

    def __init__(
        self, reading: Engine, writing: Engine, clock: Clock, workspace: str, connection: str, fence: int | None = None
    ) -> None:
        self._reading, self._writing, self._clock = reading, writing, clock
        self.workspace, self.connection, self._fence = workspace, connection, fence
        self._open: Connection | None = None
        self._me = {"w": workspace, "of": connection}

    def now(self) -> str:
        return stamp(self._clock())

    @contextmanager
    def write(self, *, actor: str | None = None) -> Iterator[SyncWrite]:
        """One transaction: all of it or nothing; what this store reads within is read in it. actor: None: sync itself.

        Raises LeaseLost where another worker has taken over.
        """
        with turn_of(sync=actor is None), self._writing.begin() as conn:
            if self._fence is not None:
                held = conn.scalar(_TOKEN, self._me)
                if held != self._fence:
                    raise LeaseLost
            writer = Writer(self._writing, self.workspace, actor or f"sync:{self.connection}", self._clock)
            self._open, before = conn, self._open
            try:
                yield SyncWrite(conn, writer, self._clock, self.workspace, self.connection)
            finally:
                self._open = before

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is read within costs one transaction. One thread's; nothing is written within."""
        with self._reading.begin() as conn:
            self._open = conn
            try:
                yield
            finally:
                self._open = None

    def _own(self, table: Any) -> tuple[Any, ...]:
        return (table.c.workspace == self.workspace, table.c.connection == self.connection)

    def _rows(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        if self._open is not None:
            return self._open.execute(query, values).all()
        with self._reading.begin() as conn:
            return conn.execute(query, values).all()

    def budget(self) -> BudgetRow | None:
        rows = self._rows(_BUDGET, self._me)
        return BudgetRow(rows[0].limit, rows[0].remaining, rows[0].resets_at) if rows else None

    def walks(self) -> list[WalkRow]:
        """In the order of the plan."""
        rows = self._rows(_WALKS, self._me)
        return [WalkRow(**{name: getattr(row, name) for name in WalkRow.__slots__}) for row in rows]

    def next_fetch(self, *, most: int, now: str) -> FetchRow | None:
        """The most urgent root that is due to be read, of a priority of at most ``most``."""
        rows = self._rows(_NEXT_FETCH, {**self._me, "now": now, "most": most})
        return fetch_row(rows[0]) if rows else None

    def fetches(self) -> list[FetchRow]:
        return [fetch_row(row) for row in self._rows(select(s.fetch).where(*self._own(s.fetch)))]

    def fetches_of(self, kind: str, item_id: str) -> list[FetchRow]:
        c = s.fetch.c
        query = select(s.fetch).where(*self._own(s.fetch), c.kind == kind, c.id == item_id)
        return [fetch_row(row) for row in self._rows(query)]

    def due_fetches(self) -> dict[int, str]:
        """Priority -> when the next read of it is due."""
        return {row.priority: row.due for row in self._rows(_DUE_FETCHES, self._me)}

    def inbox(self, limit: int = 200) -> list[InboxRow]:
        """What arrived and was not taken yet, oldest first."""
        rows = self._rows(_INBOX, {**self._me, "n": limit})
        return [InboxRow(r.event_id, r.received_at, json.loads(r.hint)) for r in rows]

    def dirty(self, limit: int) -> list[DirtyRoot]:
        """Jobs before people, whom a webhook told of before the others."""
        return [dirty_root(row) for row in self._rows(_DIRTY, {**self._me, "n": limit})]

    def items(self, root: str, owners: Sequence[str]) -> dict[str, list[MirrorItem]]:
        """owner -> what is held of it, nothing that is gone; by kind and id."""
        found: dict[str, list[MirrorItem]] = {owner: [] for owner in owners}
        for part in chunks(owners, CHUNK):
            rows = self._rows(_ITEMS, {**self._me, "r": root, "ids": part})
            # Sorted here: asked to, SQLite would read the whole mirror in that order.
            for row in sorted(rows, key=lambda row: (row.kind, row.id)):
                found[row.owner].append(MirrorItem(row.kind, row.id, row.root, row.owner, row.version, row.body))
        return found

    def read_since(self, kind: str, at: str) -> list[MirrorItem]:
        """Items of that kind that were read then or later."""
        c = s.mirror.c
        there = (*self._own(s.mirror), c.kind == kind, c.read_at >= at, c.deleted_at.is_(None), c.hash != "")
        rows = self._rows(select(s.mirror).where(*there))
        return [MirrorItem(row.kind, row.id, row.root, row.owner, row.version, row.body) for row in rows]

    def every(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """id -> body of all that is held of a kind: of few, as reasons to reject."""
        c = s.mirror.c
        there = (*self._own(s.mirror), c.kind == kind, c.deleted_at.is_(None), c.hash != "")
        return {row.id: json.loads(row.body) for row in self._rows(select(c.id, c.body).where(*there).order_by(c.id))}

    def body(self, kind: str, item_id: str) -> Mapping[str, Any] | None:
        """What is held of an item, also after it went: history goes on naming a stage that vanished."""
        rows = self._rows(_BODY, {**self._me, "k": kind, "i": item_id})
        found: Mapping[str, Any] | None = json.loads(rows[0].body) if rows else None
        return found

    def root_kind(self, kind: str) -> str | None:
        """What items of that kind belong to; None: there are none. The tombstone of one never seen does not know."""
        there = (*self._own(s.mirror), s.mirror.c.kind == kind, s.mirror.c.hash != "")
        rows = self._rows(select(s.mirror.c.root).where(*there).limit(1))
        return rows[0].root if rows else None

    def files(self, owners: Sequence[str]) -> dict[str, list[FileRow]]:
        found: dict[str, list[FileRow]] = {owner: [] for owner in owners}
        for part in chunks(owners, CHUNK):
            for row in self._rows(_FILES, {**self._me, "ids": part}):
                found[row.owner].append(FileRow(**{name: getattr(row, name) for name in FileRow.__slots__}))
        return found

    def job(self, job_id: str) -> Job | None:
        c = t.job.c
        own = (c.workspace == self.workspace, c.id == job_name(self.connection, job_id))
        rows = self._rows(select(c.body).where(*own))
        return Job.model_validate_json(rows[0].body) if rows else None

    # The outbox

    def owed(self, people: Sequence[str]) -> dict[str, list[OutboxRow]]:
        """person -> what is not over, in its order."""
        found: dict[str, list[OutboxRow]] = {person: [] for person in people}
        for part in chunks(people, CHUNK):
            for row in self._rows(_OWED, {**self._me, "ids": part}):
                found[row.person].append(outbox_row(row))
        return found

    def drafts(self, person: str) -> list[OwedDraft]:
        """What each thing that is owed of them changes, in its order: read by every accept, so no more than that."""
        return [OwedDraft(row.id, json.loads(row.draft)) for row in self._rows(_DRAFTS, {**self._me, "whose": person})]

    def next_owed(self, now: str) -> OutboxRow | None:
        """The oldest that may be tried now."""
        rows = self._rows(_NEXT_OWED, {**self._me, "now": now})
        return outbox_row(rows[0]) if rows else None

    def owed_at(self) -> str | None:
        """When the next may be tried; None: nothing is owed."""
        found: str | None = self._rows(_OWED_AT, self._me)[0][0]
        return found

    def unsure(self, kinds: Sequence[str]) -> list[OutboxRow]:
        """What may have made an item of these kinds, without an answer."""
        rows = self._rows(_UNSURE, self._me)
        return [row for row in map(outbox_row, rows) if row.draft["item_kind"] in kinds and row.draft.get("body")]

    def action(self, action_id: str) -> OutboxRow | None:
        rows = self._rows(select(s.outbox).where(*self._own(s.outbox), s.outbox.c.id == action_id))
        return outbox_row(rows[0]) if rows else None

    def actions(
        self, *, states: Sequence[str] = (), people: Sequence[str] | None = None, before: int | None = None,
        limit: int = 100,
    ) -> list[OutboxRow]:  # fmt: skip
        """Newest first, from before that seq on."""
        c = s.outbox.c
        query = select(s.outbox).where(*self._own(s.outbox))
        if states:
            query = query.where(c.state.in_(states))
        if people is not None:
            query = query.where(c.person.in_(people))
        if before is not None:
            query = query.where(c.seq < before)
        return [outbox_row(row) for row in self._rows(query.order_by(c.seq.desc()).limit(limit))]

    def files_owed(self, since: str) -> list[str]:
        """Addresses of files given here: still to be sent, or to be tried again, or sent since then."""
        said = self._rows(_FILES_OWED, {**self._me, "since": since})
        return [file for row in said if (file := json.loads(row.draft).get("file"))]

    def mark(self) -> Mark:
        """How far the ledger has come, to be kept outside it."""
        with self._reading.begin() as conn:
            return mark_of(conn, self.workspace, self.connection)

    def is_behind(self, mark: Mark) -> bool:
        """It was further once: a backup was restored, or it is another ledger."""
        with self._reading.begin() as conn:
            return is_behind(conn, self.workspace, self.connection, mark)

    def merged_into(self, person: str) -> str | None:
        """Who has what was theirs in the ATS, if it made one of two."""
        c = s.root.c
        rows = self._rows(select(c.merged_into).where(*self._own(s.root), c.root == "person", c.id == person))
        return rows[0].merged_into if rows else None

    def missing(self, kind: str, before: str) -> tuple[list[str], int]:
        """Ids of that kind that were not seen since, and how many are held in all; without what is of someone gone."""
        c, r = s.mirror.c, s.root.c
        gone = select(r.id).where(*self._own(s.root), r.root == c.root, r.id == c.owner, r.deleted_at.is_not(None))
        there = (*self._own(s.mirror), c.kind == kind, c.deleted_at.is_(None), c.hash != "", ~gone.exists())
        unseen = [row.id for row in self._rows(select(c.id).where(*there, c.read_at < before).order_by(c.id))]
        return unseen, int(self._rows(select(func.count()).where(*there))[0][0])

    def seen_since(self, kind: str, start: str) -> int:
        c = s.mirror.c
        query = select(func.count()).where(*self._own(s.mirror), c.kind == kind, c.read_at >= start)
        return int(self._rows(query)[0][0])

    def parked(self) -> list[ParkedRow]:
        c = t.parked.c
        rows = self._rows(select(t.parked).where(*self._own(t.parked)).order_by(c.place))
        return [ParkedRow(r.connection, r.place, r.what, r.fix, r.at, r.raw) for r in rows]

    def drift(self) -> list[tuple[str, str, str]]:
        """(what, first seen, last seen)"""
        rows = self._rows(select(s.drift).where(*self._own(s.drift)).order_by(s.drift.c.what))
        return [(r.what, r.first_at, r.last_at) for r in rows]

    def due_for_purge(self, before: str, limit: int) -> list[str]:
        """People that are gone in the ATS since before then and whose data is still kept."""
        return [row.id for row in self._rows(_PURGE, {**self._me, "before": before, "n": limit})]

    def counts(self) -> dict[str, int]:
        """How many are held, gone, waiting to be applied, to be read, and files to be read."""
        r, f = s.root.c, s.file.c

        def number(table: Any, *where: Any) -> int:
            return int(self._rows(select(func.count()).select_from(table).where(*self._own(table), *where))[0][0])

        return {
            "people": number(s.root, r.root == "person", r.deleted_at.is_(None), r.erased == 0),
            "jobs": number(s.root, r.root == "job", r.deleted_at.is_(None)),
            "gone": number(s.root, r.root == "person", r.deleted_at.is_not(None)),
            "to_apply": number(s.root, r.dirty > 0),
            "to_read": number(s.fetch),
            "files": number(s.file, f.state == "held"),
            "files_wanted": number(s.file, f.state == "wanted"),
            "inbox": number(s.inbox, s.inbox.c.state == "new"),
            "parked": number(t.parked),
            "to_write": number(s.outbox, s.outbox.c.state.in_(OPEN)),
            "conflicts": number(s.outbox, s.outbox.c.state == "conflict"),
            "refused": number(s.outbox, s.outbox.c.state == "parked"),
        }

    def last_delivery(self) -> str | None:
        found: str | None = self._rows(select(func.max(s.inbox.c.received_at)).where(*self._own(s.inbox)))[0][0]
        return found
