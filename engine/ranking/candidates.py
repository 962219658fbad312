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
from engine.index.rows import among, to_array
from engine.index.schema import SPARSE, query_vector
from engine.index.where import ALL, Empty, Ids, Match, Near, Where
from engine.query.criteria import Criterion, Query
from engine.ranking.levels import Levels
from engine.ranking.verdicts import NEAR_PLACE

DEPTH = 100
"""Points a leg returns, for each part of the people."""
CAME_FAR = 2
"""Interviewed, or further."""
SMALL = 600
"""People of a level that are scored one and all."""
FEW = 1_000
"""People of a level who are named to the engine one by one, and whose scores then need no second question."""
NAMED = 6_000
"""People up to whom a dense leg, which looks at everyone else in vain, is quicker where they are named."""
LEAST_ASKED, MOST_ASKED = 500, 3_000
"""How many a leg is asked for in the hope that enough of each part are among them."""
_KEYWORDS = {
    "title": "titles",
    "skill": "skills",
    "language": "languages",
    "source": "source",
    "job": "jobs",
    "tag": "tags",
}


def make_legs(query: Query, vector: NDArray[np.float32] | None) -> dict[VectorName, Leg]:
    """One leg a vector that the question has something for."""
    legs = make_dense_legs(vector)
    if query.terms:
        sparse = query_vector(query.terms)
        legs |= {name: Leg(name, sparse=sparse) for name in SPARSE}
    return legs


def make_dense_legs(vector: NDArray[np.float32] | None) -> dict[VectorName, Leg]:
    """``passages`` rescores only."""
    if vector is None:
        return {}
    return {"profile": Leg("profile", dense=vector), "passages": Leg("passages", dense=vector)}


