"""The structured form of a question: what plain words, Boolean or a client's JSON all become.

Values only. Knows neither how words are parsed (understand.py) nor how verdicts are found (ranking).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from engine.records import Number, Record

CriterionKind = Literal[
    "title", "skill", "place", "years", "seniority", "language", "company", "education",
    "stage", "outcome", "reason", "job", "tag", "source", "applied", "updated", "contacted", "keyword", "name",
]  # fmt: skip
Weight = Literal["must", "want", "not"]
Verdict = Literal["yes", "no", "not stated"]


def _day(value: str) -> str:
    date.fromisoformat(value)
    return value


Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_day)]
"""``YYYY-MM-DD``, a day that there is."""


class Criterion(Record):
    """One condition.

    Within ``values`` any one is enough (OR); between criteria all count (AND). ``explicit``: a typed
    operator or a clicked filter, which excludes people where it is not stated; plain words never do.
    """

    kind: CriterionKind
    values: tuple[str, ...] = ()
    """Concept ids (``skill:python``); for reason ``outcome:kind`` (``rejected:salary``); for keyword, company, job,
    tag, stage, name: normalised words. A keyword of several words is a phrase."""
    label: str
    """What the chip shows."""
    weight: Weight = "must"
    explicit: bool = False
    words: str = ""
    """The words of the question it came from; empty for a clicked filter."""
    low: Number | None = None
    """years: at least; years of a skill when kind is skill; language: CEFR 1..7; seniority and education 1..5;
    stage: least stage rank 0..5."""
    high: Number | None = None
    after: Day | None = None
    """applied, updated, contacted: YYYY-MM-DD, inclusive. contacted with no ``after``: whoever never was, too."""
    before: Day | None = None
    latitude: Number | None = None
    longitude: Number | None = None
    radius_km: Number | None = Field(default=None, gt=0, le=20_040)
    country: str | None = None
    """place: ISO 3166 alpha-2, where the place is a whole country."""
    expanded: tuple[str, ...] = ()
    """Aliases that also count, shown to the user: expansion is never silent."""


class Identity(Record):
    """The question names a person: an e-mail, a phone number (E.164) or a name."""

    kind: Literal["email", "phone", "name"]
    value: str


class Query(Record):
    """What was asked, understood. Accepted back from a client as structured input."""

    text: str = ""
    criteria: tuple[Criterion, ...] = ()
    identity: Identity | None = None
    semantic: str = ""
    """What is embedded: the question without its negated parts. Empty: no dense leg."""
    terms: tuple[str, ...] = ()
    """Tokens for the BM25 legs (engine.text.tokens), without negated parts."""
    remarks: tuple[str, ...] = ()
    """What the user should know: an unbalanced quote mended, words ignored, a text cut."""
