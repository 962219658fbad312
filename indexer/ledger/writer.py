"""Writes to one workspace in the name of one actor. Every commit appends its events in the same transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import Connection, Engine, bindparam, delete, func, select, update

from engine.errors import BadInput, NotFound
from engine.records import Job, Record, SourceRecord
from indexer.ledger import sync_tables as s
from indexer.ledger import tables as t
from indexer.ledger.database import CHUNK, Clock, chunks, stamp, upsert
from indexer.ledger.forget import forget_person
from indexer.ledger.jobs import check_jobs, job_name
from indexer.ledger.values import Answer, Put, SearchNote
from indexer.ledger.words import add_words, words_of

_C, _A = t.source_record.c, t.application.c
_KNOWN = select(_C.external_id, _C.person_id, _C.version, _C.hash, _C.deleted_at).where(
    *t.mine(t.source_record), t.among(_C.external_id)
)
_ERASED = select(t.person.c.id).where(
    t.person.c.workspace == bindparam("w"), t.among(t.person.c.id), t.person.c.erased_at.is_not(None)
)
_NOT_APPLIED = delete(t.application).where(*t.mine(t.application), t.among(_A.external_id))
_LAST_EVENT = select(func.coalesce(func.max(t.event.c.seq), 0)).where(t.event.c.workspace == bindparam("w"))


class Writer:
    """Thread-safe; every call is one transaction, whole or not at all."""

    def __init__(self, engine: Engine, workspace: str, actor: str, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self.workspace = workspace
        self.actor = actor

    def _now(self) -> str:
        return stamp(self._clock())

    def put_records(
        self, connection: str, records: Sequence[SourceRecord], *, raw: Mapping[str, str] | None = None
    ) -> list[Put]:
        """Insert or replace source records, in order; of one id given twice the last counts.

        Their applications and activities are about the jobs of the same connection.

        An unchanged record is left alone and makes no event. A record of an erased person stays erased.
        raw: record id -> the source's own words for it, kept with the version where they are not the record's JSON.
        """
        with self._engine.begin() as conn:
            own = (s.connection.c.workspace == self.workspace, s.connection.c.name == connection)
            if conn.execute(select(s.connection.c.name).where(*own)).first() is not None:
                raise BadInput(
                    f"{connection!r} is kept by its ATS: what is put here would be gone with the next sync.",
                    "Change people of it by actions (docs/sync.md), or put them under another connection.",
                )
            return self.put_records_in(conn, connection, records, raw=raw)

    def put_records_in(
        self,
        conn: Connection,
        connection: str,
        records: Sequence[SourceRecord],
        *,
        raw: Mapping[str, str] | None = None,
    ) -> list[Put]:
        """The same in a transaction of the ledger's own."""
        raw = raw or {}
        for record in records:
            if "\x00" in record.id:
                raise BadInput("A record's id must not hold a NUL character.")
        check_jobs(connection, {a.job_id for record in records for a in record.applications})
        last = {record.id: record for record in records}
        known = self._known(conn, connection, list(last))
        erased = self._erased(conn, [row.person_id for row in known.values()])
        puts: dict[str, Put] = {}
        people, current, versions, stored = [], [], [], []
        at = self._now()
        for record in last.values():
            body = record.model_dump_json(exclude_defaults=True)
            digest = hashlib.sha256(body.encode()).hexdigest()
            row = known.get(record.id)
            person_id = row.person_id if row else self._new_id(connection, record.id)
            if (row and row.hash == digest and row.deleted_at is None) or person_id in erased:
                puts[record.id] = Put(record.id, person_id, "unchanged")
                continue
            puts[record.id] = Put(record.id, person_id, "updated" if row else "created")
            key = {"workspace": self.workspace, "connection": connection, "external_id": record.id}
            version = row.version + 1 if row else 1
            if row is None:
                people.append({"workspace": self.workspace, "id": person_id, "created_at": at})
            current.append(
                {
                    **key,
                    "person_id": person_id,
                    "version": version,
                    "hash": digest,
                    "body": body,
                    "changed_at": at,
                    "deleted_at": None,
                }
            )
            said = (raw.get(record.id) or "").replace("\x00", "") or None
            versions.append({**key, "version": version, "body": body, "raw": said, "actor": self.actor, "at": at})
            stored.append(record)
        upsert(conn, t.person, people, update=False)
        upsert(conn, t.source_record, current)
        upsert(conn, t.record_version, versions, update=False)
        self._applications(conn, connection, stored)
        add_words(conn, self.workspace, words_of(connection, stored))
        changed = [put.person_id for put in puts.values() if put.status != "unchanged"]
        self._event(conn, "person.changed", changed)
        return [puts[record.id] for record in records]

    def _known(self, conn: Connection, connection: str, external_ids: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for part in chunks(external_ids, CHUNK):
            own = {"w": self.workspace, "of": connection, "ids": part}
            found |= {row.external_id: row for row in conn.execute(_KNOWN, own)}
        return found

    def _erased(self, conn: Connection, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for part in chunks(ids, CHUNK):
            found |= {row.id for row in conn.execute(_ERASED, {"w": self.workspace, "ids": part})}
        return found

    def _new_id(self, connection: str, external_id: str) -> str:
        """The same on every machine, so that the same import makes the same people."""
        return str(uuid5(NAMESPACE_URL, json.dumps(["headwater", self.workspace, connection, external_id])))

    def _applications(self, conn: Connection, connection: str, records: Sequence[SourceRecord]) -> None:
        for part in chunks([record.id for record in records], CHUNK):
            conn.execute(_NOT_APPLIED, {"w": self.workspace, "of": connection, "ids": part})
        rows = [
            {"workspace": self.workspace, "connection": connection, "external_id": record.id, "job_id": name}
            for record in records
            for name in {job_name(connection, a.job_id): None for a in record.applications}
        ]
        upsert(conn, t.application, rows, update=False)

    def hide_records_in(self, conn: Connection, connection: str, external_ids: Sequence[str]) -> list[str]:
        """Gone in their source: neither searched nor shown until they are put again. Returns who changed."""
        found = [(key, row) for key, row in self._known(conn, connection, external_ids).items() if not row.deleted_at]
        c = t.source_record.c
        for part in chunks([key for key, _ in found], CHUNK):
            own = (c.workspace == self.workspace, c.connection == connection, c.external_id.in_(part))
            conn.execute(update(t.source_record).where(*own).values(deleted_at=self._now()))
            a = t.application.c  # nobody is on a job through a record that is gone
            conn.execute(
                delete(t.application).where(
                    a.workspace == self.workspace, a.connection == connection, a.external_id.in_(part)
                )
            )
        people = [row.person_id for _, row in found]
        self._event(conn, "person.changed", people)
        return people

    def rename_record_in(self, conn: Connection, connection: str, before: str, now: str) -> None:
        """A record goes by another id of its source from here on, and stays the same person."""
        known = self._known(conn, connection, [before, now])
        if before not in known:
            return
        c = t.source_record.c
        own = (c.workspace == self.workspace, c.connection == connection)
        person_id, changed = known[before].person_id, {known[before].person_id}
        if now in known:
            changed.add(known[now].person_id)
            conn.execute(update(t.source_record).where(*own, c.external_id == now).values(person_id=person_id))
        else:
            row = conn.execute(select(t.source_record).where(*own, c.external_id == before)).one()
            record = SourceRecord.model_validate_json(row.body).model_copy(update={"id": now})
            conn.execute(t.source_record.insert().values(
                **{**row._mapping, "external_id": now, "body": record.model_dump_json(exclude_defaults=True)}
            ))  # fmt: skip
            self._applications(conn, connection, [record])
        for table in (t.application, t.record_version, t.source_record):
            mine = (table.c.workspace == self.workspace, table.c.connection == connection)
            conn.execute(delete(table).where(*mine, table.c.external_id == before))
        self._event(conn, "person.changed", sorted(changed))

    def purge_records_in(self, conn: Connection, connection: str, external_ids: Sequence[str]) -> None:
        """Empty records that are gone in their source, and every version of them."""
        c, v = t.source_record.c, t.record_version.c
        for part in chunks(external_ids, CHUNK):
            gone = (c.workspace == self.workspace, c.connection == connection, c.external_id.in_(part))
            conn.execute(update(t.source_record).where(*gone, c.deleted_at.is_not(None)).values(body="{}", hash=""))
            conn.execute(
                delete(t.record_version).where(
                    v.workspace == self.workspace, v.connection == connection, v.external_id.in_(part)
                )
            )

    def learn_words(self, kind: str, values: Iterable[str]) -> None:
        """Words of the workspace that only extraction saw: employers in CVs."""
        with self._engine.begin() as conn:
            add_words(conn, self.workspace, ((kind, value, "") for value in values))

    def put_jobs(self, connection: str, jobs: Sequence[Job], *, replace: bool = True) -> int:
        """Insert or replace jobs of a connection. Returns how many changed. replace False: leave those that are there.

        Where who may see a job changes, so does what may be shown of everyone on it: they are told of as changed.
        """
        with self._engine.begin() as conn:
            return self.put_jobs_in(conn, connection, jobs, replace=replace)

    def put_jobs_in(self, conn: Connection, connection: str, jobs: Sequence[Job], *, replace: bool = True) -> int:
        """The same in a transaction of the ledger's own."""
        check_jobs(connection, {job.id for job in jobs})
        last = {job_name(connection, job.id): job for job in jobs}
        known: dict[str, Any] = {}
        for part in chunks(list(last), CHUNK):
            query = select(t.job.c.id, t.job.c.hash, t.job.c.audience).where(
                t.job.c.workspace == self.workspace, t.job.c.id.in_(part)
            )
            known |= {row.id: row for row in conn.execute(query)}
        rows: list[dict[str, str | None]] = []
        moved: list[str] = []
        for name, job in last.items():
            if name in known and not replace:
                continue
            body = job.model_dump_json(exclude_defaults=True)
            digest = hashlib.sha256(body.encode()).hexdigest()
            before = known.get(name)
            if (before.audience if before else None) != job.audience:
                moved.append(name)
            if before is None or before.hash != digest:
                rows.append(
                    {
                        "workspace": self.workspace,
                        "id": name,
                        "connection": connection,
                        "hash": digest,
                        "audience": job.audience,
                        "body": body,
                        "changed_at": self._now(),
                    }
                )
        upsert(conn, t.job, rows)
        self._event(conn, "job.changed", [str(row["id"]) for row in rows])
        self._event(conn, "person.changed", self._on_jobs(conn, moved))
        return len(rows)

    def _on_jobs(self, conn: Connection, job_ids: Sequence[str]) -> list[str]:
        """Ids of the people who applied for any of them."""
        c = t.application.c
        records: dict[str, list[str]] = {}
        for part in chunks(job_ids, CHUNK):
            query = select(c.connection, c.external_id).where(c.workspace == self.workspace, c.job_id.in_(part))
            for connection, external_id in conn.execute(query):
                records.setdefault(connection, []).append(external_id)
        return sorted({row.person_id for key, ids in records.items() for row in self._known(conn, key, ids).values()})

    def erase(self, person_id: str) -> None:
        """Take a person out for good: their records and every version of them. Raises NotFound."""
        with self._engine.begin() as conn:
            mine = (t.person.c.workspace == self.workspace, t.person.c.id == person_id, t.person.c.erased_at.is_(None))
            if not conn.execute(update(t.person).where(*mine).values(erased_at=self._now())).rowcount:
                raise NotFound("There is no such person.")
            c, v = t.source_record.c, t.record_version.c
            own = (c.workspace == self.workspace, c.person_id == person_id)
            for row in conn.execute(select(c.connection, c.external_id).where(*own)).all():
                conn.execute(
                    delete(t.record_version).where(
                        v.workspace == self.workspace, v.connection == row.connection, v.external_id == row.external_id
                    )
                )
                a = t.application.c
                conn.execute(
                    delete(t.application).where(
                        a.workspace == self.workspace, a.connection == row.connection, a.external_id == row.external_id
                    )
                )
                forget_person(conn, self.workspace, row.connection, row.external_id)
            conn.execute(update(t.source_record).where(*own).values(body="{}", hash=""))
            self._event(conn, "person.erased", [person_id])

    def mark_indexed(self, index: str, fingerprints: Mapping[str, str | None]) -> None:
        """person id -> fingerprint of what the index of that name now holds of them; None: nothing."""
        gone = [person_id for person_id, fingerprint in fingerprints.items() if fingerprint is None]
        held = [
            {"workspace": self.workspace, "index": index, "person_id": person_id, "fingerprint": fingerprint}
            for person_id, fingerprint in fingerprints.items()
            if fingerprint is not None
        ]
        c = t.indexed.c
        with self._engine.begin() as conn:
            upsert(conn, t.indexed, held)
            for part in chunks(gone, CHUNK):
                conn.execute(
                    delete(t.indexed).where(c.workspace == self.workspace, c.index == index, c.person_id.in_(part))
                )

    def forget_indexed(self, index: str, checkpoint: str) -> None:
        """The index of that name is gone, or to be made anew: everyone again, from the first event, in one commit."""
        c, p = t.indexed.c, t.checkpoint.c
        with self._engine.begin() as conn:
            conn.execute(delete(t.indexed).where(c.workspace == self.workspace, c.index == index))
            conn.execute(delete(t.checkpoint).where(p.workspace == self.workspace, p.name == checkpoint))

    def note_in(self, conn: Connection, kind: str, ids: Sequence[str]) -> None:
        """An event, in a transaction of the ledger's own."""
        self._event(conn, kind, ids)

    def _event(self, conn: Connection, kind: str, ids: Sequence[str]) -> None:
        """Numbered without a gap: one transaction writes at a time, and one rolled back frees its number."""
        last = conn.scalar(_LAST_EVENT, {"w": self.workspace}) if ids else 0
        for seq, part in enumerate(chunks(list(dict.fromkeys(ids)), CHUNK), int(last or 0) + 1):
            row = {"workspace": self.workspace, "seq": seq, "kind": kind, "ids": json.dumps(list(part))}
            conn.execute(t.event.insert().values(**row, actor=self.actor, at=self._now()))

    def park(self, connection: str, place: str, what: str, fix: str = "") -> None:
        """Note something that could not be used; the same place again writes over."""
        self.park_all(connection, [(place, what, fix)])

    def park_all(self, connection: str, found: Sequence[tuple[str, str, str]]) -> None:
        """(place, what, fix) of each; of one place given twice the last counts."""
        own = {"workspace": self.workspace, "connection": connection, "at": self._now()}
        rows = {place[:500]: {**own, "place": place[:500], "what": what, "fix": fix} for place, what, fix in found}
        with self._engine.begin() as conn:
            upsert(conn, t.parked, list(rows.values()))

    def unpark(self, connection: str, places: Sequence[str]) -> None:
        """What was parked there is usable now."""
        with self._engine.begin() as conn:
            for part in chunks([place[:500] for place in places], CHUNK):
                c = t.parked.c
                conn.execute(
                    delete(t.parked).where(c.workspace == self.workspace, c.connection == connection, c.place.in_(part))
                )

    def save_checkpoint(self, name: str, body: Any) -> None:
        self.save_checkpoints({name: body})

    def save_checkpoints(self, bodies: Mapping[str, Any]) -> None:
        """name -> body, all or none."""
        rows = [{"workspace": self.workspace, "name": name, "body": json.dumps(body)} for name, body in bodies.items()]
        with self._engine.begin() as conn:
            upsert(conn, t.checkpoint, rows)

    def note_searches(self, notes: Sequence[SearchNote]) -> None:
        """Keep what was asked and shown, and the orders for paging, in one commit; orders that are over go."""
        now = self._clock()
        own = [{"workspace": self.workspace, "viewer": note.viewer.user} for note in notes]
        impressions = [
            {**who, "id": str(uuid4()), "at": stamp(now), "body": _json(note.body)}
            for who, note in zip(own, notes, strict=True)
        ]
        orders = [
            {
                **who,
                "id": note.order_id,
                "body": _json(note.order),
                "expires_at": stamp(now + timedelta(minutes=note.order_minutes)),
            }
            for who, note in zip(own, notes, strict=True)
            if note.order is not None
        ]
        with self._engine.begin() as conn:  # all is put into words before: others wait for this
            conn.execute(t.impression.insert(), impressions)
            if orders:
                conn.execute(delete(t.result_list).where(t.result_list.c.expires_at <= stamp(now)))
                conn.execute(t.result_list.insert(), orders)

    def answered(self, key: str) -> Answer | None:
        """What was answered to this Idempotency-Key within the last day."""
        since = stamp(self._clock() - timedelta(days=1))
        c = t.answered.c
        with self._engine.begin() as conn:
            conn.execute(delete(t.answered).where(c.at < since))
            row = conn.execute(
                select(c.fingerprint, c.body).where(c.workspace == self.workspace, c.key == key)
            ).one_or_none()
        return Answer(row.fingerprint, json.loads(row.body)) if row else None

    def keep_answer(self, key: str, fingerprint: str, body: Any) -> None:
        own = {"workspace": self.workspace, "key": key}
        row = {**own, "fingerprint": fingerprint, "body": _json(body), "at": self._now()}
        with self._engine.begin() as conn:
            upsert(conn, t.answered, [row], update=False)


def _json(body: Any) -> str:
    return json.dumps(
        body, default=lambda value: value.model_dump(mode="json") if isinstance(value, Record) else list(value)
    )