class Gathering:
    """Collects whom to score, leg by leg, so that the lexical legs are asked while the question is still encoded."""

    def __init__(self, query: Query, levels: Levels, index: Index, wanted: Collection[int], enough: int) -> None:
        """wanted: the levels asked for. enough: how many will be shown at most."""
        self._query, self._index, self._enough = query, index, enough
        self._forced, self._inside, self._level = BitMap(), BitMap(), 0
        for level in (3, 2, 1, 0):
            rows = levels.of[level]
            if level not in wanted or not rows:
                continue
            if len(rows) > SMALL:
                self._level, self._inside = level, rows
                break
            self._forced |= rows
            if len(self._forced) >= enough:
                break
        columns = index.columns
        self._points = {columns.ids[row] for row in self._forced}
        self._parts = _parts(self._inside, columns) if self._inside else []
        self._named = () if self._many() else self._ids(self._forced | self._inside)
        self._scores: dict[VectorName, Scores] = {}
        self._whole: dict[VectorName, NDArray[np.float32]] = {}

    def _many(self) -> bool:
        return len(self._inside) > FEW

    def take(self, legs: dict[VectorName, Leg]) -> None:
        """Ask these legs: for the best inside the level that is too large to score one and all, where there is one."""
        asked = []
        for name, leg in legs.items():
            if (scores := self._index.everyone(leg)) is not None:
                self._whole[name] = scores
                self._keep_best(scores)
            elif name != "passages":
                asked.append(leg)
        if self._many():
            self._take_of_many(asked)
            return
        if not self._named or not asked:
            return
        # So few that each is named: then their scores are known, and not asked for again.
        where = Where(must=(Ids(self._named),))
        answers = self._index.ask([_leg(leg, where, len(self._named)) for leg in asked])
        for leg, answer in zip(asked, answers, strict=True):
            self._scores[leg.using] = answer
            if self._parts:
                self._keep(answer)

    def _take_of_many(self, asked: Sequence[Leg]) -> None:
        """The best DEPTH of each leg in each part, exactly.

        It is asked for so many of everyone that DEPTH of each part should be among them, and only where they are
        not, asked again with the part named.
        """
        everyone = len(self._index.columns)
        large = [len(part) for part in self._parts if len(part) > FEW]
        rarest = min(large, default=FEW) / everyone
        where, limit = ALL, max(LEAST_ASKED, min(MOST_ASKED, int(1.3 * DEPTH / rarest) + 50))
        if max(large, default=0) > self._index.names_up_to and rarest < 0.1:
            where, limit = _focus(self._query, self._level), 4 * DEPTH
        again: list[tuple[Leg, BitMap]] = []
        if max(map(len, self._parts)) <= NAMED:
            again = [(leg, part) for leg in asked if leg.dense is not None for part in self._parts]
            asked = [leg for leg in asked if leg.dense is None]
        for leg, answer in zip(asked, self._index.ask([_leg(leg, where, limit) for leg in asked]), strict=True):
            for part, found in zip(self._parts, self._keep(answer), strict=True):
                if found < min(DEPTH, len(part)) and len(answer) == limit:
                    again.append((leg, part))
        named = {id(part): Where(must=(Ids(self._ids(part)),)) for _, part in again}
        for answer in self._index.ask([_leg(leg, named[id(part)], DEPTH) for leg, part in again]):
            self._points.update(point for point, _ in answer)

    def _keep_best(self, scores: NDArray[np.float32]) -> None:
        """Add the best DEPTH of each part. scores: of every row."""
        ids = self._index.columns.ids
        for part in self._parts:
            rows = to_array(part)
            found = scores[rows]
            if len(rows) > DEPTH:
                best = np.argpartition(-found, DEPTH - 1)[:DEPTH]
                rows, found = rows[best], found[best]
            self._points.update(ids[row] for row in rows[found > 0].tolist())

    def _keep(self, answer: Scores) -> list[int]:
        """Add the best DEPTH of each part that are in an answer. Returns how many of each there are, up to DEPTH."""
        row_of, ids = self._index.columns.row_of, self._index.columns.ids
        rows = np.array([row_of.get(point, -1) for point, _ in answer], dtype=np.int64)
        rows = rows[rows >= 0]
        counts = []
        for part in self._parts:
            best = rows[among(rows, part)][:DEPTH].tolist()
            self._points.update(ids[row] for row in best)
            counts.append(len(best))
        return counts

    def _ids(self, rows: BitMap) -> tuple[int, ...]:
        return tuple(self._index.columns.ids[row] for row in rows)

    def points(self) -> list[int]:
        """Points to score, each once, in no order."""
        if self._inside and len(self._points) < self._enough:
            # The legs know too few of this level: anyone of it, the first by row.
            self._points.update(self._ids(self._inside[: self._enough]))
        return list(self._points)

    def score(self, legs: dict[VectorName, Leg]) -> dict[str, NDArray[np.float64]]:
        """``score`` of ``points()``, without asking again for what is known."""
        points = self.points()
        rows = rows_of(points, self._index.columns)
        place = {point: number for number, point in enumerate(points)}
        known = {name: scores[rows].astype(np.float64) for name, scores in self._whole.items()}
        known |= {name: _column(answer, place) for name, answer in self._scores.items()}
        rest = score(points, self._index, {name: leg for name, leg in legs.items() if name not in known})
        return {name: known[name] if name in known else rest[name] for name in legs}


def _parts(rows: BitMap, columns: Columns) -> list[BitMap]:
    """People in the ATS, outside people, and once more those of the ATS who came far: so that none crowds others out.

    Who was interviewed starts ahead of whoever only applied by the stage part of the prior, which is more than
    a leg's best and its two-hundredth often differ.
    """
    ats = columns.any_of("source", ("ats",)) & rows
    came_far = columns.where("stage", columns.number("stage") >= CAME_FAR)
    return [part for part in (ats, rows - ats, ats & came_far) if part]


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
    """Scores by place; points that have none are left out."""
    found = np.zeros(len(place))
    places = [place.get(point, -1) for point, _ in answer]
    if places:
        here = np.array(places)
        scores = np.array([score for _, score in answer])
        found[here[here >= 0]] = scores[here >= 0]
    return found


def rows_of(points: Iterable[int], columns: Columns) -> NDArray[np.uint32]:
    return np.fromiter((columns.row_of[point] for point in points), dtype=np.uint32)
