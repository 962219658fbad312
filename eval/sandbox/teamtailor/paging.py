"""One page of a list, by number or by cursor, and where its neighbours are.

By number, rows that vanish while a list is paged shift what follows, as at the vendor. A cursor names the last row.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eval.sandbox.teamtailor.gate import ApiError
from eval.sandbox.teamtailor.query import Query, by_id
from eval.sandbox.teamtailor.store import Row


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    links: dict[str, dict[str, str]]
    """first, prev, next, last -> the page parameters besides the size. prev and next only where there is more."""


def page_of(rows: list[Row], query: Query, *, by_cursor: bool) -> Page:
    if by_cursor:
        return _after(rows, query)
    if query.after is not None or query.before is not None:
        raise ApiError(400, "Param not allowed", "page[after] is not allowed here.")
    number = query.number or 1
    last = max(1, -(-len(rows) // query.size))
    links = {"first": {"number": "1"}}
    if number > 1:
        links["prev"] = {"number": str(min(number - 1, last))}
    if number < last:
        links["next"] = {"number": str(number + 1)}
    links["last"] = {"number": str(last)}
    return Page(rows[(number - 1) * query.size : number * query.size], links)


def _after(rows: list[Row], query: Query) -> Page:
    if query.before is not None:
        end = _position(rows, query, query.before, before=True)
        start = max(0, end - query.size)
    else:
        start = _position(rows, query, query.after, before=False) if query.after is not None else 0
        end = start + query.size
    shown = rows[start:end]
    links: dict[str, dict[str, str]] = {"first": {}}
    if start > 0 and shown:
        links["prev"] = {"before": _cursor(shown[0], query)}
    if end < len(rows) and shown:
        links["next"] = {"after": _cursor(shown[-1], query)}
    return Page(shown, links)


def _cursor(row: Row, query: Query) -> str:
    said = [[_plain(row.attributes.get(name)) for name, _ in query.sort if name != "id"], row.id]
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    return value.timestamp() if isinstance(value, datetime) else value


def _position(rows: list[Row], query: Query, cursor: str, *, before: bool) -> int:
    """Where the row that the cursor names stands, or would stand: it may be gone or have moved since."""
    try:
        values, identity = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        mark = _Place(values, str(identity), query)
        places = [_Place.of(row, query) for row in rows] if len(query.sort) != 1 or query.sort[0][0] != "id" else None
        low, high = 0, len(rows)
        while low < high:
            middle = (low + high) // 2
            here = places[middle] if places else _Place.of(rows[middle], query)
            if here < mark or (not before and not mark < here):
                low = middle + 1
            else:
                high = middle
    except (ValueError, TypeError, binascii.Error):
        raise ApiError(400, "Invalid page value", "The cursor is not valid.") from None
    return low


class _Place:
    """A row's place in the order of the query: its sort values, ties by ascending id."""

    def __init__(self, values: list[Any], identity: str, query: Query) -> None:
        left = iter(values)
        number = by_id(Row("", identity, {}))
        self._parts: list[tuple[Any, bool]] = []
        for name, down in query.sort:
            value = number if name == "id" else next(left)
            self._parts.append(((value is None, 0) if value is None else (False, value), down))
        self._parts.append(((False, number), False))

    @classmethod
    def of(cls, row: Row, query: Query) -> _Place:
        return cls([_plain(row.attributes.get(name)) for name, _ in query.sort if name != "id"], row.id, query)

    def __lt__(self, other: _Place) -> bool:
        for (mine, down), (theirs, _) in zip(self._parts, other._parts, strict=True):
            if mine != theirs:
                return bool(theirs < mine if down else mine < theirs)
        return False
