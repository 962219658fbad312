"""The payload fields of everyone, in memory: exact sets and numbers for verdicts, levels and counts.

An embedded engine takes 100 ms and more to count 100,000 people by a field; a set of row numbers takes
microseconds. Kept at every upsert, written to a snapshot beside the index (snapshot.py), and caught up from
the engine by ``seq`` on open, so that a kill loses nothing. A row is a person's place in these columns, never
reused while the process runs.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from engine.index.rows import to_bitmap

SET_FIELDS = (
    "source", "titles", "titles_now", "other_titles", "skills", "languages", "employers", "country", "place",
    "outcomes", "reasons", "jobs", "tags",
)  # fmt: skip
NUMBER_FIELDS = ("years", "seniority", "education", "stage", "latitude", "longitude", "applied", "updated", "contacted")
PAIR_FIELDS = ("skill_years", "language_levels")
FLAGS = ("replied", "reopenable", "refused", "do_not_contact")
Key = tuple[str, str, float | None]
"""(field, value, number): the number of a pair, None elsewhere."""


class Columns:
    """Rows of people. ``ids[row]`` is the engine's point id; ``live`` the rows that hold a person now."""

    def __init__(self) -> None:
        self.seq = 0
        self.ids: list[int] = []
        self.people: list[str] = []
        self.names: list[str] = []
        self.row_of: dict[int, int] = {}
        self.live = BitMap()
        self.sets: dict[str, dict[str, BitMap]] = {field: defaultdict(BitMap) for field in SET_FIELDS}
        self.pairs: dict[str, dict[str, dict[float, BitMap]]] = {
            field: defaultdict(lambda: defaultdict(BitMap)) for field in PAIR_FIELDS
        }
        """field -> value -> number -> rows: years of a skill, level of a language."""
        self.stated: dict[str, BitMap] = {field: BitMap() for field in (*SET_FIELDS, *NUMBER_FIELDS)}
        self.flags: dict[str, BitMap] = {flag: BitMap() for flag in FLAGS}
        self.numbers = np.full((len(NUMBER_FIELDS), 1024), np.nan, dtype=np.float32)
        self.contacts_of: list[tuple[str, ...]] = []
        self.keys: list[Key] = []
        self.held: list[array[int]] = []
        """Of each row the places in ``keys`` it was put under, to take it out again."""
        self._place_of: dict[Key, int] = {}
        self._contacts: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self.live)

    def number(self, field: str) -> NDArray[np.float32]:
        """(rows,) float32, NaN where not stated."""
        return self.numbers[NUMBER_FIELDS.index(field), : len(self.ids)]

    def put(self, point: int, person_id: str, fields: dict[str, Any], seq: int) -> None:
        """Insert or replace one person."""
        row = self.row_of.get(point)
        if row is None:
            row = self._new_row(point, person_id)
        else:
            self._clear(row)
        self.seq = max(self.seq, seq)
        self.live.add(row)
        self.names[row] = fields.get("name") or ""
        held = self.held[row]
        for field in SET_FIELDS:
            values = fields.get(field)
            for value in [values] if isinstance(values, str) else values or ():
                self.sets[field][value].add(row)
                self.stated[field].add(row)
                held.append(self._key(field, value, None))
        for field in PAIR_FIELDS:
            for value, number in (fields.get(field) or {}).items():
                self.pairs[field][value][number].add(row)
                held.append(self._key(field, value, number))
        self._put_contacts(row, (*fields.get("emails", ()), *fields.get("phones", ())))
        for flag in FLAGS:
            if fields.get(flag):
                self.flags[flag].add(row)
        self._put_numbers(row, fields)

    def drop(self, point: int) -> None:
        row = self.row_of.get(point)
        if row is not None and row in self.live:
            self._clear(row)

    def rows(self, points: Iterable[int]) -> list[int]:
        """Rows of points, those unknown left out."""
        return [row for point in points if (row := self.row_of.get(point)) is not None and row in self.live]

    def any_of(self, field: str, values: Iterable[str]) -> BitMap:
        """Rows that hold one of the values."""
        sets = self.sets[field]
        return BitMap.union(BitMap(), *(sets[v] for v in values if v in sets))

    def with_contact(self, contact: str) -> tuple[int, ...]:
        """Rows of an e-mail or E.164 phone."""
        return self._contacts.get(contact, ())

    def where(self, field: str, keep: NDArray[np.bool_]) -> BitMap:
        """Live rows of a mask (rows,)."""
        return to_bitmap(np.flatnonzero(keep)) & self.live & self.stated[field]

    def restore(self, rows: Sequence[tuple[int, str, str, tuple[str, ...]]], held: list[array[int]]) -> None:
        """Take over (point, person id, name, contacts) of every row and its places in ``keys``, all at once.

        The rest (keys, sets, numbers …) is put by the one who restores: see snapshot.py.
        """
        for row, (point, person_id, name, contacts) in enumerate(rows):
            self.ids.append(point)
            self.people.append(person_id)
            self.names.append(name)
            self.contacts_of.append(contacts)
            self.row_of[point] = row
            for contact in contacts:
                self._contacts[contact] = (*self._contacts.get(contact, ()), row)
        self.held = held
        self._place_of = {key: place for place, key in enumerate(self.keys)}

    def _key(self, field: str, value: str, number: float | None) -> int:
        key = (field, value, number)
        place = self._place_of.get(key)
        if place is None:
            place = self._place_of[key] = len(self.keys)
            self.keys.append(key)
        return place

    def _new_row(self, point: int, person_id: str) -> int:
        row = len(self.ids)
        self.ids.append(point)
        self.people.append(person_id)
        self.names.append("")
        self.contacts_of.append(())
        self.held.append(array("I"))
        self.row_of[point] = row
        if row >= self.numbers.shape[1]:
            grown = np.full((len(NUMBER_FIELDS), self.numbers.shape[1] * 2), np.nan, dtype=np.float32)
            grown[:, :row] = self.numbers[:, :row]
            self.numbers = grown
        return row

    def _clear(self, row: int) -> None:
        for place in self.held[row]:
            field, value, number = self.keys[place]
            if number is None:
                self.sets[field][value].discard(row)
            else:
                self.pairs[field][value][number].discard(row)
        self.held[row] = array("I")
        for contact in self.contacts_of[row]:
            others = tuple(other for other in self._contacts[contact] if other != row)
            if others:
                self._contacts[contact] = others
            else:
                del self._contacts[contact]
        self.contacts_of[row] = ()
        for rows in (*self.stated.values(), *self.flags.values(), self.live):
            rows.discard(row)
        self.numbers[:, row] = np.nan
        self.names[row] = ""

    def _put_contacts(self, row: int, contacts: Iterable[str]) -> None:
        self.contacts_of[row] = own = tuple(dict.fromkeys(contacts))
        for contact in own:
            self._contacts[contact] = (*self._contacts.get(contact, ()), row)

    def _put_numbers(self, row: int, fields: dict[str, Any]) -> None:
        geo = fields.get("geo") or {}
        numbers = {
            "latitude": geo.get("lat"),
            "longitude": geo.get("lon"),
            "applied": day_number(fields.get("applied")),
            "updated": day_number(fields.get("updated")),
            "contacted": day_number(fields.get("contacted")),
            **{field: fields.get(field) for field in ("years", "seniority", "education", "stage")},
        }
        for place, field in enumerate(NUMBER_FIELDS):
            value = numbers[field]
            if value is not None:
                self.numbers[place, row] = value
                self.stated[field].add(row)


def day_number(value: str | None) -> float | None:
    """A partial date as days since 1970; a missing month or day is its first."""
    if not value:
        return None
    return float(np.datetime64(value, "D").astype(int))
