"""Date ranges as CVs write them -> YYYY or YYYY-MM with spans. English and Swedish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = (
    "january|jan|januari", "february|feb|februari", "march|mar|mars", "april|apr", "may|maj", "june|jun|juni",
    "july|jul|juli", "august|aug|augusti", "september|sept|sep", "october|oct|oktober|okt", "november|nov",
    "december|dec",
)  # fmt: skip
_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split("|")}
_NAME = "|".join(sorted(_NUMBER, key=len, reverse=True))
_YEAR = r"(?:19[5-9]\d|20[0-4]\d)"
_POINT = (
    rf"(?:(?:{_NAME})\.?,?\s+(?:\d{{1,2}},\s+)?{_YEAR}|(?:{_NAME})\.?\s?['’]\d{{2}}|(?:0?[1-9]|1[0-2])\s?[/.-]\s?{_YEAR}"
    rf"|{_YEAR}[-/.](?:0[1-9]|1[0-2])(?:-\d\d)?(?![\d])|{_YEAR})"
)
_NOW = r"(?:current(?:ly)?|present|now|today|ongoing|date|pågående|nuvarande|nu|idag|tills vidare|fortfarande)"
_RANGE = re.compile(
    rf"(?<![\w/-])(?P<start>{_POINT})\s*(?:to|till|until|through|[-–—‑]+|â€“|ï¼\W?|&ndash;)\s*(?:(?P<now>{_NOW})|(?P<end>{_POINT}))(?!\w)",
    re.I,
)
_SINCE = re.compile(rf"(?<!\w)(?:since|sedan|från och med|fr\.o\.m\.)\s+(?P<start>{_POINT})(?!\w)", re.I)
_SINGLE = re.compile(rf"(?<![\w/]){_POINT}(?!\w)", re.I)


@dataclass(frozen=True, slots=True)
class DateRange:
    """``text[at:to]`` states it. ``start``, ``end``: YYYY or YYYY-MM. ``end`` None with current."""

    start: str
    end: str | None
    current: bool
    at: int
    to: int


def find_ranges(text: str, start: int = 0, end: int | None = None) -> Iterator[DateRange]:
    """Ranges in order. A range whose end lies before its start is read as a single date and left out."""
    stop = len(text) if end is None else end
    matches = [*_RANGE.finditer(text, start, stop), *_SINCE.finditer(text, start, stop)]
    for match in sorted(matches, key=lambda m: m.start()):
        first = read_point(match["start"])
        groups = match.groupdict()
        last = read_point(groups["end"]) if groups.get("end") else None
        if first is None or (last is not None and last[:4] < first[:4]):
            continue
        yield DateRange(first, last, last is None, match.start(), match.end())


def find_years(text: str, start: int = 0, end: int | None = None) -> list[str]:
    """Every single date's value, in order."""
    return [value for _, _, value in find_points(text, start, end)]


def find_points(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, str]]:
    """(at, to, value) of every single date, those of ranges too."""
    for match in _SINGLE.finditer(text, start, len(text) if end is None else end):
        if value := read_point(match.group()):
            yield match.start(), match.end(), value


def read_point(words: str) -> str | None:
    """``July 2011`` -> ``2011-07``; ``06/2015`` -> ``2015-06``; ``2014`` -> ``2014``; else None."""
    words = words.strip().lower()
    if match := re.fullmatch(rf"({_NAME})\.?,?\s*(?:\d{{1,2}},\s+)?(?:(\d{{4}})|['’](\d{{2}}))", words):
        year = match[2] or (("19" if int(match[3]) > 50 else "20") + match[3])
        return f"{year}-{_NUMBER[match[1]]:02d}"
    if match := re.fullmatch(r"(\d{1,2})\s?[/.-]\s?(\d{4})", words):
        return f"{match[2]}-{int(match[1]):02d}"
    if match := re.fullmatch(r"(\d{4})[-/.](\d{2})(?:-\d\d)?", words):
        return f"{match[1]}-{match[2]}"
    return words if re.fullmatch(r"\d{4}", words) else None


def month_index(value: str, *, last: bool = False) -> int:
    """Months since year 0. A bare year is its January, or with ``last`` its December."""
    year, _, rest = value.partition("-")
    return int(year) * 12 + (int(rest[:2]) - 1 if rest else 11 if last else 0)


def years_covered(spans: list[tuple[str, str | None]], today: date) -> float | None:
    """Years in the union of (start, end or None for now) spans, one decimal; None without spans.

    A span of bare years counts from January to January, so that 2014–2016 is two years.
    """
    now = today.year * 12 + today.month - 1
    months: list[tuple[int, int]] = []
    for start, end in spans:
        first = month_index(start)
        until = now + 1 if end is None else month_index(end) + (1 if "-" in end else 0)
        months.append((first, min(max(until, first + 1), now + 1)))
    if not months:
        return None
    total, reach = 0, -1
    for first, until in sorted(months):
        total += max(0, until - max(first, reach))
        reach = max(reach, until)
    return round(total / 12, 1)
