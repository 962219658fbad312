"""Person -> point: which texts, which vectors, only what changed. Knows no file format and no HTTP.

A vector is made once for a text and an encoder: a new note embeds nothing but itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np

from engine.facts import read_person
from engine.index import Index, PersonDraft, PersonPoint, build_point
from engine.lexicon import Lexicon
from engine.records import Person, Viewer
from indexer.ledger import Ledger, text_hash
from models import Encoder

BATCH = 64
"""People at a time: a few hundred passages, enough to sort by length, little enough to show progress."""
TEXTS = 128
"""Texts embedded and kept at a time: a few seconds, all that a kill can cost."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What a run did, in people; ``embedded`` in texts."""

    indexed: int = 0
    unchanged: int = 0
    removed: int = 0
    embedded: int = 0

    def __add__(self, other: Indexed) -> Indexed:
        return Indexed(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def index_people(
    ledger: Ledger,
    index: Index,
    encoder: Encoder,
    lexicon: Lexicon,
    ids: Iterable[str],
    *,
    today: date,
    workspace: str = "default",
    on_progress: Callable[[int, int], None] | None = None,
) -> Indexed:
    """Bring the index up to what the ledger says of these people; who is gone there goes here.

    What was upserted is flushed before it is noted as indexed, so a killed run only repeats its last batch.
    """
    wanted = list(dict.fromkeys(ids))
    total = Indexed()
    for start in range(0, len(wanted), BATCH):
        total += _batch(ledger, index, encoder, lexicon, wanted[start : start + BATCH], today, workspace)
        if on_progress:
            on_progress(min(start + BATCH, len(wanted)), len(wanted))
    return total


def _batch(
    ledger: Ledger, index: Index, encoder: Encoder, lexicon: Lexicon, ids: list[str], today: date, workspace: str
) -> Indexed:
    reader, writer = ledger.reader(Viewer(workspace=workspace, user="indexer")), ledger.writer(workspace, "indexer")
    people = reader.people(ids)
    gone = [person_id for person_id in ids if person_id not in people]
    name = index_name(index)
    if gone:
        writer.mark_indexed(name, dict.fromkeys(gone))  # first: never more marks than points, or all is done again
        index.delete(gone)
    known = reader.fingerprints(name, ids)
    prints = {person.id: fingerprint(person, index) for person in people.values()}
    changed = [person for person in people.values() if known.get(person.id) != prints[person.id]]
    drafts = []
    employers: set[str] = set()
    for person in changed:
        facts = read_person(person, lexicon=lexicon, today=today)
        employers |= {fact.label for fact in facts.facts if fact.kind == "employer"}
        drafts.append(build_point(person, facts, lexicon=lexicon))
    points, embedded = embed(ledger, encoder, drafts)
    index.upsert(points)
    if employers:
        writer.learn_words("employer", employers)
    if changed:
        writer.mark_indexed(name, {person.id: prints[person.id] for person in changed})
    index.tidy()
    return Indexed(len(changed), len(people) - len(changed), len(gone), embedded)


def index_name(index: Index) -> str:
    """Sixteen letters that stand for all that shaped an index: encoder, lexicon, schema, recipe."""
    return hashlib.sha256(repr(sorted(asdict(index.stamp).items())).encode()).hexdigest()[:16]


def fingerprint(person: Person, index: Index) -> str:
    """What the index would hold: the person's id and records, and everything that shapes a point."""
    return hashlib.sha256((index_name(index) + person.model_dump_json(exclude_defaults=True)).encode()).hexdigest()


def embed(ledger: Ledger, encoder: Encoder, drafts: Sequence[PersonDraft]) -> tuple[list[PersonPoint], int]:
    """Drafts with their vectors, and how many texts had to be embedded."""
    texts = {text_hash(text): text for draft in drafts for text in _texts(draft)}
    vectors = ledger.embeddings.get(encoder.key, list(texts))
    missing = [key for key in texts if key not in vectors]
    missing.sort(key=lambda key: len(texts[key]))  # texts of like length together: little padding
    for start in range(0, len(missing), TEXTS):
        part = missing[start : start + TEXTS]
        fresh = dict(zip(part, encoder.encode([texts[key] for key in part]), strict=True))
        ledger.embeddings.put(encoder.key, fresh)
        vectors |= fresh
    empty = np.zeros((0, encoder.dim), dtype=np.float32)
    points = []
    for draft in drafts:
        rows = [vectors[text_hash(passage.text)] for passage in draft.passages]
        points.append(PersonPoint(draft, vectors[text_hash(draft.profile)], np.stack(rows) if rows else empty))
    return points, len(missing)


def _texts(draft: PersonDraft) -> list[str]:
    return [draft.profile, *(passage.text for passage in draft.passages)]
