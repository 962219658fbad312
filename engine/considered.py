"""Whom a search considers, and what each leg says of them: what searching and learning from searches have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from engine.index import Index
from engine.index.engine import Leg, VectorName
from engine.lexicon import Lexicon
from engine.query import understand
from engine.query.criteria import Query
from engine.ranking.candidates import Gathering, make_dense_legs, make_legs, rows_of
from engine.ranking.levels import Levels, find_levels
from engine.ranking.names import find_named
from engine.ranking.prior import prior_columns
from engine.ranking.relevance import current
from engine.ranking.verdicts import Judged
from engine.ranking.wall import Wall
from engine.records import Policy, Viewer, Vocabulary
from models import Encoder

ORDER = 1_000
"""People in a stored result list at most."""


@dataclass
class Clock:
    """Milliseconds by phase."""

    took: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.took[name] = self.took.get(name, 0.0) + (perf_counter() - start) * 1000


@dataclass(frozen=True)
class Considered:
    """Who is to be ordered, and what each leg says of them: ``scores``, raw, run along ``points``."""

    query: Query
    judged: Sequence[Judged]
    found: Levels
    named: dict[int, float]
    legs: dict[VectorName, Leg]
    points: list[int]
    scores: dict[str, NDArray[np.float64]]


def consider(
    query: Query, wall: Wall, index: Index, encoder: Encoder, wanted: Collection[int], enough: int, clock: Clock
) -> Considered:
    # The encoder runs beside the sets, which do not need the vector.
    vector = encoder.begin(query.semantic) if query.semantic else None
    with clock.phase("levels"):
        index.catch_up()
        live = wall.rows(index.columns)
        judged = wall.judged(query.criteria, index)
        named = find_named(query, index.columns, live)
        query = remarked(query, named)
        found = find_levels(judged, live, named)
    lexical = wall.legs(make_legs(query, None))
    with clock.phase("legs"):
        gathering = Gathering(query, found, index, wanted, enough)
        gathering.take(lexical)
    with clock.phase("encode"):  # what is left of it: it went on beside all of the above
        dense = make_dense_legs(vector() if vector else None)
    with clock.phase("legs"):
        gathering.take(dense)
    legs = lexical | dense
    with clock.phase("rescore"):
        points, scores = gathering.points(), gathering.score(legs)
    return Considered(query, judged, found, named, legs, points, scores)


@dataclass(frozen=True)
class Features:
    """Of everyone who was scored, in no order. Arrays run along ``people``; ``signals`` are raw: see ``squash``."""

    query: Query
    people: tuple[str, ...]
    level: NDArray[np.float64]
    signals: dict[str, NDArray[np.float64]]
    prior: dict[str, NDArray[np.float64]]


def features(
    question: str | Query,
    *,
    viewer: Viewer,
    index: Index,
    encoder: Encoder,
    lexicon: Lexicon,
    vocabulary: Vocabulary,
    today: date,
) -> Features:
    """What a search by the policy ats-first orders people by, of everyone it would score: for learning weights."""
    wall, clock = Wall.around(viewer, None), Clock()
    query = wall.asked(understood(question, lexicon, vocabulary, today))
    some = consider(query, wall, index, encoder, {3, 2, 1, 0}, ORDER, clock)
    rows = rows_of(some.points, index.columns)
    return Features(
        query=some.query,
        people=tuple(index.columns.people[row] for row in rows.tolist()),
        level=some.found.levels(rows),
        signals={**some.scores, **current(rows, some.judged, index.columns)},
        prior=prior_columns(rows, index.columns, wall.policy(Policy()), day_of(today)),
    )


def understood(question: str | Query, lexicon: Lexicon, vocabulary: Vocabulary, today: date) -> Query:
    if isinstance(question, Query):
        return question
    return understand(question, lexicon=lexicon, vocabulary=vocabulary, today=today)


def remarked(query: Query, named: dict[int, float]) -> Query:
    """An e-mail or phone number that nobody has is said so: else everyone would seem an answer."""
    if named or query.identity is None or query.identity.kind == "name":
        return query
    what = "e-mail address" if query.identity.kind == "email" else "phone number"
    return query.model_copy(update={"remarks": (*query.remarks, f"Nobody here has this {what}.")})


def day_of(today: date) -> int:
    """Since 1970."""
    return (today - date(1970, 1, 1)).days
