"""A whole installation over a crowd, built once and kept: ledger, index and all that ``headwater serve`` opens.

The people go into the ledger as an import would put them and into the index as the follower would; only the
vectors come from the file of pieces.py, for a piece is in many CVs. A person's profile vector is the unit mean of
their passages': to embed 100,000 profiles takes the hours that a measurement of searching has no use for.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.index import Index, PersonDraft, PersonPoint, build_point, index_folder, open_folder
from engine.lexicon import Lexicon
from engine.records import Person, Viewer
from eval.bench.crowd import Crowd, Piece, facts_of, make_crowd, read_pieces
from eval.bench.pieces import cut_resumes, embedded
from eval.installed import database_of, load, stamp_of
from eval.world import TODAY
from indexer.embed import fingerprint, index_name
from indexer.follower import checkpoint_name
from indexer.ledger import Ledger
from models import Encoder

VERSION = 2
"""Raise when another crowd is made of the same arguments."""
ENOUGH = 21_000
"""Distinct passages of real CVs. Each has to be embedded once, which takes minutes; more would change no speed."""
CONNECTION = "crowd"
VIEWER = Viewer(workspace="default", user="bench")
BATCH = 500

Report = Callable[[str, int, int], None]
"""(what, done, of how many)"""


@dataclass(frozen=True)
class Installation:
    """Where it is, and what it took to make."""

    folder: Path
    made: dict[str, Any]


@dataclass(frozen=True)
class Opened:
    ledger: Ledger
    index: Index
    encoder: Encoder
    lexicon: Lexicon


@contextmanager
def open_installation(folder: Path, encoder: Encoder) -> Iterator[Opened]:
    lexicon = Lexicon.default()
    ledger = Ledger.open(database_of(folder), create=False)
    index = open_folder(index_folder(folder / "index", stamp_of(encoder, lexicon)), stamp_of(encoder, lexicon))
    try:
        yield Opened(ledger, index, encoder, lexicon)
    finally:
        index.close()
        ledger.close()


def build_installation(
    folder: Path, people: int, shared: Path, encoder: Encoder, *, report: Report = lambda *_: None
) -> Installation:
    """Make it below ``folder``, or find it there as made before with the same arguments."""
    lexicon = Lexicon.default()
    stamp = stamp_of(encoder, lexicon)
    wanted = {"version": VERSION, "people": people, "index": repr(stamp)}
    home = folder / f"{people}"
    mark = home / "made.json"
    if mark.is_file():
        found = json.loads(mark.read_text("utf-8"))
        if found["of"] == wanted:
            return Installation(home, found)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    pieces = _pieces(shared, lexicon, report)
    texts = list(dict.fromkeys(t for own in pieces.values() for piece in own for t in piece.passages))
    vectors = embedded(texts, encoder, folder, on_progress=lambda done, of: report("embedding", done, of))
    start = time.perf_counter()
    crowd = make_crowd(people, pieces)
    ledger = Ledger.open(database_of(home))
    index = open_folder(index_folder(home / "index", stamp), stamp)
    try:
        in_ledger = _fill_ledger(ledger, crowd, report)
        made = _fill_index(ledger, index, encoder, lexicon, crowd, vectors, report)
    finally:
        closing = time.perf_counter()
        index.close()
        ledger.close()
    found = {
        "of": wanted,
        "distinct_passages": len(texts),
        "passages": made["passages"],
        "seconds": {
            "ledger": round(in_ledger, 1), "drafts": round(made["drafts"], 1),
            "index": round(made["upsert"] + time.perf_counter() - closing, 1),
            "all": round(time.perf_counter() - start, 1),
        },
    }  # fmt: skip
    mark.write_text(json.dumps(found, indent=1), "utf-8")
    return Installation(home, found)


def _pieces(shared: Path, lexicon: Lexicon, report: Report) -> dict[str, Sequence[Piece]]:
    """By category, as many categories as give ENOUGH distinct passages."""
    cut = cut_resumes(shared)
    read: dict[str, Sequence[Piece]] = {}
    passages: set[str] = set()
    for number, (category, texts) in enumerate(cut.items(), 1):
        read[category] = tuple(read_pieces(texts, lexicon))
        passages.update(passage for piece in read[category] for passage in piece.passages)
        report("reading the CVs", number, len(cut))
        if len(passages) >= ENOUGH:
            break
    return read


def _fill_ledger(ledger: Ledger, crowd: Crowd, report: Report) -> float:
    """Seconds it took."""
    start = time.perf_counter()
    writer = ledger.writer(VIEWER.workspace, VIEWER.user)
    writer.put_jobs(CONNECTION, crowd.jobs)
    for place in range(0, len(crowd.records), BATCH):
        writer.put_records(CONNECTION, crowd.records[place : place + BATCH])
        report("filling the ledger", min(place + BATCH, len(crowd.records)), len(crowd.records))
    return time.perf_counter() - start


def _fill_index(
    ledger: Ledger, index: Index, encoder: Encoder, lexicon: Lexicon, crowd: Crowd,
    vectors: dict[str, NDArray[np.float32]], report: Report,
) -> dict[str, float]:  # fmt: skip
    reader, writer = ledger.reader(VIEWER), ledger.writer(VIEWER.workspace, VIEWER.user)
    ids = reader.ids_of(CONNECTION, [record.id for record in crowd.records])
    made = {"drafts": 0.0, "upsert": 0.0, "passages": 0.0}
    employers: set[str] = set()
    for place in range(0, len(crowd.records), BATCH):
        start = time.perf_counter()
        drafts, prints = [], {}
        part = slice(place, place + BATCH)
        for record, pieces in zip(crowd.records[part], crowd.pieces[part], strict=True):
            person = Person(id=ids[record.id], records=(record,), connections=(CONNECTION,))
            facts = facts_of(person, pieces, lexicon)
            employers |= {fact.label for fact in facts.facts if fact.kind == "employer"}
            drafts.append(build_point(person, facts, lexicon=lexicon))
            prints[person.id] = fingerprint(person, index)
        points = with_vectors(drafts, vectors, encoder)
        made["drafts"] += time.perf_counter() - start
        start = time.perf_counter()
        index.upsert(points)
        made["upsert"] += time.perf_counter() - start
        made["passages"] += sum(len(point.passages) for point in points)
        writer.mark_indexed(index_name(index), prints)
        index.tidy()
        report("filling the index", min(place + BATCH, len(crowd.records)), len(crowd.records))
    writer.learn_words("employer", employers)
    newest = 0
    while events := reader.events(newest):
        newest = events[-1].seq
    writer.save_checkpoint(checkpoint_name(index), newest)
    return made


def with_vectors(
    drafts: Sequence[PersonDraft], vectors: dict[str, NDArray[np.float32]], encoder: Encoder
) -> list[PersonPoint]:
    """Passages that are not among ``vectors`` (a made-up job's title and employer) are embedded and added."""
    new = {p.text: None for draft in drafts for p in draft.passages if p.text not in vectors}
    if new:
        vectors |= zip(new, encoder.encode(list(new)), strict=True)
    points = []
    for draft in drafts:
        rows = np.stack([vectors[p.text] for p in draft.passages])
        mean = rows.mean(axis=0)
        points.append(PersonPoint(draft, (mean / np.linalg.norm(mean)).astype(np.float32), rows))
    return points


def shown(what: str, done: int, of: int) -> None:
    """Progress for who waits: a line at each tenth, on standard error."""
    if done == of or done * 10 // of != max(0, done - BATCH) * 10 // of:
        print(f"{what}: {done} of {of}", file=sys.stderr, flush=True)


__all__ = [
    "TODAY", "VIEWER", "Installation", "Opened", "build_installation", "database_of", "load", "open_installation",
    "shown", "stamp_of",
]  # fmt: skip
