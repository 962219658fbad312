"""JSON Resume (jsonresume.org) -> source records. A file holds one resume or a list of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.errors import BadFile
from engine.records import SourceKind, SourceRecord
from indexer.imports.dates import date_of
from indexer.imports.shapes import build, tidy
from indexer.imports.values import Bad, Found, Piece

MOST_BYTES = 50_000_000
_MORE = ("projects", "volunteer", "certificates", "publications", "awards", "interests")
"""Sections no field of ours is made for: their words go into a document, so that they are found."""
_WORDS = (
    "name", "title", "organization", "position", "entity", "issuer", "publisher", "awarder", "date", "startDate",
    "endDate", "summary", "description",
)  # fmt: skip


def read_resume(path: Path, name: str, *, source: SourceKind) -> Iterator[Piece]:
    """name: how the file is called in places and, without an e-mail, ids."""
    try:
        if path.stat().st_size > MOST_BYTES:
            yield Bad(name, f"The file has more than {MOST_BYTES // 1_000_000} MB.", "Split it.")
            return
        given = tidy(json.loads(path.read_bytes().decode("utf-8-sig")))
    except OSError as error:
        yield Bad(name, f"The file cannot be opened ({error.strerror}).", "Check that it may be read.")
        return
    except (ValueError, RecursionError):
        yield Bad(name, "The file is not JSON.", "Export it again as JSON Resume.")
        return
    resumes = given if isinstance(given, list) else [given]
    for number, resume in enumerate(resumes, 1):
        place = name if not isinstance(given, list) else f"{name} resume {number}"
        try:
            undated: list[str] = []
            record = record_of(resume, place, source, undated)
            yield from (Bad(f"{place}, {where}", "The date cannot be read.", "Write YYYY-MM-DD.") for where in undated)
            yield Found(place, record, json.dumps(resume))
        except BadFile as error:
            yield Bad(place, error.what, error.fix)


def record_of(resume: Any, place: str, source: SourceKind, undated: list[str]) -> SourceRecord:
    """undated: where a date stands that cannot be read is added to it. Raises BadFile."""
    basics = resume.get("basics") if isinstance(resume, dict) else None
    if not isinstance(basics, dict):
        raise BadFile("It is JSON, but no JSON Resume: it has no `basics`.", "See jsonresume.org.")
    location = basics.get("location")
    links = [*_texts(basics, "url", "website"), *(u for p in _items(basics, "profiles") for u in _texts(p, "url"))]
    more = "\n".join(_more(resume))
    given = {
        "id": ((_text(basics.get("email")) or "").lower() or place)[-200:],
        "source": source,
        "name": _text(basics.get("name")),
        "emails": _texts(basics, "email"),
        "phones": _texts(basics, "phone"),
        "links": links,
        "headline": _text(basics.get("label")),
        "summary": _text(basics.get("summary")),
        "location": (", ".join(_texts(location, "city", "region")) if isinstance(location, dict) else "") or None,
        "positions": [_position(i, n, undated) for n, i in enumerate(_items(resume, "work"), 1)],
        "education": [_education(i, n, undated) for n, i in enumerate(_items(resume, "education"), 1)],
        "skills": [word for item in _items(resume, "skills") for word in _skills(item)],
        "languages": [_language(item) for item in _items(resume, "languages") if _texts(item, "language", "name")],
        "documents": [{"id": "resume", "kind": "profile", "text": more}] if more else [],
    }
    return build(SourceRecord, given, Counter())


def _position(item: dict[str, Any], number: int, undated: list[str]) -> dict[str, Any]:
    start, end = _dates(item, f"work {number}", undated)
    return {
        "title": _text(item.get("position")),
        "employer": _text(item.get("name")) or _text(item.get("company")),
        "start": start,
        "end": end,
        "current": start is not None and not _text(item.get("endDate")),
        "place": _text(item.get("location")),
        "text": "\n".join([*_texts(item, "summary"), *(f"• {line}" for line in _list(item, "highlights"))]),
    }


def _education(item: dict[str, Any], number: int, undated: list[str]) -> dict[str, Any]:
    start, end = _dates(item, f"education {number}", undated)
    return {
        "degree": _text(item.get("studyType")),
        "field": _text(item.get("area")),
        "school": _text(item.get("institution")),
        "start": start,
        "end": end,
    }


def _dates(item: dict[str, Any], where: str, undated: list[str]) -> tuple[str | None, str | None]:
    found = []
    for name in ("startDate", "endDate"):
        said = _text(item.get(name))
        if said and said.lower() in ("present", "now", "current"):
            item[name] = said = None
        found.append(date_of(said) if said else None)
        if said and found[-1] is None:
            undated.append(f"{where} {name}")
    return found[0], found[1]


def _skills(item: dict[str, Any]) -> list[str]:
    return [*_texts(item, "name"), *_list(item, "keywords")]


def _language(item: dict[str, Any]) -> str:
    name, level = _texts(item, "language", "name")[0], _text(item.get("fluency"))
    return f"{name} ({level})" if level else name


def _more(resume: dict[str, Any]) -> Iterator[str]:
    for section in _MORE:
        if items := _items(resume, section):
            yield section.capitalize()
        for item in items:
            yield ", ".join(_texts(item, *_WORDS))
            yield from (f"• {line}" for line in (*_list(item, "highlights"), *_list(item, "keywords")))


def _items(given: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects; a bare text among them is one that has only a name."""
    found = given.get(name)
    if not isinstance(found, list):
        return []
    return [{"name": item} if isinstance(item, str) else item for item in found if isinstance(item, str | dict)]


def _list(given: dict[str, Any], name: str) -> list[str]:
    found = given.get(name)
    return [text for item in (found if isinstance(found, list) else [found]) if (text := _text(item))]


def _texts(given: dict[str, Any], *names: str) -> list[str]:
    return [text for name in names if (text := _text(given.get(name)))]


def _text(value: Any) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None
