"""Words that state a degree of something: seniority, language level, education. English and Swedish."""

from __future__ import annotations

import re

SENIORITY: dict[int, str] = {
    1: r"junior|jr\.?|entry[- ]level|trainee|intern|graduate|nyutexaminerad|praktikant",
    3: r"senior|sr\.?|experienced|erfaren|specialist",
    4: r"lead|principal|staff|head|manager|chef|ledare|ansvarig|supervisor|arbetsledare",
    5: r"director|vp|vice president|chief|ceo|cfo|cto|coo|vd|direktör|verkställande",
}
"""1 junior, 2 (nothing said), 3 senior, 4 lead or manager, 5 executive."""

SENIORITY_LABELS = {1: "junior", 2: "mid-level", 3: "senior", 4: "lead or manager", 5: "executive"}

CEFR: tuple[tuple[float, str], ...] = (
    (7, r"native|mother tongue|first language|bilingual|modersmål|tvåspråkig"),
    (6, r"c2|full professional|mastery"),
    (5, r"c1|fluent|fluently|flytande|advanced|avancerad|mycket god[a]?|proficient|excellent|utmärkt"),
    (4, r"b2|upper intermediate|professional working|professional|working proficiency|very good|god[a]?|good"),
    (3, r"b1|intermediate|medel|conversational|limited working"),
    (2, r"a2|elementary|some|viss|vissa|lite"),
    (1, r"a1|basic|basics|beginner|grundläggande|nybörjare"),
)
"""Level 1 (A1) .. 6 (C2), 7 native. The first that matches counts, so the higher stand first."""

EDUCATION: tuple[tuple[int, str, str], ...] = (
    (5, "doctorate", r"ph\.?\s?d\.?|doctorate|doctoral|doctor of|doktor(?:sexamen|and)?|licentiat"),
    (
        4,
        "master",
        r"master(?:'s|s|examen|exam)?|m\.?sc\.?|m\.?b\.?a\.?|m\.a\.|m\.ed\.?|m\.s\.|(?-i:MS|MA)|magister(?:examen)?|civilingenjör|"
        r"civilekonom|läkarexamen|juristexamen|psykologexamen|j\.?d\.?|juris doctor",
    ),
    (
        3,
        "bachelor",
        r"bachelor(?:'s|s)?|b\.?sc\.?|b\.a\.?|b\.s\.?|b\.?b\.?a\.?|b\.?f\.?a\.?|kandidat(?:examen)?|högskoleingenjör|"
        r"högskoleexamen|sjuksköterskeexamen|lärarexamen|socionom(?:examen)?|undergraduate degree|(?-i:BS|BA)",
    ),
    (
        2,
        "vocational",
        r"associate(?:'s|s)?(?: of| degree| in)|a\.a\.?s?\.?|diploma in|yrkeshögskol\w*|yh-examen|yrkesexamen|vocational|"
        r"certificate program|apprenticeship|"
        r"lärling\w*|kvalificerad yrkesutbildning",
    ),
    (
        1,
        "secondary",
        r"high school|secondary school|secondary|ged|gymnasie\w*|gymnasium|studentexamen|\w+programmet|upper secondary|"
        r"h\.?s\.? diploma|general education diploma",
    ),
)
"""(number, level, words). The highest first."""

_CEFR = [(level, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.I)) for level, words in CEFR]
_SENIORITY = {level: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.I) for level, words in SENIORITY.items()}
_EDUCATION = [(number, level, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.I)) for number, level, words in EDUCATION]


def language_level(text: str) -> tuple[float, re.Match[str]] | None:
    """The CEFR level that words state, with the match."""
    for level, pattern in _CEFR:
        if match := pattern.search(text):
            return level, match
    return None


def seniority_of(title: str) -> int:
    """1 .. 5 from a title's own words; 2 when it says nothing."""
    found = [level for level, pattern in _SENIORITY.items() if pattern.search(title)]
    return max(found, default=2)


def seniority_words(text: str) -> tuple[int, re.Match[str]] | None:
    """The first seniority word that a question uses as such (junior, senior, lead …)."""
    for level in (1, 3, 4, 5):
        if match := _SENIORITY[level].search(text):
            return level, match
    return None


def education_level(text: str) -> tuple[int, str, re.Match[str]] | None:
    """(number, level, match) of the highest education that a text names."""
    for number, level, pattern in _EDUCATION:
        if match := pattern.search(text):
            return number, level, match
    return None
