"""The import: reads a path piece by piece and puts it into the ledger in batches.

What is already there costs next to nothing: a record is compared by hash, a file by size and time before it is
opened. So a second import is quick, and a killed one goes on where it was. Indexing is the follower's.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.errors import BadFile
from engine.lexicon import Lexicon
from engine.records import SourceKind, SourceRecord, Viewer
from indexer.documents import RECIPE, DocumentReader, ReadText
from indexer.imports.contacts import find_contacts
from indexer.imports.source import connection_of, open_source, unnamed
from indexer.imports.values import Bad, Found, FoundJob, ImportResult, Piece
from indexer.ledger import Ledger

BATCH = 100
BATCH_FILES = 20
"""Files take seconds, not milliseconds: a bar must move, and a kill must not cost much."""
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
    documents: Callable[[], DocumentReader] = DocumentReader,
) -> ImportResult:
    """Import a folder or a file. connection: default, the path's own name.

    Raises BadInput, BadFile for what cannot be imported at all; what is wrong with a row or a file is parked.
    """
    result = ImportResult(connection=connection_of(path, connection))
    pieces, total = open_source(path, source=source, mapping=mapping, result=result)
    report = on_progress or (lambda _done, _total: None)
    report(0, total)
    with documents() as reader:
        run = _Import(ledger, workspace, actor, result, reader, path)
        done = 0
        for batch in _batches(pieces):
            run.take(batch)
            done += len(batch)
            report(min(done, total), total)
        run.settle()
    if remark := unnamed(path, run.files):
        result.notes.append(remark)
    report(total, total)
    return result


def _batches(pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
    batch: list[Piece] = []
    files = 0
    for piece in pieces:
        batch.append(piece)
        files += len(piece.files) if isinstance(piece, Found) else 0
        if len(batch) >= BATCH or files >= BATCH_FILES:
            yield batch
            batch, files = [], 0
    if batch:
        yield batch


class _Import:
    """One run: takes batches of pieces, then settles what is no longer wrong."""

    def __init__(
        self, ledger: Ledger, workspace: str, actor: str, result: ImportResult, documents: DocumentReader, path: Path
    ) -> None:
        self._reader = ledger.reader(Viewer(workspace=workspace, user=actor))
        self._writer = ledger.writer(workspace, actor)
        self._result = result
        self._documents = documents
        self._seen: dict[str, tuple[str, str]] = {}
        """record id -> where it stood, and its fingerprint"""
        self.files: set[Path] = set()
        self._list = f"parked:{result.connection}:{hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]}"
        self._before: set[str] = set(self._reader.checkpoint(self._list) or ())
        self._saved = self._before
        self._parked: dict[str, Bad] = {}

    def take(self, batch: list[Piece]) -> None:
        bad = [piece for piece in batch if isinstance(piece, Bad)]
        self._take_jobs([piece for piece in batch if isinstance(piece, FoundJob)])
        found = []
        for piece in batch:
            if isinstance(piece, Found):
                where, what = self._seen.setdefault(piece.record.id, (piece.place, fingerprint(piece)))
                if where == piece.place:
                    found.append(piece)
                elif what != fingerprint(piece):
                    bad.append(Bad(piece.place, f"The id stands in {where} already.", "Give each person one id."))
        self._take_people(found, bad)
        self._park(bad)

    def _take_jobs(self, found: list[FoundJob]) -> None:
        self._result.jobs += len(found)
        for derived in (False, True):
            if jobs := [piece.job for piece in found if piece.derived == derived]:
                self._writer.put_jobs(self._result.connection, jobs, replace=not derived)

    def _take_people(self, found: list[Found], bad: list[Bad]) -> None:
        """What cannot be read of them is added to ``bad``."""
        connection = self._result.connection
        self.files |= {ref.path for piece in found for ref in piece.files}
        marks = {self._mark(piece): fingerprint(piece) for piece in found if piece.files}
        known = self._reader.checkpoints(list(marks))
        new = [piece for piece in found if not piece.files or known.get(self._mark(piece)) != marks[self._mark(piece)]]
        self._result.unchanged += len(found) - len(new)
        texts = dict(self._documents.read_many({ref.path: None for piece in new for ref in piece.files}))
        self._result.notes += [read.remark for read in texts.values() if isinstance(read, ReadText) and read.remark]
        records: list[SourceRecord] = []
        whole: dict[str, str] = {}
        for piece in new:
            record, wrong = filled(piece, texts)
            bad += wrong
            if record is not None:
                records.append(record)
            if piece.files and not wrong:
                whole[self._mark(piece)] = marks[self._mark(piece)]
        raw = {piece.record.id: piece.raw for piece in new}
        for put in self._writer.put_records(connection, records, raw=raw):
            match put.status:
                case "created":
                    self._result.created += 1
                case "updated":
                    self._result.changed += 1
                case "unchanged":
                    self._result.unchanged += 1
        if whole:  # after the records: a kill in between only reads the files again
            self._writer.save_checkpoints(whole)

    def _mark(self, piece: Found) -> str:
        name = f"import:{self._result.connection}:{piece.record.id}"
        return name if len(name) <= 300 else f"import:{hashlib.sha256(name.encode()).hexdigest()}"

    def _park(self, found: list[Bad]) -> None:
        if not found:
            return
        bad = [Bad(_storable(one.place), _storable(one.what), one.fix) for one in found]
        self._result.parked += bad
        self._parked |= {one.place: one for one in bad}
        self._save_list(self._before | self._parked.keys())  # first: a kill in between must not leave an unknown one
        self._writer.park_all(self._result.connection, [(one.place, one.what, one.fix) for one in bad])

    def settle(self) -> None:
        """What earlier imports of this path parked, killed ones too, and this one did not, is put right."""
        if gone := sorted(self._before - self._parked.keys()):
            self._writer.unpark(self._result.connection, gone)
        self._save_list(set(self._parked))

    def _save_list(self, places: set[str]) -> None:
        if places != self._saved:
            self._writer.save_checkpoint(self._list, sorted(places))
            self._saved = places


def filled(piece: Found, texts: dict[Path, ReadText | BadFile]) -> tuple[SourceRecord | None, list[Bad]]:
    """(the record with its documents' texts, or None where nothing is left; what could not be read)."""
    record, bad = piece.record, []
    read: dict[str, str] = {}
    for ref in piece.files:
        text = texts[ref.path]
        if isinstance(text, BadFile):
            bad.append(Bad(piece.place if piece.bare else f"{piece.place}, {ref.path.name}", text.what, text.fix))
        else:
            read[ref.document_id] = text.text
    if piece.bare and not read:
        return None, bad
    documents = tuple(d.model_copy(update={"text": read[d.id]}) if d.id in read else d for d in record.documents)
    record = record.model_copy(update={"documents": documents})
    cv = next((d for d in documents if d.kind == "cv" and d.text), None)
    if cv and not (record.name or record.emails or record.phones):
        name, emails, phones = find_contacts(cv.text, Lexicon.default(), filename=cv.filename)
        record = record.model_copy(update={"name": name, "emails": emails, "phones": phones})
    return record, bad


def fingerprint(piece: Found) -> str:
    """What the source says, and which files it means, by size and time: to know it again without opening them."""
    seen = [piece.raw, piece.record.source]
    for ref in piece.files:
        try:
            stat = ref.path.stat()
            seen.append(f"{RECIPE}:{ref.path.name}:{stat.st_size}:{stat.st_mtime_ns}")
        except OSError:
            seen.append(f"{ref.path.name}:gone")
    return hashlib.sha256("\n".join(seen).encode("utf-8", "replace")).hexdigest()


def _storable(text: str) -> str:
    """A file's name may hold bytes that are no letters."""
    return text.encode("utf-8", "backslashreplace").decode()
