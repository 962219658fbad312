"""A date as people and systems write it -> ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?|(\d{4})(\d\d)(\d\d)", re.ASCII)
_PARTIAL = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2]))?", re.ASCII)
_DAY_OR_MONTH = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ ,].*)?", re.ASCII)
_NAMED = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?\.? )?([a-zåäö]{3,9})\.?(?: (\d{1,2})(?:st|nd|rd|th)?,)? (\d{4})", re.ASCII
)
_MONTHS = ("jan", "feb", "mar", "apr", "may maj", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec")
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}


def date_of(value: str, *, day_first: bool | None = None) -> str | None:
    """None: not a date, or one that cannot be told.

    ``05/01/2024`` is January to some and May to others; day_first says which, where it is known.
    """
    value = " ".join(value.split())
    if match := _YEAR_FIRST.fullmatch(value):
        year, month, day = (match.group(n) or match.group(n + 3) for n in (1, 2, 3))
        return _real(year, month, day)
    if _PARTIAL.fullmatch(value):
        return value
    if match := _DAY_OR_MONTH.fullmatch(value):
        first, mark, second, year = match.groups()
        if mark == "." or day_first or (day_first is None and int(first) > 12) or first == second:
            return _real(year, second, first)
        return _real(year, first, second) if day_first is False or int(second) > 12 else None
    if match := _NAMED.fullmatch(value.lower()):
        before, name, after, year = match.groups()
        named = _MONTH_OF.get(name[:3])
        return (
            (_real(year, str(named), before or after or "1") or "")[: 10 if before or after else 7] if named else None
        )
    return None


def is_day_first(values: Iterable[str]) -> bool | None:
    """How a whole column writes its dates, by those that can only be read one way; None: none can, or both ways."""
    ways = set()
    for value in values:
        if (match := _DAY_OR_MONTH.fullmatch(value.strip())) and match.group(2) != ".":
            ways |= {True} if int(match.group(1)) > 12 else {False} if int(match.group(3)) > 12 else set()
    return ways.pop() if len(ways) == 1 else None


def _real(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
