"""Times as a question names them: a year, a month, a season, a date, "the last six months". English and Swedish."""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = (
    r"jan(?:uary|uari)?", r"feb(?:ruary|ruari)?", r"mar(?:ch|s)?", r"apr(?:il)?", r"ma[yj]", r"june?|juni",
    r"july?|juli", r"aug(?:ust|usti)?", r"sep(?:t(?:ember)?)?", r"o[ck]t(?:ober)?", r"nov(?:ember)?", r"dec(?:ember)?",
)  # fmt: skip
_SEASONS = ((3, r"spring|våren"), (6, r"summer|sommaren"), (9, r"autumn|fall|hösten"), (12, r"winter|vintern"))
_NUMBERS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "nine": 9, "twelve": 12, "couple of": 2,
    "few": 3, "en": 1, "ett": 1, "två": 2, "tre": 3, "fyra": 4, "fem": 5, "sex": 6, "nio": 9, "tolv": 12, "några": 3,
}  # fmt: skip
_UNITS = (
    (1, r"days?|dag(?:ar(?:na)?)?"), (7, r"weeks?|veck(?:an?|or(?:na)?)"), (30.44, r"months?|månad(?:er(?:na)?|en)?"),
    (365.25, r"years?|år(?:en|et)?"),
)  # fmt: skip
_month = "|".join(f"(?P<m{n}>{words})" for n, words in enumerate(_MONTHS, 1))
_season = "|".join(f"(?P<s{month}>{words})" for month, words in _SEASONS)
_unit = "|".join(f"(?P<u{n}>{words})" for n, (_, words) in enumerate(_UNITS))
POINT = (
    rf"(?:(?P<iso>20\d\d-[01]\d(?:-[0-3]\d)?)|(?:(?:the |last |this |förra |i )?(?:{_month}|{_season})\.?)"
    rf"(?:\s+(?:of\s+)?(?P<of>20\d\d))?|(?P<year>20\d\d)|(?P<past>last year|förra året|i fjol))(?!\w)"
)
"""A moment that a period begins at."""
SPAN = rf"(?:(?:the |de )?(?:last|past|senaste)\s+)?(?:(?P<number>\d{{1,3}}|{'|'.join(_NUMBERS)})\s+)?(?:{_unit})(?!\w)"
"""So long, until today."""


def start_of(match: re.Match[str], today: date) -> date | None:
    """The first day of what POINT found, the latest that is not to come. None: there is no such day."""
    said = match.groupdict()
    try:
        if said["iso"]:
            return date.fromisoformat(said["iso"] if len(said["iso"]) == 10 else f"{said['iso']}-01")
        if said["past"]:
            return date(today.year - 1, 1, 1)
        if said["year"]:
            return date(int(said["year"]), 1, 1)
    except ValueError:
        return None
    month = next(int(name[1:]) for name, word in said.items() if word and name[0] in "ms")
    year = int(said["of"]) if said["of"] else today.year - (date(today.year, month, 1) > today)
    return date(year, month, 1)


def ago(match: re.Match[str], today: date) -> date:
    """The day so long ago as SPAN found."""
    said = match.groupdict()
    number = said["number"]
    count = 1 if number is None else _NUMBERS.get(number.lower()) or int(number)
    days = next(length for n, (length, _) in enumerate(_UNITS) if said[f"u{n}"])
    return today - timedelta(days=min(round(count * days), 36_500))
