"""CSV of people and applications -> source records. Rows of one id are one person with several applications."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.errors import BadFile
from engine.records import Activity, Application, Document, Job, Outcome, Position, SourceKind, SourceRecord
from engine.text import fold
from indexer.documents.formats import decode
from indexer.imports.columns import checked, suggest
from indexer.imports.values import Bad, FileRef, Found, FoundJob, Piece

csv.field_size_limit(10_000_000)
_OUTCOMES: tuple[tuple[Outcome, str], ...] = (
    ("hired", r"\bhired|anstall|employed|placed|tillsatt"),
    ("rejected", r"reject|declin|avslag|nekad|avvisad|disqualif|not select|ej aktuell|unsuccess"),
    ("withdrawn", r"withdr|tillbaka|aterta|avbrut"),
)
_RANKS: tuple[tuple[int, str], ...] = (
    (5, r"\bhired|anstalld|placed"), (4, r"offer|erbjud|contract|avtal"), (3, r"final|slut|reference|referens"),
    (2, r"interview|intervju|assessment|test|meeting|mote"), (1, r"screen|phone|review|urval|granskning|telefon"),
)  # fmt: skip


def sheet(path: Path) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """(heads, rows with their line numbers). Raises BadFile."""
    text = decode(path.read_bytes(), path.name)
    first = text.partition("\n")[0]
    separator = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    heads = [head.strip() for head in next(reader, [])]
    if not any(heads):
        raise BadFile(f"{path.name} has no heads in its first line.", "Write the columns' names there.")
    return heads, _rows(reader)


def _rows(reader: Any) -> Iterator[tuple[int, list[str]]]:
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, []
            continue
        if any(cell.strip() for cell in row):
            yield reader.line_num, row


def suggest_mapping(path: Path) -> dict[str, str]:
    """field -> column head, for ``--mapping``. Raises BadFile."""
    return suggest(sheet(path)[0])


def read_table(path: Path, *, source: SourceKind, mapping: dict[str, str] | None) -> Iterator[Piece]:
    """People first come, first given, after the jobs they applied to. Raises BadInput, BadFile for the whole file."""
    heads, rows = sheet(path)
    columns = checked(mapping if mapping is not None else suggest(heads), heads, path.name)
    people: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for line, row in rows:
        place = f"{path.name} line {line}"
        if len(row) != len(heads):
            fix = "Put values with separators or line ends in quotes."
            yield Bad(place, f"The row has {len(row)} cells, the head has {len(heads)}.", fix)
            continue
        values = {field: row[column].replace("\0", "").strip() for field, column in columns.items()}
        key = values.get("id") or values.get("email", "").lower()
        if not key or len(key) > 200:
            yield Bad(place, "The row has no usable id.", "Fill the column that tells people apart.")
            continue
        people.setdefault(key, []).append((line, values))
    jobs: dict[str, Job] = {}
    found = [piece for key, given in people.items() for piece in _person(path, key, given, source, jobs)]
    yield from (FoundJob(path.name, job) for job in jobs.values())
    yield from found


def _person(
    path: Path, key: str, given: list[tuple[int, dict[str, str]]], source: SourceKind, jobs: dict[str, Job]
) -> Iterator[Piece]:
    place = f"{path.name} line {given[0][0]}"
    merged: dict[str, str] = {}
    for _, values in given:
        merged |= {field: value for field, value in values.items() if value}
    applications, notes = [], []
    for line, values in given:
        for field in ("applied_at", "updated_at", "created_at", "consent_until"):
            if values.get(field) and date_of(values[field]) is None:
                yield Bad(f"{path.name} line {line}, {field}", "The date cannot be read.", "Write it as YYYY-MM-DD.")
        if job := _job(values):
            jobs.setdefault(job.id, job)
            applications.append(_application(job, key, values))
        if values.get("note"):
            notes.append(Activity(id=f"note-{line}", text=values["note"], at=date_of(values.get("updated_at", ""))))
    documents = []
    if merged.get("text"):
        documents.append(Document(id="text", text=merged["text"]))
    files = []
    if merged.get("file"):
        target = (path.parent / merged["file"]).resolve()
        if target.is_relative_to(path.parent.resolve()):
            documents.append(Document(id="file", filename=target.name))
            files.append(FileRef("file", target))
        else:
            yield Bad(f"{place}, file", "The file is not beside the CSV.", "Keep the files in the CSV's folder.")
    title, employer = merged.get("headline"), merged.get("employer")
    try:
        record = SourceRecord(
            id=key,
            source="outside" if fold(merged.get("source", "")).startswith(("out", "extern", "utan")) else source,
            name=merged.get("name") or " ".join(n for n in map(merged.get, ("first_name", "last_name")) if n) or None,
            emails=_several(merged.get("email"), r"[;,\s]+"),
            phones=_several(merged.get("phone"), r"[;,/]+"),
            links=_several(merged.get("links"), r"[;,\s]+"),
            headline=title,
            summary=merged.get("summary"),
            location=merged.get("location"),
            positions=(Position(title=title, employer=employer, current=True),) if employer else (),
            skills=_several(merged.get("skills"), r"[;,|\n]+"),
            languages=_several(merged.get("languages"), r"[;,|\n]+"),
            tags=_several(merged.get("tags"), r"[;,|\n]+"),
            documents=tuple(documents),
            applications=tuple({a.id: a for a in applications}.values()),
            activities=tuple(notes),
            created_at=date_of(merged.get("created_at", "")),
            updated_at=date_of(merged.get("updated_at", "")),
            consent_until=date_of(merged.get("consent_until", "")),
            do_not_contact=fold(merged.get("do_not_contact", "")) in ("1", "x", "yes", "true", "ja", "sant"),
        )
    except ValidationError as error:
        fields = ", ".join(sorted({str(item["loc"][0]) for item in error.errors()}))
        yield Bad(place, f"These fields cannot be used: {fields}.", "See docs/import.md for what each holds.")
        return
    yield Found(place, record, json.dumps([values for _, values in given], ensure_ascii=False), tuple(files))


def _job(values: dict[str, str]) -> Job | None:
    title, given = values.get("job_title"), values.get("job_id")
    if not (title or given):
        return None
    return Job(id=(given or f"title:{fold(title or '')}")[:200], title=title or f"Job {given}", status="closed")


def _application(job: Job, key: str, values: dict[str, str]) -> Application:
    stage = values.get("stage") or None
    said = fold(f"{values.get('outcome', '')} {stage or ''}")
    outcome = next((name for name, words in _OUTCOMES if re.search(words, said)), "active")
    rank = next((rank for rank, words in _RANKS if re.search(words, fold(stage or ""))), 0)
    return Application(
        id=f"{key}/{job.id}"[:400],
        job_id=job.id,
        stage=stage,
        furthest_stage=stage,
        stage_rank=5 if outcome == "hired" else rank,
        outcome=outcome,
        reason=values.get("reason") or None,
        applied_at=date_of(values.get("applied_at", "")),
        updated_at=date_of(values.get("updated_at", "")),
    )


def _several(value: str | None, separators: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in re.split(separators, value or "") if part.strip()))


def date_of(value: str) -> str | None:
    """``2024-01-05``, ``2024-01-05T10:00``, ``2024/01/05``, ``5.1.2024``, ``20240105``, ``2024-01``, ``2024``, or None.

    ``05/01/2024`` is read by nobody the same way, so it is not read.
    """
    value = value.strip()
    for pattern in (r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ].*)?", r"(\d{4})(\d\d)(\d\d)"):
        if match := re.fullmatch(pattern, value):
            return _real(*match.groups())
    if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", value):
        return _real(*reversed(match.groups()))
    if re.fullmatch(r"(19|20)\d\d(-(0[1-9]|1[0-2]))?", value):
        return value
    return None


def _real(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
