"""One criterion over everyone at once: who is yes, just outside, no; the rest is not stated.

Open-world kinds (skill, language, company, education field, tag, job, keyword): not being mentioned says
nothing, so it is "not stated", never "no", unless a number contradicts. Closed ones (title, place, years,
seniority, stage, outcome, source, dates): where something else is stated, it is "no".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from engine.index.columns import Columns, day_number
from engine.index.engine import Index
from engine.index.rows import to_bitmap
from engine.query.criteria import Criterion, Verdict
from engine.text import normalise

NEAR_PLACE = 1.6
"""A place this many radii away is just outside."""
NEAR_YEARS = 0.8
"""So is four fifths of the years asked, or one year less."""
EARTH_KM = 6371.0


@dataclass(frozen=True)
class Judged:
    """Row sets of one criterion. A row in none of them is "not stated"."""

    criterion: Criterion
    yes: BitMap
    close: BitMap = field(default_factory=BitMap)
    no: BitMap = field(default_factory=BitMap)

    def verdict(self, row: int) -> Verdict:
        return "yes" if row in self.yes else "no" if row in self.no or row in self.close else "not stated"


def judge(criterion: Criterion, index: Index) -> Judged:
    """The row sets of one criterion, exact over the workspace."""
    columns = index.columns
    if criterion.kind == "keyword":
        return Judged(criterion, BitMap.union(BitMap(), *map(index.saying, criterion.values)) & columns.live)
    return _JUDGES[criterion.kind](criterion, columns)


def _members(name: str, *, closed: bool) -> Callable[[Criterion, Columns], Judged]:
    def judged(criterion: Criterion, columns: Columns) -> Judged:
        yes = columns.any_of(name, (*criterion.values, *criterion.expanded))
        return Judged(criterion, yes, no=columns.stated[name] - yes if closed else BitMap())

    return judged


def _title(criterion: Criterion, columns: Columns) -> Judged:
    """A title the lexicon does not know may be another name of any: whoever has but such is not stated."""
    values = (*criterion.values, *criterion.expanded)
    yes = columns.any_of("titles", values) | columns.any_of("other_titles", values)
    return Judged(criterion, yes, no=columns.stated["titles"] - yes)


def _with_number(name: str, pairs: str, slack: float) -> Callable[[Criterion, Columns], Judged]:
    """Members, of whom those with too small a number are close or no, and those without one not stated."""

    def judged(criterion: Criterion, columns: Columns) -> Judged:
        values = (*criterion.values, *criterion.expanded)
        held = columns.any_of(name, values)
        if criterion.low is None:
            return Judged(criterion, held)
        low = criterion.low
        found = [item for value in values for item in columns.pairs[pairs].get(value, {}).items()]
        yes = BitMap.union(BitMap(), *(rows for number, rows in found if number >= low))
        near = BitMap.union(BitMap(), *(rows for number, rows in found if low > number >= low - slack)) - yes
        others = BitMap.union(BitMap(), *(rows for _, rows in found)) - yes - near
        return Judged(criterion, yes & held, near & held, others & held)

    return judged


def _company(criterion: Criterion, columns: Columns) -> Judged:
    wanted = [f" {value} " for value in criterion.values]
    found = [name for name in columns.sets["employers"] if any(w in f" {name} " for w in wanted)]
    return Judged(criterion, columns.any_of("employers", found))


def _place(criterion: Criterion, columns: Columns) -> Judged:
    if criterion.country:
        yes = columns.any_of("country", (criterion.country,))
        return Judged(criterion, yes, no=columns.stated["country"] - yes)
    # Places the lexicon does not know have no coordinates: they are the same where they are written the same.
    asked = {normalise(name) for name in (criterion.label, *criterion.values)}
    by_name = columns.any_of("place", [name for name in columns.sets["place"] if normalise(name) in asked])
    if criterion.latitude is None or criterion.longitude is None:
        return Judged(criterion, by_name, no=columns.stated["place"] - by_name)
    radius = criterion.radius_km or 40.0
    around, away = _around(columns, criterion.latitude, criterion.longitude, radius * NEAR_PLACE)
    there = columns.stated["latitude"]
    yes = (to_bitmap(around[away <= radius]) & there) | by_name
    near = (to_bitmap(around[away <= radius * NEAR_PLACE]) & there) - yes
    return Judged(criterion, yes, near, there - yes - near)


def _around(
    columns: Columns, latitude: float, longitude: float, within_km: float
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Rows in the box of degrees around the circle, and how far each is, km (haversine)."""
    north = within_km / EARTH_KM * 180 / math.pi + 0.01
    wide = north / max(0.01, math.cos(math.radians(min(89.0, abs(latitude) + north))))
    apart = np.abs(columns.number("longitude") - longitude)
    # NaN is in no box. Beyond the date line the short way is the other one.
    inside = (np.abs(columns.number("latitude") - latitude) <= north) & (np.minimum(apart, 360 - apart) <= wide)
    rows = np.flatnonzero(inside)
    here, there = np.radians(latitude), np.radians(columns.number("latitude")[rows].astype(np.float64))
    east = np.radians(columns.number("longitude")[rows].astype(np.float64) - longitude)
    half = np.sin((there - here) / 2) ** 2 + np.cos(here) * np.cos(there) * np.sin(east / 2) ** 2
    return rows, np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


