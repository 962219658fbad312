"""Education and languages with spans."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.facts.dates import find_years
from engine.facts.sections import Section
from engine.lexicon import Lexicon, Mention
from engine.lexicon.levels import education_level, language_level
from engine.records import Education, Fact, Span
from engine.text import normalise

_SCHOOL = re.compile(
    r"[^,;:|\n•–—(]*\b(?:University|College|School|Institute|Academy|[Uu]niversitet\w*|[Hh]ögskola\w*|[Gg]ymnasi\w*|"
    r"[Ss]kola\w*|KTH|Chalmers)\b[^,;:|\n•–—)]*"
)
_BESIDE_LANGUAGES = frozenset(
    """and or in language languages fluent fluently native bilingual speaker speaking speak written spoken verbal
    conversational basic proficient read write reading writing level some working knowledge of och i flytande
    modersmal goda grundlaggande kunskaper tal skrift""".split()
)
_VOCATIONAL = re.compile(
    r"\W*(?:associates?|diploma|certificates?|A\.?A\.?S\.?|A\.?S\.?)(?=\s*[:,-]|\s+[A-Z0-9])", re.I
)
_FIELD = re.compile(r"\s*(?:degree|examen)?\s*(?:[:,–-]\s*|\b(?:in|of|i|inom)\b\s+)([^\n,;:|•–—(]{3,60})", re.I)


def find_education(document_id: str, text: str, sections: list[Section]) -> list[Education]:
    """One entry a line that names a degree, in education sections; year and school from it or the next line."""
    found = []
    for section in (s for s in sections if s.kind == "education"):
        for start, end in _lines(text, section):
            line = text[start:end]
            if named := education_level(line):
                _, level, match = named
            elif opening := _VOCATIONAL.match(line):
                level, match = "vocational", opening
            else:
                continue
            after = text.find("\n", end + 1, section.end)
            near = text[start : after if after > 0 else section.end]
            years = find_years(near)
            field = _FIELD.match(line, match.end())
            school = _SCHOOL.search(near)
            found.append(
                Education.model_validate(
                    {
                        "degree": line[match.start() : field.end() if field else match.end()].strip(),
                        "level": level,
                        "field": field[1].strip() if field else None,
                        "school": school.group().strip() if school else None,
                        "end": max(years) if years else None,
                        "span": Span(document_id=document_id, start=start, end=end),
                    }
                )
            )
    return found


def find_languages(document_id: str, text: str, sections: list[Section], lexicon: Lexicon) -> list[Fact]:
    """Languages of a language section, items of a skills section that are nothing else, and elsewhere those with a
    level beside them ("fluent in Spanish")."""
    listed = [(s.start, s.end) for s in sections if s.kind == "languages"]
    skills = [(s.start, s.end) for s in sections if s.kind == "skills"]
    facts = []
    for mention in lexicon.find(text, ("language",)):
        inside = any(start <= mention.start < end for start, end in listed)
        level = _level_beside(text, mention.start, mention.end, inside)
        item = any(start <= mention.start < end for start, end in skills) and is_language_item(text, mention, lexicon)
        if inside or item or level is not None:
            facts.append(
                Fact(
                    kind="language",
                    value=mention.concept.id,
                    label=mention.concept.label,
                    number=level,
                    span=Span(document_id=document_id, start=mention.start, end=mention.end),
                )
            )
    return facts


def is_language_item(text: str, mention: Mention, lexicon: Lexicon) -> bool:
    """Whether the item around a language names nothing else: "Spanish and English (fluent)", not "English arts"."""
    before = re.split(r"[,;\n•|*.]", text[max(0, mention.start - 60) : mention.start])[-1]
    after = re.split(r"[,;\n•|*.]", text[mention.end : mention.end + 60])[0]
    rest = before + " " + after
    for other in reversed(lexicon.find(rest, ("language",))):
        rest = rest[: other.start] + " " + rest[other.end :]
    return not set(normalise(rest).split()) - _BESIDE_LANGUAGES


def _level_beside(text: str, start: int, end: int, inside: bool) -> float | None:
    """The level stated in the same item: after the name in a list, around it in a sentence."""
    stop = re.compile(r"[,;\n•|]" if inside else r"[;\n•|.]")
    close = stop.search(text, end)
    after = text[end : min(close.start() if close else len(text), end + 45)]
    if found := language_level(after):
        return found[0]
    before = re.split(r"[,;\n•|.]", text[max(0, start - 30) : start])[-1]
    found = language_level(before)
    return found[0] if found else None


def _lines(text: str, section: Section) -> Iterator[tuple[int, int]]:
    place = section.start
    for line in text[section.start : section.end].splitlines(keepends=True):
        if line.strip():
            yield place, place + len(line.rstrip())
        place += len(line)
