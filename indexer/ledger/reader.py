"""The only way to read people: bound to one workspace and one viewer. What that viewer may not see is not here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Engine, Select, bindparam, func, or_, select

from engine.errors import NotFound
from engine.records import Job, Person, SourceRecord, Viewer, Vocabulary
from indexer.ledger import tables as t
from indexer.ledger.briefs import Brief, BriefRecord, brief_of
from indexer.ledger.database import CHUNK, Clock, chunks, stamp
from indexer.ledger.jobs import with_job_names
from indexer.ledger.values import Event, ParkedRow, RecordVersion

_P, _R = t.person.c, t.source_record.c
_BODIES = (
    select(_R.person_id, _R.connection, _R.body)
    .join(t.person, (_P.workspace == _R.workspace) & (_P.id == _R.person_id))
    .where(_R.workspace == bindparam("w"), t.among(_R.person_id), _P.erased_at.is_(None), _R.deleted_at.is_(None))
)
"""In no order: asked for in one, SQLite reads the whole workspace along the primary key."""
_IDS = (
    select(_P.id)
    .where(_P.workspace == bindparam("w"), _P.erased_at.is_(None), _P.id > bindparam("last"))
    .order_by(_P.id)
    .limit(bindparam("n"))
)
_HIDDEN_JOBS = select(t.job.c.id).where(
    t.job.c.workspace == bindparam("w"), t.job.c.audience.is_not(None),
    t.job.c.audience.not_in(bindparam("audiences", expanding=True)),
)  # fmt: skip


class Reader:
    """Reads as ``viewer``. Thread-safe; every call is a transaction of its own."""

    def __init__(self, engine: Engine, viewer: Viewer, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self.viewer = viewer

    def _rows(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        with self._engine.begin() as conn:
            return conn.execute(query, values).all()

    def person(self, person_id: str) -> Person:
        """Raises NotFound: no such person, erased, or of another workspace."""
        found = self.people([person_id]).get(person_id)
        if found is None:
            raise NotFound("There is no such person.", "They may have been erased; search again.")
        return found

    def people(self, ids: Iterable[str]) -> dict[str, Person]:
        """Those of ``ids`` that are there, by id, in the order given."""
        wanted = self._reached(ids)
        hidden = self._hidden_jobs()
        records: dict[str, list[tuple[str, SourceRecord]]] = {}
        for person_id, connection, body in self._bodies(wanted):
            record = SourceRecord.model_validate_json(body)
            records.setdefault(person_id, []).append(
                (connection, self._visible(with_job_names(connection, record), hidden))
            )
        for found in records.values():
            found.sort(key=lambda one: (one[0], one[1].id))
        return {
            person_id: Person(
                id=person_id,
                records=tuple(record for _, record in records[person_id]),
                connections=tuple(connection for connection, _ in records[person_id]),
            )
            for person_id in wanted
            if person_id in records
        }

    def briefs(self, ids: Iterable[str]) -> dict[str, Brief]:
        """What a list shows of those of ``ids`` that are there, by id. Nothing of it is for some viewers only."""
        records: dict[str, list[tuple[str, BriefRecord]]] = {}
        for person_id, connection, body in self._bodies(self._reached(ids)):
            records.setdefault(person_id, []).append((connection, BriefRecord.model_validate_json(body)))
        return {
            person_id: brief_of(person_id, sorted(found, key=lambda one: (one[0], one[1].id)))
            for person_id, found in records.items()
        }

    def reach(self) -> dict[str, frozenset[str]] | None:
        """Of a viewer bound to jobs: job id -> ids of the people who applied, whom they may see; None: everyone.

        By what the ledger holds now, so that it is right while the index is behind.
        """
        if self.viewer.jobs is None:
            return None
        a, r = t.application.c, t.source_record.c
        found: dict[str, set[str]] = {job_id: set() for job_id in self.viewer.jobs}
        for part in chunks(sorted(self.viewer.jobs), CHUNK):
            query = (
                select(a.job_id, r.person_id)
                .join(
                    t.application,
                    (a.workspace == r.workspace) & (a.connection == r.connection) & (a.external_id == r.external_id),
                )
                .where(r.workspace == self.viewer.workspace, r.deleted_at.is_(None), a.job_id.in_(part))
            )
            for row in self._rows(query):
                found[row.job_id].add(row.person_id)
        return {job_id: frozenset(people) for job_id, people in found.items()}

    def _reached(self, ids: Iterable[str]) -> list[str]:
        """Each once, in order, without those this viewer may not see."""
        wanted, reach = list(dict.fromkeys(ids)), self.reach()
        if reach is None:
            return wanted
        within = frozenset[str]().union(*reach.values())
        return [person_id for person_id in wanted if person_id in within]

    def _bodies(self, wanted: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """(person id, connection, body) of every record, erased people's left out, in no order."""
        for part in chunks(wanted, CHUNK):
            rows = self._rows(_BODIES, {"w": self.viewer.workspace, "ids": part})
            yield from ((row.person_id, row.connection, row.body) for row in rows)

    def _visible(self, record: SourceRecord, hidden: frozenset[str]) -> SourceRecord:
        """Without what was said for others, and without all that concerns a job for others.

        Of a viewer bound to jobs: nothing but what concerns these.
        """
        audiences, jobs = self.viewer.audiences, self.viewer.jobs

        def shown(job_id: str | None) -> bool:
            return job_id not in hidden if jobs is None else job_id in jobs

        left: dict[str, Any] = {
            "activities": tuple(
                a for a in record.activities if (a.audience is None or a.audience in audiences) and shown(a.job_id)
            ),
            "applications": tuple(a for a in record.applications if shown(a.job_id)),
        }
        changed = {name: value for name, value in left.items() if value != getattr(record, name)}
        return record.model_copy(update=changed) if changed else record

    def _hidden_jobs(self) -> frozenset[str]:
        """Jobs for an audience this viewer is not in. One they were given is theirs all the same."""
        own = {"w": self.viewer.workspace, "audiences": sorted(self.viewer.audiences)}
        return frozenset(row.id for row in self._rows(_HIDDEN_JOBS, own)) - (self.viewer.jobs or frozenset())

    def person_versions(self, person_id: str) -> list[RecordVersion]:
        """Everything each source ever said of a person, oldest first, without what this viewer may not see.

        ``raw``, what the source itself sent, is left out wherever something is hidden from this viewer.
        """
        r, v = t.source_record.c, t.record_version.c
        if not self._reached([person_id]):
            return []
        keys = select(r.connection, r.external_id).where(
            r.workspace == self.viewer.workspace, r.person_id == person_id, r.deleted_at.is_(None)
        )
        rows: list[Any] = []
        for key in sorted(self._rows(keys)):
            own = (v.workspace == self.viewer.workspace, v.connection == key[0], v.external_id == key[1])
            rows += self._rows(select(t.record_version).where(*own).order_by(v.version))
        hidden = self._hidden_jobs()
        found = []
        for row in rows:
            said = with_job_names(row.connection, SourceRecord.model_validate_json(row.body))
            record = self._visible(said, hidden)
            whole = record == said
            found.append(
                RecordVersion(row.connection, row.version, record, row.raw if whole else None, row.actor, row.at)
            )
        return found

    def people_of_job(self, job_id: str) -> list[str]:
        """Ids of everyone who applied for it. Raises NotFound: no such job for this viewer."""
        self.job(job_id)
        c = t.application.c
        query = select(c.connection, c.external_id).where(c.workspace == self.viewer.workspace, c.job_id == job_id)
        records: dict[str, list[str]] = {}
        for connection, external_id in self._rows(query):
            records.setdefault(connection, []).append(external_id)
        return sorted(
            {person for connection, ids in records.items() for person in self.ids_of(connection, ids).values()}
        )

    def person_ids(self) -> Iterator[str]:
        """Everyone this viewer may see, in the order of ids."""
        if (reach := self.reach()) is not None:
            yield from sorted(frozenset[str]().union(*reach.values()))
            return
        last = ""
        while True:
            rows = self._rows(_IDS, {"w": self.viewer.workspace, "last": last, "n": 5000})
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

    def fingerprints(self, index: str, ids: Sequence[str]) -> dict[str, str]:
        """person id -> fingerprint of what the index of that name holds of them, for those it holds."""
        found: dict[str, str] = {}
        c = t.indexed.c
        for part in chunks(ids, CHUNK):
            query = select(c.person_id, c.fingerprint).where(
                c.workspace == self.viewer.workspace, c.index == index, c.person_id.in_(part)
            )
            found |= {row.person_id: row.fingerprint for row in self._rows(query)}
        return found

    def indexed_count(self, index: str) -> int:
        """How many people the index of that name was told of."""
        c = t.indexed.c
        query = select(func.count()).where(c.workspace == self.viewer.workspace, c.index == index)
        return int(self._rows(query)[0][0])

    def jobs(self) -> list[Job]:
        """Those the viewer may see, newest first."""
        found = [_job(row) for row in self._rows(self._jobs())]
        return sorted(found, key=lambda job: (job.opened_at or "", job.id), reverse=True)

    def job(self, job_id: str) -> Job:
        """Raises NotFound."""
        query = self._jobs().where(t.job.c.id == job_id)
        rows = self._rows(query)
        if not rows:
            raise NotFound("There is no such job.", "GET /v1/jobs lists them.")
        return _job(rows[0])

    def _jobs(self) -> Select[Any]:
        return select(t.job.c.id, t.job.c.body).where(
            t.job.c.workspace == self.viewer.workspace,
            or_(t.job.c.audience.is_(None), t.job.c.audience.in_(sorted(self.viewer.audiences)))
            if self.viewer.jobs is None
            else t.job.c.id.in_(sorted(self.viewer.jobs)),
        )

    def vocabulary(self) -> Vocabulary:
        """The workspace's own words, for understanding a question."""
        words: dict[str, dict[str, None]] = {}
        hidden = self._hidden_jobs()
        c = t.word.c
        # Each word once, whatever the number of jobs it was said about: with hidden jobs, of the others only.
        query = select(c.kind, c.value).distinct().where(c.workspace == self.viewer.workspace)
        if self.viewer.jobs is not None:  # what was said of nobody's job, tags and employers, is of everyone
            query = query.where(c.job_id.in_(sorted(self.viewer.jobs)))
        elif hidden:
            query = query.where(c.job_id.not_in(sorted(hidden)))
        for kind, value in self._rows(query.order_by(c.kind, c.value)):
            words.setdefault(kind, {})[value] = None
        jobs = [from_json(row.body) | {"id": row.id} for row in self._rows(self._jobs())]
        jobs.sort(key=lambda job: (job.get("opened_at") or "", job["id"]), reverse=True)
        return Vocabulary(
            job_titles={job["id"]: job["title"] for job in jobs},
            stages=tuple(words.get("stage", ())),
            tags=tuple(words.get("tag", ())),
            reasons=tuple(words.get("reason", ())),
            employers=tuple(words.get("employer", ())),
            departments=tuple(sorted({job["department"] for job in jobs if job.get("department")})),
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
            t.result_list.c.expires_at > stamp(self._clock()),
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

    def checkpoints(self, names: Sequence[str]) -> dict[str, Any]:
        """name -> body, for those that are there."""
        found: dict[str, Any] = {}
        c = t.checkpoint.c
        for part in chunks(names, CHUNK):
            query = select(c.name, c.body).where(c.workspace == self.viewer.workspace, c.name.in_(part))
            found |= {row.name: json.loads(row.body) for row in self._rows(query)}
        return found

    def counts(self) -> dict[str, int]:
        """Rows by table of this workspace: people, records, jobs, parked, events, impressions."""
        own = self.viewer.workspace

        def number(table: Any, *more: Any) -> int:
            query = select(func.count()).select_from(table).where(table.c.workspace == own, *more)
            return int(self._rows(query)[0][0])

        r = t.source_record.c
        gone = select(t.person.c.id).where(t.person.c.workspace == own, t.person.c.erased_at.is_not(None))
        there = (r.workspace == own, r.deleted_at.is_(None), r.person_id.not_in(gone))
        return {
            "people": int(self._rows(select(func.count(r.person_id.distinct())).where(*there))[0][0]),
            "records": number(t.source_record, *there),
            "jobs": number(t.job),
            "parked": number(t.parked),
            "events": number(t.event),
            "impressions": number(t.impression),
        }


def _job(row: Any) -> Job:
    return Job.model_validate_json(row.body).model_copy(update={"id": row.id})
