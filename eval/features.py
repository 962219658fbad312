"""What the engine's order is made of, for every person it would score: a table to learn from, and to export.

One row a query and a person: the level, each signal squashed into 0..1 as the engine squashes it, each part of the
prior, and the grade, where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.considered import features
from engine.errors import BadInput
from engine.extras import extra
from engine.ranking.relevance import SIGNALS, squash
from eval.dataset import Suite
from eval.installed import Installed

Floats = NDArray[np.float64]
PRIOR = ("known", "furthest stage", "recency", "replied", "reopenable")


@dataclass(frozen=True)
class QueryTable:
    """One query's table. ``signals``: (people, len(SIGNALS)). ``grades``: 0 where nobody judged; see ``judged``."""

    query: str
    documents: tuple[str, ...]
    level: Floats
    signals: Floats
    prior: Floats
    """(people, len(PRIOR)), of the policy ats-first"""
    grades: NDArray[np.int64]
    judged: NDArray[np.bool_]
    best: tuple[int, ...]
    """All grades above 0 there are for the query, best first: whoever was not found counts too."""


def table(suite: Suite, at: Installed, on_progress: Callable[[int, int], None] = lambda *_: None) -> list[QueryTable]:
    """Of every query of the suite that has something relevant."""
    found = []
    for number, asked in enumerate(suite.queries, 1):
        grades = suite.qrels[asked.id]
        best = tuple(sorted((g for g in grades.values() if g > 0), reverse=True))
        if best:
            made = features(
                asked.text, viewer=at.viewer, index=at.index, encoder=at.encoder, lexicon=at.lexicon,
                vocabulary=at.vocabulary, today=at.today,
            )  # fmt: skip
            signals = dict(made.signals)
            if asked.hides_history:
                signals.pop("history", None)
            documents = tuple(at.document.get(person, person) for person in made.people)
            here, order = len(documents), sorted(range(len(documents)), key=documents.__getitem__)
            documents = tuple(documents[row] for row in order)
            found.append(QueryTable(
                asked.id, documents, made.level[order],
                _columns([squash(n, signals.get(n, np.zeros(here))) for n in SIGNALS], here)[order],
                _columns([made.prior.get(name, np.zeros(here)) for name in PRIOR], here)[order],
                np.array([max(0, grades.get(d, 0)) for d in documents], dtype=np.int64),
                np.array([d in grades for d in documents], dtype=bool), best,
            ))  # fmt: skip
        on_progress(number, len(suite.queries))
    return found


def _columns(of: Sequence[Floats], rows: int) -> Floats:
    return np.column_stack(of) if rows else np.zeros((0, len(of)))


def export(asked: Sequence[QueryTable], path: Path) -> int:
    """As parquet: query, document, level, grade (null: nobody judged), and a column a signal and a part of the prior.

    Returns the number of rows. Raises BadInput: there is none; NeedsOperator without pyarrow.
    """
    pa, parquet = extra("pyarrow", "Parquet"), extra("pyarrow.parquet", "Parquet")
    if not asked:
        raise BadInput("No query of this suite has anything relevant.", "There is nothing to learn from or to export.")
    columns = {
        "query": [one.query for one in asked for _ in one.documents],
        "document": [document for one in asked for document in one.documents],
        "level": np.concatenate([one.level for one in asked]).astype(np.int8),
        "grade": pa.array(
            np.concatenate([one.grades for one in asked]), mask=~np.concatenate([one.judged for one in asked])
        ),
        **{name: np.concatenate([one.signals[:, n] for one in asked]) for n, name in enumerate(SIGNALS)},
        **{f"prior: {name}": np.concatenate([one.prior[:, n] for one in asked]) for n, name in enumerate(PRIOR)},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table(columns), path)
    return len(columns["query"])
