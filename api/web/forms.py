"""The search form's address parameters -> what is asked. Pure. An empty field is a field not used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.schemas import SearchIn

FILTERS = (
    "source", "place", "radius_km", "skill", "years_min", "years_max", "stage_min", "job", "applied_after",
    "applied_before", "updated_after", "updated_before",
)  # fmt: skip
NUMBERS = frozenset({"radius_km", "years_min", "years_max", "stage_min", "level"})
NAMES = frozenset({"q", "without", "level", "policy", "cursor", *FILTERS})
PAGE_SIZE = 20


def read(params: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Every parameter once, for filling the form in again; several skills joined by commas."""
    values = dict.fromkeys(NAMES, "")
    for name, value in params:
        values[name] = f"{values[name]}, {value}" if name == "skill" and values[name] else value.strip()
    return values


def anything_asked(values: Mapping[str, str]) -> bool:
    return bool(values["q"] or any(values[name] for name in FILTERS if name != "radius_km"))


def _typed(name: str, value: str) -> str | float:
    """A number where the field holds one, ``2,5`` too; what is none stays as typed, and is refused by name."""
    if name not in NUMBERS:
        return value
    try:
        number = float(value.replace(",", "."))
    except ValueError:
        return value
    return int(number) if number.is_integer() else number


def asked_of(params: tuple[tuple[str, str], ...]) -> SearchIn:
    """Raises pydantic's ValidationError, naming the field."""
    values = read(params)
    filters: dict[str, Any] = {name: _typed(name, values[name]) for name in FILTERS if name != "skill" and values[name]}
    if skills := tuple(word.strip() for word in values["skill"].split(",") if word.strip()):
        filters["skills"] = skills
    asked: dict[str, Any] = {
        "text": values["q"],
        "without": tuple(value for name, value in params if name == "without" and value),
        "filters": filters,
        "limit": PAGE_SIZE,
    }
    if values["level"]:
        asked["level"] = _typed("level", values["level"])
    if values["policy"]:
        asked["policy"] = {"name": values["policy"]}
    if values["cursor"]:
        asked["cursor"] = values["cursor"]
    return SearchIn.model_validate(asked)
