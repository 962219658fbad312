"""The columns and the words as one file beside an index, read back in a fraction of what reading the index takes.

A cache: what cannot be read is as good as absent, for the engine holds the truth.
"""

from __future__ import annotations

import gc
import json
import struct
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from pydantic_core import from_json
from pyroaring import BitMap

from engine.index.columns import NUMBER_FIELDS, Columns
from engine.index.postings import Postings
from engine.index.texts import Texts
from engine.index.words import Words

VERSION = 6
_LENGTH = struct.Struct("<Q")
_SUM = struct.Struct("<I")


def save(columns: Columns, words: Words, path: Path) -> None:
    """Write a snapshot: whole or not at all (renamed into place)."""
    count, texts = len(columns.ids), words.texts
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
        _write(out, _json(text))
        _write(out, np.array(columns.ids, dtype=np.uint64).tobytes())
        _write(out, np.ascontiguousarray(columns.numbers[:, :count]).tobytes())
        _write(out, np.array([len(held) for held in columns.held], dtype=np.uint32).tobytes())
        _write(out, b"".join(held.tobytes() for held in columns.held))
        _write_sets(out, [*used, *columns.stated.values(), *columns.flags.values(), columns.live])
        _write(out, texts.words[: texts.used].tobytes())
        for numbers in (texts.starts, texts.rows, texts.entry_of):
            _write(out, np.array(numbers, dtype=np.int64).tobytes())
        for postings in words.postings.values():
            _write_postings(out, postings)
        out.seek(_SUM.size)
        checksum = crc32(out.read())
        out.seek(0)
        out.write(_SUM.pack(checksum))
    scratch.replace(path)


def load(path: Path) -> tuple[Columns, Words] | None:
    """The snapshot, or None when there is none or it cannot be read."""
    try:
        whole = memoryview(path.read_bytes())
        if _SUM.unpack_from(whole)[0] != crc32(whole[_SUM.size :]):
            return None  # a damaged set of rows would be believed
        with _nothing_to_collect():
            return _load(_Parts(whole[_SUM.size :]))
    except (OSError, ValueError, KeyError, struct.error):
        return None


@contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """Millions of values are made and none is thrown away: Python would look for garbage among them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _json(parts: dict[str, Any]) -> bytes:
    """As ``json.dumps``, long lists in pieces: one call holds Python's lock to its end, and people are searching."""
    done = []
    for name, value in parts.items():
        items = value if isinstance(value, list) else None
        text = _dumps(value) if items is None else f"[{','.join(_pieces(items))}]"
        done.append(f"{_dumps(name)}:{text}")
    return f"{{{','.join(done)}}}".encode()


def _pieces(items: list[Any]) -> Iterator[str]:
    for start in range(0, len(items), 1000):
        yield _dumps(items[start : start + 1000])[1:-1]


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def rows_at(columns: Columns, place: int) -> BitMap:
    """The rows of ``columns.keys[place]``."""
    field, value, number = columns.keys[place]
    return columns.sets[field][value] if number is None else columns.pairs[field][value][number]


def _load(parts: _Parts) -> tuple[Columns, Words]:
    text: dict[str, Any] = from_json(bytes(parts.next()))
    if text["version"] != VERSION:
        raise ValueError("a snapshot of another version")
    columns = Columns()
    columns.seq = text["seq"]
    columns.keys = [(field, value, number) for field, value, number in text["keys"]]
    ids = np.frombuffer(parts.next(), dtype=np.uint64).tolist()
    numbers = np.frombuffer(parts.next(), dtype=np.float32).reshape(len(NUMBER_FIELDS), len(ids))
    room = np.full((len(NUMBER_FIELDS), 1024), np.nan, dtype=np.float32)
    columns.numbers = np.concatenate([numbers, room], axis=1)
    lengths = np.frombuffer(parts.next(), dtype=np.uint32)
    places = np.frombuffer(parts.next(), dtype=np.uint32)
    contacts = [tuple(found) for found in text["contacts"]]
    columns.restore(list(zip(ids, text["people"], text["names"], contacts, strict=True)), _split(places, lengths))
    sets = iter(_read_sets(parts))
    for field, value, number in columns.keys:
        rows = next(sets)
        if number is None:
            columns.sets[field][value] = rows
        else:
            columns.pairs[field][value][number] = rows
    columns.stated = {field: next(sets) for field in text["stated"]}
    columns.flags = {flag: next(sets) for flag in text["flags"]}
    columns.live = next(sets)
    words = Words()
    words.texts = _load_texts(parts, text)
    for postings in words.postings.values():
        _load_postings(parts, postings)
    return columns, words


