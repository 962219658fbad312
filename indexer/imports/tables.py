"""CSV of people and applications -> source records. Rows of one id are one person with several applications."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from engine.errors import BadFile
from engine.records import Job, SourceKind, SourceRecord
from engine.text import fold
from indexer.documents import SUFFIXES
from indexer.imports.applications import application_of, job_of, merged
from indexer.imports.columns import DATES, checked, suggest
from indexer.imports.dates import date_of, is_day_first
from indexer.imports.shapes import build
from indexer.imports.sheet import Sheet, read_sheet
from indexer.imports.values import Bad, FileRef, Found, FoundJob, Piece, name_of

_OUTSIDE = frozenset("outside external extern externt externa utanfor".split())
_YES = frozenset("1 x y yes true j ja sant".split())
Row = tuple[int, dict[str, str]]


def suggest_mapping(path: Path) -> tuple[dict[str, str], list[str]]:
    """(field -> column head, for ``--mapping``; the heads nobody knows). Raises BadFile."""
    heads = read_sheet(path).heads
    found = suggest(heads)
    return found, [head for head in heads if head and head not in found.values()]


def read_table(
    path: Path, *, source: SourceKind, mapping: dict[str, str] | None, ignored: Counter[str]
) -> tuple[Iterator[Piece], int]:
    """(pieces, about how many). Raises BadInput, BadFile for the whole file."""
    sheet = read_sheet(path)
    columns = checked(mapping if mapping is not None else suggest(sheet.heads), sheet.heads, sheet.name)
    rows = list(sheet.rows())
    unused = {head for place, head in enumerate(sheet.heads) if head and place not in columns.values()}
    ignored.update(dict.fromkeys(unused, len(rows)))
    return _pieces(path, sheet, columns, rows, source), len(rows)


def _pieces(
    path: Path, sheet: Sheet, columns: dict[str, int], rows: list[tuple[int, list[str] | str]], source: SourceKind
) -> Iterator[Piece]:
    """People first come, first given, after the jobs they applied to."""
    people: dict[str, list[Row]] = {}
    for number, cells in rows:
        place = f"{sheet.name} row {number}"
        if isinstance(cells, str):
            yield Bad(place, cells, "Put values with separators, quotes or line ends in quotes.")
            continue
        values = {field: cells[column].replace("\0", "").strip() for field, column in columns.items()}
        key = values.get("id") or next(iter(_several(values.get("email", "").lower(), r"[;,\s]+")), "")
        if not key or len(key) > 200:
            yield Bad(place, "The row has no usable id or e-mail.", "Fill the column that tells people apart.")
            continue
        people.setdefault(key, []).append((number, values))
    yield from _dated(sheet.name, people)
    jobs: dict[str, Job] = {}
    found = [piece for key, given in people.items() for piece in _person(path, sheet.name, key, given, source, jobs)]
    yield from (FoundJob(sheet.name, job, derived=True) for job in jobs.values())
    yield from found


def _dated(name: str, people: dict[str, list[Row]]) -> Iterator[Bad]:
    """Writes every date anew, as its whole column writes them; one that cannot be read is parked and emptied."""
    rows = [row for given in people.values() for row in given]
    for field in DATES:
        day_first = is_day_first(values.get(field, "") for _, values in rows)
        for number, values in rows:
            if said := values.get(field):
                values[field] = date_of(said, day_first=day_first) or ""
                if not values[field]:
                    yield Bad(f"{name} row {number}, {field}", "The date cannot be read.", "Write it as YYYY-MM-DD.")


def _person(
    path: Path, name: str, key: str, given: list[Row], source: SourceKind, jobs: dict[str, Job]
) -> Iterator[Piece]:
    place = f"{name} row {given[0][0]}"
    said: dict[str, str] = {}
    applications, notes = [], {}
    for _, values in given:
        said |= {field: value for field, value in values.items() if value}
        if job := job_of(values):
            jobs.setdefault(job["id"], build(Job, job, Counter()))
            applications.append(application_of(job["id"], key, values))
        if note := values.get("note"):
            note_id = f"note-{hashlib.sha256(note.encode()).hexdigest()[:12]}"  # the same wherever its row moves
            notes[note_id] = {"id": note_id, "text": note, "at": values.get("updated_at") or None}
    documents, files = [], []
    text, file = said.get("text", ""), said.get("file")
    if not file and len(text) < 300 and Path(text).suffix.lower() in SUFFIXES:
        text, file = "", text  # a column called CV may hold the file's name
    if text:
        documents.append({"id": "text", "text": text})
    if file:
        target = (path.parent / file).resolve()
        if target.is_relative_to(path.parent.resolve()):
            documents.append({"id": "file", "filename": name_of(Path(target.name))})
            files.append(FileRef("file", target))
        else:
            yield Bad(f"{place}, file", "The file is not beside the CSV.", "Keep the files in the CSV's folder.")
    title, employer = said.get("headline"), said.get("employer")
    record = {
        "id": key,
        "source": "outside" if fold(said.get("source", "")) in _OUTSIDE else source,
        "name": said.get("name") or " ".join(n for n in map(said.get, ("first_name", "last_name")) if n) or None,
        "emails": _several(said.get("email"), r"[;,\s]+"),
        "phones": _several(said.get("phone"), r"[;,/]+"),
        "links": _several(said.get("links"), r"[;,\s]+"),
        "headline": title,
        "summary": said.get("summary"),
        "location": said.get("location"),
        "positions": [{"title": title, "employer": employer, "current": True}] if employer else [],
        "skills": _several(said.get("skills"), r"[;,|\n]+"),
        "languages": _several(said.get("languages"), r"[;,|\n]+"),
        "tags": _several(said.get("tags"), r"[;,|\n]+"),
        "documents": documents,
        "applications": merged(applications),
        "activities": list(notes.values()),
        "created_at": said.get("created_at"),
        "updated_at": said.get("updated_at"),
        "consent_until": said.get("consent_until"),
        "do_not_contact": fold(said.get("do_not_contact", "")) in _YES,
    }
    try:
        built = build(SourceRecord, record, Counter())
    except BadFile as error:
        yield Bad(place, error.what, error.fix)
        return
    yield Found(place, built, json.dumps([values for _, values in given], ensure_ascii=False), tuple(files))


def _several(value: str | None, separators: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in re.split(separators, value or "") if part.strip()))
