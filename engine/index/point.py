"""A person and their facts -> what is stored of them: texts to embed, tokens, payload, the card for evidence.

Pure: no vectors are made here (indexer/embed.py does, from cached ones), nothing is read or written.
Text that not everyone may see never enters: activities with an audience are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.index.schema import MAX_PASSAGES, SparseField
from engine.lexicon import Lexicon
from engine.lexicon.reasons import ENDED, OTHER, reason_kinds
from engine.records import Activity, Application, Document, Fact, Facts, Person
from engine.text import normalise, tokens

PASSAGE_LETTERS = 1100
"""About 256 tokens: what the encoder reads."""
QUOTE_LETTERS = 180


@dataclass(frozen=True)
class Passage:
    """A part of a person's text, embedded on its own. ``document`` and offsets name where it stands."""

    text: str
    kind: str
    document: str | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class PersonDraft:
    """All but the vectors. ``fields``: payload that is filtered and counted. ``card``: what evidence quotes."""

    person_id: str
    profile: str
    passages: tuple[Passage, ...]
    tokens: dict[SparseField, list[str]]
    fields: dict[str, Any]
    card: dict[str, Any]


@dataclass(frozen=True)
class PersonPoint:
    """A draft with its vectors: profile (dim,), passages (n, dim), float32 unit rows."""

    draft: PersonDraft
    profile: NDArray[np.float32]
    passages: NDArray[np.float32]


def build_point(person: Person, facts: Facts, *, lexicon: Lexicon) -> PersonDraft:
    """The draft of one person."""
    documents = _documents(person)
    texts = {d.id: d.text for d in documents}
    titles = [f for f in facts.facts if f.kind == "title"]
    skills = [f for f in facts.facts if f.kind == "skill"]
    public = [a for r in person.records for a in r.activities if a.audience is None]
    passages = tuple(_passages(facts, documents))[:MAX_PASSAGES]
    body = "\n".join([*(d.text for d in documents), *_words_of(person)])
    compounds = lexicon.compounds
    found: dict[SparseField, list[str]] = {
        "title": tokens(" . ".join(f.label for f in titles), None, compounds),
        "skills": tokens(" . ".join(f.label for f in skills), None, compounds),
        "text": tokens(body, None, compounds),
        "history": tokens(
            "\n".join([*(a.text for a in public), *(x.reason or "" for r in person.records for x in r.applications)]),
            None,
            compounds,
        ),
    }
    return PersonDraft(
        person_id=person.id,
        profile=_profile(person, facts),
        passages=passages,
        tokens=found,
        fields=_fields(person, facts, lexicon, body),
        card={
            "headline": _headline(facts),
            "passages": [[p.text, p.kind, p.document, p.start, p.end] for p in passages],
            "facts": [*(_card_fact(f, texts, lexicon) for f in facts.facts), *_card_reasons(person)],
        },
    )


def _documents(person: Person) -> list[Document]:
    return [
        d.model_copy(update={"id": f"{r.id}/{d.id}"}) for r in person.records for d in r.documents if d.text.strip()
    ]


def _words_of(person: Person) -> Iterator[str]:
    """Structured words that no document holds."""
    for record in person.records:
        yield from (w for w in (record.headline, record.summary, *record.skills, *record.tags) if w)
        for position in record.positions:
            yield from (w for w in (position.title, position.employer, position.text) if w)


def _headline(facts: Facts) -> str | None:
    """The newest position in one line."""
    newest = next((p for p in facts.positions if p.title), None)
    return " · ".join(w for w in (newest.title, newest.employer) if w) if newest else None


def _profile(person: Person, facts: Facts) -> str:
    """Headline, current title, earlier titles, top skills, summary: what a person is, in under 256 tokens."""
    headline = next((r.headline for r in person.records if r.headline), None)
    titles = list(dict.fromkeys(p.title for p in facts.positions if p.title))
    skills = _top_skills(facts)
    summary = next((r.summary for r in person.records if r.summary), None) or _opening(person)
    parts = [headline, *titles[:1], f"Earlier: {', '.join(titles[1:5])}" if titles[1:] else None]
    parts += [f"Skills: {', '.join(skills[:15])}" if skills else None, summary[:400] if summary else None]
    return ". ".join(p for p in parts if p)


