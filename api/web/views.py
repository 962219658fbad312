"""What the search page shows, made from an answer: chips, tabs, addresses. Pure; knows no HTTP and no ledger."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from api.questions import key_of
from api.schemas import SearchOut
from engine.query.criteria import Criterion
from engine.records import Position

Params = tuple[tuple[str, str], ...]

LEVELS = {3: "Full match", 2: "Close match", 1: "Some match", 0: "Unknown"}
LEVEL_HELP = {
    3: "Everything asked for is stated",
    2: "One wish is missing, or a number is just outside its range",
    1: "Some of what was asked for is stated",
    0: "Nothing asked for is stated",
}
_DATES = re.compile(r"[\w./]*\s*\d{4}(-\d\d)?\s*[-–—]\s*([\w./]*\s*\d{4}(-\d\d)?|\w+)", re.UNICODE)
VERDICT = {"yes": ("yes", "✓"), "no": ("no", "✕"), "not stated": ("unstated", "?")}

# Which address parameters a filter's chip takes away.
_FILTER_PARAMS: dict[str, tuple[str, ...]] = {
    "source": ("source",),
    "place": ("place", "radius_km"),
    "years": ("years_min", "years_max"),
    "stage": ("stage_min",),
    "job": ("job",),
    "applied": ("applied_after", "applied_before"),
    "updated": ("updated_after", "updated_before"),
}


@dataclass(frozen=True)
class Chip:
    label: str
    kind: str
    weight: str
    href: str
    """The address without it (or, for one that was taken away, with it again)."""
    expanded: tuple[str, ...] = ()
    is_filter: bool = False


@dataclass(frozen=True)
class Tab:
    label: str
    count: int
    href: str
    current: bool
    help: str


def address(params: Iterable[tuple[str, str]], *, drop: Iterable[str] = (), **changed: str) -> str:
    """``/search?…`` with parameters changed or left out; every change starts at the first page."""
    gone = {*drop, *changed, "cursor"}
    kept = [(name, value) for name, value in params if name not in gone and value]
    pairs = [*kept, *((name, value) for name, value in changed.items() if value)]
    return "/search?" + urlencode(pairs) if pairs else "/search"


def chips(answer: SearchOut, params: Params) -> list[Chip]:
    """One for each criterion, in order; taking one away is a link."""
    return [
        Chip(
            label=criterion.label,
            kind=criterion.kind,
            weight=criterion.weight,
            href=_without(criterion, params),
            expanded=criterion.expanded,
            is_filter=criterion.explicit and not criterion.words,
        )
        for criterion in answer.criteria
    ]


def _without(criterion: Criterion, params: Params) -> str:
    if criterion.words or not criterion.explicit:
        return address((*params, ("without", key_of(criterion))))
    if names := _FILTER_PARAMS.get(criterion.kind):
        return address(params, drop=names)
    kept = [pair for name, value in params for pair in _skills_left(name, value, criterion.label)]
    return address(kept)


def _skills_left(name: str, value: str, gone: str) -> list[tuple[str, str]]:
    """The skill field holds several, commas between: it without one."""
    if name != "skill":
        return [(name, value)]
    left = ", ".join(word.strip() for word in value.split(",") if not _same(word, gone))
    return [(name, left)] if left else []


def _same(left: str, right: str) -> bool:
    return left.casefold().strip() == right.casefold().strip()


def taken_away(params: Params) -> list[Chip]:
    """Criteria that the reader removed: a link puts each back."""
    found = []
    for name, value in params:
        if name == "without":
            kind, _, label = value.partition(":")
            kept = [pair for pair in params if pair != (name, value)]
            found.append(Chip(label=label, kind=kind, weight="off", href=address(kept)))
    return found


def tabs(answer: SearchOut, params: Params, level: int | None) -> list[Tab]:
    """All, then each level with its exact count."""
    everyone = Tab("All", answer.counts.total, address(params, drop=("level",)), level is None, "Everyone found")
    return [
        everyone,
        *(
            Tab(
                name,
                answer.counts.levels.get(str(value), 0),
                address(params, level=str(value)),
                level == value,
                LEVEL_HELP[value],
            )
            for value, name in LEVELS.items()
        ),
    ]


def duties(position: Position) -> str:
    """What was done, without the lines that only say again title, employer and dates."""
    lines = [line.strip() for line in position.text.splitlines() if line.strip()]
    said = [word.casefold() for word in (position.title, position.employer) if word]
    while lines and (any(word in lines[0].casefold() for word in said) or _DATES.fullmatch(lines[0])):
        lines.pop(0)
    return "\n".join(lines)


def age(observed: str | None, today: date) -> str:
    """``2024-03`` -> ``March 2024, 2 years ago``; empty when unknown."""
    if not observed:
        return ""
    parts = [int(part) for part in observed.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else None
    months = (today.year - year) * 12 + (today.month - (month or today.month))
    if months < 1:
        ago = "this month" if month else "this year"
    elif months < 12:
        ago = f"{months} month{'s' * (months > 1)} ago" if month else "last year"
    else:
        ago = f"{months // 12} year{'s' * (months // 12 > 1)} ago"
    return f"{date(year, month, 1):%b %Y}, {ago}" if month else f"{year}, {ago}"
