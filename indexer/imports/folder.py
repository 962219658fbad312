"""A folder of CVs: every file is a person. Or an export: people and jobs in files of known names, CVs beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.records import Document, SourceKind, SourceRecord
from indexer.documents import SUFFIXES
from indexer.imports.resume import read_resume
from indexer.imports.values import FileRef, Found, Piece

LINES = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")


def is_lines(path: Path) -> bool:
    return path.name.lower().endswith(LINES)


def exports_in(folder: Path) -> list[Path]:
    """The folder's own JSONL and CSV files, jobs before people, when it is an export; else none."""
    found = [path for path in sorted(folder.iterdir()) if is_lines(path) or path.suffix.lower() == ".csv"]
    return sorted(found, key=lambda path: (not path.name.startswith("job"), path.name))


def cvs_in(folder: Path) -> list[Path]:
    """Every CV file below, in a fixed order; hidden files and what leads out of the folder left out."""
    root = folder.resolve()
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix.lower() in SUFFIXES | {".json"}
        and not any(part.startswith((".", "~")) for part in path.relative_to(folder).parts)
        and path.resolve().is_relative_to(root)
    ]


def read_cvs(folder: Path, paths: list[Path], *, source: SourceKind) -> Iterator[Piece]:
    """The id of a person is the file's path below the folder: the same file again is the same person."""
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() == ".json":
            yield from read_resume(path, name, source=source)
            continue
        record = SourceRecord(id=name[-200:], source=source, documents=(Document(id="cv", filename=path.name),))
        yield Found(name, record, name, (FileRef("cv", path),), bare=True)
