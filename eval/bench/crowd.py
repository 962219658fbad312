"""People put together for measuring: made-up names, places, histories and dates around pieces of real CVs.

Everything about a person is made up but the texts of their CV, which are pieces of several real ones of one
category. The same seed gives the same crowd. Knows no ledger and no index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from engine.facts import read_person
from engine.facts.extract import extract, total_years
from engine.index import build_point
from engine.lexicon import Lexicon
from engine.records import Document, Education, Fact, Facts, Job, Person, Position, SourceRecord, Span
from eval.world.build import TODAY
from eval.world.history import make_history, make_jobs
from eval.world.people import MadeUpPerson, make_people
from eval.world.trades import TRADES, Trade

JOBS = 1_400
FEWEST, MOST = 3, 6
"""Pieces in one CV."""
_LEVELS = ("bachelor", "master", "vocational", "secondary")


@dataclass(frozen=True)
class Piece:
    """A piece of a CV with all that it states, read once."""

    text: str
    facts: Facts
    passages: tuple[str, ...]
    """The texts that the index embeds of it."""


def read_pieces(texts: Sequence[str], lexicon: Lexicon) -> Iterator[Piece]:
    for text in texts:
        facts = extract(Document(id="piece", text=text), lexicon=lexicon, today=TODAY)
        record = SourceRecord(id="piece", documents=(Document(id="piece", text=text),))
        person = Person(id="00000000-0000-4000-8000-000000000000", records=(record,))
        moved = _of_document(facts, "piece/piece", "piece", TODAY.isoformat())
        draft = build_point(person, moved, lexicon=lexicon)
        yield Piece(text, facts, tuple(passage.text for passage in draft.passages))


@dataclass(frozen=True)
class Crowd:
    """``people[i]`` has the pieces ``pieces[i]``; the documents of a record are these, in order."""

    jobs: tuple[Job, ...]
    records: tuple[SourceRecord, ...]
    pieces: tuple[tuple[Piece, ...], ...]


def make_jobs_of(rng: Random) -> tuple[list[tuple[Trade, Job]], dict[str, list[tuple[Trade, Job]]]]:
    jobs = make_jobs(JOBS, rng, TODAY)
    own: dict[str, list[tuple[Trade, Job]]] = {trade.key: [] for trade in TRADES}
    for trade, job in jobs:
        own[trade.key].append((trade, job))
    return jobs, own


def make_crowd(count: int, pieces: dict[str, Sequence[Piece]], *, seed: int = 2026) -> Crowd:
    """count people. pieces: by category; every piece is used before one is used again."""
    rng = Random(seed)
    jobs, own = make_jobs_of(rng)
    some = {key: [*found, *rng.sample([j for j in jobs if j[0].key != key], k=12)] for key, found in own.items()}
    categories = sorted(pieces)
    decks: dict[str, list[Piece]] = {category: [] for category in categories}
    sizes = [len(pieces[category]) for category in categories]
    records, chosen = [], []
    for person in make_people(count, rng, TODAY):
        category = rng.choices(categories, weights=sizes)[0]
        deck = decks[category]
        wanted = rng.randint(FEWEST, MOST)
        if len(deck) < wanted:
            fresh = list(pieces[category])
            rng.shuffle(fresh)
            deck[:0] = fresh
        parts = tuple(deck.pop() for _ in range(min(wanted, len(deck))))
        records.append(_record(person, parts, some[person.trade.key], rng))
        chosen.append(parts)
    return Crowd(tuple(job for _, job in jobs), tuple(records), tuple(chosen))


def _record(person: MadeUpPerson, parts: Sequence[Piece], jobs: list[tuple[Trade, Job]], rng: Random) -> SourceRecord:
    applications, activities = ((), ()) if person.outside else make_history(person, jobs, rng, TODAY)
    dates = [a.updated_at for a in applications if a.updated_at]
    return SourceRecord(
        id=person.key,
        source="outside" if person.outside else "ats",
        name=person.name,
        emails=(person.email,),
        phones=(person.phone,),
        headline=person.word(person.posts[0].title),
        location=person.city,
        latitude=person.latitude,
        longitude=person.longitude,
        positions=tuple(
            Position(
                title=person.word(post.title), employer=post.employer, place=post.city,
                start=_month(post.start), end=_month(post.end) if post.end else None, current=post.end is None,
            )
            for post in person.posts
        ),
        education=(
            Education(
                degree=person.word(person.trade.degree), level=rng.choice(_LEVELS), end=str(person.degree_year)
            ),
        ),
        skills=person.skills,
        languages=tuple(f"{person.word(name)} ({person.word(level)})" for name, level in person.languages),
        tags=(person.trade.department.lower(),) if not person.outside and rng.random() < 0.3 else (),
        documents=tuple(Document(id=f"cv{n}", kind="cv", text=piece.text) for n, piece in enumerate(parts)),
        applications=applications,
        activities=activities,
        created_at=min((a.applied_at for a in applications if a.applied_at), default=None),
        updated_at=max(dates, default=TODAY.isoformat()),
        do_not_contact=rng.random() < 0.02,
    )  # fmt: skip


def _month(moment: tuple[int, int]) -> str:
    return f"{moment[0]}-{moment[1]:02d}"


def facts_of(person: Person, pieces: Sequence[Piece], lexicon: Lexicon) -> Facts:
    """What ``read_person`` finds in a person of the crowd, without reading each piece again."""
    record = person.records[0]
    bare = record.model_copy(update={"documents": ()})
    own = read_person(person.model_copy(update={"records": (bare,)}), lexicon=lexicon, today=TODAY)
    positions, education, facts = list(own.positions), list(own.education), [f for f in own.facts if f.kind != "years"]
    for number, piece in enumerate(pieces):
        found = _of_document(piece.facts, f"{record.id}/cv{number}", record.id, record.updated_at)
        positions.extend(found.positions)
        education.extend(found.education)
        facts.extend(found.facts)
    positions.sort(key=lambda p: (p.current, p.end or "", p.start or ""), reverse=True)
    years = total_years(own.positions, TODAY)
    if years is not None:
        facts.append(Fact(kind="years", value="years", label=f"{years:g} years in work", number=years))
    return Facts(positions=tuple(positions), education=tuple(education), facts=tuple(facts), years=years)


def _of_document(facts: Facts, document_id: str, record_id: str, observed: str | None) -> Facts:
    def moved(span: Span | None) -> Span | None:
        return span and span.model_copy(update={"document_id": document_id})

    return Facts(
        positions=tuple(
            p.model_copy(update={"span": moved(p.span), "title_span": moved(p.title_span)}) for p in facts.positions
        ),
        education=tuple(e.model_copy(update={"span": moved(e.span)}) for e in facts.education),
        facts=tuple(
            f.model_copy(update={"span": moved(f.span), "record_id": record_id, "observed": observed})
            for f in facts.facts
            if f.kind != "years"
        ),
    )
