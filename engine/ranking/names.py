"""A question that names a person -> their rows: e-mail and phone exactly, a name with typos and accents forgiven.

Word by word, so that the order, a middle name or a lone given name do not matter: every word asked must be a
word of the name, one letter wrong, missing, added or swapped (two in a long word). One word alone must be
spelt right, else half the workspace would be a typo away from any word that is no name.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from pyroaring import BitMap
from rapidfuzz import process
from rapidfuzz.distance import OSA

from engine.index.columns import Columns
from engine.query.criteria import Query
from engine.text import normalise

MOST = 50
TYPO = 0.08
"""What one wrong letter costs of a fit of 1."""
EXTRA = 0.01
"""What a word of the name that was not asked costs: all of "Anna Lind" fits better than part of "Anna Maria Lind"."""


def find_named(query: Query, columns: Columns, among: BitMap | None = None) -> dict[int, float]:
    """row -> how well the person fits the name, 0..1. Empty when the question names nobody of ``among`` (None: all)."""
    among = columns.live if among is None else among
    identity = query.identity
    if identity is None:
        return {}
    if identity.kind in ("email", "phone"):
        return {row: 1.0 for row in columns.with_contact(identity.value) if row in among}
    asked = normalise(identity.value).split()
    book = _book(columns)
    typos = [_similar(word, book.rows_of, len(asked)) for word in asked]
    if not asked or not all(typos):
        return {}
    rows = BitMap(among)
    for found in typos:
        rows &= BitMap.union(BitMap(), *(book.rows_of[name] for name in found))
    fits = {row: _fit(book.words[row], typos) for row in rows}
    best = sorted(fits, key=lambda row: (-fits[row], columns.people[row]))[:MOST]
    return {row: fits[row] for row in best if fits[row] > 0}


def _similar(asked: str, names: dict[str, BitMap], of: int) -> dict[str, int]:
    """Words of names that this one may be -> letters wrong."""
    most = 0 if of == 1 or len(asked) < 3 else 1 if len(asked) < 8 else 2
    if not most:
        return {asked: 0} if asked in names else {}
    found = process.extract(asked, names.keys(), scorer=OSA.distance, score_cutoff=most, limit=None)
    return {name: int(letters) for name, letters, _ in found}


def _fit(words: tuple[str, ...], typos: list[dict[str, int]]) -> float:
    """1 for the same words; 0 where two words asked stand for one word of the name."""
    left, wrong = list(words), 0
    for found in sorted(typos, key=len):
        here = min((w for w in left if w in found), key=lambda w: found[w], default=None)
        if here is None:
            return 0.0
        left.remove(here)
        wrong += found[here]
    return round(max(0.1, 1.0 - TYPO * wrong - (EXTRA * len(left) if len(typos) > 1 else 0.0)), 4)


class _Book:
    """Words of the names, brought up to the columns when asked: names change seldom, and questions name seldom."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.words: list[tuple[str, ...]] = []
        self.rows_of: dict[str, BitMap] = {}

    def catch_up(self, names: list[str]) -> None:
        if names == self.names:
            return
        for row, name in enumerate(names):
            if row < len(self.names) and name == self.names[row]:
                continue
            if row < len(self.words):
                for word in self.words[row]:
                    self.rows_of[word].discard(row)
                    if not self.rows_of[word]:
                        del self.rows_of[word]
            else:
                self.words.append(())
            self.words[row] = tuple(dict.fromkeys(normalise(name).split()))
            for word in self.words[row]:
                self.rows_of.setdefault(word, BitMap()).add(row)
        self.names = list(names)


_BOOKS: WeakKeyDictionary[Columns, _Book] = WeakKeyDictionary()


def _book(columns: Columns) -> _Book:
    book = _BOOKS.setdefault(columns, _Book())
    book.catch_up(columns.names)
    return book
