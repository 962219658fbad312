"""Years and radius in a question. English and Swedish."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "ett": 1, "två": 2, "tre": 3, "fyra": 4, "fem": 5, "sex": 6, "sju": 7, "åtta": 8, "nio": 9, "tio": 10, "a few": 3,
}  # fmt: skip
_N = rf"(?:\d{{1,2}}(?:[.,]\d)?|{'|'.join(_WORDS)})"
_YEARS = re.compile(
    rf"(?P<least>(?:at least|minimum(?: of)?|min\.?|more than|over|minst|mer än|över|från)\s+)?"
    rf"(?P<most>(?:at most|less than|under|max(?:imum)?|up to|högst|mindre än|upp till)\s+)?"
    rf"(?P<low>{_N})\s*(?P<plus>\+)?\s*(?:(?:-|–|to|till)\s*(?P<high>{_N})\s*)?(?:\+\s*)?(?:years?|yrs?|yr|års|år)(?!\w)\.?"
    rf"(?:[’']s?)?(?P<rest>\s*(?:of\s+)?(?:\w+\s+)?(?:experience|exp|erfarenhet|arbetslivserfarenhet))?",
    re.I,
)
# "2 years ago", "a 3 year contract": a number of years that asks for nothing
_NO_DEMAND = re.compile(r"\s*(?:ago|sedan|contract|gammal|old)(?!\w)", re.I)
_RADIUS = re.compile(
    r"(?:within|inom|max|radius(?: of)?|radie)\s+(?P<n>\d{1,4})\s*(?P<unit>km|kilometers?|kilometer|miles?|mil)"
    r"(?:\s+(?:of|from|around|från|av|runt|omkrets))?(?!\w)|(?P<n2>\d{1,4})\s*(?P<unit2>km|miles?|mil)\s+(?:from|of|från|around|runt)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Years:
    low: float | None
    high: float | None
    start: int
    end: int


def find_years(text: str) -> list[Years]:
    found = []
    for match in _YEARS.finditer(text):
        low: float | None = _number(match["low"])
        high = _number(match["high"]) if match["high"] else None
        if match["most"]:
            low, high = None, low if high is None else high
        elif not match["rest"] and _NO_DEMAND.match(text, match.end()):
            continue
        if low is not None and high is not None and low > high:
            low, high = high, low
        found.append(Years(low, high, match.start(), match.end()))
    return found


def find_radius(text: str) -> tuple[float, int, int] | None:
    """(km, start, end). A Swedish mil is ten km, an English mile 1.6."""
    match = _RADIUS.search(text)
    if not match:
        return None
    count, unit = float(match["n"] or match["n2"]), (match["unit"] or match["unit2"]).lower()
    factor = 10.0 if unit == "mil" else 1.609 if unit.startswith("mile") else 1.0
    return min(max(count * factor, 1.0), 20_000.0), match.start(), match.end()


def _number(words: str) -> float:
    return float(_WORDS.get(words.lower(), 0) or words.replace(",", "."))
