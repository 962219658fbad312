"""What a record is: frozen values that every room passes around. No I/O, no index, no ranking.

A *source record* is what one source (an ATS connection, an import) says about one person. A *person*
is the union of their source records. A *fact* is one thing read out of a record, with the span that
states it, so that everything shown can be quoted.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

SourceKind = Literal["ats", "outside"]
DocumentKind = Literal["cv", "letter", "profile", "other"]
ActivityKind = Literal["note", "message", "answer", "call", "meeting", "review", "other"]
Outcome = Literal["active", "hired", "rejected", "withdrawn"]
FactKind = Literal["title", "employer", "skill", "place", "language", "education", "years", "seniority"]

_PARTIAL_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def _partial_date(value: str) -> str:
    if _PARTIAL_DATE.fullmatch(value):
        with suppress(ValueError):  # 2023-02-30
            date(*(int(part) for part in (value + "-01-01")[:10].split("-")))
            return value
    raise ValueError(f"{value!r} is not a date: write YYYY, YYYY-MM or YYYY-MM-DD")


def _a_number(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("must be a number")
    return value


Number = Annotated[float, BeforeValidator(_a_number)]
Whole = Annotated[int, BeforeValidator(_a_number)]
"""Numbers as JSON knows them: neither ``true`` nor ``"3"`` is one."""

PartialDate = Annotated[str, AfterValidator(_partial_date)]
"""``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``: CVs seldom know the day. Sorts as text."""


class Record(BaseModel):
    """Base of all values: frozen, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Span(Record):
    """Where a text states something: ``document.text[start:end]``. end is exclusive."""

    document_id: str
    start: Whole = Field(ge=0)
    end: Whole = Field(ge=0)


class Document(Record):
    """A text that belongs to a record: the CV, a letter, the profile text the ATS holds."""

    id: str
    kind: DocumentKind = "cv"
    text: str = ""
    filename: str | None = None
    language: str | None = None
    """ISO 639-1, guessed when absent."""


class Position(Record):
    """One job held. ``end is None and current`` means it still runs."""

    title: str | None = None
    employer: str | None = None
    start: PartialDate | None = None
    end: PartialDate | None = None
    current: bool = False
    place: str | None = None
    text: str = ""
    span: Span | None = None
    title_span: Span | None = None


class Education(Record):
    degree: str | None = None
    level: Literal["secondary", "vocational", "bachelor", "master", "doctorate"] | None = None
    field: str | None = None
    school: str | None = None
    start: PartialDate | None = None
    end: PartialDate | None = None
    span: Span | None = None


class StageSpell(Record):
    """A stage an application is proven to have been in, and by what.

    It was entered on a day from ``not_before`` to ``not_after``; the same day twice where that is known exactly.
    activity: the ATS logged it; snapshot: it was read there; webhook: the ATS told of it.
    """

    stage: str
    rank: Whole = Field(default=0, ge=0, le=5)
    not_before: PartialDate | None = None
    not_after: PartialDate | None = None
    proof: Literal["activity", "snapshot", "webhook"] = "snapshot"


class Application(Record):
    """A person on a job, now and at best. ``furthest_stage`` never moves back."""

    id: str
    job_id: str
    stage: str | None = None
    furthest_stage: str | None = None
    stage_rank: Whole = Field(default=0, ge=0, le=5)
    """How far ``furthest_stage`` is: 0 applied, 1 screened, 2 interviewed, 3 final, 4 offer, 5 hired."""
    outcome: Outcome = "active"
    reason: str | None = None
    reopenable: bool | None = None
    """A rejection that says nothing against the person (headcount, timing, salary)."""
    applied_at: PartialDate | None = None
    updated_at: PartialDate | None = None
    history: tuple[StageSpell, ...] = ()
    """Oldest first, and only what is proven: between two spells there may have been others."""


class Activity(Record):
    """A note, message, answer or the like about a person, with who may read it.

    ``audience`` None: everyone in the workspace. Otherwise only viewers holding that audience.
    """

    id: str
    kind: ActivityKind = "note"
    text: str = ""
    author: str | None = None
    job_id: str | None = None
    at: PartialDate | None = None
    inbound: bool = False
    """Written by the candidate (a reply, an answer)."""
    audience: str | None = None


