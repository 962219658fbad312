"""Which stretches of a question are negated, required, or nice to have. English and Swedish cue words.

A scope runs from its cue to the next break of its kind; "X is a plus" and "X krävs" reach back to the last comma.
"""

from __future__ import annotations

import re
from typing import Literal

Scope = tuple[int, int]

_NOT = re.compile(
    r"(?<!\w)(?:not|no|without|except(?: for)?|excluding|other than|never|"
    r"inte|ej|utan|förutom|inga|ingen|exkludera)(?!\w)",
    re.I,
)
_WANT = re.compile(
    r"(?<!\w)(?:nice[- ]to[- ]have[s]?|preferably|ideally|preferred|bonus|would be nice|gärna|meriterande|"
    r"helst|önskvärt|plus(?: if| är)?|fördel)(?!\w):?", re.I,
)  # fmt: skip
_MUST = re.compile(
    r"(?<!\w)(?:must(?: have| know| be)?|required?|requires|requirement[s]?|needs?|mandatory|krav|kräver|krävs|måste|"
    r"ska kunna|skall|nödvändigt)(?!\w):?", re.I,
)  # fmt: skip
_NOT_ENDS = re.compile(r"[,;.!?\n]|(?<!\w)(?:but|and|with|men|och|med|who|som)(?!\w)", re.I)
_CUE_ENDS = re.compile(r"[;.!?\n]")


def find_scopes(text: str) -> dict[Literal["not", "want", "must"], list[Scope]]:
    return {
        "not": [(m.start(), _end(_NOT_ENDS, text, m.end())) for m in _NOT.finditer(text)],
        "want": [_around(text, m, _MUST) for m in _WANT.finditer(text)],
        "must": [_around(text, m, _WANT) for m in _MUST.finditer(text)],
    }


def inside(scopes: list[Scope], start: int, end: int) -> bool:
    return any(left <= start and end <= right for left, right in scopes)


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.search(text, start)
    return found.start() if found else len(text)


def _around(text: str, cue: re.Match[str], other: re.Pattern[str]) -> Scope:
    """Backwards to the last comma where the cue closes its phrase ("Go is a plus"), else forwards."""
    rest = text[cue.end() :].lstrip()
    if not rest or rest[0] in ",;.)!":
        left = max(text.rfind(mark, 0, cue.start()) for mark in ",;.(\n") + 1
        return left, cue.end()
    stop = _end(_CUE_ENDS, text, cue.end())
    following = other.search(text, cue.end(), stop)
    return cue.start(), following.start() if following else stop
