"""JSON as systems write it -> our records: numbers as ids, timestamps as days, fields we do not know left out."""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeVar

from pydantic import ValidationError

from engine.errors import BadFile
from engine.records import Job, SourceRecord
from indexer.imports.dates import date_of

T = TypeVar("T", Job, SourceRecord)
_DATES = frozenset("at start end created_at updated_at applied_at opened_at closed_at consent_until".split())


def tidy(value: Any, key: str = "") -> Any:
    """The same without NUL characters, with ids as text and timestamps as days. Raises RecursionError."""
    if isinstance(value, dict):
        return {name: tidy(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [tidy(inner, key) for inner in value]
    if isinstance(value, str):
        value = value.replace("\0", "")
        if key == "id":
            return value.strip()
        return date_of(value) or value if key in _DATES else value
    if isinstance(value, int) and not isinstance(value, bool) and (key == "id" or key.endswith("_id")):
        return str(value)
    return value


def build(kind: type[T], given: dict[str, Any], ignored: Counter[str]) -> T:
    """Fields nobody knows are left out and counted. Raises BadFile naming the fields that cannot be used."""
    while True:
        try:
            found = kind.model_validate(given)
            found.model_dump_json()  # half a character passes validation and nothing else
            break
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False, include_context=False)
        except ValueError:
            raise BadFile("It holds half a character.", "Export the file as UTF-8.") from None
        unknown = [problem["loc"] for problem in problems if problem["type"] == "extra_forbidden"]
        if not unknown:
            raise BadFile(*_why([(problem["type"], problem["loc"]) for problem in problems]))
        ignored.update({".".join(part for part in loc if isinstance(part, str))[:80] for loc in unknown})
        for loc in unknown:
            _drop(given, loc)
    jobs = [found.id] if isinstance(found, Job) else [a.job_id for a in found.applications]
    if not all(0 < len(job_id) <= 200 for job_id in jobs):
        raise BadFile("The id of a job is empty or longer than 200 letters.", "Shorten it everywhere the same way.")
    return found


def _why(problems: list[tuple[str, tuple[int | str, ...]]]) -> tuple[str, str]:
    missing = sorted({_dotted(loc) for kind, loc in problems if kind == "missing"})
    if missing:
        return (
            f"It has no {', '.join(f'`{name}`' for name in missing[:5])}.",
            "See docs/import.md for what it must hold.",
        )
    fields = ", ".join(f"`{name}`" for name in sorted({_dotted(loc) for _, loc in problems})[:5])
    return f"These fields cannot be used: {fields}.", "See docs/import.md for what each holds."


def _dotted(loc: tuple[int | str, ...]) -> str:
    return ".".join(map(str, loc))


def _drop(given: Any, loc: tuple[int | str, ...]) -> None:
    for part in loc[:-1]:
        given = given[part]
    del given[loc[-1]]
