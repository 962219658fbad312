"""Which listings are walked, in which order and how each is asked for. Data; the walking is in ``paging``.

Page size 30 is the vendor's most. ``include`` brings all that belongs to a candidate with the list of candidates, so
that one request reads thirty people. The first sync reads who came furthest first, then the newest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.connectors.connector import Feed, Plan

PAGE = "30"
HOUR, DAY = 3600.0, 86_400.0
WHOLE = {
    "include": "department,role,locations,regions,job-applications,job-applications.job,job-applications.stage,"
    "job-applications.reject-reason,uploads,answers,answers.question,custom-field-values,"
    "custom-field-values.custom-field,activities,activities.job,activities.user,partner-results",
    "fields[jobs]": "title",
    "fields[users]": "name",
}
"""Everything of a candidate but the notes, which have no way from them."""
APPLICATION = {
    "include": "candidate,job,stage,reject-reason",
    "fields[candidates]": "id",
    "fields[jobs]": "title",
}
JOB = {"include": "stages,user,department,locations", "fields[users]": "name"}
TODO = {"include": "candidate,assignee,assigner", "fields[candidates]": "id", "fields[users]": "name"}
REFERRAL = {
    "include": "candidate,job,user",
    "fields[candidates]": "id",
    "fields[jobs]": "title",
    "fields[users]": "name",
}
SPARSE = frozenset({"users"})
"""Kinds that come with some of their attributes where they are included: those are looked up, not kept."""
ONE: Mapping[str, Mapping[str, str]] = {
    "candidates": WHOLE, "jobs": JOB, "job-applications": APPLICATION, "todos": TODO, "referrals": REFERRAL,
}  # fmt: skip


@dataclass(frozen=True)
class Listing:
    """``window``: the filter that takes the moment; ``newest_by``: sorted by that attribute, newest first, and read
    down to the moment, where the vendor has no filter."""

    feed: Feed
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    window: str | None = None
    newest_by: str | None = None


def _plain(name: str) -> Listing:
    return Listing(Feed(name, every_s=DAY, lists=name), f"/v1/{name}", {"sort": "id"})


_SETUP = tuple(
    _plain(name)
    for name in (
        "users",
        "departments",
        "roles",
        "locations",
        "regions",
        "reject-reasons",
        "custom-fields",
        "questions",
    )
)
# The default hides closed and internal jobs; both feeds and every status are the whole.
_JOBS = Listing(
    Feed("jobs", every_s=900.0, lists="jobs"),
    "/v1/jobs",
    {**JOB, "filter[status]": "all", "filter[feed]": "public,internal", "sort": "id"},
)
_HIRED = Listing(Feed("hired"), "/v1/job-applications", {**APPLICATION, "filter[stage-type]": "Hired", "sort": "-id"})
_IN_PROCESS = Listing(
    Feed("in-process"), "/v1/job-applications", {**APPLICATION, "filter[stage-type]": "In process", "sort": "-id"}
)
_CANDIDATES = Listing(Feed("candidates", every_s=DAY, lists="candidates"), "/v1/candidates", {**WHOLE, "sort": "-id"})
_NOTES = Listing(Feed("notes", every_s=DAY, lists="notes"), "/v1/notes", {"sort": "-id"})
_TODOS = Listing(Feed("todos", every_s=DAY, lists="todos"), "/v1/todos", {**TODO, "sort": "-id"})
_REFERRALS = Listing(Feed("referrals", every_s=DAY, lists="referrals"), "/v1/referrals", {**REFERRAL, "sort": "-id"})
_CHANGED = Listing(
    Feed("changed-candidates", since=True, every_s=60.0), "/v1/candidates", {**WHOLE, "sort": "id"}, "updated-at"
)
_APPLICATIONS = Listing(
    Feed("changed-applications", since=True, every_s=60.0), "/v1/job-applications", {**APPLICATION, "sort": "id"},
    "updated-at",
)  # fmt: skip
_MOVED = Listing(
    Feed("moved-applications", since=True, every_s=60.0), "/v1/job-applications", {**APPLICATION, "sort": "id"},
    "changed-stage-at",
)  # fmt: skip
_NEW_NOTES = Listing(
    Feed("changed-notes", since=True, every_s=120.0), "/v1/notes", {"sort": "-updated-at"}, newest_by="updated-at"
)

_BACKFILL = (*_SETUP, _JOBS, _HIRED, _IN_PROCESS, _CANDIDATES, _NOTES, _TODOS, _REFERRALS)
_POLL = (_CHANGED, _APPLICATIONS, _MOVED, _NEW_NOTES, _JOBS)
_SWEEP = (_CANDIDATES, _NOTES, _JOBS, *_SETUP, _TODOS, _REFERRALS)

LISTINGS: Mapping[str, Listing] = {listing.feed.name: listing for listing in (*_BACKFILL, *_POLL, *_SWEEP)}
PLAN = Plan(*(tuple(listing.feed for listing in walk) for walk in (_BACKFILL, _POLL, _SWEEP)))
