"""A filter in our own words, compiled by each engine. Values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Match:
    """Any of these values in a keyword field."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """A number in a field; None: open on that side."""

    field: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Near:
    latitude: float
    longitude: float
    radius_km: float


@dataclass(frozen=True, slots=True)
class Empty:
    """The field is not stated."""

    field: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """These normalised words, adjacent, in the person's text."""

    words: str


@dataclass(frozen=True, slots=True)
class Ids:
    """These points only."""

    ids: tuple[int, ...]


Condition = Match | Between | Near | Empty | Phrase | Ids


@dataclass(frozen=True, slots=True)
class Where:
    """All of ``must``; of each tuple in ``any_of`` at least one; none of ``must_not``."""

    must: tuple[Condition, ...] = ()
    any_of: tuple[tuple[Condition, ...], ...] = ()
    must_not: tuple[Condition, ...] = ()

    def __and__(self, other: Where) -> Where:
        return Where(self.must + other.must, self.any_of + other.any_of, self.must_not + other.must_not)


ALL = Where()
