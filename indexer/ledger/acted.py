"""What users asked for in the ATSs, as one viewer may see it. A reader: its walls hold here too.

Nothing is here of whom the viewer may not see, of a job for others, or of a note for others unless it is their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, tuple_

from engine.errors import NotFound
from engine.records import Person
from indexer.ledger import sync_tables as s
from indexer.ledger import tables as t
from indexer.ledger.database import CHUNK, chunks
from indexer.ledger.jobs import job_name
from indexer.ledger.outbox import outbox_row
from indexer.ledger.reader import Reader
from indexer.ledger.sync_values import OutboxRow

BATCH = 500
OF_AN_APPLICATION = ("move", "reject", "reopen")


@dataclass(frozen=True, slots=True)
class Acted:
    """An action and whom it is about. ``first``: what it takes back in the end, or itself.

    ``told``: what it holds may be shown. Of somebody who is gone there only what became of it.
    """

    connection: str
    row: OutboxRow
    person_id: str
    first: OutboxRow
    told: bool


class ActionLog(Reader):
    """Thread-safe."""

    def page(
        self, *, states: Sequence[str] = (), connection: str | None = None, person_id: str | None = None,
        after: str | None = None, limit: int = 100,
    ) -> list[Acted]:  # fmt: skip
        """Newest first; after: the last one of the page before. Raises NotFound: no such person, no such ``after``."""
        o = s.outbox.c
        query = self._query()
        if states:
            query = query.where(o.state.in_(states))
        if connection is not None:
            query = query.where(o.connection == connection)
        if person_id is not None:
            query = query.where(t.source_record.c.person_id == person_id)
            if not self._knows(person_id):
                raise NotFound("There is no such person.", "They may have been erased; search again.")
        place = tuple_(o.at, o.connection, o.seq)
        at = self.get(after) if after is not None else None
        last = (at.row.at, at.connection, at.row.seq) if at else None
        found: list[Acted] = []
        query = query.order_by(o.at.desc(), o.connection.desc(), o.seq.desc()).limit(max(limit, BATCH))
        while True:
            rows = self._rows(query.where(place < last) if last else query)
            found += self._seen(rows)
            if len(found) >= limit or len(rows) < max(limit, BATCH):
                return found[:limit]
            last = (rows[-1].at, rows[-1].connection, rows[-1].seq)

    def get(self, action_id: str) -> Acted:
        """Raises NotFound, the same for one that never was and one that is not for this viewer."""
        rows = self._rows(self._query().where(s.outbox.c.id == action_id)) if action_id.isprintable() else []
        for one in self._seen(rows):
            return one
        raise NotFound("There is no such action.", "GET /v1/actions lists them.")

    def taken_back(self, ids: Sequence[str]) -> set[str]:
        """Which of these are taken back, or on the way to it."""
        o, found = s.outbox.c, set[str]()
        for part in chunks(ids, CHUNK):
            query = select(o.undoes).where(
                o.workspace == self.viewer.workspace, o.undoes.in_(part), o.state.not_in(("cancelled", "parked"))
            )
            found |= {row.undoes for row in self._rows(query)}
        return found

    def _query(self) -> Select[Any]:
        o, r, p = s.outbox.c, t.source_record.c, t.person.c
        record = (o.workspace == r.workspace) & (o.connection == r.connection) & (o.person == r.external_id)
        return (
            select(s.outbox, r.person_id, r.deleted_at)
            .join(t.source_record, record)
            .join(t.person, (p.workspace == r.workspace) & (p.id == r.person_id))
            .where(o.workspace == self.viewer.workspace, p.erased_at.is_(None))
        )

    def _knows(self, person_id: str) -> bool:
        """Whoever is gone there was somebody: only a viewer bound to jobs never saw them for certain."""
        if self.viewer.jobs is not None:
            return bool(self.briefs([person_id]))
        p = t.person.c
        there = (p.workspace == self.viewer.workspace, p.id == person_id, p.erased_at.is_(None))
        return bool(self._rows(select(p.id).where(*there)))

    # The walls

    def _seen(self, rows: Sequence[Any]) -> list[Acted]:
        """Those of the rows that this viewer may see, in their order."""
        firsts = self._firsts(outbox_row(row) for row in rows if row.undoes)
        hidden, bound = self._hidden_jobs(), self.viewer.jobs is not None
        some = []
        for row in rows:
            one = outbox_row(row)
            first = firsts.get(one.id, one)
            told = row.deleted_at is None and bool(first.action)
            some.append(Acted(row.connection, one, row.person_id, first, told))
        reached = set(self.briefs(one.person_id for one in some)) if bound else None
        some = [one for one in some if reached is None or one.person_id in reached]
        doubtful = [one for one in some if self._doubtful(one, hidden)]
        people = self.people(one.person_id for one in doubtful)
        shut = {one.row.id for one in doubtful if not self._open(one, people.get(one.person_id))}
        return [one for one in some if one.row.id not in shut]

    def _doubtful(self, one: Acted, hidden: frozenset[str]) -> bool:
        """It may be about what is for others: to be compared with the record as the viewer sees it."""
        first, bound = one.first, self.viewer.jobs is not None
        if not (first.action or bound):  # emptied: nothing of it is left to hide
            return False
        if first.kind in ("note", "message"):
            own = self.viewer.user in (first.actor, one.row.actor)
            return not own and (bound or bool(first.action.get("private")))
        if first.kind == "application":
            return bound or job_name(one.connection, str(first.action.get("job"))) in hidden
        return first.kind in OF_AN_APPLICATION and (bound or bool(hidden))

    def _open(self, one: Acted, person: Person | None) -> bool:
        """person: as the viewer sees them, without what is for others."""
        action = one.first.action
        records = person.records if person else ()
        if one.first.kind in ("note", "message"):
            text = _plain(str(action.get("text") or ""))
            return bool(text) and any(text in _plain(a.text) for record in records for a in record.activities)
        if one.first.kind == "application":
            return self.viewer.jobs is not None and job_name(one.connection, str(action.get("job"))) in self.viewer.jobs
        return any(a.id == action.get("application") for record in records for a in record.applications)

    def _firsts(self, rows: Iterable[OutboxRow]) -> dict[str, OutboxRow]:
        """id of one that takes something back -> what that is, in the end."""
        found: dict[str, OutboxRow] = {}
        for row in rows:
            first = row
            while first.undoes:
                query = select(s.outbox).where(
                    s.outbox.c.workspace == self.viewer.workspace, s.outbox.c.id == first.undoes
                )
                before = self._rows(query)
                if not before:
                    break
                first = outbox_row(before[0])
            found[row.id] = first
        return found


def _plain(text: str) -> str:
    return " ".join(text.split())
