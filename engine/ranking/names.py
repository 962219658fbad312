"""A question that names a person -> their rows: e-mail and phone exactly, a name with typos and accents forgiven."""

from __future__ import annotations

from rapidfuzz import fuzz, process

from engine.index.columns import Columns
from engine.query.criteria import Query
from engine.text import fold

LEAST = 84.0
"""Similarity of two folded names, 0..100, from which they may be the same: one typo in a short name."""
MOST = 50


def find_named(query: Query, columns: Columns) -> dict[int, float]:
    """row -> how well the person fits the name, 0..1. Empty when the question names nobody we know."""
    identity = query.identity
    if identity is None:
        return {}
    if identity.kind in ("email", "phone"):
        return dict.fromkeys(columns.with_contact(identity.value), 1.0)
    asked = fold(identity.value)
    names = {row: fold(columns.names[row]) for row in columns.live if columns.names[row]}
    found = process.extract(asked, names, scorer=fuzz.token_sort_ratio, score_cutoff=LEAST, limit=MOST)
    if not found:  # one name of two: "Lindqvist" for Anna Lindqvist
        found = (
            process.extract(asked, names, scorer=fuzz.partial_ratio, score_cutoff=96.0, limit=MOST)
            if len(asked) > 3
            else []
        )
    return {row: round(value / 100.0, 4) for _, value, row in found}
