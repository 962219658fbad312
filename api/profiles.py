"""A person from the ledger as the API and the page show them: merged contact details, one timeline, facts.

Pure: reads values, returns values. What the viewer may not see the ledger has left out already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import chain

from api.schemas import ExternalId, PersonOut, RecordOut, TimelineOut
from engine.facts import read_person
from engine.lexicon import Lexicon
from engine.records import Application, Person, SourceRecord
from indexer.ledger import headline_of


def external_ids(person: Person) -> list[ExternalId]:
    """One per source record."""
    return [
        ExternalId(connection=connection, id=record.id)
        for connection, record in zip(person.connections, person.records, strict=False)
    ]


def location_of(person: Person) -> str | None:
    return next((record.location for record in person.records if record.location), None)


def profile_of(person: Person, *, lexicon: Lexicon, jobs: Mapping[str, str], today: date) -> PersonOut:
    """The whole history. jobs: id -> title."""
    facts = read_person(person, lexicon=lexicon, today=today)
    records = person.records
    newest = next((p for p in facts.positions if p.title), None)
    headline = headline_of(records)
    if headline is None and newest:
        headline = " · ".join(part for part in (newest.title, newest.employer) if part)
    return PersonOut(
        person_id=person.id,
        external_ids=external_ids(person),
        name=person.name,
        source=person.source,
        headline=headline,
        location=location_of(person) or next((f.label for f in facts.facts if f.kind == "place" and f.current), None),
        emails=_merged(records, lambda r: r.emails),
        phones=_merged(records, lambda r: r.phones),
        links=_merged(records, lambda r: r.links),
        tags=_merged(records, lambda r: r.tags),
        do_not_contact=any(r.do_not_contact for r in records),
        years=facts.years,
        positions=list(facts.positions),
        applications=sorted(
            chain.from_iterable(r.applications for r in records), key=lambda a: (a.applied_at or "", a.id), reverse=True
        ),
        timeline=timeline_of(records, jobs),
        documents=list(chain.from_iterable(r.documents for r in records)),
        facts=list(facts.facts),
        records=[
            RecordOut(connection=connection, record=record)
            for connection, record in zip(person.connections, records, strict=False)
        ],
    )


def timeline_of(records: Iterable[SourceRecord], jobs: Mapping[str, str]) -> list[TimelineOut]:
    """Notes, messages, applications and their ends in one line, newest first; undated last."""
    found: list[TimelineOut] = []
    for record in records:
        found.extend(
            TimelineOut(
                at=activity.at,
                kind=activity.kind,
                text=activity.text,
                author=activity.author,
                job_id=activity.job_id,
                job_title=jobs.get(activity.job_id or ""),
                inbound=activity.inbound,
            )
            for activity in record.activities
        )
        for application in record.applications:
            found.extend(_steps(application, jobs))
    return sorted(found, key=lambda item: item.at or "", reverse=True)


def _steps(application: Application, jobs: Mapping[str, str]) -> Iterable[TimelineOut]:
    title = jobs.get(application.job_id)

    def step(at: str | None, text: str) -> TimelineOut:
        return TimelineOut(
            at=at, kind="application", text=text, author=None, job_id=application.job_id, job_title=title, inbound=False
        )

    yield step(application.applied_at, "Applied")
    if application.outcome != "active":
        ending = application.outcome.capitalize() + (f": {application.reason}" if application.reason else "")
        furthest = application.furthest_stage
        yield step(application.updated_at, ending + (f" (furthest: {furthest})" if furthest else ""))


def _merged(records: Iterable[SourceRecord], values: Callable[[SourceRecord], Iterable[str]]) -> list[str]:
    """In order, each once however it is written."""
    seen: dict[str, str] = {}
    for value in chain.from_iterable(values(record) for record in records):
        seen.setdefault("".join(value.split()).casefold(), value)
    return list(seen.values())
