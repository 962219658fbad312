"""Skills with spans: what the lexicon knows anywhere in the text, and the items of skill sections it does not know.

In a section for skills the whole item is the skill ("general ledger accounting"), without praise ("strong …") and
level ("… (5 years)"); what names no skill by itself is left out. Elsewhere only what the lexicon knows counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from engine.facts.denials import denied, find_denials
from engine.facts.heads import ends_as_title
from engine.facts.sections import Section
from engine.facts.skill_words import GENERIC, PRAISE, PROSE, SOFT, TRAILING
from engine.lexicon import Lexicon, Mention
from engine.records import Fact, Span
from engine.text import normalise

_SEPARATOR = re.compile(r"\s*(?:[,;•·▪●|]|\.(?=\s+[A-ZÅÄÖ(])|\s[–—-]\s|(?<=\n)\s*[–—-]\s|\*)\s*|\n")
_JOINED = "\v"
"""Stands for a line break inside an item while it is split. As long as the break, so that places stay."""
_EDGE = " \t\r\n\v.:*–—-/\\()[]​\xa0\"'”“’Â&"
_GROUP = re.compile(r"^[^:,]{2,40}:\s+")
_LEVEL_NOTE = re.compile(
    r"\([^()\n]{0,60}(?:years?|yrs?|experience|advanced|intermediate|beginner|expert|proficient|basic|fluent)[^()\n]{0,60}\)",
    re.I,
)
_LONGEST_WORDS, _LONGEST_LETTERS = 6, 60


def find_skills(document_id: str, text: str, sections: list[Section], lexicon: Lexicon) -> list[Fact]:
    """One fact a mention. ``value`` is the concept id, or for an unknown item its normalised words."""
    listed = [s for s in sections if s.kind == "skills"]
    facts: list[Fact] = []
    for section in listed:
        facts.extend(_of_section(document_id, text, section, lexicon))
    facts.extend(
        _fact(document_id, mention.concept.id, mention.concept.label, mention.start, mention.end)
        for mention in lexicon.find(text, ("skill",))
        if not any(s.start <= mention.start < s.end for s in listed)
    )
    denials = find_denials(text)
    stated = [f for f in facts if f.span is None or not denied(denials, f.span.start, f.span.end)]
    return sorted(stated, key=lambda f: f.span.start if f.span else 0)


def _of_section(document_id: str, text: str, section: Section, lexicon: Lexicon) -> Iterator[Fact]:
    for start, end in _items(text, section):
        item = text[start:end]
        known = lexicon.find(item, ("skill",), listed=True)
        whole = _is_item(item) and not _is_list(item, known)
        for mention in known:
            at, to = (start, end) if whole else (start + mention.start, start + mention.end)
            if whole or _is_item(text[at:to]):
                yield _fact(document_id, mention.concept.id, mention.concept.label, at, to)
        if not known and whole and not ends_as_title(item):
            yield _fact(document_id, normalise(item), " ".join(item.split()), start, end)


def _items(text: str, section: Section) -> Iterator[tuple[int, int]]:
    """The items of a list in any of its forms: a line each, commas between, bullets, short sentences."""
    body = _LEVEL_NOTE.sub(lambda m: "," * len(m.group()), _unwrapped(text[section.start : section.end]))
    place = 0
    for match in [*_SEPARATOR.finditer(body), None]:
        stop = match.start() if match else len(body)
        start, end = _trimmed(body, place, stop)
        if end - start > 1 or body[start:end] in ("C", "R"):
            yield section.start + start, section.start + end
        place = match.end() if match else stop


def _unwrapped(body: str) -> str:
    """Line breaks inside an item marked: in a running list of commas, or before a small letter among capitals."""
    lines = body.split("\n")
    openings = [line.strip()[:1] for line in lines if line.strip()]
    capitals = sum(not c.islower() for c in openings) > 0.6 * len(openings)
    joined = [lines[0]]
    for last, line in pairwise(lines):
        running = last.count(",") >= 2 and len(last.strip()) >= 55
        small = capitals and line.strip()[:1].islower() and bool(last.strip())
        wraps = line.strip() and not last.rstrip().endswith((".", ";", ":")) and (running or small)
        joined.append((_JOINED if wraps else "\n") + line)
    return "".join(joined)


def _trimmed(body: str, start: int, end: int) -> tuple[int, int]:
    """Without edges, the name of its group, praise before and level behind."""
    start, end = _stripped(body, start, end)
    if group := _GROUP.match(body[start:end]):  # "Languages: Python" names a group, then its items
        start += group.end()
    while True:
        start, end = _stripped(body, start, end)
        item = body[start:end]
        if found := PRAISE.match(item):
            start += found.end()
        elif found := TRAILING.search(item):
            end = start + found.start()
        else:
            return start, end


def _stripped(body: str, start: int, end: int) -> tuple[int, int]:
    while start < end and body[start] in _EDGE and not body.startswith(".NET", start):
        start += 1
    while end > start and body[end - 1] in _EDGE:
        end -= 1
    return start, end


def _is_item(item: str) -> bool:
    """Whether a list item is a skill as it stands: short, no soft skill, no word that names none alone."""
    words = normalise(item)
    return (
        0 < len(item.split()) <= _LONGEST_WORDS
        and len(item) <= _LONGEST_LETTERS
        and any(c.isalpha() for c in item)
        and not SOFT.search(item)
        and not PROSE.search(item)
        and bool(words)
        and words not in GENERIC
    )


def _is_list(item: str, known: list[Mention]) -> bool:
    """ "Word and Excel", "FEA (Ansys, Abaqus)": several skills with nothing but small words between."""
    if len(known) < 2:
        return False
    for mention in reversed(known):
        item = item[: mention.start] + " " + item[mention.end :]
    return not set(normalise(item).split()) - {"and", "or", "och", "eller", "suite", "systems", "ms", "microsoft"}


def _fact(document_id: str, value: str, label: str, start: int, end: int) -> Fact:
    return Fact(kind="skill", value=value, label=label, span=Span(document_id=document_id, start=start, end=end))
