"""The only way to read people: bound to one workspace and one viewer. What that viewer may not see is not here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Engine, Select, func, or_, select

from engine.errors import NotFound
from engine.records import Job, Person, SourceRecord, Viewer, Vocabulary
from indexer.ledger import tables as t
from indexer.ledger.database import CHUNK, chunks, now
from indexer.ledger.values import Event, ParkedRow


class Reader:
    """Reads as ``viewer``. Thread-safe; every call is a transaction of its own."""

    def __init__(self, engine: Engine, viewer: Viewer) -> None:
        self._engine = engine
        self.viewer = viewer

    def _rows(self, query: Select[Any]) -> Sequence[Any]:
        with self._engine.begin() as conn:
            return conn.execute(query).all()

    def person(self, person_id: str) -> Person:
        """Raises NotFound: no such person, erased, or of another workspace."""
        found = self.people([person_id]).get(person_id)
        if found is None:
            raise NotFound("There is no such person.", "They may have been erased; search again.")
        return found

    def people(self, ids: Iterable[str]) -> dict[str, Person]:
        """Those of ``ids`` that are there, by id, in the order given."""
        wanted = list(dict.fromkeys(ids))
        records: dict[str, list[tuple[str, SourceRecord]]] = {}
        for part in chunks(wanted, CHUNK):
            query = (
                select(t.source_record.c.person_id, t.source_record.c.connection, t.source_record.c.body)
                .join(
                    t.person,
                    (t.person.c.workspace == t.source_record.c.workspace)
                    & (t.person.c.id == t.source_record.c.person_id),
                )
                .where(
                    t.source_record.c.workspace == self.viewer.workspace,
                    t.source_record.c.person_id.in_(part),
                    t.person.c.erased_at.is_(None),
                )
                .order_by(t.source_record.c.connection, t.source_record.c.external_id)
            )
            for person_id, connection, body in self._rows(query):
                records.setdefault(person_id, []).append((connection, self._visible(body)))
        return {
            person_id: Person(
                id=person_id,
                records=tuple(record for _, record in found),
                connections=tuple(connection for connection, _ in found),
            )
            for person_id in wanted
            if (found := records.get(person_id))
        }

    def _visible(self, body: str) -> SourceRecord:
        record = SourceRecord.model_validate_json(body)
        activities = tuple(a for a in record.activities if a.audience is None or a.audience in self.viewer.audiences)
        return record.model_copy(update={"activities": activities}) if activities != record.activities else record

    def person_ids(self) -> Iterator[str]:
        """Everyone, in the order of ids."""
        last = ""
        while True:
            query = (
                select(t.person.c.id)
                .where(
                    t.person.c.workspace == self.viewer.workspace, t.person.c.erased_at.is_(None), t.person.c.id > last
                )
                .order_by(t.person.c.id)
                .limit(5000)
            )
            rows = self._rows(query)
            yield from (row.id for row in rows)
            if len(rows) < 5000:
                return
            last = rows[-1].id

    def ids_of(self, connection: str, external_ids: Sequence[str]) -> dict[str, str]:
        """external id -> person id, for those that are there."""
        found: dict[str, str] = {}
        for part in chunks(external_ids, CHUNK):
            query = select(t.source_record.c.external_id, t.source_record.c.person_id).where(
                t.source_record.c.workspace == self.viewer.workspace,
                t.source_record.c.connection == connection,
                t.source_record.c.external_id.in_(part),
            )
            found |= {row.external_id: row.person_id for row in self._rows(query)}
        return found

    def fingerprints(self, ids: Sequence[str]) -> dict[str, str]:
        """person id -> fingerprint of what the index holds of them, for those it holds."""
        found: dict[str, str] = {}
        for part in chunks(ids, CHUNK):
            query = select(t.person.c.id, t.person.c.indexed).where(
                t.person.c.workspace == self.viewer.workspace, t.person.c.id.in_(part), t.person.c.indexed.is_not(None)
            )
            found |= {row.id: row.indexed for row in self._rows(query)}
        return found

    def jobs(self) -> list[Job]:
        """Those the viewer may see, newest first."""
        query = select(t.job.c.body).where(
            t.job.c.workspace == self.viewer.workspace,
            or_(t.job.c.audience.is_(None), t.job.c.audience.in_(sorted(self.viewer.audiences))),
        )
        found = [Job.model_validate_json(row.body) for row in self._rows(query)]
        return sorted(found, key=lambda job: (job.opened_at or "", job.id), reverse=True)

    def job(self, job_id: str) -> Job:
        """Raises NotFound."""
        found = next((job for job in self.jobs() if job.id == job_id), None)
        if found is None:
            raise NotFound("There is no such job.", "GET /v1/jobs lists them.")
        return found

    def vocabulary(self) -> Vocabulary:
        """The workspace's own words, for understanding a question."""
        words: dict[str, list[str]] = {}
        query = select(t.word.c.kind, t.word.c.value).where(t.word.c.workspace == self.viewer.workspace)
        for kind, value in self._rows(query.order_by(t.word.c.kind, t.word.c.value)):
            words.setdefault(kind, []).append(value)
        jobs = self.jobs()
        return Vocabulary(
            job_titles={job.id: job.title for job in jobs},
            stages=tuple(words.get("stage", ())),
            tags=tuple(words.get("tag", ())),
            reasons=tuple(words.get("reason", ())),
            employers=tuple(words.get("employer", ())),
            departments=tuple(sorted({job.department for job in jobs if job.department})),
        )

    def events(self, after: int = 0, limit: int = 1000) -> list[Event]:
        """What was committed after ``seq`` ``after``, oldest first."""
        query = (
            select(t.event)
            .where(t.event.c.workspace == self.viewer.workspace, t.event.c.seq > after)
            .order_by(t.event.c.seq)
            .limit(limit)
        )
        return [Event(r.seq, r.kind, tuple(json.loads(r.ids)), r.actor, r.at) for r in self._rows(query)]

    def parked(self) -> list[ParkedRow]:
        query = select(t.parked).where(t.parked.c.workspace == self.viewer.workspace)
        rows = self._rows(query.order_by(t.parked.c.connection, t.parked.c.place))
        return [ParkedRow(r.connection, r.place, r.what, r.fix, r.at) for r in rows]

    def result_list(self, list_id: str) -> Any | None:
        """What ``Writer.save_result_list`` kept for this viewer, or None: never, over, or someone else's."""
        query = select(t.result_list.c.body).where(
            t.result_list.c.id == list_id,
            t.result_list.c.workspace == self.viewer.workspace,
            t.result_list.c.viewer == self.viewer.user,
            t.result_list.c.expires_at > now(),
        )
        rows = self._rows(query)
        return json.loads(rows[0].body) if rows else None

    def impressions(self, limit: int = 100) -> list[dict[str, Any]]:
        """The newest searches of the workspace."""
        query = select(t.impression).where(t.impression.c.workspace == self.viewer.workspace)
        rows = self._rows(query.order_by(t.impression.c.at.desc()).limit(limit))
        return [{"id": r.id, "viewer": r.viewer, "at": r.at, **json.loads(r.body)} for r in rows]

    def checkpoint(self, name: str) -> Any | None:
        query = select(t.checkpoint.c.body).where(
            t.checkpoint.c.workspace == self.viewer.workspace, t.checkpoint.c.name == name
        )
        rows = self._rows(query)
        return json.loads(rows[0].body) if rows else None

    def counts(self) -> dict[str, int]:
        """Rows by table of this workspace: people, records, jobs, parked, events, impressions."""
        own = self.viewer.workspace

        def number(table: Any, *more: Any) -> int:
            query = select(func.count()).select_from(table).where(table.c.workspace == own, *more)
            return int(self._rows(query)[0][0])

        return {
            "people": number(t.person, t.person.c.erased_at.is_(None)),
            "records": number(t.source_record),
            "jobs": number(t.job),
            "parked": number(t.parked),
            "events": number(t.event),
            "impressions": number(t.impression),
        }