def _load_texts(parts: _Parts, text: dict[str, Any]) -> Texts:
    texts = Texts()
    texts.number_of = {word: number for number, word in enumerate(text["words"], 1)}
    texts.dead = text["dead"]
    texts.words = np.frombuffer(parts.next(), dtype=np.uint32)  # read-only, and longer before the first word is added
    texts.used = len(texts.words)
    texts.starts, texts.rows, texts.entry_of = (np.frombuffer(parts.next(), dtype=np.int64).tolist() for _ in range(3))
    return texts


def _write_postings(out: BinaryIO, postings: Postings) -> None:
    tokens = list(postings.documents)
    _write(out, np.array(tokens, dtype=np.uint32).tobytes())
    _write(out, np.array([len(postings.documents[token]) for token in tokens], dtype=np.uint32).tobytes())
    _write(out, b"".join(postings.documents[token].tobytes() for token in tokens))
    _write(out, b"".join(postings.weights[token].tobytes() for token in tokens))
    _write(out, postings.row_of.tobytes())
    _write(out, postings.document_of.tobytes())
    _write(out, _LENGTH.pack(postings.dead))


def _load_postings(parts: _Parts, postings: Postings) -> None:
    tokens = np.frombuffer(parts.next(), dtype=np.uint32).tolist()
    ends = np.cumsum(np.frombuffer(parts.next(), dtype=np.uint32)).tolist()
    documents, weights = parts.next(), parts.next()
    start = 0
    for token, end in zip(tokens, ends, strict=True):
        postings.documents[token] = array("I", bytes(documents[4 * start : 4 * end]))
        postings.weights[token] = array("f", bytes(weights[4 * start : 4 * end]))
        start = end
    postings.row_of, postings.document_of = array("q", bytes(parts.next())), array("q", bytes(parts.next()))
    (postings.dead,) = _LENGTH.unpack(parts.next())


def _split(places: NDArray[np.uint32], lengths: NDArray[np.uint32]) -> list[array[int]]:
    ends = np.cumsum(lengths).tolist()
    found = array("I", places.tobytes())
    return [found[end - length : end] for end, length in zip(ends, lengths.tolist(), strict=True)]


def _write(out: BinaryIO, part: bytes) -> None:
    out.write(_LENGTH.pack(len(part)))
    out.write(part)


class _Parts:
    """What ``_write`` wrote, part after part, nothing copied."""

    def __init__(self, whole: memoryview) -> None:
        self._whole, self._place = whole, 0

    def next(self) -> memoryview:
        """Raises ValueError at the end."""
        start = self._place + _LENGTH.size
        (length,) = _LENGTH.unpack(self._whole[self._place : start])
        self._place = start + length
        if self._place > len(self._whole):
            raise ValueError("the snapshot ends too early")
        return self._whole[start : self._place]


def _write_sets(out: BinaryIO, sets: list[BitMap]) -> None:
    parts = [rows.serialize() for rows in sets]
    _write(out, np.array([len(part) for part in parts], dtype=np.uint32).tobytes())
    _write(out, b"".join(parts))


def _read_sets(parts: _Parts) -> list[BitMap]:
    lengths = np.frombuffer(parts.next(), dtype=np.uint32).tolist()
    whole = parts.next()
    found, start = [], 0
    for length in lengths:
        found.append(BitMap.deserialize(bytes(whole[start : start + length])))
        start += length
    return found
