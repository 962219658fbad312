"""Does the index find exactly what looking at everyone would find? Each leg against brute force, on the real CVs.

``headwater bench recall``. Brute force shares no code with the engine: cosines by numpy over the vectors as they are
stored (16 bits), BM25 by its formula over every person's tokens. Recall is the share of the true best k that the leg
gives; people whose true scores are too near to tell apart (the storage's rounding) count as equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.facts import read_person
from engine.index import Index, Leg, PersonPoint, build_point, index_folder, open_folder
from engine.index.schema import AVERAGE, K1, SPARSE, B, SparseField, point_id, query_vector, token_id
from engine.lexicon import Lexicon
from engine.query.understand import understand
from engine.records import Vocabulary
from eval.bench.figures import machine
from eval.bench.installation import TODAY, VIEWER, database_of, load, shown, stamp_of
from eval.bench.questions import make_questions
from indexer.embed import BATCH, embed
from indexer.follower import follow
from indexer.imports import run_import
from indexer.ledger import Ledger
from models import DEFAULT, Encoder

BARS = {"recall": 1.0}
NEAR = {"profile": 1e-3, "sparse": 1e-4}
"""Cosines of 16-bit vectors, and BM25 sums in 32 bits relative to the score, that may stand for equal."""
Scores = NDArray[np.float64]


def run(
    shared: Path,
    folder: Path,
    cache_dir: Path,
    *,
    questions: int = 200,
    k: int = 200,
    encoder: str = DEFAULT,
    file: Path | None = None,
) -> dict[str, Any]:
    """file: what to import; the real CVs of the reference data when not given. Kept below ``folder``."""
    loaded, lexicon = load(encoder, cache_dir), Lexicon.default()
    home = folder / "recall"
    home.mkdir(parents=True, exist_ok=True)
    stamp = stamp_of(loaded, lexicon)
    ledger = Ledger.open(database_of(home))
    index = open_folder(index_folder(home / "index", stamp), stamp)
    try:
        run_import(file or shared / "resumes" / "resumes.jsonl.gz", ledger)
        follow(ledger, index, loaded, lexicon, today=TODAY, on_progress=lambda done, of: shown("indexing", done, of))
        points = _points(ledger, loaded, lexicon)
        found = compare(index, points, loaded, lexicon, questions=questions, k=k)
    finally:
        index.close()
        ledger.close()
    return {"people": len(points), "questions": questions, "k": k, "recall": found, "machine": machine(), "bars": BARS}


def _points(ledger: Ledger, encoder: Encoder, lexicon: Lexicon) -> list[PersonPoint]:
    """Everyone once more from the ledger, not from the index."""
    reader = ledger.reader(VIEWER)
    ids = list(reader.person_ids())
    points: list[PersonPoint] = []
    for start in range(0, len(ids), BATCH):
        people = reader.people(ids[start : start + BATCH]).values()
        drafts = [build_point(p, read_person(p, lexicon=lexicon, today=TODAY), lexicon=lexicon) for p in people]
        points += embed(ledger, encoder, drafts)[0]
        shown("reading", min(start + BATCH, len(ids)), len(ids))
    return points


def compare(
    index: Index, points: Sequence[PersonPoint], encoder: Encoder, lexicon: Lexicon, *, questions: int, k: int
) -> dict[str, float]:
    """leg -> mean recall at k over the questions that the leg has an answer to."""
    ids = [point_id(point.draft.person_id) for point in points]
    profiles = np.stack([point.profile for point in points]).astype(np.float16).astype(np.float64)
    profiles /= np.linalg.norm(profiles, axis=1, keepdims=True)
    fields = {name: _Field(name, [point.draft.tokens.get(name, []) for point in points]) for name in SPARSE}
    recalls: dict[str, list[float]] = {name: [] for name in ("profile", *SPARSE)}
    for question in make_questions(questions):
        query = understand(question.text, lexicon=lexicon, vocabulary=Vocabulary(), today=TODAY)
        vector = encoder.encode([query.semantic], kind="query")[0]
        true: dict[str, Scores] = {"profile": profiles @ vector.astype(np.float64)}
        true |= {name: fields[name].scores(query.terms) for name in SPARSE}
        sparse = query_vector(query.terms)
        legs = [Leg("profile", dense=vector, limit=k), *(Leg(name, sparse=sparse, limit=k) for name in SPARSE)]
        for leg, answer in zip(legs, index.ask(legs), strict=True):
            place = dict(zip(ids, true[leg.using].tolist(), strict=True))
            if (recall := recall_at(k, [place[p] for p, _ in answer], true[leg.using], leg.using)) is not None:
                recalls[leg.using].append(recall)
    return {name: round(float(np.mean(found)), 6) for name, found in recalls.items() if found}


def recall_at(k: int, given: Sequence[float], true: Scores, leg: str) -> float | None:
    """given: the true scores of what the leg gave. None where nobody has a score in this leg."""
    wanted = np.sort(true if leg == "profile" else true[true > 0])[::-1][:k]
    if not len(wanted):
        return None
    least = wanted[-1] - (NEAR["profile"] if leg == "profile" else NEAR["sparse"] * wanted[-1])
    return float(min(len(wanted), sum(1 for score in given if score >= least)) / len(wanted))


class _Field:
    """BM25 of one field over everyone, by the formula in engine/index/schema.py and nothing else."""

    def __init__(self, name: SparseField, documents: Sequence[Sequence[str]]) -> None:
        self._size = len(documents)
        self._weights: dict[int, dict[int, float]] = {}
        """token -> person -> weight. Tokens by id: the index cannot tell two of one id apart either."""
        self._holding = sum(1 for document in documents if document)
        for number, document in enumerate(documents):
            for token, tf in Counter(document).items():
                weight = tf * (K1 + 1) / (tf + K1 * (1 - B + B * len(document) / AVERAGE[name]))
                own = self._weights.setdefault(token_id(token), {})
                own[number] = max(weight, own.get(number, 0.0))

    def scores(self, terms: Sequence[str]) -> Scores:
        total = np.zeros(self._size)
        for token in {token_id(term) for term in terms}:
            own = self._weights.get(token, {})
            idf = log((self._holding - len(own) + 0.5) / (len(own) + 0.5) + 1)
            for number, weight in own.items():
                total[number] += weight * idf
        return total