class Job(Record):
    """An opening, closed ones too."""

    id: str
    title: str
    status: Literal["open", "closed", "draft"] = "open"
    department: str | None = None
    location: str | None = None
    description: str = ""
    opened_at: PartialDate | None = None
    closed_at: PartialDate | None = None
    audience: str | None = None


class SourceRecord(Record):
    """What one source says about one person. Also the JSON shape of JSONL imports and PUT /v1/people.

    ``id`` is the source's own id, unique within its connection.
    """

    id: str = Field(min_length=1, max_length=200)
    source: SourceKind = "ats"
    name: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    headline: str | None = None
    summary: str | None = None
    location: str | None = None
    latitude: Number | None = Field(default=None, ge=-90, le=90)
    longitude: Number | None = Field(default=None, ge=-180, le=180)
    positions: tuple[Position, ...] = ()
    education: tuple[Education, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    """Plain words, level included if known: ``"Swedish (fluent)"``, ``"engelska C1"``."""
    tags: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    applications: tuple[Application, ...] = ()
    activities: tuple[Activity, ...] = ()
    created_at: PartialDate | None = None
    updated_at: PartialDate | None = None
    consent_until: PartialDate | None = None
    do_not_contact: bool = False


class Person(Record):
    """One human: all their source records. ``id`` is ours, a UUID as text.

    ``connections[i]`` is the connection that ``records[i]`` came through.
    """

    id: str
    records: tuple[SourceRecord, ...]
    connections: tuple[str, ...] = ()

    @property
    def name(self) -> str | None:
        return next((r.name for r in self.records if r.name), None)

    @property
    def source(self) -> SourceKind:
        """``ats`` as soon as one record comes from an ATS."""
        return "ats" if any(r.source == "ats" for r in self.records) else "outside"


class Fact(Record):
    """One thing a record states.

    ``value`` is what is matched: a lexicon concept id (``skill:python``, ``title:nurse``,
    ``place:2673730``, ``lang:sv``) or, where the lexicon has none, the normalised words.
    ``label`` is what is shown. ``number``: years for years and skill, CEFR 1 (A1) .. 6 (C2) and 7
    (native) for language, 1 (secondary) .. 5 (doctorate) for education, 1 (junior) .. 5 (executive)
    for seniority.
    """

    kind: FactKind
    value: str
    label: str
    number: Number | None = None
    latitude: Number | None = None
    longitude: Number | None = None
    current: bool = False
    """For title, employer, place: true of the person now."""
    start: PartialDate | None = None
    end: PartialDate | None = None
    span: Span | None = None
    """None where a structured field, not a text, states it."""
    record_id: str | None = None
    observed: PartialDate | None = None
    """When the record that states it was last updated."""


class Facts(Record):
    """What extraction found in one record or one person. Positions newest first."""

    positions: tuple[Position, ...] = ()
    education: tuple[Education, ...] = ()
    facts: tuple[Fact, ...] = ()
    years: Number | None = None
    """Total years in work, overlaps counted once. None when no dated position is stated."""


class Viewer(Record):
    """Who is looking. Made by the doors, obeyed by the ledger and the engine."""

    workspace: str = "default"
    user: str = "local"
    audiences: frozenset[str] = frozenset()
    """Names of the restricted texts they may read."""
    jobs: frozenset[str] | None = None
    """None: everyone of the workspace. Else nobody but the people who applied for these jobs, and of their history only
    what belongs to these."""


PolicyName = Literal["ats-first", "strict", "blend"]


class Policy(Record):
    """How much being known counts: the prior's rule and its greatest size (0 .. 0.15)."""

    name: PolicyName = "ats-first"
    prior_max: Number = Field(default=0.15, ge=0.0, le=0.5)


class Vocabulary(Record):
    """The workspace's own words, kept beside the index by the indexer, for understanding a query."""

    job_titles: dict[str, str] = {}
    """job id -> title"""
    stages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    employers: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
