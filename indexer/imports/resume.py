"""JSON Resume (jsonresume.org) -> source records. A file holds one resume or a list of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.errors import BadFile
from engine.records import Education, Position, SourceKind, SourceRecord
from indexer.imports.values import Bad, Found, Piece

_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


def read_resume(path: Path, name: str, *, source: SourceKind) -> Iterator[Piece]:
    """name: how the file is called in places and, without an e-mail, ids."""
    try:
        given = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        yield Bad(name, "The file is not JSON.", "Export it again as JSON Resume.")
        return
    resumes = given if isinstance(given, list) else [given]
    for number, resume in enumerate(resumes, 1):
        place = name if len(resumes) == 1 else f"{name} resume {number}"
        try:
            record = record_of(resume, place, source)
            yield Found(place, record, json.dumps(resume, ensure_ascii=False))
        except BadFile as error:
            yield Bad(place, error.what, error.fix)


def record_of(resume: Any, place: str, source: SourceKind) -> SourceRecord:
    """Raises BadFile."""
    basics = resume.get("basics") if isinstance(resume, dict) else None
    if not isinstance(basics, dict):
        raise BadFile("The file is JSON, but no JSON Resume: it has no `basics`.", "See jsonresume.org.")
    location = basics.get("location")
    place_name = ", ".join(_texts(location, "city", "region")) if isinstance(location, dict) else None
    links = [*_texts(basics, "url", "website"), *(u for p in _items(basics, "profiles") for u in _texts(p, "url"))]
    try:
        return SourceRecord(
            id=(_text(basics.get("email")) or place)[:200],
            source=source,
            name=_text(basics.get("name")),
            emails=tuple(_texts(basics, "email")),
            phones=tuple(_texts(basics, "phone")),
            links=tuple(links),
            headline=_text(basics.get("label")),
            summary=_text(basics.get("summary")),
            location=place_name or None,
            positions=tuple(_position(item) for item in _items(resume, "work")),
            education=tuple(_education(item) for item in _items(resume, "education")),
            skills=tuple(
                word
                for item in _items(resume, "skills")
                for word in (*_texts(item, "name"), *(_text(k) or "" for k in item.get("keywords") or ()))
                if word
            ),
            languages=tuple(
                f"{' '.join(_texts(item, 'language'))} ({level})" if (level := _text(item.get("fluency"))) else word
                for item in _items(resume, "languages")
                for word in _texts(item, "language")
            ),
        )
    except (ValidationError, TypeError):
        raise BadFile("The resume has fields of another kind than JSON Resume's.", "See jsonresume.org.") from None


def _position(item: dict[str, Any]) -> Position:
    end = _date(item.get("endDate"))
    lines = [*_texts(item, "summary"), *(f"• {line}" for h in item.get("highlights") or () if (line := _text(h)))]
    return Position(
        title=_text(item.get("position")),
        employer=_text(item.get("name")) or _text(item.get("company")),
        start=_date(item.get("startDate")),
        end=end,
        current=end is None and _date(item.get("startDate")) is not None,
        place=_text(item.get("location")),
        text="\n".join(lines),
    )


def _education(item: dict[str, Any]) -> Education:
    return Education(
        degree=_text(item.get("studyType")),
        field=_text(item.get("area")),
        school=_text(item.get("institution")),
        start=_date(item.get("startDate")),
        end=_date(item.get("endDate")),
    )


def _items(given: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = given.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _texts(given: dict[str, Any], *names: str) -> list[str]:
    return [text for name in names if (text := _text(given.get(name)))]


def _text(value: Any) -> str | None:
    return " ".join(value.replace("\0", "").split()) or None if isinstance(value, str) else None


def _date(value: Any) -> str | None:
    match = _DATE.match(value) if isinstance(value, str) else None
    return match.group() if match else None
