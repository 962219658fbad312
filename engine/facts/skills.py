"""Skills with spans: what the lexicon knows anywhere in the text, and the items of skill sections it does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.facts.sections import Section
from engine.lexicon import Lexicon
from engine.records import Fact, Span
from engine.text import normalise

_ITEM = re.compile(r"[^\n,;•·▪●|]+")
_EDGE = " \t\r.:*–—-/\\()[]​\xa0\"'”“’Â"
_GROUP = re.compile(r"^[^:]{2,40}:\s+")
_SOFT = re.compile(
    r"(?<!\w)(?:excellent|strong|effective|proven|great|good|superior|exceptional|outstanding|able|ability|skilled in|"
    r"team ?player|team-oriented|self[- ]\w+|detail\w*|results?[- ]\w+|motivated|organized|organised|organizational|"
    r"communicat\w*|interpersonal|hard ?work\w*|work ethic|fast learner|quick learner|reliable|dependable|punctual|"
    r"flexib\w*|creative|creativity|energetic|enthusiastic|friendly|positive|professional(?:ism)?|dedicated|driven|"
    r"multi-?task\w*|time management|problem solv\w*|critical thinking|attention to|under pressure|oriented|listening|"
    r"personable|adaptab\w*|resourceful|proactive|passionate|meticulous|efficient|trustworthy|honest|goal|initiative|"
    r"noggrann|driven|social|flexibel|ansvarsfull|lagspelare|stresstålig|självgående|prestigelös|positiv|engagerad)",
    re.I,
)
_LONGEST_WORDS, _LONGEST_LETTERS = 5, 48


def find_skills(document_id: str, text: str, sections: list[Section], lexicon: Lexicon) -> list[Fact]:
    """One fact a mention. ``value`` is the concept id, or for an unknown item its normalised words."""
    listed = [s for s in sections if s.kind == "skills"]
    facts: list[Fact] = []
    taken: list[tuple[int, int]] = []
    for section in listed:
        taken.append((section.start, section.end))
        facts.extend(_of_section(document_id, text, section, lexicon))
    facts.extend(
        _fact(document_id, mention.concept.id, mention.concept.label, mention.start, mention.end)
        for mention in lexicon.find(text, ("skill",))
        if not any(start <= mention.start < end for start, end in taken)
    )
    return sorted(facts, key=lambda f: f.span.start if f.span else 0)


def _of_section(document_id: str, text: str, section: Section, lexicon: Lexicon) -> Iterator[Fact]:
    for start, end in _items(text, section):
        item = text[start:end]
        known = lexicon.find(item, ("skill",), listed=True)
        for mention in known:
            yield _fact(
                document_id, mention.concept.id, mention.concept.label, start + mention.start, start + mention.end
            )
        if not known and _can_be_skill(item):
            yield _fact(document_id, normalise(item), item, start, end)


def _items(text: str, section: Section) -> Iterator[tuple[int, int]]:
    for match in _ITEM.finditer(text, section.start, section.end):
        start, end = match.span()
        if group := _GROUP.match(text[start:end]):  # "Languages: Python" names a group, then its items
            start += group.end()
        while start < end and text[start] in _EDGE:
            start += 1
        while end > start and text[end - 1] in _EDGE:
            end -= 1
        if end - start > 1 or text[start:end] in ("C", "R"):
            yield start, end


def _can_be_skill(item: str) -> bool:
    words = item.split()
    return (
        len(words) <= _LONGEST_WORDS
        and len(item) <= _LONGEST_LETTERS
        and any(c.isalpha() for c in item)
        and not _SOFT.search(item)
        and bool(normalise(item))
    )


def _fact(document_id: str, value: str, label: str, start: int, end: int) -> Fact:
    return Fact(kind="skill", value=value, label=label, span=Span(document_id=document_id, start=start, end=end))
