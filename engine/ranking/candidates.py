"""Which people to score: the best of each leg, and every person of a high level that a leg could miss.

Levels outrank relevance, so a full match that no leg ranks high must still be a candidate. Small levels are
added person by person; for a large one the legs are asked inside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from engine.index.columns import Columns
from engine.index.engine import Index, Leg, Scores, VectorName
from engine.index.schema import SPARSE, query_vector
from engine.index.where import Between, Empty, Ids, Match, Near, Where
from engine.query.criteria import Criterion, Query
from engine.ranking.levels import Levels
from engine.ranking.verdicts import NEAR_PLACE

DEPTH = 200
"""Points a leg returns."""
CAME_FAR = 2
"""Interviewed, or further."""
SMALL = 600
"""People of a level that are scored one and all."""
_KEYWORDS = {
    "title": "titles",
    "skill": "skills",
    "language": "languages",
    "source": "source",
    "job": "jobs",
    "tag": "tags",
}
BY_ID = 3_000
"""The most ids a leg is filtered by: beyond, the filter by payload is cheaper."""


def make_legs(query: Query, vector: NDArray[np.float32] | None) -> dict[VectorName, Leg]:
    """One leg a vector that the question has something for. ``passages`` rescores only, see score()."""
    legs: dict[VectorName, Leg] = {}
    if vector is not None:
        legs["profile"] = Leg("profile", dense=vector)
        legs["passages"] = Leg("passages", dense=vector)
    if query.terms:
        sparse = query_vector(query.terms)
        legs |= {name: Leg(name, sparse=sparse) for name in SPARSE}
    return legs


def find_candidates(
    query: Query, levels: Levels, index: Index, legs: dict[VectorName, Leg], wanted: Collection[int], enough: int
) -> list[int]:
    """Points to score, each once, in no order. wanted: the levels asked for. enough: how many will be shown at most."""
    columns = index.columns
    forced, focus, inside = BitMap(), None, BitMap()
    for level in (3, 2, 1, 0):
        rows = levels.of[level]
        if level not in wanted or not rows:
            continue
        if len(rows) <= SMALL:
            forced |= rows
        else:
            focus, inside = level, rows
            break
        if len(forced) >= enough:
            break
    points = {columns.ids[row] for row in forced}
    if focus is not None:
        where = _focus(query, focus, inside, columns)
        answers = index.ask(_by_source(legs, where, columns))
        rows_inside = set(inside)
        points.update(p for answer in answers for p, _ in answer if columns.row_of.get(p) in rows_inside)
        if len(points) < enough:  # the legs know too few of this level: anyone of it, the first by id
            points.update(columns.ids[row] for row in list(inside)[:enough])
    return list(points)


def _focus(query: Query, level: int, rows: BitMap, columns: Columns) -> Where:
    if len(rows) <= BY_ID:
        return Where(must=(Ids(tuple(columns.ids[row] for row in rows)),))
    found = Where()
    for criterion in query.criteria:
        condition = _condition(criterion, sure=level == 3)
        if condition is not None:
            found &= condition
    return found


def _condition(criterion: Criterion, *, sure: bool) -> Where | None:
    """The criterion as a payload filter, where there is one: never narrower than the verdict."""
    fields = {
        "title": "titles",
        "skill": "skills",
        "language": "languages",
        "source": "source",
        "job": "jobs",
        "tag": "tags",
    }
    keyword = fields.get(criterion.kind)
    if criterion.weight == "not":
        # "not 5 years of Java" keeps whoever has two.
        return Where(must_not=(Match(keyword, criterion.values),)) if keyword and criterion.low is None else None
    needed = sure or (criterion.explicit and criterion.weight == "must")
    if keyword and needed:
        return Where(must=(Match(keyword, (*criterion.values, *criterion.expanded)),))
    if criterion.kind == "title" and criterion.weight == "must":
        return Where(any_of=((Match("titles", (*criterion.values, *criterion.expanded)), Empty("titles")),))
    if criterion.kind == "place" and criterion.weight == "must":
        if criterion.country:
            here = Match("country", (criterion.country,))
            return Where(must=(here,)) if needed else Where(any_of=((here, Empty("country")),))
        if criterion.latitude is not None and criterion.longitude is not None and not needed:
            circle = Near(criterion.latitude, criterion.longitude, (criterion.radius_km or 40.0) * NEAR_PLACE)
            return Where(any_of=((circle, Empty("geo")),))
    return None


def _by_source(legs: dict[VectorName, Leg], where: Where, columns: Columns) -> list[Leg]:
    """Each leg once for outside people, once for people in the ATS, once for those of them who came far.

    So that none crowds the others out: who was interviewed starts ahead of whoever only applied by the stage
    part of the prior, which is more than a leg's best and its two-hundredth often differ.
    """
    parts = [(Match("source", (source,)),) for source in ("ats", "outside") if columns.sets["source"].get(source)]
    if columns.any_of("source", ("ats",)):
        parts.append((Match("source", ("ats",)), Between("stage", low=CAME_FAR)))
    return [
        Leg(leg.using, leg.dense, leg.sparse, where & Where(must=part), DEPTH)
        for name, leg in legs.items()
        if name != "passages"
        for part in parts
    ]


def score(points: Sequence[int], index: Index, legs: dict[VectorName, Leg]) -> dict[str, NDArray[np.float64]]:
    """leg -> (n,) raw score of every point; 0 where a leg has nothing of it."""
    place = {point: number for number, point in enumerate(points)}
    where = Where(must=(Ids(tuple(points)),))
    names = list(legs)
    answers = index.ask([Leg(n, legs[n].dense, legs[n].sparse, where, len(points)) for n in names]) if points else []
    return {name: _column(answer, place) for name, answer in zip(names, answers, strict=False)}


def _column(answer: Scores, place: dict[int, int]) -> NDArray[np.float64]:
    found = np.zeros(len(place))
    for point, value in answer:
        found[place[point]] = value
    return found


def rows_of(points: Iterable[int], columns: Columns) -> list[int]:
    return [columns.row_of[point] for point in points]