def _range(name: str, slack: Callable[[float], float]) -> Callable[[Criterion, Columns], Judged]:
    def judged(criterion: Criterion, columns: Columns) -> Judged:
        low, high = criterion.low, criterion.high
        if criterion.kind in ("applied", "updated", "contacted"):
            low, high = day_number(criterion.after), day_number(criterion.before)
        return _between(criterion, columns, name, low, high, slack)

    return judged


def _between(
    criterion: Criterion,
    columns: Columns,
    name: str,
    low: float | None,
    high: float | None,
    slack: Callable[[float], float],
) -> Judged:
    number = columns.number(name)
    least, most = -np.inf if low is None else low, np.inf if high is None else high
    under = least if low is None else low - slack(low)
    over = most if high is None else high + slack(high)
    with np.errstate(invalid="ignore"):
        yes = columns.where(name, (number >= least) & (number <= most))
        near = columns.where(name, (number >= under) & (number <= over)) - yes
    return Judged(criterion, yes, near, columns.stated[name] - yes - near)


def _reason(criterion: Criterion, columns: Columns) -> Judged:
    """Whoever was turned down without a word why may have been for that: not stated."""
    yes = columns.any_of("reasons", criterion.values)
    ended = {value.partition(":")[0] for value in criterion.values}
    given = [value for value in columns.sets["reasons"] if value.partition(":")[0] in ended]
    silent = columns.any_of("outcomes", tuple(ended)) - columns.any_of("reasons", given)
    return Judged(criterion, yes, no=columns.stated["outcomes"] - yes - silent)


def _contacted(criterion: Criterion, columns: Columns) -> Judged:
    """Not since a day: whoever never was contacted, too."""
    judged = _range("contacted", lambda _: 0.0)(criterion, columns)
    if criterion.after is not None or criterion.before is None:
        return judged
    return Judged(criterion, judged.yes | (columns.live - columns.stated["contacted"]), no=judged.no)


def _education(criterion: Criterion, columns: Columns) -> Judged:
    if criterion.low is None:
        return Judged(criterion, BitMap())
    return _between(criterion, columns, "education", criterion.low, criterion.high, lambda _: 0.0)


_JUDGES: dict[str, Callable[[Criterion, Columns], Judged]] = {
    "title": _title,
    "skill": _with_number("skills", "skill_years", 1.0),
    "language": _with_number("languages", "language_levels", 1.0),
    "company": _company,
    "place": _place,
    "years": _range("years", lambda years: max(1.0, years * (1 - NEAR_YEARS))),
    "seniority": _range("seniority", lambda _: 1.0),
    "education": _education,
    "stage": _range("stage", lambda _: 0.0),
    "applied": _range("applied", lambda _: 0.0),
    "updated": _range("updated", lambda _: 0.0),
    "contacted": _contacted,
    "outcome": _members("outcomes", closed=True),
    "reason": _reason,
    "job": _members("jobs", closed=False),
    "tag": _members("tags", closed=False),
    "source": _members("source", closed=True),
    "name": lambda criterion, _: Judged(criterion, BitMap()),
}
