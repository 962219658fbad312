"""The columns and the texts as one file beside an index, read back in a fraction of what reading the index takes.

A cache: what cannot be read is as good as absent, for the engine holds the truth.
"""

from __future__ import annotations

import json
import struct
from array import array
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from engine.index.columns import NUMBER_FIELDS, Columns
from engine.index.texts import Texts

VERSION = 4
_LENGTH = struct.Struct("<Q")
_SUM = struct.Struct("<I")


def save(columns: Columns, texts: Texts, path: Path) -> None:
    """Write a snapshot: whole or not at all (renamed into place)."""
    count = len(columns.ids)
    used = [rows_at(columns, place) for place in range(len(columns.keys))]
    text = {
        "version": VERSION,
        "seq": columns.seq,
        "people": columns.people,
        "names": columns.names,
        "contacts": [list(contacts) for contacts in columns.contacts_of],
        "keys": columns.keys,
        "stated": list(columns.stated),
        "flags": list(columns.flags),
        "words": list(texts.number_of),
        "dead": texts.dead,
    }
    scratch = path.with_suffix(".new")
    with scratch.open("w+b") as out:
        out.write(_SUM.pack(0))
        _write(out, json.dumps(text, ensure_ascii=False, separators=(",", ":")).encode())
        _write(out, np.array(columns.ids, dtype=np.uint64).tobytes())
        _write(out, np.ascontiguousarray(columns.numbers[:, :count]).tobytes())
        _write(out, np.array([len(held) for held in columns.held], dtype=np.uint32).tobytes())
        _write(out, b"".join(held.tobytes() for held in columns.held))
        _write_sets(out, [*used, *columns.stated.values(), *columns.flags.values(), columns.live])
        _write(out, texts.words[: texts.used].tobytes())
        for numbers in (texts.starts, texts.rows, texts.entry_of):
            _write(out, np.array(numbers, dtype=np.int64).tobytes())
        out.seek(_SUM.size)
        checksum = crc32(out.read())
        out.seek(0)
        out.write(_SUM.pack(checksum))
    scratch.replace(path)


def load(path: Path) -> tuple[Columns, Texts] | None:
    """The snapshot, or None when there is none or it cannot be read."""
    try:
        whole = path.read_bytes()
        if _SUM.unpack_from(whole)[0] != crc32(memoryview(whole)[_SUM.size :]):
            return None  # a damaged set of rows would be believed
        return _load(BytesIO(memoryview(whole)[_SUM.size :]))
    except (OSError, ValueError, KeyError, struct.error):
        return None


def rows_at(columns: Columns, place: int) -> BitMap:
    """The rows of ``columns.keys[place]``."""
    field, value, number = columns.keys[place]
    return columns.sets[field][value] if number is None else columns.pairs[field][value][number]


def _load(file: BinaryIO) -> tuple[Columns, Texts]:
    text: dict[str, Any] = json.loads(_read(file))
    if text["version"] != VERSION:
        raise ValueError("a snapshot of another version")
    columns = Columns()
    columns.seq = text["seq"]
    columns.keys = [(field, value, number) for field, value, number in text["keys"]]
    ids = np.frombuffer(_read(file), dtype=np.uint64).tolist()
    numbers = np.frombuffer(_read(file), dtype=np.float32).reshape(len(NUMBER_FIELDS), len(ids))
    room = np.full((len(NUMBER_FIELDS), 1024), np.nan, dtype=np.float32)
    columns.numbers = np.concatenate([numbers, room], axis=1)
    lengths = np.frombuffer(_read(file), dtype=np.uint32)
    places = np.frombuffer(_read(file), dtype=np.uint32)
    contacts = [tuple(found) for found in text["contacts"]]
    columns.restore(list(zip(ids, text["people"], text["names"], contacts, strict=True)), _split(places, lengths))
    sets = iter(_read_sets(file))
    for field, value, number in columns.keys:
        rows = next(sets)
        if number is None:
            columns.sets[field][value] = rows
        else:
            columns.pairs[field][value][number] = rows
    columns.stated = {field: next(sets) for field in text["stated"]}
    columns.flags = {flag: next(sets) for flag in text["flags"]}
    columns.live = next(sets)
    return columns, _load_texts(file, text)


def _load_texts(file: BinaryIO, text: dict[str, Any]) -> Texts:
    texts = Texts()
    texts.number_of = {word: number for number, word in enumerate(text["words"], 1)}
    texts.dead = text["dead"]
    texts.words = np.frombuffer(bytearray(_read(file)), dtype=np.uint32)
    texts.used = len(texts.words)
    texts.starts, texts.rows, texts.entry_of = (np.frombuffer(_read(file), dtype=np.int64).tolist() for _ in range(3))
    return texts


def _split(places: NDArray[np.uint32], lengths: NDArray[np.uint32]) -> list[array[int]]:
    ends = np.cumsum(lengths).tolist()
    found = array("I", places.tobytes())
    return [found[end - length : end] for end, length in zip(ends, lengths.tolist(), strict=True)]


def _write(out: BinaryIO, part: bytes) -> None:
    out.write(_LENGTH.pack(len(part)))
    out.write(part)


def _read(file: BinaryIO) -> bytes:
    (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
    part = file.read(length)
    if len(part) != length:
        raise ValueError("the snapshot ends too early")
    return part


def _write_sets(out: BinaryIO, sets: list[BitMap]) -> None:
    parts = [rows.serialize() for rows in sets]
    _write(out, np.array([len(part) for part in parts], dtype=np.uint32).tobytes())
    _write(out, b"".join(parts))


def _read_sets(file: BinaryIO) -> list[BitMap]:
    lengths = np.frombuffer(_read(file), dtype=np.uint32).tolist()
    whole = _read(file)
    found, start = [], 0
    for length in lengths:
        found.append(BitMap.deserialize(whole[start : start + length]))
        start += length
    return found
