"""What one company's account in an ATS holds: plain rows with numeric string ids, in no vendor's words.

``make_account`` (accounts.py) fills it from a seed; a sandbox turns it into one vendor's wire format. Rows refer to
each other by id. Times are UTC. Everything in it is made up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from eval.world.people import MadeUpPerson


@dataclass(frozen=True, slots=True)
class User:
    id: str
    name: str
    email: str
    title: str
    role: Literal["no_access", "user", "recruiter", "designer", "admin", "external_recruiter"]
    department: str
    visible: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A department, role, region: an id, a name and at most one other row it belongs to."""

    id: str
    name: str
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    id: str
    name: str
    latitude: float
    longitude: float
    headquarters: bool


@dataclass(frozen=True, slots=True)
class RejectReason:
    id: str
    reason: str
    by_company: bool
    """False: the candidate withdrew."""


@dataclass(frozen=True, slots=True)
class CustomField:
    id: str
    name: str
    api_name: str
    kind: Literal["Text", "Date", "Number", "Checkbox", "Select", "MultiSelect"]
    owner: Literal["candidates", "jobs"] = "candidates"
    private: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    title: str
    kind: Literal["Boolean", "Choice", "Text", "Range"]
    alternatives: tuple[str, ...] = ()
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class AccountJob:
    id: str
    title: str
    pitch: str
    body: str
    state: Literal["published", "unlisted", "archived", "draft", "scheduled"]
    internal: bool
    user: str
    department: str
    role: str
    place: str
    region: str
    tags: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    starts_at: datetime
    ends_at: datetime | None
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    id: str
    job: str
    name: str
    kind: Literal["Inbox", "In process", "Hired"]
    rank: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AccountCandidate:
    id: str
    person: MadeUpPerson
    email: str | None
    """None for some who were sourced."""
    sourced: bool
    connected: bool
    internal: bool
    referred: bool
    unsubscribed: bool
    pitch: str | None
    tags: tuple[str, ...]
    department: str | None
    role: str | None
    places: tuple[str, ...]
    regions: tuple[str, ...]
    link: str | None
    cv: Literal["pdf", "docx"] | None
    consent_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class AccountApplication:
    id: str
    candidate: str
    job: str
    stage: str
    cover_letter: str | None
    sourced: bool
    created_at: datetime
    updated_at: datetime
    changed_stage_at: datetime
    rejected_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Note:
    id: str
    candidate: str
    user: str
    text: str
    private: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Happening:
    """An entry of the account's history."""

    id: str
    code: str
    data: dict[str, Any]
    candidate: str
    job: str | None
    user: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    id: str
    candidate: str
    question: str
    value: bool | int | str | tuple[int, ...]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Value:
    """Of a custom field."""

    id: str
    field: str
    owner_type: Literal["candidates", "jobs"]
    owner: str
    value: str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Upload:
    id: str
    candidate: str | None
    job: str | None
    filename: str
    text: str
    internal: bool


@dataclass(frozen=True, slots=True)
class Todo:
    id: str
    candidate: str
    assigner: str
    assignee: str
    text: str
    created_at: datetime
    due: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Referral:
    id: str
    candidate: str
    job: str
    user: str
    comment: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a partner of the ATS (a test provider) said of a candidate. ``id`` is a UUID."""

    id: str
    candidate: str
    partner: str
    score: int
    summary: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AuditEvent:
    id: str
    action: str
    user: str
    source_type: str
    source: str | None
    description: str
    at: datetime


@dataclass
class Account:
    """One company's account. Lists are in order of their ids."""

    seed: int
    today: datetime
    company: str
    users: list[User] = field(default_factory=list)
    departments: list[Named] = field(default_factory=list)
    roles: list[Named] = field(default_factory=list)
    regions: list[Named] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    reasons: list[RejectReason] = field(default_factory=list)
    fields: list[CustomField] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    jobs: list[AccountJob] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    candidates: list[AccountCandidate] = field(default_factory=list)
    applications: list[AccountApplication] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    history: list[Happening] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    todos: list[Todo] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    audit: list[AuditEvent] = field(default_factory=list)
