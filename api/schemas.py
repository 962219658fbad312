"""The JSON of the API: what comes in, what goes out. Golden files guard the shapes. Decides nothing."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from engine.query.criteria import Criterion, Query, Verdict
from engine.ranking.relevance import Weights
from engine.records import Application, Document, Fact, Job, Number, Position, SourceKind, SourceRecord, Whole

MAX_TEXT = 100_000
"""Characters of a question the API takes; the engine cuts a long one and says so."""


def _no_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not hold NUL characters")
    return value


Text = Annotated[str, AfterValidator(_no_nul)]
Short = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_no_nul)]

JobId = Annotated[str, Field(min_length=1, max_length=301), AfterValidator(_no_nul)]
"""``connection:id``, as GET /v1/jobs gives it."""


def _a_day(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII)):
        return value
    raise ValueError("must be a day, YYYY-MM-DD")


Day = Annotated[date, BeforeValidator(_a_day)]


class In(BaseModel):
    """What clients send: a misspelt field, NaN and infinity are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class Filters(In):
    """Clicked conditions: each excludes the people for whom it is not stated; ``counts`` says how many."""

    source: SourceKind | None = None
    place: Short | None = None
    radius_km: Number | None = Field(default=None, gt=0, le=20_000)
    skills: tuple[Short, ...] = Field(default=(), max_length=20)
    years_min: Number | None = Field(default=None, ge=0, le=80)
    years_max: Number | None = Field(default=None, ge=0, le=80)
    stage_min: Whole | None = Field(default=None, ge=0, le=5)
    """0 applied, 1 screened, 2 interviewed, 3 final, 4 offer, 5 hired."""
    job: JobId | None = None
    """A job's id, ``connection:id`` as GET /v1/jobs gives it."""
    applied_after: Day | None = None
    applied_before: Day | None = None
    updated_after: Day | None = None
    updated_before: Day | None = None


class PolicyIn(In):
    name: Literal["ats-first", "strict", "blend"] = "ats-first"
    prior_max: Number = Field(default=0.15, ge=0.0, le=0.5)


class SearchIn(In):
    """Either ``text`` or ``query`` (the ``query`` of an earlier answer, edited). With ``cursor``: the same again."""

    text: Text = Field(default="", max_length=MAX_TEXT)
    query: Query | None = None
    without: tuple[Short, ...] = Field(default=(), max_length=50)
    """Criteria of ``text`` to leave out, each as ``kind:label``."""
    filters: Filters = Filters()
    policy: PolicyIn = PolicyIn()
    weights: Weights = Weights()
    """How much each leg counts (docs/ranking.md)."""
    level: Whole | None = Field(default=None, ge=0, le=3)
    """Only hits of this level; the counts stay those of all."""
    limit: Whole = Field(default=20, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=300)


class RankIn(In):
    """The people to order, and what for: one of ``text``, ``query``, ``job_id``."""

    ids: tuple[Short, ...] = Field(min_length=1, max_length=1000)
    text: Text = Field(default="", max_length=MAX_TEXT)
    query: Query | None = None
    job_id: JobId | None = None
    policy: PolicyIn = PolicyIn()
    weights: Weights = Weights()


class PeopleIn(In):
    connection: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._-]+$")] = "api"
    """Names the system the records come from; a record's id is unique within it."""
    people: tuple[dict[str, Any], ...] = Field(min_length=1, max_length=1000)
    """Source records; each is checked on its own, so one that is wrong does not stop the others."""


class ExternalId(Out):
    connection: str
    id: str


class EvidenceOut(Out):
    criterion: int
    """Place in ``criteria``."""
    label: str
    verdict: Verdict
    quote: str | None
    field: str | None
    connection: str | None
    record_id: str | None
    observed: str | None


class PartsOut(Out):
    """``level + relevance + prior`` is the score; the parts below sum to theirs."""

    level: float
    relevance: float
    prior: float
    relevance_parts: dict[str, float]
    prior_parts: dict[str, float]


class HitOut(Out):
    rank: int
    person_id: str
    external_ids: list[ExternalId]
    name: str | None
    source: SourceKind
    headline: str | None
    location: str | None
    level: int
    score: float
    parts: PartsOut
    reasons: list[str]
    evidence: list[EvidenceOut]
    passage: str | None


class CountsOut(Out):
    total: int
    levels: dict[str, int]
    ats: int
    outside: int
    not_stated_dropped: dict[str, int]


class SearchOut(Out):
    query: Query
    """What was understood; accepted back as ``query``."""
    criteria: list[Criterion]
    remarks: list[str]
    counts: CountsOut
    hits: list[HitOut]
    cursor: str | None
    """For the next page, within 30 minutes; null on the last."""
    took_ms: dict[str, float]


class RankOut(Out):
    criteria: list[Criterion]
    hits: list[HitOut]
    unknown: list[str]
    """Ids nobody has, or that this key may not see."""
    took_ms: dict[str, float]


class RecordOut(Out):
    connection: str
    record: SourceRecord


class TimelineOut(Out):
    """One thing that happened, of any source. ``at`` may be unknown."""

    at: str | None
    kind: str
    text: str
    author: str | None
    job_id: str | None
    job_title: str | None
    inbound: bool


class PersonOut(Out):
    person_id: str
    external_ids: list[ExternalId]
    name: str | None
    source: SourceKind
    headline: str | None
    location: str | None
    emails: list[str]
    phones: list[str]
    links: list[str]
    tags: list[str]
    do_not_contact: bool
    years: float | None
    positions: list[Position]
    applications: list[Application]
    timeline: list[TimelineOut]
    documents: list[Document]
    facts: list[Fact]
    records: list[RecordOut]


class PutResult(Out):
    index: int
    """Place in the request."""
    id: str | None
    person_id: str | None
    status: Literal["created", "updated", "unchanged", "rejected"]
    errors: list[dict[str, str]] = []


class PeopleOut(Out):
    results: list[PutResult]
    accepted: int
    rejected: int
    indexed: bool
    """True: a search that starts now finds what this request changed."""


class JobsOut(Out):
    jobs: list[Job]
    cursor: str | None


class SwitchOut(Out):
    """Another index is being built beside the one that answers; it takes over when it is whole."""

    done: int
    total: int
    """People put into it since this process started, of how many."""
    problem: str | None
    """What ended the last try. There will be another."""


class HealthOut(Out):
    status: Literal["ok"]
    version: str
    people: int
    index: Literal["ready", "behind"]
    """``ready``, or ``behind`` while something written is not searchable yet."""
    switch: SwitchOut | None
    """Only while the change to another encoder, recipe or lexicon goes on."""
