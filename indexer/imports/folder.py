"""A folder of CVs: every file is a person. Or an export: people and jobs in files of known names, CVs beside them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from engine.records import Document, SourceKind, SourceRecord
from indexer.documents import SUFFIXES
from indexer.imports.resume import read_resume
from indexer.imports.values import FileRef, Found, Piece, name_of

LINES = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
CVS = SUFFIXES | {".json"}


def is_lines(path: Path) -> bool:
    return path.name.lower().endswith(LINES)


def is_cv(path: Path) -> bool:
    return path.suffix.lower() in CVS


def exports_in(folder: Path) -> list[Path]:
    """The folder's own JSONL and CSV files, jobs before people, when it is an export; else none."""
    found = [
        path
        for path in folder.iterdir()
        if (is_lines(path) or path.suffix.lower() == ".csv") and path.is_file() and not path.name.startswith((".", "~"))
    ]
    return sorted(found, key=lambda path: (not path.name.lower().startswith("job"), path.name))


def files_in(folder: Path) -> list[Path]:
    """Every file below, in a fixed order; hidden ones and what leads out of the folder left out."""
    root = folder.resolve()
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(part.startswith((".", "~")) for part in path.relative_to(folder).parts)
        and path.resolve().is_relative_to(root)
    ]


def passed_over(files: Collection[Path]) -> str | None:
    """A remark about files of kinds we do not read, by their endings."""
    kinds = Counter(name_of(Path(path.suffix.lower())) if path.suffix else "without ending" for path in files)
    if not kinds:
        return None
    listed = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common(8))
    return f"Files of other kinds were passed over: {listed}."


def read_cvs(folder: Path, paths: list[Path], *, source: SourceKind) -> Iterator[Piece]:
    """The id of a person is the file's path below the folder: the same file again is the same person."""
    for path in paths:
        name = name_of(path.relative_to(folder))
        if path.suffix.lower() == ".json":
            yield from read_resume(path, name, source=source)
            continue
        document = Document(id="cv", filename=name_of(Path(path.name)))
        record = SourceRecord(id=id_of(name), source=source, documents=(document,))
        yield Found(name, record, name, (FileRef("cv", path),), bare=True)


def id_of(name: str) -> str:
    """An id is at most 200 letters; a longer path keeps its end, and what was cut off makes it its own."""
    return name if len(name) <= 200 else f"{hashlib.sha256(name.encode()).hexdigest()[:16]}…{name[-180:]}"
