"""What a request asks for: include, fields, sort, filters and the page, read from its address. Filters the rows.

Raises 400 for what the API does not know. That the vendor does so too is our reading, not documented.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from eval.sandbox.teamtailor.gate import ApiError
from eval.sandbox.teamtailor.schema import KIN, RESOURCES, Resource, resource
from eval.sandbox.teamtailor.store import Row, Store

Tree = dict[str, Any]
"""Relation -> the tree asked for behind it."""
DEFAULT_SIZE, MAX_SIZE = 10, 30
JOB_STATES = ("published", "unlisted", "archived", "draft", "scheduled")
STAGE_TYPES = {"inbox": "Inbox", "in process": "In process", "hired": "Hired"}


@dataclass(frozen=True)
class Query:
    pairs: tuple[tuple[str, str], ...]
    """As they came, for the links."""
    include: Tree
    fields: dict[str, frozenset[str]]
    sort: tuple[tuple[str, bool], ...]
    """(attribute, descending)."""
    filters: tuple[tuple[str, str, str], ...]
    """(name, "" or from or to, value)."""
    size: int
    number: int | None
    after: str | None
    before: str | None


def read_query(text: str, kind: str) -> Query:
    pairs = tuple(parse_qsl(text, keep_blank_values=True))
    include: Tree = {}
    fields: dict[str, frozenset[str]] = {}
    filters = []
    page: dict[str, str] = {}
    sort = ""
    for name, value in pairs:
        parts = re.findall(r"[^\[\]]+", name)
        match parts:
            case ["include"]:
                include = _tree(value, kind)
            case ["sort"]:
                sort = value
            case ["fields", type_]:
                fields[type_] = _fields(type_, value)
            case ["filter", name_]:
                filters.append((name_, "", value))
            case ["filter", name_, ("from" | "to") as edge]:
                filters.append((name_, edge, value))
            case ["page", ("size" | "number" | "after" | "before") as name_]:
                page[name_] = value
            case _:
                raise ApiError(400, "Param not allowed", f"{name} is not allowed.")
    return Query(
        pairs=pairs,
        include=include,
        fields=fields,
        sort=_sort(sort or resource(kind).sort, resource(kind)),
        filters=tuple(filters),
        size=min(MAX_SIZE, _whole(page.get("size", str(DEFAULT_SIZE)), "page[size]")),
        number=_whole(page["number"], "page[number]") if "number" in page else None,
        after=page.get("after"),
        before=page.get("before"),
    )


def _whole(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ApiError(400, "Invalid page value", f"{text} is not a valid value for {name}.")
    return int(text)


def _tree(value: str, kind: str) -> Tree:
    tree: Tree = {}
    for path in filter(None, value.split(",")):
        here, at = tree, kind
        for name in path.strip().split("."):
            relation = resource(at).relations.get(name)
            if relation is None:
                raise ApiError(400, "Invalid field value", f"{name} is not a valid relationship of {at}")
            here, at = here.setdefault(name, {}), relation.type
    return tree


def _fields(kind: str, value: str) -> frozenset[str]:
    if KIN.get(kind, kind) not in RESOURCES:
        raise ApiError(400, "Invalid resource", f"{kind} is not a valid resource.")
    names = frozenset(filter(None, value.split(",")))
    known = {"id", *resource(kind).attributes, *resource(kind).relations}
    if names - known:
        raise ApiError(400, "Invalid field", f"{sorted(names - known)[0]} is not a valid field for {kind}.")
    return names


def _sort(value: str, of: Resource) -> tuple[tuple[str, bool], ...]:
    found = []
    for part in filter(None, value.split(",")):
        down, name = part.startswith("-"), part.lstrip("-").replace("_", "-")
        name = "start-date" if name == "date" else name
        if name != "id" and name not in of.attributes:
            raise ApiError(400, "Invalid sort criteria", f"{name} is not a valid sort criteria")
        found.append((name, down))
    return tuple(found)


def order(rows: Iterable[Row], sort: tuple[tuple[str, bool], ...]) -> list[Row]:
    """Ties go by ascending id."""
    found = sorted(rows, key=by_id)
    for name, down in reversed(sort):
        if name == "id":
            found.sort(key=by_id, reverse=down)
        else:
            found.sort(key=lambda row, name=name: _sortable(row.attributes.get(name)), reverse=down)  # type: ignore[misc]
    return found


def by_id(row: Row) -> tuple[int, str]:
    """Numbers before UUIDs."""
    return (int(row.id), "") if row.id.isdigit() else (1 << 62, row.id)


def _sortable(value: Any) -> tuple[int, Any]:
    if value is None:
        return (1, 0)
    return (0, value.timestamp() if isinstance(value, datetime) else str(value) if isinstance(value, list) else value)


def chosen(store: Store, kind: str, query: Query, rows: Iterable[Row], *, unasked: bool = True) -> list[Row]:
    """The rows that every filter lets through. unasked: also those that jobs have when none is sent."""
    tests = list(_tests(store, kind, query, unasked))
    return [row for row in rows if all(test(row) for test in tests)]


def _tests(store: Store, kind: str, query: Query, unasked: bool) -> Iterator[Callable[[Row], bool]]:
    filters = list(query.filters)
    if kind == "jobs" and unasked:
        named = {name for name, _, _ in filters}
        filters += [(n, "", v) for n, v in (("status", "published"), ("feed", "public")) if n not in named]
    for name, edge, value in filters:
        how = resource(kind).filters.get(name)
        if how is None or (edge != "") != (how == "range"):
            raise ApiError(400, "Filter not allowed", f"{name} is not allowed.")
        yield _test(store, name, how, edge, value)


def _test(store: Store, name: str, how: str, edge: str, value: str) -> Callable[[Row], bool]:
    match how:
        case "equal":
            return lambda row: str(row.attributes.get(name) or "").lower() == value.lower()
        case "flag":
            wanted = value.lower() in ("true", "1")
            return lambda row: bool(row.attributes.get(name)) == wanted
        case "phone":
            digits = re.sub(r"\D", "", value)
            if not 6 <= len(digits) <= 14:
                raise ApiError(400, "Invalid filter value", "phone must have 6-14 characters")
            return lambda row: re.sub(r"\D", "", str(row.attributes.get("phone") or "")).endswith(digits)
        case "range":
            limit = moment(value, name)
            if edge == "from":
                return lambda row: row.attributes.get(name) is not None and row.attributes[name] >= limit
            return lambda row: row.attributes.get(name) is not None and row.attributes[name] <= limit
        case "related":
            ids = frozenset(value.split(","))
            return lambda row: any(ref[1] in ids for ref in _refs(row, name))
        case "stage-type":
            wanted_type = STAGE_TYPES.get(value.lower())
            if wanted_type is None:
                raise ApiError(400, "Invalid filter value", f"{value} is not a valid value for stage-type.")
            return lambda row: any(
                (stage := store.get(*ref)) is not None and stage.attributes["stage-type"] == wanted_type
                for ref in _refs(row, "stage")
            )
        case "status":
            return _status(value)
        case "feed":
            feeds = value.split(",")
            if not set(feeds) <= {"public", "internal"}:
                raise ApiError(400, "Invalid filter value", f"{value} is not a valid value for feed.")
            return lambda row: ("internal" if row.attributes["internal"] else "public") in feeds
    raise AssertionError(f"schema names an unknown filter rule {how!r}")


def _status(value: str) -> Callable[[Row], bool]:
    states = set(value.split(","))
    if not states <= {*JOB_STATES, "all", "open"}:
        raise ApiError(400, "Invalid filter value", f"{value} is not a valid value for status.")
    if "all" in states:
        return lambda row: True  # noqa: ARG005
    return lambda row: (
        row.attributes["human-status"] in states or ("open" in states and row.attributes["status"] == "open")
    )


def _refs(row: Row, name: str) -> list[tuple[str, str]]:
    stored = row.relations.get(name)
    return [] if stored is None else [stored] if isinstance(stored, tuple) else stored


def moment(text: str, name: str) -> datetime:
    try:
        # A plus that the caller did not encode arrives as a space.
        found = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text)
    except ValueError:
        raise ApiError(400, "Invalid filter value", f"{text} is not a valid value for {name}.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
