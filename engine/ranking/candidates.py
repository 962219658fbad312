"""Which people to score: the best of each leg, and every person of a high level that a leg could miss.

Levels outrank relevance, so a full match that no leg ranks high must still be a candidate. Small levels are
added person by person; for a large one the legs are asked inside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from engine.index.columns import Columns
from engine.index.engine import Index, Leg, Scores, VectorName
from engine.index.schema import SPARSE, query_vector
from engine.index.where import ALL, Empty, Ids, Match, Near, Where
from engine.query.criteria import Criterion, Query
from engine.ranking.levels import Levels
from engine.ranking.verdicts import NEAR_PLACE

DEPTH = 200
"""Points a leg returns, for each part of the people."""
CAME_FAR = 2
"""Interviewed, or further."""
SMALL = 600
"""People of a level that are scored one and all."""
BY_ID = 10_000
"""The most ids a leg is filtered by at first: beyond, it is cheaper to ask for more than is needed."""
_KEYWORDS = {
    "title": "titles",
    "skill": "skills",
    "language": "languages",
    "source": "source",
    "job": "jobs",
    "tag": "tags",
}


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
        for rows in _by_source(inside, columns):
            points |= _best(query, focus, rows, index, legs)
        if len(points) < enough:  # the legs know too few of this level: anyone of it, the first by row
            points.update(columns.ids[row] for row in islice(inside, enough))
    return list(points)


def _by_source(rows: BitMap, columns: Columns) -> list[BitMap]:
    """Outside people, people in the ATS, and once more those of them who came far: none crowds the others out.

    Who was interviewed starts ahead of whoever only applied by the stage part of the prior, which is more than a
    leg's best and its two-hundredth often differ.
    """
    ats = rows & columns.any_of("source", ("ats",))
    far = ats & columns.where("stage", columns.number("stage") >= CAME_FAR)
    return [part for part in (rows - ats, ats, far) if part]


def _best(query: Query, level: int, rows: BitMap, index: Index, legs: dict[VectorName, Leg]) -> set[int]:
    """The best DEPTH of each leg among rows, exactly.

    Few rows are named to the engine one by one. Many are not: it is asked for so many that DEPTH of them should
    be among rows, and only where they are not, asked again with the rows named.
    """
    columns = index.columns
    asked = [leg for name, leg in legs.items() if name != "passages"]
    found: set[int] = set()
    share = len(rows) / max(1, len(columns))
    if len(rows) > BY_ID and (share >= 0.1 or len(rows) > index.names_up_to):
        where = ALL if share >= 0.1 else _focus(query, level)
        limit = int(1.3 * DEPTH / share) + 50 if where == ALL else 4 * DEPTH
        again = []
        for leg, answer in zip(asked, index.ask([_leg(leg, where, limit) for leg in asked]), strict=True):
            inside = [p for p, _ in answer if columns.row_of.get(p, -1) in rows][:DEPTH]
            found.update(inside)
            if len(inside) < DEPTH and len(answer) == limit:
                again.append(leg)
        asked = again
    if asked:
        named = Where(must=(Ids(tuple(columns.ids[row] for row in rows)),))
        for answer in index.ask([_leg(leg, named, DEPTH) for leg in asked]):
            found.update(p for p, _ in answer)
    return found


def _leg(leg: Leg, where: Where, limit: int) -> Leg:
    return Leg(leg.using, leg.dense, leg.sparse, where, limit)


def _focus(query: Query, level: int) -> Where:
    """What of the criteria an engine can filter by, so that fewer are asked for in vain."""
    found = Where()
    for criterion in query.criteria:
        condition = _condition(criterion, sure=level == 3)
        if condition is not None:
            found &= condition
    return found


def _condition(criterion: Criterion, *, sure: bool) -> Where | None:
    """The criterion as a payload filter, where there is one: never narrower than the verdict."""
    keyword = _KEYWORDS.get(criterion.kind)
    if criterion.weight == "not":
        # "not 5 years of Java" keeps whoever has two.
        return Where(must_not=(Match(keyword, criterion.values),)) if keyword and criterion.low is None else None
    needed = sure or (criterion.explicit and criterion.weight == "must")
    if criterion.kind == "title" and (needed or criterion.weight == "must"):
        values = (*criterion.values, *criterion.expanded)
        named = (Match("titles", values), Match("other_titles", values))
        return Where(any_of=(named if needed else (*named, Empty("titles")),))
    if keyword and needed:
        return Where(must=(Match(keyword, (*criterion.values, *criterion.expanded)),))
    if criterion.kind == "place" and criterion.weight == "must":
        if criterion.country:
            here = Match("country", (criterion.country,))
            return Where(must=(here,)) if needed else Where(any_of=((here, Empty("country")),))
        if criterion.latitude is not None and criterion.longitude is not None and not needed:
            circle = Near(criterion.latitude, criterion.longitude, (criterion.radius_km or 40.0) * NEAR_PLACE)
            return Where(any_of=((circle, Empty("geo")),))
    return None


def score(points: Sequence[int], index: Index, legs: dict[VectorName, Leg]) -> dict[str, NDArray[np.float64]]:
    """leg -> (n,) raw score of every point; 0 where a leg has nothing of it."""
    if not points:
        return {name: np.zeros(0) for name in legs}
    where = Where(must=(Ids(tuple(points)),))
    names = list(legs)
    answers = index.ask([_leg(legs[n], where, len(points)) for n in names])
    place = {point: number for number, point in enumerate(points)}
    return {name: _column(answer, place) for name, answer in zip(names, answers, strict=True)}


def _column(answer: Scores, place: dict[int, int]) -> NDArray[np.float64]:
    found = np.zeros(len(place))
    if answer:
        points, scores = zip(*answer, strict=True)
        found[np.fromiter(map(place.__getitem__, points), dtype=np.intp, count=len(points))] = scores
    return found


def rows_of(points: Iterable[int], columns: Columns) -> NDArray[np.uint32]:
    return np.fromiter((columns.row_of[point] for point in points), dtype=np.uint32)
