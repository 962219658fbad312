"""A request and a caller -> the answer, for the API, the page and the command line alike.

Calls the engine, reads the people of the hits from the ledger (an erased person cannot appear, whatever the
index still holds) and notes what was shown. Decides no order.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from api import cursors
from api.notes import Notes
from api.profiles import profile_of
from api.questions import query_of
from api.runtime import Runtime
from api.schemas import (
    CountsOut,
    EvidenceOut,
    ExternalId,
    HitOut,
    PartsOut,
    PersonOut,
    PolicyIn,
    RankIn,
    RankOut,
    SearchIn,
    SearchOut,
)
from engine.errors import BadCursor, BadInput
from engine.query.criteria import Query
from engine.query.understand import understand
from engine.ranking.results import Counts, Evidence, Hit, SearchResult
from engine.records import Policy, Viewer
from indexer.ledger import Brief, SearchNote

RECENT = 200
"""Result lists kept in memory until the ledger has them, and for the page after."""


@dataclass(frozen=True)
class Answered:
    """The answer, and what is to be noted once it has been sent."""

    answer: SearchOut
    note: Callable[[], None]


class Answers:
    """Thread-safe. Close it before its runtime."""

    def __init__(self, runtime: Runtime, *, list_minutes: float = 30.0, clock: Callable[[], float] = time.time) -> None:
        self._runtime = runtime
        self._minutes = list_minutes
        self._clock = clock
        self._recent: OrderedDict[str, Any] = OrderedDict()
        self._notes = Notes(self._write)
        self.settle = self._notes.settle
        """Wait until every search that was answered is noted."""
        self.close = self._notes.close

    def _write(self, notes: Sequence[SearchNote]) -> None:
        by_workspace: dict[str, list[SearchNote]] = {}
        for note in notes:
            by_workspace.setdefault(note.viewer.workspace, []).append(note)
        for some in by_workspace.values():
            self._runtime.writer(some[0].viewer).note_searches(some)

    def search(self, asked: SearchIn, viewer: Viewer) -> Answered:
        """Raises BadInput, BadCursor."""
        start = time.perf_counter()
        print_ = cursors.fingerprint(asked, viewer)
        result, list_id, offset, order = (
            self._next_page(asked, viewer, print_) if asked.cursor else self._first_page(asked, viewer)
        )
        hits = self._hits(result, viewer)
        following = offset + asked.limit
        cursor = None
        if following < len(order):
            until = self._clock() + self._minutes * 60
            cursor = cursors.write(cursors.Cursor(list_id, following), print_, secret=self._runtime.secret, until=until)
        took = {phase: round(ms, 2) for phase, ms in result.took_ms.items()}
        took["total"] = round((time.perf_counter() - start) * 1000, 2)
        answer = SearchOut(
            query=result.query,
            criteria=list(result.query.criteria),
            remarks=list(result.query.remarks),
            counts=_counts(result.counts),
            hits=hits,
            cursor=cursor,
            took_ms=took,
        )
        first = not asked.cursor

        def note() -> None:
            body = self._recent.get(list_id) if first and cursor else None
            noted = {
                "query": result.query,
                "policy": asked.policy.model_dump(),
                "weights": asked.weights.model_dump(),
                "stamp": _stamp(self._runtime),
                "offset": offset,
                "considered": [person_id for person_id, *_ in order],
                "shown": [{"person_id": h.person_id, "score": h.score, "parts": h.parts.model_dump()} for h in hits],
                "took_ms": took,
            }
            self._notes.add(SearchNote(viewer, noted, list_id, body, self._minutes))

        return Answered(answer, note)

    def _first_page(self, asked: SearchIn, viewer: Viewer) -> tuple[SearchResult, str, int, Sequence[Any]]:
        runtime = self._runtime
        query = query_of(asked, lexicon=runtime.lexicon, vocabulary=runtime.vocabulary(viewer), today=runtime.today)
        result = runtime.search(
            query,
            viewer=viewer,
            policy=policy_of(asked.policy),
            weights=asked.weights,
            limit=asked.limit,
            levels=None if asked.level is None else {asked.level},
        )
        list_id = str(uuid4())
        self._recent[list_id] = {
            "query": result.query.model_dump(mode="json"),
            "counts": result.counts.model_dump(mode="json"),
            "order": result.order,
            "reranked": result.reranked,
            "viewer": viewer.user,
        }
        while len(self._recent) > RECENT:
            self._recent.popitem(last=False)
        return result, list_id, 0, result.order

    def _next_page(self, asked: SearchIn, viewer: Viewer, print_: str) -> tuple[SearchResult, str, int, Sequence[Any]]:
        cursor = cursors.read(asked.cursor or "", print_, secret=self._runtime.secret, now=self._clock())
        stored = self._recent.get(cursor.list_id) or self._runtime.reader(viewer).result_list(cursor.list_id)
        if stored is None:
            raise BadCursor("The list this cursor names is no longer kept.", "Ask again without a cursor.")
        order = stored["order"]
        page = order[cursor.offset : cursor.offset + asked.limit]
        place = {person_id: cursor.offset + number for number, (person_id, *_) in enumerate(page, 1)}
        query = Query.model_validate(stored["query"])
        result = self._runtime.rank(
            query, list(place), viewer=viewer, policy=policy_of(asked.policy), weights=asked.weights,
            reranked=stored.get("reranked", ()),
        )  # fmt: skip
        hits = sorted(
            (hit.model_copy(update={"rank": place[hit.person_id]}) for hit in result.hits), key=lambda hit: hit.rank
        )
        counts = Counts.model_validate(stored["counts"])
        page_result = result.model_copy(update={"hits": tuple(hits), "counts": counts})
        return page_result, cursor.list_id, cursor.offset, order

    def rank(self, asked: RankIn, viewer: Viewer) -> RankOut:
        """Raises BadInput, NotFound."""
        runtime = self._runtime
        given = [name for name in ("text", "query", "job_id") if getattr(asked, name)]
        if len(given) != 1:
            raise BadInput("Give exactly one of `text`, `query` and `job_id`.")
        text = asked.text
        if asked.job_id:
            job = runtime.reader(viewer).job(asked.job_id)
            text = "\n".join(part for part in (job.title, job.location, job.description) if part)
        query = asked.query or understand(
            text, lexicon=runtime.lexicon, vocabulary=runtime.vocabulary(viewer), today=runtime.today
        )
        known = runtime.reader(viewer).briefs(asked.ids)
        result = runtime.rank(query, list(known), viewer=viewer, policy=policy_of(asked.policy), weights=asked.weights)
        return RankOut(
            criteria=list(result.query.criteria),
            hits=[_hit(hit, known[hit.person_id], result.query) for hit in result.hits],
            unknown=[person_id for person_id in dict.fromkeys(asked.ids) if person_id not in known],
            took_ms={phase: round(ms, 2) for phase, ms in result.took_ms.items()},
        )

    def person(self, person_id: str, viewer: Viewer) -> PersonOut:
        """Raises NotFound."""
        person = self._runtime.reader(viewer).person(person_id)
        jobs = self._runtime.vocabulary(viewer).job_titles
        return profile_of(person, lexicon=self._runtime.lexicon, jobs=jobs, today=self._runtime.today)

    def _hits(self, result: SearchResult, viewer: Viewer) -> list[HitOut]:
        people = self._runtime.reader(viewer).briefs([hit.person_id for hit in result.hits])
        return [_hit(hit, people[hit.person_id], result.query) for hit in result.hits if hit.person_id in people]


def policy_of(given: PolicyIn) -> Policy:
    return Policy(name=given.name, prior_max=given.prior_max)


def _counts(counts: Counts) -> CountsOut:
    return CountsOut(
        total=counts.total,
        levels={str(level): counts.levels.get(level, 0) for level in (3, 2, 1, 0)},
        ats=counts.ats,
        outside=counts.outside,
        not_stated_dropped=counts.not_stated_dropped,
    )


def _hit(hit: Hit, person: Brief, query: Query) -> HitOut:
    connections = {record_id: connection for connection, record_id in person.ids}
    return HitOut(
        rank=hit.rank,
        person_id=hit.person_id,
        external_ids=[ExternalId(connection=connection, id=record_id) for connection, record_id in person.ids],
        name=person.name,
        source=person.source,
        headline=person.headline or hit.headline,
        location=person.location,
        level=hit.level,
        score=hit.score,
        parts=PartsOut.model_validate(hit.parts.model_dump()),
        reasons=list(hit.reasons),
        evidence=[_evidence(item, query, connections) for item in hit.evidence],
        passage=hit.passage,
    )


def _evidence(item: Evidence, query: Query, connections: dict[str, str]) -> EvidenceOut:
    return EvidenceOut(
        criterion=item.criterion,
        label=query.criteria[item.criterion].label,
        verdict=item.verdict,
        quote=item.quote,
        field=item.field,
        connection=connections.get(item.record_id or ""),
        record_id=item.record_id,
        observed=item.observed,
    )


def _stamp(runtime: Runtime) -> dict[str, Any]:
    stamp = runtime.index.stamp
    return {
        "encoder": stamp.encoder, "lexicon": stamp.lexicon, "schema": stamp.schema, "recipe": stamp.recipe,
        "ranking": runtime.ranking.name if runtime.ranking else None,
        "reranker": runtime.rerank.by.key if runtime.rerank else None,
    }  # fmt: skip
