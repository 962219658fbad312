"""Writes to one workspace in the name of one actor. Every commit appends its events in the same transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import Connection, Engine, delete, select, update

from engine.errors import BadInput, NotFound
from engine.records import Job, Record, SourceRecord, Viewer
from indexer.ledger import tables as t
from indexer.ledger.database import CHUNK, chunks, now, upsert
from indexer.ledger.values import Answer, Put


class Writer:
    """Thread-safe; every call is one transaction, whole or not at all."""

    def __init__(self, engine: Engine, workspace: str, actor: str) -> None:
        self._engine = engine
        self.workspace = workspace
        self.actor = actor

    def put_records(self, connection: str, records: Sequence[SourceRecord]) -> list[Put]:
        """Insert or replace source records, in order; of one id given twice the last counts.

        An unchanged record is left alone and makes no event. A record of an erased person stays erased.
        """
        for record in records:
            if "\x00" in record.id:
                raise BadInput("A record's id must not hold a NUL character.")
        last = {record.id: record for record in records}
        with self._engine.begin() as conn:
            known = self._known(conn, connection, list(last))
            erased = self._erased(conn, [row.person_id for row in known.values()])
            puts: dict[str, Put] = {}
            people, current, versions = [], [], []
            at = now()
            for record in last.values():
                body = record.model_dump_json(exclude_defaults=True)
                digest = hashlib.sha256(body.encode()).hexdigest()
                row = known.get(record.id)
                person_id = row.person_id if row else self._new_id(connection, record.id)
                if (row and row.hash == digest) or person_id in erased:
                    puts[record.id] = Put(record.id, person_id, "unchanged")
                    continue
                puts[record.id] = Put(record.id, person_id, "updated" if row else "created")
                key = {"workspace": self.workspace, "connection": connection, "external_id": record.id}
                version = row.version + 1 if row else 1
                if row is None:
                    people.append({"workspace": self.workspace, "id": person_id, "created_at": at})
                current.append(
                    {**key, "person_id": person_id, "version": version, "hash": digest, "body": body, "changed_at": at}
                )
                versions.append({**key, "version": version, "body": body, "actor": self.actor, "at": at})
            upsert(conn, t.person, people, update=False)
            upsert(conn, t.source_record, current)
            upsert(conn, t.record_version, versions, update=False)
            self._learn(conn, last.values())
            changed = [put.person_id for put in puts.values() if put.status != "unchanged"]
            self._event(conn, "person.changed", changed)
        return [puts[record.id] for record in records]

    def _known(self, conn: Connection, connection: str, external_ids: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        c = t.source_record.c
        for part in chunks(external_ids, CHUNK):
            query = select(c.external_id, c.person_id, c.version, c.hash).where(
                c.workspace == self.workspace, c.connection == connection, c.external_id.in_(part)
            )
            found |= {row.external_id: row for row in conn.execute(query)}
        return found

    def _erased(self, conn: Connection, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for part in chunks(ids, CHUNK):
            query = select(t.person.c.id).where(
                t.person.c.workspace == self.workspace, t.person.c.id.in_(part), t.person.c.erased_at.is_not(None)
            )
            found |= {row.id for row in conn.execute(query)}
        return found

    def _new_id(self, connection: str, external_id: str) -> str:
        """The same on every machine, so that the same import makes the same people."""
        return str(uuid5(NAMESPACE_URL, json.dumps(["headwater", self.workspace, connection, external_id])))

    def _learn(self, conn: Connection, records: Iterable[SourceRecord]) -> None:
        words: set[tuple[str, str]] = set()
        for record in records:
            words |= {("tag", tag) for tag in record.tags}
            words |= {("employer", p.employer) for p in record.positions if p.employer}
            for application in record.applications:
                words |= {("stage", s) for s in (application.stage, application.furthest_stage) if s}
                words |= {("reason", application.reason)} if application.reason else set()
        self._add_words(conn, words)

    def learn_words(self, kind: str, values: Iterable[str]) -> None:
        """Words of the workspace that only extraction saw: employers in CVs."""
        with self._engine.begin() as conn:
            self._add_words(conn, {(kind, value) for value in values})

    def _add_words(self, conn: Connection, words: Iterable[tuple[str, str]]) -> None:
        rows = [
            {"workspace": self.workspace, "kind": kind, "value": value[:300].replace("\x00", "")}
            for kind, value in sorted(words)
        ]
        upsert(conn, t.word, rows, update=False)

    def put_jobs(self, connection: str, jobs: Sequence[Job]) -> int:
        """Insert or replace jobs. Returns how many changed."""
        last = {job.id: job for job in jobs}
        with self._engine.begin() as conn:
            known: dict[str, str] = {}
            for part in chunks(list(last), CHUNK):
                query = select(t.job.c.id, t.job.c.hash).where(
                    t.job.c.workspace == self.workspace, t.job.c.id.in_(part)
                )
                known |= {row.id: row.hash for row in conn.execute(query)}
            rows: list[dict[str, str | None]] = []
            for job in last.values():
                body = job.model_dump_json(exclude_defaults=True)
                digest = hashlib.sha256(body.encode()).hexdigest()
                if known.get(job.id) != digest:
                    rows.append(
                        {
                            "workspace": self.workspace,
                            "id": job.id,
                            "connection": connection,
                            "hash": digest,
                            "audience": job.audience,
                            "body": body,
                            "changed_at": now(),
                        }
                    )
            upsert(conn, t.job, rows)
            self._event(conn, "job.changed", [str(row["id"]) for row in rows])
        return len(rows)

    def erase(self, person_id: str) -> None:
        """Take a person out for good: their records and every version of them. Raises NotFound."""
        with self._engine.begin() as conn:
            mine = (t.person.c.workspace == self.workspace, t.person.c.id == person_id, t.person.c.erased_at.is_(None))
            if not conn.execute(update(t.person).where(*mine).values(erased_at=now(), indexed=None)).rowcount:
                raise NotFound("There is no such person.")
            c, v = t.source_record.c, t.record_version.c
            own = (c.workspace == self.workspace, c.person_id == person_id)
            for row in conn.execute(select(c.connection, c.external_id).where(*own)).all():
                conn.execute(
                    delete(t.record_version).where(
                        v.workspace == self.workspace, v.connection == row.connection, v.external_id == row.external_id
                    )
                )
            conn.execute(update(t.source_record).where(*own).values(body="{}", hash=""))
            self._event(conn, "person.erased", [person_id])

    def mark_indexed(self, fingerprints: Mapping[str, str]) -> None:
        """person id -> fingerprint of what the index now holds of them."""
        with self._engine.begin() as conn:
            for person_id, fingerprint in fingerprints.items():
                mine = (t.person.c.workspace == self.workspace, t.person.c.id == person_id)
                conn.execute(update(t.person).where(*mine).values(indexed=fingerprint))

    def forget_indexed(self) -> None:
        """The index is gone or of another recipe: everyone has to be indexed again."""
        with self._engine.begin() as conn:
            conn.execute(update(t.person).where(t.person.c.workspace == self.workspace).values(indexed=None))

    def _event(self, conn: Connection, kind: str, ids: Sequence[str]) -> None:
        for part in chunks(list(dict.fromkeys(ids)), CHUNK):
            conn.execute(
                t.event.insert().values(
                    workspace=self.workspace, kind=kind, ids=json.dumps(list(part)), actor=self.actor, at=now()
                )
            )

    def park(self, connection: str, place: str, what: str, fix: str = "") -> None:
        """Note something that could not be used; the same place again writes over."""
        row = {
            "workspace": self.workspace, "connection": connection, "place": place[:500], "what": what, "fix": fix,
            "at": now(),
        }  # fmt: skip
        with self._engine.begin() as conn:
            upsert(conn, t.parked, [row])

    def unpark(self, connection: str, places: Sequence[str]) -> None:
        """What was parked there is usable now."""
        with self._engine.begin() as conn:
            for part in chunks([place[:500] for place in places], CHUNK):
                c = t.parked.c
                conn.execute(
                    delete(t.parked).where(c.workspace == self.workspace, c.connection == connection, c.place.in_(part))
                )

    def save_checkpoint(self, name: str, body: Any) -> None:
        row = {"workspace": self.workspace, "name": name, "body": json.dumps(body)}
        with self._engine.begin() as conn:
            upsert(conn, t.checkpoint, [row])

    def impression(self, viewer: Viewer, body: Mapping[str, Any]) -> str:
        """Note a search: what was asked, understood, considered and shown. Returns its id."""
        impression_id = str(uuid4())
        with self._engine.begin() as conn:
            conn.execute(
                t.impression.insert().values(
                    id=impression_id, workspace=self.workspace, viewer=viewer.user, at=now(), body=_json(body)
                )
            )
        return impression_id

    def save_result_list(self, viewer: Viewer, body: Any, *, minutes: float, list_id: str | None = None) -> str:
        """Keep an order for paging; lists that are over go. Returns its id."""
        list_id = list_id or str(uuid4())
        until = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(timespec="milliseconds")
        with self._engine.begin() as conn:
            conn.execute(delete(t.result_list).where(t.result_list.c.expires_at <= now()))
            conn.execute(
                t.result_list.insert().values(
                    id=list_id, workspace=self.workspace, viewer=viewer.user, body=_json(body), expires_at=until
                )
            )
        return list_id

    def answered(self, key: str) -> Answer | None:
        """What was answered to this Idempotency-Key within the last day."""
        since = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="milliseconds")
        c = t.answered.c
        with self._engine.begin() as conn:
            conn.execute(delete(t.answered).where(c.at < since))
            row = conn.execute(
                select(c.fingerprint, c.body).where(c.workspace == self.workspace, c.key == key)
            ).one_or_none()
        return Answer(row.fingerprint, json.loads(row.body)) if row else None

    def keep_answer(self, key: str, fingerprint: str, body: Any) -> None:
        row = {"workspace": self.workspace, "key": key, "fingerprint": fingerprint, "body": _json(body), "at": now()}
        with self._engine.begin() as conn:
            upsert(conn, t.answered, [row], update=False)


def _json(body: Any) -> str:
    return json.dumps(
        body, default=lambda value: value.model_dump(mode="json") if isinstance(value, Record) else list(value)
    )
