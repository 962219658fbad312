"""JSONL, plain or gzipped: a person or a job a line. Documents may hold their text or name a file beside it."""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any

from engine.errors import BadFile
from engine.records import Job, SourceKind, SourceRecord
from indexer.imports.shapes import build, tidy
from indexer.imports.values import Bad, FileRef, Found, FoundJob, Piece, name_of

MOST_BYTES = 20_000_000
"""Of one line: a bomb, or no JSONL."""
_OF_PEOPLE = (frozenset(SourceRecord.model_fields) | {"text"}) - frozenset(Job.model_fields)
_DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error, OSError)


def open_lines(path: Path) -> BufferedReader | gzip.GzipFile:
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")


def count_lines(path: Path) -> int:
    """As far as the file can be read. Raises BadFile where that is not even one line."""
    lines, last = 0, b"\n"
    try:
        with open_lines(path) as file:
            while block := file.read1(1 << 20):  # read() gives nothing of what stands before damage
                lines += block.count(b"\n")
                last = block[-1:]
    except _DAMAGED as error:
        if not lines:
            what = f"{name_of(Path(path.name))} cannot be read ({type(error).__name__})."
            raise BadFile(what, "Copy or export it again.") from None
    return lines + (last != b"\n")


def read_lines(path: Path, *, source: SourceKind, ignored: Counter[str]) -> Iterator[Piece]:
    """Every line as a piece. ignored: fields nobody knows are counted into it."""
    name, number = name_of(Path(path.name)), 0
    try:
        with open_lines(path) as file:
            while line := file.readline(MOST_BYTES):
                number += 1
                place = f"{name} line {number}"
                if len(line) == MOST_BYTES and not line.endswith(b"\n"):
                    while line and not line.endswith(b"\n"):
                        line = file.readline(MOST_BYTES)
                    what = f"The line is longer than {MOST_BYTES // 1_000_000} MB."
                    yield Bad(place, what, "Write one JSON object a line.")
                elif line.strip():
                    yield _piece(line, place, path.parent, source, ignored)
    except _DAMAGED:
        what = "The file is damaged or cut off here; what stood before is in."
        yield Bad(f"{name} from line {number + 1}", what, "Copy or export it again, and import again.")


def _piece(line: bytes, place: str, folder: Path, source: SourceKind, ignored: Counter[str]) -> Piece:
    try:
        text = line.decode("utf-8-sig").strip()
        given = tidy(json.loads(text))
        if not isinstance(given, dict):
            return Bad(place, "The line is not a JSON object.", 'Write {"id": …, "text": …}.')
        if "title" in given and not _OF_PEOPLE & given.keys():
            return FoundJob(place, build(Job, given, ignored))
        record, files = _record(given, folder, source, ignored)
    except UnicodeDecodeError:
        return Bad(place, "The line is not UTF-8.", "Export the file as UTF-8.")
    except BadFile as error:
        return Bad(place, error.what, error.fix)
    except (ValueError, RecursionError):
        return Bad(place, "The line is not JSON.", "Write one JSON object a line.")
    return Found(place, record, text.replace("\0", ""), files)


def _record(
    given: dict[str, Any], folder: Path, source: SourceKind, ignored: Counter[str]
) -> tuple[SourceRecord, tuple[FileRef, ...]]:
    given.setdefault("source", source)
    text = given.pop("text", None)
    if text is not None and not isinstance(text, str):
        raise BadFile("These fields cannot be used: `text`.", "Write it as one string.")
    documents = given.get("documents")
    listed = documents if isinstance(documents, list) else []
    files = [_file(one, folder) for one in listed if isinstance(one, dict) and "path" in one]
    if text and text.strip() and (documents is None or isinstance(documents, list)):
        given["documents"] = [*listed, {"id": "text", "text": text}]
    record = build(SourceRecord, given, ignored)
    ids = [document.id for document in record.documents]
    if len(ids) > len(set(ids)):
        raise BadFile("Two of its documents have one id.", "Give each its own; `text` is the id of the field `text`.")
    return record, tuple(files)


def _file(document: dict[str, Any], folder: Path) -> FileRef:
    """Takes ``path`` out of the document and names the document after it."""
    given = document.pop("path")
    fix = "Keep the files beside it and name them by their path from there."
    if not isinstance(given, str):
        raise BadFile("A document's `path` is not a text.", fix)
    try:
        path = (folder / given).resolve()
    except (OSError, ValueError):
        raise BadFile("A document's `path` is no path.", fix) from None
    if not path.is_relative_to(folder.resolve()):
        raise BadFile("A document's `path` leads out of the import's folder.", fix)
    document.setdefault("id", given[:200])
    document.setdefault("filename", name_of(Path(path.name)))
    return FileRef(str(document["id"]), path)