def _top_skills(facts: Facts) -> list[str]:
    """Labels, the most often stated first."""
    counts: dict[str, int] = {}
    for fact in facts.facts:
        if fact.kind == "skill":
            counts[fact.label] = counts.get(fact.label, 0) + 1
    return sorted(counts, key=lambda label: (-counts[label], label))


def _opening(person: Person) -> str:
    text = next((d.text for r in person.records for d in r.documents if d.text.strip()), "")
    return " ".join(text[:500].split())


def _passages(facts: Facts, documents: list[Document]) -> Iterator[Passage]:
    """One per position, newest first; then the rest of each document in pieces."""
    covered: list[tuple[str, int, int]] = []
    for position in facts.positions:
        head = " ".join(w for w in (position.title, position.employer) if w)
        text = " ".join(position.text.split()) if position.text else head
        if position.span:
            covered.append((position.span.document_id, position.span.start, position.span.end))
            yield Passage(
                text[:PASSAGE_LETTERS], "position", position.span.document_id, position.span.start, position.span.end
            )
        elif text:
            yield Passage(f"{head}. {text}"[:PASSAGE_LETTERS], "position")
    for document in documents:
        for start, end in _uncovered(document, covered):
            for piece, left, right in _pieces(document.text, start, end):
                yield Passage(piece, "text", document.id, left, right)


