"""All records of a person -> the person's Facts: documents and structured fields, stated twice counted once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from engine.facts.extract import (
    education_facts,
    extract,
    place_fact,
    position_facts,
    total_years,
)
from engine.lexicon import Lexicon
from engine.lexicon.levels import language_level
from engine.records import Education, Fact, Facts, Person, Position, SourceRecord
from engine.text import normalise


def read_person(person: Person, *, lexicon: Lexicon, today: date) -> Facts:
    """Facts of every record, each with ``record_id`` and ``observed``. Document ids become ``record/document``."""
    positions: list[Position] = []
    education: list[Education] = []
    facts: list[Fact] = []
    for record in person.records:
        found = [_structured(record, lexicon)]
        found.extend(
            extract(document.model_copy(update={"id": f"{record.id}/{document.id}"}), lexicon=lexicon, today=today)
            for document in record.documents
            if document.kind in ("cv", "profile")
        )
        for one in found:
            positions.extend(p for p in one.positions if not any(_same(p, q) for q in positions))
            education.extend(e for e in one.education if not any(_same_study(e, q) for q in education))
            facts.extend(
                f.model_copy(update={"record_id": record.id, "observed": record.updated_at})
                for f in one.facts
                if f.kind != "years"
            )
    positions.sort(key=lambda p: (p.current, p.end or "", p.start or ""), reverse=True)
    years = total_years(tuple(positions), today)
    if years is not None:
        facts.append(Fact(kind="years", value="years", label=f"{years:g} years in work", number=years))
    return Facts(positions=tuple(positions), education=tuple(education), facts=tuple(facts), years=years)


def _structured(record: SourceRecord, lexicon: Lexicon) -> Facts:
    """What the source's own fields state. Spans are None: no text states it."""
    facts = [*position_facts(record.positions, lexicon), *education_facts(record.education)]
    facts.extend(_skills(record.skills, lexicon))
    facts.extend(_languages(record.languages, lexicon))
    if record.headline:
        facts.extend(
            Fact(kind="title", value=m.concept.id, label=m.concept.label, current=True)
            for m in lexicon.find(record.headline, ("title",), listed=True)
        )
    home = place_fact(record.location, lexicon) if record.location else None
    if record.latitude is not None and record.longitude is not None:
        label = record.location or f"{record.latitude:.2f}, {record.longitude:.2f}"
        home = Fact(
            kind="place",
            value=home.value if home else normalise(label),
            label=label,
            latitude=record.latitude,
            longitude=record.longitude,
            current=True,
        )
    elif home is None and record.location and normalise(record.location):
        home = Fact(kind="place", value=normalise(record.location), label=record.location, current=True)
    return Facts(positions=record.positions, education=record.education, facts=(*facts, *([home] if home else [])))


def _skills(names: Iterable[str], lexicon: Lexicon) -> Iterable[Fact]:
    for name in names:
        mentions = lexicon.find(name, ("skill",), listed=True)
        if mentions:
            yield from (Fact(kind="skill", value=m.concept.id, label=m.concept.label) for m in mentions)
        elif value := normalise(name):
            yield Fact(kind="skill", value=value, label=name)


def _languages(names: Iterable[str], lexicon: Lexicon) -> Iterable[Fact]:
    for name in names:
        for mention in lexicon.find(name, ("language",)):
            level = language_level(name)
            yield Fact(
                kind="language",
                value=mention.concept.id,
                label=mention.concept.label,
                number=level[0] if level else None,
            )


def _same(one: Position, other: Position) -> bool:
    """The same job stated twice: same title words and start year."""
    return (
        normalise(one.title or "") == normalise(other.title or "")
        and (one.start or "")[:4] == (other.start or "")[:4]
        and (not one.employer or not other.employer or normalise(one.employer) == normalise(other.employer))
    )


def _same_study(one: Education, other: Education) -> bool:
    return normalise(one.degree or "") == normalise(other.degree or "") and (one.end or "")[:4] == (other.end or "")[:4]
