"""JSONL, plain or gzipped: a person or a job a line. Documents may hold their text or name a file beside it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from pydantic import ValidationError

from engine.errors import BadFile
from engine.records import Job, SourceKind, SourceRecord
from indexer.imports.values import Bad, FileRef, Found, FoundJob, Piece

MOST_LETTERS = 20_000_000
"""Of one line: a bomb, or no JSONL."""
T = TypeVar("T", Job, SourceRecord)
_FIELDS = frozenset(SourceRecord.model_fields)
_JOB_MARKS = frozenset({"opened_at", "closed_at", "description", "department"})


def open_lines(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def count_lines(path: Path) -> int:
    """Raises BadFile for a damaged archive."""
    try:
        with open_lines(path) as file:
            return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) + 1
    except (EOFError, gzip.BadGzipFile, OSError) as error:
        raise BadFile(f"{path.name} cannot be read ({type(error).__name__}).", "Copy or export it again.") from None


def read_lines(path: Path, *, source: SourceKind, ignored: dict[str, int]) -> Iterator[Piece]:
    """Every line as a piece. ignored: fields nobody knows are counted into it."""
    with open_lines(path) as file:
        for number, line in enumerate(iter(lambda: file.readline(MOST_LETTERS), b""), 1):
            place = f"{path.name} line {number}"
            if not line.strip():
                continue
            try:
                yield _piece(line, place, path.parent, source, ignored)
            except BadFile as error:
                yield Bad(place, error.what, error.fix)


def _piece(line: bytes, place: str, folder: Path, source: SourceKind, ignored: dict[str, int]) -> Piece:
    try:
        text = line.decode("utf-8-sig").strip()
        given = json.loads(text)
    except UnicodeDecodeError:
        raise BadFile("The line is not UTF-8.", "Export the file as UTF-8.") from None
    except (ValueError, RecursionError):
        raise BadFile("The line is not JSON.", "Write one JSON object a line.") from None
    if not isinstance(given, dict):
        raise BadFile("The line is not a JSON object.", 'Write {"id": …, "text": …}.')
    if "title" in given and _JOB_MARKS & given.keys():
        return FoundJob(place, _valid(Job, given))
    for name in given.keys() - _FIELDS - {"text"}:
        ignored[name[:60]] = ignored.get(name[:60], 0) + 1
    record, files = _record({k: v for k, v in given.items() if k in _FIELDS or k == "text"}, folder, source)
    return Found(place, record, text, files)


def _record(given: dict[str, Any], folder: Path, source: SourceKind) -> tuple[SourceRecord, tuple[FileRef, ...]]:
    files = []
    if isinstance(given.get("id"), int):
        given["id"] = str(given["id"])
    given.setdefault("source", source)
    text = given.pop("text", None)
    if isinstance(text, str) and text.strip():
        given["documents"] = [*(given.get("documents") or ()), {"id": "text", "text": text.replace("\0", "")}]
    documents = given.get("documents")
    if isinstance(documents, list):
        for number, document in enumerate(documents):
            if isinstance(document, dict) and isinstance(document.get("path"), str):
                document = dict(document)
                path = (folder / document.pop("path")).resolve()
                if not path.is_relative_to(folder.resolve()):
                    raise BadFile(f"documents.{number}.path leads out of the import's folder.", "Keep files beside it.")
                document.setdefault("id", path.name)
                document.setdefault("filename", path.name)
                documents[number] = document
                files.append(FileRef(str(document["id"]), path))
    return _valid(SourceRecord, given), tuple(files)


def _valid(kind: type[T], given: dict[str, Any]) -> T:
    try:
        found = kind.model_validate(given)
        found.model_dump_json()  # half a character passes validation and nothing else
        return found
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, item["loc"])) for item in error.errors()})[:5])
        raise BadFile(f"These fields cannot be used: {fields}.", "See docs/import.md for what each holds.") from None
    except ValueError:
        raise BadFile("The line holds half a character.", "Export the file as UTF-8.") from None