def _uncovered(document: Document, covered: Iterable[tuple[str, int, int]]) -> Iterator[tuple[int, int]]:
    place = 0
    for start, end in sorted((s, e) for d, s, e in covered if d == document.id):
        if start > place:
            yield place, start
        place = max(place, end)
    yield place, len(document.text)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Pieces of at most PASSAGE_LETTERS that end at a line; crumbs under 40 letters are left out."""
    while start < end:
        cut = min(end, start + PASSAGE_LETTERS)
        if cut < end:
            line = text.rfind("\n", start + PASSAGE_LETTERS // 2, cut)
            cut = line if line > 0 else cut
        piece = " ".join(text[start:cut].split())
        if len(piece) >= 40:
            yield piece, start, cut
        start = cut + 1 if cut < end else end


def _fields(person: Person, facts: Facts, lexicon: Lexicon, body: str) -> dict[str, Any]:
    """Filterable payload. A key that is not stated is absent: that is what Empty means."""
    applications = [a for r in person.records for a in r.applications]
    place = next((f for f in _by_trust(facts, "place")), None)
    stated: dict[str, Any] = {
        "source": person.source,
        **_titles(facts, lexicon),
        "skills": sorted({f.value for f in facts.facts if f.kind == "skill"}),
        "languages": sorted({f.value for f in facts.facts if f.kind == "language"}),
        "employers": sorted({f.value for f in facts.facts if f.kind == "employer"}),
        "place": place.label if place else None,
        "geo": {"lat": place.latitude, "lon": place.longitude} if place and place.latitude is not None else None,
        "country": _country(place, lexicon) if place else None,
        "years": facts.years,
        "seniority": max((f.number for f in facts.facts if f.kind == "seniority" and f.number), default=None),
        "education": max((f.number for f in facts.facts if f.kind == "education" and f.number), default=None),
        "skill_years": {f.value: f.number for f in facts.facts if f.kind == "skill" and f.number},
        "language_levels": _highest(f for f in facts.facts if f.kind == "language"),
        "stage": max((a.stage_rank for a in applications), default=None),
        "outcomes": sorted({a.outcome for a in applications}),
        "reasons": sorted({value for a in applications for value in _reasons(a)}),
        "jobs": sorted({a.job_id for a in applications}),
        "tags": sorted({normalise(t) for r in person.records for t in r.tags} - {""}),
        "applied": max((a.applied_at for a in applications if a.applied_at), default=None),
        "updated": max((r.updated_at for r in person.records if r.updated_at), default=None),
        "contacted": max((a.at for r in person.records for a in r.activities if a.at and _is_contact(a)), default=None),
        "replied": any(a.inbound and a.kind == "message" for r in person.records for a in r.activities),
        "reopenable": any(a.outcome in ("rejected", "withdrawn") and a.reopenable for a in applications),
        "refused": any(a.outcome == "rejected" and a.reopenable is False for a in applications),
        "do_not_contact": any(r.do_not_contact for r in person.records),
        "name": person.name,
        "emails": sorted({e.strip().lower() for r in person.records for e in r.emails}),
        "phones": sorted({p for r in person.records for p in r.phones}),
        "words": normalise(body),
    }
    # Not by truth: stage 0 (applied) and 0 years are stated.
    return {k: v for k, v in stated.items() if v is not None and v is not False and v not in ([], {}, "")}


def _titles(facts: Facts, lexicon: Lexicon) -> dict[str, list[str]]:
    """``titles`` the lexicon knows, broader ones too; those of the newest position; and words it does not know.

    Apart, because a title nobody knows may mean any of the known ones: it says nothing against a person.
    """
    stated = [f for f in facts.facts if f.kind == "title"]
    newest = facts.positions[0].title if facts.positions else None
    now = {m.concept.id for m in lexicon.find(newest or "", ("title",), listed=True)}
    now |= {f.value for f in stated if f.current}
    known = {f.value for f in stated if lexicon.get(f.value)}
    return {
        "titles": sorted({v for value in known for v in with_parents(value, lexicon)}),
        "titles_now": sorted({v for value in now & known for v in with_parents(value, lexicon)}),
        "other_titles": sorted({f.value for f in stated} - known),
    }


def with_parents(value: str, lexicon: Lexicon) -> tuple[str, ...]:
    concept = lexicon.get(value)
    return (value, *concept.parents) if concept else (value,)


def _by_trust(facts: Facts, kind: str) -> list[Fact]:
    """Structured fields before texts; those with coordinates before those without."""
    found = [f for f in facts.facts if f.kind == kind]
    return sorted(found, key=lambda f: (f.span is not None, f.latitude is None))


def _reasons(application: Application) -> tuple[str, ...]:
    """``rejected:salary``; ``rejected:other`` where the reason is of no kind we know."""
    if application.outcome not in ENDED or not application.reason:
        return ()
    return tuple(f"{application.outcome}:{kind}" for kind in reason_kinds(application.reason) or (OTHER,))


def _is_contact(activity: Activity) -> bool:
    """Somebody here wrote to or spoke with them; what only some may read tells nobody else of it."""
    ours = activity.kind in ("message", "call", "meeting") and not activity.inbound
    return ours and activity.audience is None


def _country(place: Fact, lexicon: Lexicon) -> str | None:
    concept = lexicon.get(place.value)
    return concept.country if concept else None


def _highest(facts: Iterable[Fact]) -> dict[str, float]:
    """The highest number stated for each value."""
    found: dict[str, float] = {}
    for fact in facts:
        if fact.number:
            found[fact.value] = max(fact.number, found.get(fact.value, 0.0))
    return found


def _card_fact(fact: Fact, texts: dict[str, str], lexicon: Lexicon) -> dict[str, Any]:
    """A fact as evidence needs it: what it matches, and the words around it as they stand in the record."""
    card: dict[str, Any] = {
        "kind": fact.kind,
        "values": list(with_parents(fact.value, lexicon)) if fact.kind == "title" else [fact.value],
        "label": fact.label,
        "record": fact.record_id,
    }
    if fact.number is not None:
        card["number"] = fact.number
    if fact.observed:
        card["observed"] = fact.observed
    if fact.span and (text := texts.get(fact.span.document_id)) is not None:
        left, right = quote_span(text, fact.span.start, fact.span.end)
        card |= {"quote": text[left:right], "document": fact.span.document_id, "start": left, "end": right}
    return card


def _card_reasons(person: Person) -> Iterator[dict[str, Any]]:
    for record in person.records:
        for application in record.applications:
            if values := _reasons(application):
                kept = {"kind": "reason", "values": list(values), "label": application.reason, "record": record.id}
                yield {**kept, "observed": application.updated_at} if application.updated_at else kept


def quote_span(text: str, start: int, end: int) -> tuple[int, int]:
    """The line around a span, cut to QUOTE_LETTERS around it, at word ends."""
    left = text.rfind("\n", 0, start) + 1
    right = text.find("\n", end)
    right = len(text) if right < 0 else right
    if right - left > QUOTE_LETTERS:
        room = max(0, (QUOTE_LETTERS - (end - start)) // 2)
        left = _word_start(text, max(left, start - room), start)
        right = min(right, max(end, end + room))
    while left < start and text[left].isspace():
        left += 1
    while right > end and text[right - 1].isspace():
        right -= 1
    return left, right


def _word_start(text: str, left: int, start: int) -> int:
    blank = text.find(" ", left, start)
    return blank + 1 if left and blank >= 0 else left
