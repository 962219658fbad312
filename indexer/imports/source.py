"""What a path holds, and what reads it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path

from engine.errors import BadInput
from engine.records import SourceKind
from engine.text import fold
from indexer.documents import SUFFIXES
from indexer.imports.folder import exports_in, files_in, is_cv, is_lines, passed_over, read_cvs
from indexer.imports.lines import count_lines, read_lines
from indexer.imports.tables import read_table
from indexer.imports.values import Bad, ImportResult, Piece, name_of

_CONNECTION = re.compile(r"[A-Za-z0-9._-]{1,100}")
KINDS = "a folder of CVs, .jsonl(.gz), .csv, JSON Resume (.json), or one CV"


def check_path(path: Path) -> None:
    """Raises BadInput for what is certainly not to be imported, without opening it."""
    name = name_of(Path(path.name or str(path)))
    if not path.exists():
        raise BadInput(f"There is no {name!r} at that path.", f"Give {KINDS}.")
    if path.suffix.lower() in (".xlsx", ".xls", ".ods") and path.is_file():
        raise BadInput(f"{name} is a spreadsheet.", "Open it and save it as CSV UTF-8.")
    if not (path.is_dir() or is_lines(path) or is_cv(path) or path.suffix.lower() == ".csv"):
        raise BadInput(f"{name} is of no kind that can be imported.", f"Give {KINDS}.")


def connection_of(path: Path, given: str | None) -> str:
    """Raises BadInput. Default: the path's name; of one CV its folder's, where it is the same person."""
    if given is not None:
        if not _CONNECTION.fullmatch(given):
            raise BadInput("The name of a connection is made of letters, digits, dots, hyphens, at most 100.")
        return given
    path = path.resolve()
    name = path.name
    if path.is_file():
        name = (
            path.parent.name if is_cv(path) else re.sub(r"\.(jsonl|ndjson|csv)(\.gz)?$", "", name, flags=re.IGNORECASE)
        )
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:60] or "import"


def open_source(
    path: Path, *, source: SourceKind, mapping: dict[str, str] | None, result: ImportResult
) -> tuple[Iterator[Piece], int]:
    """(pieces, about how many). Raises BadInput, BadFile for a path that cannot be imported at all."""
    check_path(path)
    if not path.is_dir():
        return _file(path, source, mapping, result)
    if exports := exports_in(path):
        parts = [_guarded(part, source, mapping, result) for part in exports]
        return chain.from_iterable(pieces for pieces, _ in parts), sum(count for _, count in parts)
    files = files_in(path)
    cvs = [file for file in files if is_cv(file)]
    if remark := passed_over([file for file in files if not is_cv(file)]):
        result.notes.append(remark)
    if not cvs:
        known = " ".join(sorted(SUFFIXES))
        raise BadInput(
            f"The folder {name_of(Path(path.name))!r} holds no CVs.", f"CVs are known by their ending: {known}."
        )
    return read_cvs(path, cvs, source=source), len(cvs)


def _file(
    path: Path, source: SourceKind, mapping: dict[str, str] | None, result: ImportResult
) -> tuple[Iterator[Piece], int]:
    if is_lines(path):
        return read_lines(path, source=source, ignored=result.ignored), count_lines(path)
    if path.suffix.lower() == ".csv":
        return read_table(path, source=source, mapping=mapping, ignored=result.ignored)
    return read_cvs(path.parent, [path], source=source), 1


def _guarded(
    path: Path, source: SourceKind, mapping: dict[str, str] | None, result: ImportResult
) -> tuple[Iterator[Piece], int]:
    """One file of several: where it cannot be used, the others are."""
    try:
        return _file(path, source, mapping, result)
    except BadInput as error:
        return iter([Bad(name_of(Path(path.name)), error.what, error.fix)]), 1


def unnamed(path: Path, named: Collection[Path]) -> str | None:
    """A remark about CVs in an export's folder that no row names."""
    exports = exports_in(path) if path.is_dir() else []
    if not exports:
        return None
    left = [file for file in files_in(path) if is_cv(file) and file.resolve() not in named]
    if not left:
        return None
    names = ", ".join(name_of(Path(file.name)) for file in exports[:5])
    return f"CV files no row of {names} names were not imported: {len(left)}. Move them to a folder of their own."
