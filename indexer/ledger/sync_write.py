"""What sync writes of one connection within one transaction: how far a walk is, what is to be read, files, records.

The items of a page are in ``mirror.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from engine.records import Job, SourceRecord
from indexer.ledger import sync_tables as s
from indexer.ledger import tables as t
from indexer.ledger.database import CHUNK, Clock, chunks, upsert
from indexer.ledger.forget import empty_person
from indexer.ledger.outbox import OutboxWrite
from indexer.ledger.sync_values import HOOK, FetchRow, FileRow, WalkRow, fetch_row
from indexer.ledger.writer import Writer

FILES = json.dumps({"files": True})
"""The expectation of a read that was only asked for to have fresh links."""


_F = s.fetch.c
_ONE = (*t.mine(s.fetch), _F.kind == bindparam("k"), _F.id == bindparam("i"))
_WANTED = select(s.fetch).where(*_ONE)
_READ = delete(s.fetch).where(*_ONE, _F.asked_at <= bindparam("before"))
_NOT_NEEDED = delete(s.fetch).where(
    *t.mine(s.fetch), _F.kind == bindparam("k"), t.among(_F.id), _F.asked_at <= bindparam("before"), _F.expect == ""
)
_UNPARK = delete(t.parked).where(*t.mine(t.parked), t.among(t.parked.c.place))
_FILES = select(s.file).where(*t.mine(s.file), t.among(s.file.c.owner))


class SyncWrite(OutboxWrite):
    def __init__(self, conn: Connection, writer: Writer, clock: Clock, workspace: str, connection: str) -> None:
        super().__init__(conn, writer, clock, workspace, connection)

    # How far, how much, how late

    def budget(self, limit: int, remaining: int, resets_at: str) -> None:
        upsert(self._conn, s.budget, [{**self._key, "limit": limit, "remaining": remaining, "resets_at": resets_at}])

    def walk(self, row: WalkRow) -> None:
        upsert(self._conn, s.walk, [{**self._key, **{name: getattr(row, name) for name in WalkRow.__slots__}}])

    def drop_walk(self, row: WalkRow) -> None:
        c = s.walk.c
        self._conn.execute(delete(s.walk).where(*self._own(s.walk), c.mode == row.mode, c.feed == row.feed))

    def lag(self, seconds: float) -> None:
        c = s.connection.c
        own = (c.workspace == self.workspace, c.name == self.connection)
        self._conn.execute(update(s.connection).where(*own).values(lag_s=seconds))

    def stop(self, reason: str) -> None:
        """Nothing more is asked of the vendor until an operator acts."""
        c = s.connection.c
        own = (c.workspace == self.workspace, c.name == self.connection)
        self._conn.execute(update(s.connection).where(*own).values(state="stopped", reason=reason))

    def drift(self, found: Iterable[str]) -> None:
        rows = [{**self._key, "what": what[:300], "first_at": self._now(), "last_at": self._now()} for what in found]
        if rows:
            upsert(self._conn, s.drift, rows, update=False)
            for part in chunks([row["what"] for row in rows], CHUNK):
                own = (*self._own(s.drift), s.drift.c.what.in_(part))
                self._conn.execute(update(s.drift).where(*own).values(last_at=self._now()))

    # What is to be read

    def want(
        self, kind: str, item_id: str, priority: int, *, due_at: str | None = None, expect: Mapping[str, Any] = {}
    ) -> None:
        """Read this root; asked for twice, the more urgent and the sooner counts."""
        now = self._now()
        due_at = due_at or now
        row = self._do(_WANTED, k=kind, i=item_id).one_or_none()
        if row is not None:
            before = json.loads(row.expect) if row.expect else {}
            priority, due_at = min(priority, row.priority), min(due_at, row.due_at)
            expect = _both(before, expect)
        said = json.dumps(expect) if expect else ""
        values = {"priority": priority, "asked_at": now, "due_at": due_at, "attempts": 0, "expect": said}
        upsert(self._conn, s.fetch, [{**self._key, "kind": kind, "id": item_id, **values}])

    def put_off(self, row: FetchRow, due_at: str, *, expect: Mapping[str, Any] | None = None) -> None:
        """Try again then."""
        said = json.dumps(row.expect if expect is None else expect)
        values = {"attempts": row.attempts + 1, "due_at": due_at, "expect": said if said != "{}" else ""}
        self._conn.execute(update(s.fetch).where(*self._fetch(row)).values(**values))

    def due(self, row: FetchRow, due_at: str) -> None:
        self._conn.execute(update(s.fetch).where(*self._fetch(row)).values(due_at=due_at))

    def awaited(self) -> list[FetchRow]:
        """What a webhook announced and a read did not show so far."""
        c = s.fetch.c
        query = select(s.fetch).where(*self._own(s.fetch), c.priority == HOOK, c.expect.contains('"unseen_s": '))
        return [row for row in map(fetch_row, self._conn.execute(query)) if row.expect.get("unseen_s") is not None]

    def _fetch(self, row: FetchRow) -> tuple[Any, ...]:
        c = s.fetch.c
        return (*self._own(s.fetch), c.kind == row.kind, c.id == row.id)

    def was_read(self, kind: str, item_id: str, asked_before: str) -> None:
        """Nothing more is to be read of it, unless it was asked for since."""
        self._do(_READ, k=kind, i=item_id, before=asked_before)

    def not_needed(self, kind: str, ids: Sequence[str], asked_before: str) -> None:
        """A page showed them whole. What a webhook or a sweep wants proved is read all the same."""
        for part in chunks(ids, CHUNK):
            self._do(_NOT_NEEDED, k=kind, ids=part, before=asked_before)

    def taken(self, event_ids: Sequence[str], state: str) -> None:
        for part in chunks(event_ids, CHUNK):
            own = (*self._own(s.inbox), s.inbox.c.event_id.in_(part))
            self._conn.execute(update(s.inbox).where(*own).values(state=state))

    def files_done(self, kind: str, owner: str) -> None:
        """Should none of the owner's files be wanted any more, they need not be asked for again."""
        f, c = s.file.c, s.fetch.c
        left = select(f.id).where(*self._own(s.file), f.owner == owner, f.state == "wanted")
        if self._conn.execute(left).first() is None:
            mine = (*self._own(s.fetch), c.kind == kind, c.id == owner, c.expect == FILES)
            self._conn.execute(delete(s.fetch).where(*mine))

    # Files

    def files(self, found: Mapping[str, Sequence[FileRow]]) -> dict[str, list[str]]:
        """owner -> all the files they have now. Returns ids of those to download: new, changed, or not read so far."""
        held: dict[str, dict[str, Any]] = {owner: {} for owner in found}
        for part in chunks(list(found), CHUNK):
            for row in self._do(_FILES, ids=part):
                held[row.owner][row.id] = row
        return {owner: self._files_of(owner, rows, held[owner]) for owner, rows in found.items()}

    def _files_of(self, owner: str, found: Sequence[FileRow], held: Mapping[str, Any]) -> list[str]:
        gone = sorted(held.keys() - {row.id for row in found})
        if gone:
            c = s.file.c
            self._conn.execute(delete(s.file).where(*self._own(s.file), c.owner == owner, c.id.in_(gone)))
            self.touch("person", owner)
        wanted = []
        for row in found:
            before = held.get(row.id)
            same = before is not None and before.fingerprint == row.fingerprint
            if same and before is not None and before.state != "wanted":
                continue
            wanted.append(row.id)
            text, attempts = (before.text if before else ""), (before.attempts if same and before else 0)
            values = {name: getattr(row, name) for name in FileRow.__slots__}
            upsert(self._conn, s.file, [{**self._key, **values, "state": "wanted", "text": text, "attempts": attempts}])
        return wanted

    def file_read(self, owner: str, file_id: str, fingerprint: str, text: str) -> None:
        self._file(owner, file_id, fingerprint, state="held", text=text)
        self.touch("person", owner)

    def file_parked(self, owner: str, file_id: str, fingerprint: str) -> None:
        self._file(owner, file_id, fingerprint, state="parked")

    def file_failed(self, owner: str, file_id: str, fingerprint: str) -> None:
        self._file(owner, file_id, fingerprint, attempts=s.file.c.attempts + 1)

    def want_files_again(self, owner: str) -> None:
        """Those that could not be read are tried once more."""
        c = s.file.c
        mine = (*self._own(s.file), c.owner == owner, c.state == "parked")
        self._conn.execute(update(s.file).where(*mine).values(state="wanted", attempts=0))

    def _file(self, owner: str, file_id: str, fingerprint: str, **values: Any) -> None:
        c = s.file.c
        mine = (*self._own(s.file), c.owner == owner, c.id == file_id, c.fingerprint == fingerprint)
        self._conn.execute(update(s.file).where(*mine).values(**values))

    # Parked

    def park(self, place: str, what: str, fix: str, raw: str | None = None) -> None:
        row = {"place": place[:500], "what": what, "fix": fix, "at": self._now(), "raw": raw}
        upsert(self._conn, t.parked, [{**self._key, **row}])

    def unpark(self, places: Sequence[str]) -> None:
        for part in chunks([place[:500] for place in places], CHUNK):
            self._do(_UNPARK, ids=part)

    # Records

    def put_people(self, records: Sequence[SourceRecord], raw: Mapping[str, str]) -> bool:
        """Returns whether anything changed."""
        puts = self._writer.put_records_in(self._conn, self.connection, records, raw=raw)
        return any(put.status != "unchanged" for put in puts)

    def put_jobs(self, jobs: Sequence[Job]) -> bool:
        return self._writer.put_jobs_in(self._conn, self.connection, jobs) > 0

    def hide_people(self, ids: Sequence[str]) -> bool:
        """Gone in the ATS: neither searched nor shown from this commit on."""
        return bool(self._writer.hide_records_in(self._conn, self.connection, ids))

    def purge_people(self, ids: Sequence[str]) -> None:
        """What is still kept of people that are gone there."""
        self._writer.purge_records_in(self._conn, self.connection, ids)
        for person in ids:
            empty_person(self._conn, self.workspace, self.connection, person)
        for part in chunks(ids, CHUNK):
            own = (*self._own(s.root), s.root.c.root == "person", s.root.c.id.in_(part))
            self._conn.execute(update(s.root).where(*own).values(purged_at=self._now(), looked="", missed=""))


def _both(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What two askers want to be shown: the later version of the two, and all proofs."""
    found = {**before, **after}
    if before.get("at") and after.get("at"):
        newer = max(before, after, key=lambda expect: str(expect["at"]))
        found |= {name: newer.get(name) for name in ("kind", "id", "at", "received", "unseen_s")}
    if "proofs" in before and "proofs" in after:
        found["proofs"] = [*before["proofs"], *after["proofs"]]
    return found
