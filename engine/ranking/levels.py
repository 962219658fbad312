"""Verdicts of all criteria -> who is kept, and at which level. Exact over the workspace.

3 full    every must and want is yes
2 close   one want missing; or every must yes or just outside a range, at least one just outside, wants all yes
1 some    the others kept, with at least one yes
0 unknown kept, but nothing asked is known of them; also everyone when nothing was asked that can be judged
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from engine.index.columns import Columns
from engine.index.rows import among, to_bitmap
from engine.ranking.results import Counts
from engine.ranking.verdicts import Judged

EXACT = 0.999
"""How well a name fits that is the very name asked for."""


@dataclass(frozen=True)
class Levels:
    """``of[level]``: rows. ``kept`` is their union."""

    of: dict[int, BitMap]
    kept: BitMap
    dropped_for_empty: dict[str, int]

    def level(self, row: int) -> int:
        return next((level for level in (3, 2, 1) if row in self.of[level]), 0)

    def levels(self, rows: NDArray[np.uint32]) -> NDArray[np.float64]:
        """``level`` of each row."""
        found, here = np.zeros(len(rows)), to_bitmap(rows)
        for level in (1, 2, 3):
            found[among(rows, self.of[level] & here)] = level
        return found

    def counts(self, columns: Columns) -> Counts:
        ats = columns.any_of("source", ("ats",))
        return Counts(
            total=len(self.kept),
            levels={level: len(rows) for level, rows in sorted(self.of.items(), reverse=True)},
            ats=len(self.kept & ats),
            outside=len(self.kept - ats),
            not_stated_dropped=self.dropped_for_empty,
        )


def find_levels(judged: Sequence[Judged], live: BitMap, named: Mapping[int, float] | None = None) -> Levels:
    """named: rows that the question names (e-mail, phone, name) and how well each fits, 0..1.

    Who fits best is full, the other likely ones and whoever else was full are close: nobody passes the person
    named. A filter holds for them too.
    """
    kept = _kept(judged, live)
    asked = [j for j in judged if j.criterion.weight != "not"]
    of = _levels(asked, kept)
    fits = named or {}
    if likely := BitMap(fits) & kept:
        sure = BitMap(row for row in likely if fits[row] >= EXACT) or likely
        of = {level: rows - likely for level, rows in of.items()}
        of = {3: sure, 2: of[2] | of[3] | (likely - sure), 1: of[1], 0: of[0]}
    return Levels(of, kept, _dropped_for_empty(judged, live))


def _keeps(one: Judged, rows: BitMap) -> BitMap:
    """The rows that one criterion does not exclude."""
    criterion = one.criterion
    if criterion.weight == "not":
        return rows - one.yes
    if criterion.explicit and criterion.weight == "must":
        return rows & one.yes
    return rows - one.no if criterion.weight == "must" else rows


def _kept(judged: Sequence[Judged], live: BitMap, leave_out: Judged | None = None) -> BitMap:
    rows = BitMap(live)
    for one in judged:
        if one is not leave_out:
            rows = _keeps(one, rows)
    return rows


def _dropped_for_empty(judged: Sequence[Judged], live: BitMap) -> dict[str, int]:
    """Of each typed or clicked must: how many pass all else and are dropped only because nothing is stated."""
    found = {}
    for one in judged:
        if one.criterion.explicit and one.criterion.weight == "must":
            others = _kept(judged, live, leave_out=one)
            found[one.criterion.label] = len(others - one.yes - one.close - one.no)
    return {label: count for label, count in found.items() if count}


def _levels(asked: Sequence[Judged], kept: BitMap) -> dict[int, BitMap]:
    if not asked:
        return {3: BitMap(), 2: BitMap(), 1: BitMap(), 0: kept}
    musts = [j for j in asked if j.criterion.weight == "must"]
    wants = [j for j in asked if j.criterion.weight == "want"]
    some_yes = kept & BitMap.union(BitMap(), *(j.yes for j in asked))
    musts_yes, wants_yes = _all_yes(musts, kept), _all_yes(wants, kept)
    full = musts_yes & wants_yes
    one_missing = BitMap()
    for missing in wants:
        one_missing |= _all_yes([w for w in wants if w is not missing], musts_yes) - missing.yes
    nearly = BitMap(kept)
    for must in musts:
        nearly &= must.yes | must.close
    close = ((one_missing | (nearly & wants_yes)) & some_yes) - full
    return {3: full, 2: close, 1: some_yes - full - close, 0: kept - some_yes - full - close}


def _all_yes(judged: Sequence[Judged], among: BitMap) -> BitMap:
    rows = BitMap(among)
    for one in judged:
        rows &= one.yes
    return rows
