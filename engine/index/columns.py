"""The payload fields of everyone, in memory: exact sets and numbers for verdicts, levels and counts.

An embedded engine takes 100 ms and more to count 100,000 people by a field; a set of row numbers takes
microseconds. Kept at every upsert, written to a snapshot beside the index, and caught up from the engine
by ``seq`` on open, so that a kill loses nothing. A row is a person's place in these columns, never reused
while the process runs.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

SET_FIELDS = ("source", "titles", "skills", "languages", "employers", "country", "place", "outcomes", "jobs", "tags")
NUMBER_FIELDS = ("years", "seniority", "education", "stage", "latitude", "longitude", "applied", "updated")
PAIR_FIELDS = ("skill_years", "language_levels")
FLAGS = ("replied", "reopenable", "refused", "do_not_contact")
SNAPSHOT_VERSION = 2


class Columns:
    """Rows of people. ``ids[row]`` is the engine's point id; ``live`` the rows that hold a person now."""

    def __init__(self) -> None:
        self.seq = 0
        self.ids: list[int] = []
        self.people: list[str] = []
        self.names: list[str] = []
        self.row_of: dict[int, int] = {}
        self.live = BitMap()
        self.sets: dict[str, dict[str, BitMap]] = {field: defaultdict(BitMap) for field in (*SET_FIELDS, *PAIR_FIELDS)}
        self.stated: dict[str, BitMap] = {field: BitMap() for field in (*SET_FIELDS, *NUMBER_FIELDS)}
        self.flags: dict[str, BitMap] = {flag: BitMap() for flag in FLAGS}
        self.contacts: dict[str, BitMap] = defaultdict(BitMap)
        """An e-mail or E.164 phone -> rows."""
        self.pairs: dict[str, dict[str, dict[int, float]]] = {field: defaultdict(dict) for field in PAIR_FIELDS}
        """field -> value -> row -> number: years of a skill, level of a language."""
        self._numbers = np.full((len(NUMBER_FIELDS), 1024), np.nan, dtype=np.float32)
        self._held: list[list[tuple[str, str]]] = []
        """What each row was put under, to take it out again."""

    def __len__(self) -> int:
        return len(self.live)

    def number(self, field: str) -> NDArray[np.float32]:
        """(rows,) float32, NaN where not stated."""
        return self._numbers[NUMBER_FIELDS.index(field), : len(self.ids)]

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
        held = self._held[row]
        for field in SET_FIELDS:
            values = fields.get(field)
            for value in [values] if isinstance(values, str) else values or ():
                self.sets[field][value].add(row)
                self.stated[field].add(row)
                held.append((field, value))
        for field in PAIR_FIELDS:
            for value, number in (fields.get(field) or {}).items():
                self.pairs[field][value][row] = number
                held.append((field, value))
        for contact in (*fields.get("emails", ()), *fields.get("phones", ())):
            self.contacts[contact].add(row)
            held.append(("contact", contact))
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

    def where(self, field: str, keep: NDArray[np.bool_]) -> BitMap:
        """Live rows of a mask (rows,)."""
        return BitMap(np.flatnonzero(keep).astype(np.uint32)) & self.live & self.stated[field]

    def _new_row(self, point: int, person_id: str) -> int:
        row = len(self.ids)
        self.ids.append(point)
        self.people.append(person_id)
        self.names.append("")
        self._held.append([])
        self.row_of[point] = row
        if row >= self._numbers.shape[1]:
            grown = np.full((len(NUMBER_FIELDS), self._numbers.shape[1] * 2), np.nan, dtype=np.float32)
            grown[:, :row] = self._numbers
            self._numbers = grown
        return row

    def _clear(self, row: int) -> None:
        for field, value in self._held[row]:
            if field == "contact":
                self.contacts[value].discard(row)
            elif field in PAIR_FIELDS:
                self.pairs[field][value].pop(row, None)
            else:
                self.sets[field][value].discard(row)
        self._held[row].clear()
        for rows in (*self.stated.values(), *self.flags.values(), self.live):
            rows.discard(row)
        self._numbers[:, row] = np.nan
        self.names[row] = ""

    def _put_numbers(self, row: int, fields: dict[str, Any]) -> None:
        geo = fields.get("geo") or {}
        numbers = {
            "latitude": geo.get("lat"),
            "longitude": geo.get("lon"),
            "applied": day_number(fields.get("applied")),
            "updated": day_number(fields.get("updated")),
            **{field: fields.get(field) for field in ("years", "seniority", "education", "stage")},
        }
        for place, field in enumerate(NUMBER_FIELDS):
            value = numbers[field]
            if value is not None:
                self._numbers[place, row] = value
                self.stated[field].add(row)


def day_number(value: str | None) -> float | None:
    """A partial date as days since 1970; a missing month or day is its first."""
    if not value:
        return None
    return float(np.datetime64(value, "D").astype(int))


def save(columns: Columns, path: Path) -> None:
    """Write a snapshot: whole or not at all (renamed into place)."""
    rows = {
        "version": SNAPSHOT_VERSION,
        "seq": columns.seq,
        "people": columns.people,
        "ids": columns.ids,
        "names": columns.names,
        "held": columns._held,
        "pairs": {f: {v: list(r.items()) for v, r in p.items()} for f, p in columns.pairs.items()},
        "live": list(columns.live),
        "stated": {f: list(r) for f, r in columns.stated.items()},
        "flags": {f: list(r) for f, r in columns.flags.items()},
    }
    scratch = path.with_suffix(".new")
    with scratch.open("wb") as out:
        body = BytesIO()
        np.save(body, columns._numbers[:, : len(columns.ids)], allow_pickle=False)
        body.write(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode())
        out.write(crc32(body.getbuffer()).to_bytes(4, "little"))
        out.write(body.getbuffer())
    scratch.replace(path)


def load(path: Path) -> Columns | None:
    """The snapshot, or None when there is none or it cannot be read: the engine is the truth, this a cache."""
    try:
        written = path.read_bytes()
        if int.from_bytes(written[:4], "little") != crc32(memoryview(written)[4:]):
            return None
        file = BytesIO(written[4:])
        numbers = np.load(file, allow_pickle=False)
        rows = json.loads(file.read())
        if rows["version"] != SNAPSHOT_VERSION:
            return None
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        return None
    columns = Columns()
    columns.seq, columns.people, columns.ids, columns.names = rows["seq"], rows["people"], rows["ids"], rows["names"]
    columns._numbers = np.concatenate([numbers, np.full((len(NUMBER_FIELDS), 1024), np.nan, dtype=np.float32)], axis=1)
    columns.row_of = {point: row for row, point in enumerate(columns.ids)}
    columns.live = BitMap(rows["live"])
    columns.stated = {field: BitMap(found) for field, found in rows["stated"].items()}
    columns.flags = {flag: BitMap(found) for flag, found in rows["flags"].items()}
    columns._held = [[(field, value) for field, value in held] for held in rows["held"]]
    columns.pairs = {
        field: defaultdict(dict, {value: dict(found) for value, found in pairs.items()})
        for field, pairs in rows["pairs"].items()
    }
    gathered: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, held in enumerate(columns._held):
        for key in held:
            gathered[key].append(row)
    for (field, value), found in gathered.items():
        if field == "contact":
            columns.contacts[value] = BitMap(found)
        elif field not in PAIR_FIELDS:
            columns.sets[field][value] = BitMap(found)
    return columns
