"""What the vendor's API exposes: per resource its attributes, relations, filters and who may read it.

Written from the reference of the wire format alone; the connector has its own reading of it. Data only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Relation:
    """kind: ``one`` and ``many`` are stored on the row; ``back`` is every row of ``type`` whose relation ``via``
    points here; ``through`` is what those rows in turn point at by ``then``."""

    kind: Literal["one", "many", "back", "through"]
    type: str
    via: str = ""
    then: str = ""

    @property
    def single(self) -> bool:
        return self.kind == "one"


def one(target: str) -> Relation:
    return Relation("one", target)


def many(target: str) -> Relation:
    return Relation("many", target)


def back(target: str, via: str) -> Relation:
    return Relation("back", target, via)


def through(target: str, via: str, then: str) -> Relation:
    return Relation("through", target, via, then)


@dataclass(frozen=True, slots=True)
class Resource:
    attributes: tuple[str, ...]
    relations: Mapping[str, Relation] = field(default_factory=dict)
    filters: Mapping[str, str] = field(default_factory=dict)
    """Name -> how: ``equal``, ``flag``, ``range``, ``related`` (ids, comma list) or a rule of its own (query.py)."""
    scope: Literal["public", "admin"] = "admin"
    listed: bool = True
    """False: read one by id or by a relation only."""
    sort: str = "id"
    private: frozenset[str] = frozenset()
    """Attributes that only an Admin key sees."""


STAMPS = ("created-at", "updated-at")
RANGES = {"created-at": "range", "updated-at": "range"}
PLACED = {"department": "related", "role": "related", "locations": "related", "regions": "related"}

RESOURCES: Mapping[str, Resource] = {
    "candidates": Resource(
        (
            "connected", "created-at", "email", "facebook-id", "first-name", "last-name", "linkedin-uid",
            "linkedin-url", "original-resume", "phone", "picture", "pitch", "referring-site", "referring-url",
            "referred", "resume", "sourced", "unsubscribed", "internal", "updated-at", "facebook-profile",
            "linkedin-profile", "tags", "consent-future-jobs-at",
        ),
        {
            "activities": back("activities", "candidate"), "department": one("departments"), "role": one("roles"),
            "regions": many("regions"), "locations": many("locations"),
            "job-applications": back("job-applications", "candidate"),
            "questions": through("answers", "candidate", "question"), "answers": back("answers", "candidate"),
            "uploads": back("uploads", "candidate"), "custom-field-values": back("custom-field-values", "owner"),
            "partner-results": back("partner-results", "candidate"),
        },
        {**PLACED, **RANGES, "email": "equal", "connected": "flag", "phone": "phone"},
    ),
    "job-applications": Resource(
        (
            "cover-letter", *STAMPS, "changed-stage-at", "rejected-at", "referring-url", "referring-site", "sourced",
            "row-order",
        ),
        {
            "candidate": one("candidates"), "job": one("jobs"), "stage": one("stages"),
            "reject-reason": one("reject-reasons"),
        },
        {**RANGES, "changed-stage-at": "range", "stage-type": "stage-type", "job": "related", "candidate": "related"},
    ),
    "jobs": Resource(
        (
            "title", "pitch", "body", "apply-button-text", "status", "human-status", "internal", "pinned", "start-date",
            "end-date", *STAMPS, "picture", "external-application-url", "name-requirement", "resume-requirement",
            "cover-letter-requirement", "phone-requirement", "additional-files-requirement", "mailbox", "remote-status",
            "language-code", "recruiter-email", "employment-type", "employment-level", "currency", "min-salary",
            "max-salary", "salary-time-unit", "tags",
        ),
        {
            "user": one("users"), "department": one("departments"), "role": one("roles"), "location": one("locations"),
            "locations": many("locations"), "regions": many("regions"), "questions": many("questions"),
            "candidates": through("job-applications", "job", "candidate"),
            "job-applications": back("job-applications", "job"), "stages": back("stages", "job"),
            "activities": back("activities", "job"), "colleagues": many("users"),
            "custom-field-values": back("custom-field-values", "owner"),
        },
        {**PLACED, "status": "status", "feed": "feed"},
        scope="public",
        sort="-pinned,-start-date",
        private=frozenset({"created-at", "tags"}),
    ),
    "stages": Resource(
        (
            "name", "stage-type", "row-order", "active-job-applications-count", "rejected-job-applications-count",
            *STAMPS,
        ),
        {"job": one("jobs"), "job-applications": back("job-applications", "stage")},
        {"job": "related", "stage-type": "equal"},
    ),
    "notes": Resource(
        ("note", "user-id", "candidate-id", "created-by-trigger", "mentioned-user-ids", "private-note", *STAMPS),
        {"candidate": one("candidates"), "user": one("users")},
    ),
    "activities": Resource(
        ("code", "created-at", "data"),
        {"candidate": one("candidates"), "job": one("jobs"), "user": one("users")},
        listed=False,
    ),
    "uploads": Resource(
        ("url", "file-name", "internal"),
        {"candidate": one("candidates"), "job": one("jobs")},
        {"job": "related"},
    ),
    "answers": Resource(
        ("boolean", "choices", "range", "text", "video-token", "updated-at"),
        {"question": one("questions"), "candidate": one("candidates")},
    ),
    "questions": Resource(
        ("title", "question-type", "alternatives", "multiple", "single-line", "start-with", "end-with", "unit"),
    ),
    "custom-fields": Resource(
        ("name", "api-name", "field-type", "owner-type", "is-private", "is-required", "is-searchable", "is-featured"),
    ),
    "custom-field-values": Resource(
        ("value", "field-type"),
        {"custom-field": one("custom-fields"), "owner": one("candidates")},
    ),
    "reject-reasons": Resource(("reason", "rejected-by-company")),
    "todos": Resource(
        ("value", "due", "completed-at", "created-at"),
        {"assignee": one("users"), "assigner": one("users"), "candidate": one("candidates")},
    ),
    "users": Resource(
        (
            "name", "email", "login-email", "title", "role", "phone", "picture", "username", "visible", "hide-email",
            "external-id", "signature", "description",
        ),
        {
            "department": one("departments"), "activities": back("activities", "user"),
            "jobs": back("jobs", "user"),
        },
        {"email": "equal", "department": "related", "external-id": "equal"},
        scope="public",
        private=frozenset({"login-email", "role", "username", "external-id", "signature", "hide-email"}),
    ),
    "departments": Resource(
        ("name", "headline", "text", "people-headline", "people-text", "row-order"),
        {"roles": back("roles", "department"), "manager": one("users")},
        scope="public",
    ),
    "roles": Resource(("name",), {"department": one("departments")}, scope="public"),
    "locations": Resource(
        ("name", "address", "city", "zip", "country", "email", "phone", "headquarters", "lat", "long"), scope="public"
    ),
    "regions": Resource(("name",), scope="public"),
    "referrals": Resource(
        ("name", "email", "phone", "comment", "created-at"),
        {
            "candidate": one("candidates"), "job": one("jobs"), "role": one("roles"), "department": one("departments"),
            "user": one("users"),
        },
    ),
    "partner-results": Resource(
        (
            "assessment-score", "attachments", "created-at", "details", "partner-name", "status", "summary", "url",
        ),
        {"candidate": one("candidates")},
        {"candidate": "related"},
    ),
    "audit-events": Resource(
        (
            "action", "actor-id", "actor-label", "actor-type", "source-id", "source-label", "source-type",
            "description", "ip-address", "timestamp",
        ),
    ),
    "company": Resource(("name", "locale", "website"), {"manager": one("users")}, scope="public", listed=False),
}  # fmt: skip

KIN = {"custom-field-selects": "custom-fields"}
"""Types that are read as another: a select field comes back with its own type under /custom-fields."""


def resource(kind: str) -> Resource:
    return RESOURCES[KIN.get(kind, kind)]
