"""One CV text -> Facts. Top to bottom: sections, positions, skills, studies, and what follows from them."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date

from engine.facts.dates import years_covered
from engine.facts.positions import find_positions
from engine.facts.sections import Section, split_sections
from engine.facts.skills import find_skills
from engine.facts.studies import find_education, find_languages
from engine.lexicon import Lexicon
from engine.lexicon.levels import EDUCATION, SENIORITY_LABELS, seniority_of
from engine.records import Document, Education, Fact, Facts, Position, Span
from engine.text import normalise

LONGEST_TEXT = 400_000
"""Characters read of one document: about 150 pages. The rest is indexed as text but gives no facts."""

_SEGMENT = re.compile(r"[^,;|·•:()/\t\n–—]+")
_NOT_PLACE = re.compile(r"(?:.*(?<!\w)(?:in|i|from|från|near|nära)\s+)?\s*(?:[A-Z]{0,2}-?\d[\d ]{2,6}\s+)?")
"""What may stand before a place in its part of a line: "lives in", "SE-411 03"."""
_LIVES = re.compile(
    r"(?:(?<!\w)(?:lives?|living|resides?|residing|resident|bor|boende|bosatt|bosat)"
    r"|(?:^|[.!\n]\s*|(?<!\w)I(?:[’']m| am)\s+|(?<!\w)currently\s+)(?:based|located))"
    r"(?:\s+\w+)?\s+(?:in|of|near|outside|i|på|nära|utanför)\s+"
    r"(?:(?:the|central|greater|downtown|centrala|norra|södra|östra|västra)\s+)?",
    re.I,
)
"""A sentence that says where somebody lives; a company that is "based in" a town is none."""
_OPENING = 3_000
"""Letters within which a CV says so, if it does."""
_LEVEL_NUMBER = {level: float(number) for number, level, _ in EDUCATION}


def extract(document: Document, *, lexicon: Lexicon, today: date) -> Facts:
    """What one document states. Never raises on any text."""
    text = document.text[:LONGEST_TEXT]
    sections = split_sections(text)
    positions = tuple(
        sorted(
            find_positions(document.id, text, sections, lexicon),
            key=lambda p: (p.current, p.end or "", p.start or ""),
            reverse=True,
        )
    )
    education = tuple(find_education(document.id, text, sections))
    facts = [
        *position_facts(positions, lexicon),
        *with_years(find_skills(document.id, text, sections, lexicon), positions, today),
        *find_languages(document.id, text, sections, lexicon),
        *education_facts(education),
        *_home(document.id, text, sections, lexicon),
    ]
    years = total_years(positions, today)
    if years is not None:
        facts.append(Fact(kind="years", value="years", label=f"{years:g} years in work", number=years))
    return Facts(positions=positions, education=education, facts=tuple(facts), years=years)


def total_years(positions: tuple[Position, ...], today: date) -> float | None:
    return years_covered([(p.start, p.end) for p in positions if p.start], today)


def position_facts(positions: tuple[Position, ...], lexicon: Lexicon) -> list[Fact]:
    """Title, employer, seniority and place of each position."""
    facts: list[Fact] = []
    for number, position in enumerate(positions):
        now = position.current or (number == 0 and position.end is None)
        when = {"current": now, "start": position.start, "end": position.end}
        if position.title:
            mentions = lexicon.find(position.title, ("title",), listed=True)
            values = [(m.concept.id, m.concept.label) for m in mentions] or [
                (normalise(position.title), position.title)
            ]
            facts.extend(
                Fact.model_validate({"kind": "title", "value": v, "label": label, "span": position.title_span, **when})
                for v, label in values
                if v
            )
            if number == 0:
                level = seniority_of(position.title)
                facts.append(
                    Fact(
                        kind="seniority",
                        value=SENIORITY_LABELS[level],
                        label=position.title,
                        number=level,
                        current=now,
                        span=position.title_span,
                    )
                )
        if position.employer and (value := normalise(position.employer)):
            facts.append(
                Fact.model_validate(
                    {"kind": "employer", "value": value, "label": position.employer, "span": _at(position), **when}
                )
            )
    return facts


def with_years(skills: list[Fact], positions: tuple[Position, ...], today: date) -> list[Fact]:
    """Each skill's mentions, with the years of the dated positions whose text mentions it."""
    spans: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for fact in skills:
        for position in positions:
            if position.start and fact.span and position.span and _inside(fact.span, position.span):
                spans[fact.value].append((position.start, position.end))
    years = {value: years_covered(found, today) for value, found in spans.items()}
    return [fact.model_copy(update={"number": years.get(fact.value)}) for fact in skills]


def education_facts(education: tuple[Education, ...]) -> list[Fact]:
    return [
        Fact(
            kind="education",
            value=normalise(entry.field or entry.degree or entry.level or ""),
            label=entry.degree or entry.level or "",
            number=_LEVEL_NUMBER.get(entry.level or ""),
            end=entry.end,
            span=entry.span,
        )
        for entry in education
        if entry.field or entry.degree or entry.level
    ]


def place_fact(words: str, lexicon: Lexicon, span: Span | None = None, *, current: bool = True) -> Fact | None:
    """The first place that words name, as a fact."""
    for mention in lexicon.find(words, ("place", "country")):
        concept = mention.concept
        return Fact(
            kind="place",
            value=concept.id,
            label=concept.label,
            latitude=concept.latitude,
            longitude=concept.longitude,
            current=current,
            span=span
            and Span(document_id=span.document_id, start=span.start + mention.start, end=span.start + mention.end),
        )
    return None


def _home(document_id: str, text: str, sections: list[Section], lexicon: Lexicon) -> list[Fact]:
    """Where the person lives: the first place that stands by itself in the head of the CV (its first lines), or that a
    sentence of its opening names.

    By itself: "Stockholm · 070-…", "411 03 Göteborg", "lives in Lund"; not inside a name ("Sofía Rosengren").
    """
    head = next((s for s in sections if s.kind == "head"), None)
    if head is None:
        return []
    top = "\n".join(text[head.start : head.end].splitlines()[:8])[:600]
    for part in _SEGMENT.finditer(top):
        rest = _NOT_PLACE.sub("", part.group(), count=1)
        words, at = rest.rstrip(" \xa0."), head.start + part.end() - len(rest)
        if lexicon.lookup(words, "place") or lexicon.lookup(words, "country"):
            found = place_fact(words, lexicon, Span(document_id=document_id, start=at, end=at + len(words)))
            return [found] if found else []
    for said in _LIVES.finditer(text[:_OPENING]):
        at = said.end()
        line = text[at : at + 60].partition("\n")[0]
        if any(mention.start == 0 for mention in lexicon.find(line, ("place", "country"))[:1]):
            found = place_fact(line, lexicon, Span(document_id=document_id, start=at, end=at + len(line)))
            return [found] if found else []
    return []


def _at(position: Position) -> Span | None:
    """Where the employer is named, inside the position's own text."""
    if position.span is None or not position.employer:
        return None
    offset = position.text.find(position.employer)
    # position.text is the span's text, stripped: the head line starts within the first characters.
    if offset < 0:
        return None
    start = position.span.start + offset
    return Span(document_id=position.span.document_id, start=start, end=start + len(position.employer))


def _inside(inner: Span, outer: Span) -> bool:
    return inner.document_id == outer.document_id and outer.start <= inner.start < outer.end
