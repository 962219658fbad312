"""What a person truly is to a question: by the law of docs/ranking.md and the structured truth, in code of its own.

Nothing of the engine is imported: where it reads a CV or a question wrongly, this does not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.suites.recruiting.candidates import Candidate
from eval.suites.recruiting.words import LEVELS, TITLES, TOWNS

Kind = Literal[
    "title", "skill", "town", "years", "seniority", "language", "degree", "stage", "outcome", "reason", "applied"
]
Verdict = Literal["yes", "close", "no", "not stated"]
Weight = Literal["must", "want", "not"]
DEGREE_RANK = {"bachelor": 3, "master": 4, "doctorate": 5}
RADIUS_KM, NEAR = 40.0, 1.6


@dataclass(frozen=True)
class Need:
    """One condition of a question. value: any of them does. number: years at least, level, rank, or a year."""

    kind: Kind
    value: tuple[str, ...] = ()
    number: float | None = None
    weight: Weight = "must"
    explicit: bool = False
    """Typed as an operator: whoever does not say it is left out."""


def verdict(need: Need, one: Candidate) -> Verdict:
    return _OF[need.kind](need, one)


def level(needs: Sequence[Need], one: Candidate) -> int | None:
    """3 full .. 0 unknown; None: left out. Needs of weight "not" leave out whoever meets them."""
    said = [(need, verdict(need, one)) for need in needs]
    for need, found in said:
        if need.weight == "not" and found == "yes":
            return None
        if need.weight == "must" and (found == "no" or (need.explicit and found != "yes")):
            return None
    musts = [found for need, found in said if need.weight == "must"]
    wants = [found for need, found in said if need.weight == "want"]
    some = any(found == "yes" for found in (*musts, *wants))
    if all(found == "yes" for found in musts):
        if all(found == "yes" for found in wants):
            return 3 if some else 0
        if sum(found != "yes" for found in wants) == 1 and some:
            return 2
    if all(found in ("yes", "close") for found in musts) and all(found == "yes" for found in wants) and some:
        return 2
    return 1 if some else 0


def forbidden(needs: Sequence[Need], one: Candidate) -> bool:
    """Has what was asked not to be had."""
    return any(need.weight == "not" and verdict(need, one) == "yes" for need in needs)


def _title(need: Need, one: Candidate) -> Verdict:
    if not one.titled:
        return "not stated"
    held = {role.title for role in one.roles}
    kinds = held | {broader for title in held for broader in TITLES[title].broader} if held else held
    return "yes" if kinds & set(need.value) else "no"


def _skill(need: Need, one: Candidate) -> Verdict:
    return "yes" if set(one.skills) & set(need.value) else "not stated"


def _town(need: Need, one: Candidate) -> Verdict:
    if one.town is None:
        return "not stated"
    away = min(_km(one.town, town) for town in need.value)
    # Just outside is close: the engine's word for a must is "no" only beyond that.
    return "yes" if away <= RADIUS_KM else "close" if away <= RADIUS_KM * NEAR else "no"


def _km(a: str, b: str) -> float:
    (north, east, _), (south, west, _) = TOWNS[a], TOWNS[b]
    half = (
        math.sin(math.radians(north - south) / 2) ** 2
        + math.cos(math.radians(north)) * math.cos(math.radians(south)) * math.sin(math.radians(east - west) / 2) ** 2
    )
    return 2 * 6371 * math.asin(math.sqrt(half))


def _years(need: Need, one: Candidate) -> Verdict:
    if not (one.dated and one.titled):
        return "not stated"
    asked = need.number or 0.0
    return "yes" if one.years >= asked else "close" if one.years >= asked - max(1.0, 0.2 * asked) else "no"


def _seniority(need: Need, one: Candidate) -> Verdict:
    newest = one.roles[0].seniority
    if not one.titled or not newest:
        return "not stated"
    return "yes" if newest in need.value else "no"


def _language(need: Need, one: Candidate) -> Verdict:
    said = [one.spoken[language] for language in need.value if language in one.spoken]
    if not said:
        return "not stated"
    if need.number is None:
        return "yes"
    known = [number for level in said if (number := LEVELS[level][2]) is not None]
    if not known:
        return "not stated"
    return "yes" if max(known) >= need.number else "close" if max(known) >= need.number - 1 else "no"


def _degree(need: Need, one: Candidate) -> Verdict:
    if one.degree is None:
        return "not stated"
    return "yes" if DEGREE_RANK[one.degree] >= (need.number or 0) else "no"


def _stage(need: Need, one: Candidate) -> Verdict:
    if not one.applied:
        return "not stated"
    return "yes" if max(applied.rank for applied in one.applied) >= (need.number or 0) else "no"


def _outcome(need: Need, one: Candidate) -> Verdict:
    if not one.applied:
        return "not stated"
    return "yes" if any(applied.outcome in need.value for applied in one.applied) else "no"


def _reason(need: Need, one: Candidate) -> Verdict:
    if not one.applied:
        return "not stated"
    return "yes" if any(applied.reason in need.value for applied in one.applied) else "no"


def _applied(need: Need, one: Candidate) -> Verdict:
    if not one.applied:
        return "not stated"
    return "yes" if max(int(applied.day[:4]) for applied in one.applied) >= (need.number or 0) else "no"


_OF = {
    "title": _title, "skill": _skill, "town": _town, "years": _years, "seniority": _seniority, "language": _language,
    "degree": _degree, "stage": _stage, "outcome": _outcome, "reason": _reason, "applied": _applied,
}  # fmt: skip
