"""What a search answers with. Values only; api/schemas.py turns them into JSON."""

from __future__ import annotations

from engine.query.criteria import Criterion, Query, Verdict
from engine.records import Record, Span


class Evidence(Record):
    """Why one criterion got its verdict for one person. ``quote`` stands word for word in the record."""

    criterion: int
    """Place in ``query.criteria``."""
    verdict: Verdict
    quote: str | None = None
    span: Span | None = None
    record_id: str | None = None
    field: str | None = None
    """Where it stands when not in a text: ``position``, ``skills``, ``location`` ..."""
    observed: str | None = None


class Parts(Record):
    """The parts of a score: ``10 * level + relevance + prior``, and each one's own parts, by name.

    relevance_parts sum to relevance, prior_parts sum to prior.
    """

    level: float
    relevance: float
    prior: float
    relevance_parts: dict[str, float] = {}
    prior_parts: dict[str, float] = {}


class Hit(Record):
    rank: int
    person_id: str
    source: str
    level: int
    score: float
    parts: Parts
    evidence: tuple[Evidence, ...] = ()
    passage: str | None = None
    """The passage nearest to the question."""
    headline: str | None = None
    """The newest position, as the CV writes it."""
    reasons: tuple[str, ...] = ()
    """The prior in words: ``known: final interview 2024``."""


class Counts(Record):
    """Exact over the workspace, before paging."""

    total: int
    levels: dict[int, int] = {}
    """level 0..3 -> people"""
    ats: int = 0
    outside: int = 0
    not_stated_dropped: dict[str, int] = {}
    """label of an explicit criterion -> people dropped only because the field is empty"""


class SearchResult(Record):
    query: Query
    counts: Counts
    hits: tuple[Hit, ...]
    order: tuple[tuple[str, int, float], ...] = ()
    """(person id, level, score) of everyone considered, best first, at most 1,000: what pages are cut from."""
    reranked: tuple[str, ...] = ()
    """Of them, whom a reranker read."""
    took_ms: dict[str, float] = {}
    """phase -> ms: understand, encode, levels, legs, rescore, rank, rerank, evidence, total"""


__all__ = ["Counts", "Criterion", "Evidence", "Hit", "Parts", "SearchResult"]
