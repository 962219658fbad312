"""The import: finds out what a path holds, reads it piece by piece, and puts it into the ledger in batches.

What is already there costs next to nothing: a record is compared by hash, a file by size and time before it is
opened. So a second import is quick, and a killed one goes on where it was. Indexing is the follower's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from engine.errors import BadFile, BadInput
from engine.lexicon import Lexicon
from engine.records import Job, SourceKind, SourceRecord, Viewer
from engine.text import fold
from indexer.documents import SUFFIXES, DocumentReader
from indexer.imports.contacts import find_contacts
from indexer.imports.folder import cvs_in, exports_in, is_lines, read_cvs
from indexer.imports.lines import count_lines, read_lines
from indexer.imports.resume import read_resume
from indexer.imports.tables import read_table, sheet
from indexer.imports.values import Bad, Found, FoundJob, ImportResult, Piece
from indexer.ledger import Ledger

BATCH = 100
Report = Callable[[int, int], None]


def run_import(
    path: Path,
    ledger: Ledger,
    *,
    workspace: str = "default",
    actor: str = "import",
    connection: str | None = None,
    source: SourceKind = "ats",
    mapping: dict[str, str] | None = None,
    on_progress: Report | None = None,
) -> ImportResult:
    """Import a folder or a file. connection: default, the path's own name.

    Raises BadInput, BadFile for what cannot be imported at all; what is wrong with a row or a file is parked.
    """
    if not path.exists():
        raise BadInput(f"There is no {path.name!r} at that path.", "Give a folder, .jsonl(.gz), .csv or .json file.")
    result = ImportResult(connection=connection or _slug(path))
    pieces, total = _pieces(path, source, mapping, result.ignored)
    with DocumentReader() as documents:
        batch_import = _Import(ledger, workspace, actor, result, documents)
        done = 0
        while batch := list(islice(pieces, BATCH)):
            batch_import.take(batch)
            done += len(batch)
            if on_progress:
                on_progress(min(done, total), total)
    if on_progress:
        on_progress(total, total)
    return result


def _slug(path: Path) -> str:
    stem = path.resolve().name.split(".")[0]
    return re.sub(r"[^a-z0-9]+", "-", fold(stem)).strip("-")[:60] or "import"


def _pieces(
    path: Path, source: SourceKind, mapping: dict[str, str] | None, ignored: dict[str, int]
) -> tuple[Iterator[Piece], int]:
    """(pieces, about how many)."""
    if path.is_dir():
        if exports := exports_in(path):
            parts = [_pieces(part, source, mapping, ignored) for part in exports]
            return (piece for pieces, _ in parts for piece in pieces), sum(count for _, count in parts)
        paths = cvs_in(path)
        if not paths:
            known = " ".join(sorted(SUFFIXES))
            raise BadInput(f"The folder {path.name!r} holds no CVs.", f"Files are known by their ending: {known}.")
        return read_cvs(path, paths, source=source), len(paths)
    suffix = path.suffix.lower()
    if is_lines(path):
        return read_lines(path, source=source, ignored=ignored), count_lines(path)
    if suffix == ".csv":
        return read_table(path, source=source, mapping=mapping), sum(1 for _ in sheet(path)[1])
    if suffix == ".json":
        return read_resume(path, path.name, source=source), 1
    if suffix in SUFFIXES:
        return read_cvs(path.parent, [path], source=source), 1
    raise BadInput(f"{path.name} is of no kind that can be imported.", "Known: folders, .jsonl(.gz), .csv, .json, CVs.")


class _Import:
    """One run: takes batches of pieces."""

    def __init__(
        self, ledger: Ledger, workspace: str, actor: str, result: ImportResult, documents: DocumentReader
    ) -> None:
        self._reader = ledger.reader(Viewer(workspace=workspace, user=actor))
        self._writer = ledger.writer(workspace, actor)
        self._result = result
        self._documents = documents

    def take(self, batch: list[Piece]) -> None:
        jobs = [piece.job for piece in batch if isinstance(piece, FoundJob)]
        self._result.jobs += len(jobs)
        if jobs:
            self._put_jobs(jobs)
        for piece in batch:
            if isinstance(piece, Bad):
                self._park(piece)
        self._take_people([piece for piece in batch if isinstance(piece, Found)])

    def _put_jobs(self, jobs: list[Job]) -> None:
        self._writer.put_jobs(self._result.connection, jobs)

    def _take_people(self, found: list[Found]) -> None:
        connection = self._result.connection
        marks = {self._mark(piece): fingerprint(piece) for piece in found if piece.files}
        known = self._reader.checkpoints(list(marks))
        new = [piece for piece in found if not piece.files or known.get(self._mark(piece)) != fingerprint(piece)]
        self._result.unchanged += len(found) - len(new)
        texts = self._read([piece for piece in new if piece.files])
        records: dict[str, SourceRecord] = {}
        whole: dict[str, str] = {}
        good: list[str] = []
        for piece in new:
            record, complete = self._filled(piece, texts)
            if record is None:
                continue
            records[record.id] = record
            if complete:
                good.append(piece.place)
                if piece.files:
                    whole[self._mark(piece)] = fingerprint(piece)
        raw = {piece.record.id: piece.raw for piece in new}
        for put in self._writer.put_records(connection, list(records.values()), raw=raw):
            match put.status:
                case "created":
                    self._result.created += 1
                case "updated":
                    self._result.changed += 1
                case "unchanged":
                    self._result.unchanged += 1
        if good:
            self._writer.unpark(connection, good)
        if whole:
            self._writer.save_checkpoints(whole)

    def _mark(self, piece: Found) -> str:
        return f"import:{self._result.connection}:{piece.record.id}"[:300]

    def _read(self, found: list[Found]) -> dict[Path, str | BadFile]:
        return dict(self._documents.read_many([ref.path for piece in found for ref in piece.files]))

    def _filled(self, piece: Found, texts: dict[Path, str | BadFile]) -> tuple[SourceRecord | None, bool]:
        """(the record with its documents' texts, or None where nothing is left; whether all could be read)."""
        record, complete = piece.record, True
        read: dict[str, str] = {}
        for ref in piece.files:
            text = texts[ref.path]
            if isinstance(text, BadFile):
                self._park(Bad(piece.place, text.what, text.fix))
                complete = False
            else:
                read[ref.document_id] = text
        if piece.files:
            documents = tuple(
                d.model_copy(update={"text": read[d.id]}) if d.id in read else d for d in record.documents
            )
            record = record.model_copy(update={"documents": documents})
        if piece.bare:
            if not read:
                return None, False
            name, emails, phones = find_contacts(next(iter(read.values())), Lexicon.default())
            record = record.model_copy(update={"name": name, "emails": emails, "phones": phones})
        return record, complete

    def _park(self, bad: Bad) -> None:
        self._result.parked.append(bad)
        self._writer.park(self._result.connection, bad.place, bad.what, bad.fix)


def fingerprint(piece: Found) -> str:
    """What the source says, and which files it means, by size and time: to know it again without opening them."""
    seen = [piece.raw]
    for ref in piece.files:
        try:
            stat = ref.path.stat()
            seen.append(f"{ref.path.name}:{stat.st_size}:{stat.st_mtime_ns}")
        except OSError:
            seen.append(f"{ref.path.name}:gone")
    return hashlib.sha256("\n".join(seen).encode("utf-8", "replace")).hexdigest()
