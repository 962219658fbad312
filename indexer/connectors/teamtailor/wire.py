"""Teamtailor's JSON:API on the wire: headers, one request, the parts of its answer. Knows no resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from indexer.connectors.errors import BadAnswer, Denied
from indexer.connectors.http import Http

VERSION = "20240904"
MEDIA = "application/vnd.api+json"
REGIONS = {
    "https://api.teamtailor.com": "Europe",
    "https://api.na.teamtailor.com": "North America",
    "https://api.au.teamtailor.com": "Asia-Pacific",
}
KIN = {"custom-field-selects": "custom-fields"}
"""Types that are read, listed and kept as another."""


@dataclass(frozen=True)
class Resource:
    """One resource object. ``refs``: only relationships that came with data; ``named``: all that came."""

    kind: str
    id: str
    attributes: Mapping[str, Any]
    refs: Mapping[str, tuple[tuple[str, str], ...]]
    named: frozenset[str]


@dataclass(frozen=True)
class Unreadable:
    """An entry that is no resource object."""

    kind: str
    id: str
    body: Any


@dataclass(frozen=True)
class Document:
    data: tuple[Resource | Unreadable, ...]
    included: Mapping[tuple[str, str], Resource | Unreadable]
    next: str | None
    prev: str | None
    total: int | None
    drift: tuple[str, ...]


def ask(http: Http, token: str, url: str, params: Mapping[str, str] | None = None) -> Document:
    """One GET. Raises the errors of ``Http.get``; BadAnswer also for JSON that is no JSON:API document."""
    try:
        answer = http.get(url, params, headers=headers_of(token))
    except Denied as error:
        if error.status != 406:
            raise
        what = f"Teamtailor does not take API version {VERSION}, which this connector speaks (406)."
        raise Denied(what, "Upgrade Headwater; nothing is read until then.", status=406) from None
    said = answer.headers.get("x-api-version")
    drift = () if said in (None, VERSION) else (f"x-api-version: {said[:20]}",)
    return document(answer.body, drift)


def headers_of(token: str) -> dict[str, str]:
    return {"Authorization": f"Token token={token}", "X-Api-Version": VERSION, "Accept": MEDIA}


def document(body: Any, drift: tuple[str, ...] = ()) -> Document:
    where = "Teamtailor's answer"
    if not isinstance(body, dict) or not isinstance(body.get("data"), list | dict):
        raise BadAnswer(f"{where} is no JSON:API document.", "It is tried again; nothing was changed.")
    data = body["data"] if isinstance(body["data"], list) else [body["data"]]
    included = body.get("included")
    links, meta = body.get("links"), body.get("meta")
    read = [_resource(entry) for entry in (included if isinstance(included, list) else [])]
    total = meta.get("record-count") if isinstance(meta, dict) else None
    return Document(
        data=tuple(_resource(entry) for entry in data),
        included={(entry.kind, entry.id): entry for entry in read},
        next=_link(links, "next"),
        prev=_link(links, "prev"),
        total=total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None,
        drift=drift,
    )


def _link(links: Any, name: str) -> str | None:
    found = links.get(name) if isinstance(links, dict) else None
    if isinstance(found, dict):  # JSON:API's other way to write a link
        found = found.get("href")
    if found is None or isinstance(found, str):
        return found or None
    raise BadAnswer("The link to the next page is no text.", "It is tried again; nothing was changed.")


def _resource(entry: Any) -> Resource | Unreadable:
    given = entry if isinstance(entry, dict) else {}
    kind = given["type"] if isinstance(given.get("type"), str) else "?"
    kind, identity = KIN.get(kind, kind), _id(given.get("id"))
    attributes, relations = given.get("attributes", {}), given.get("relationships") or {}
    if kind == "?" or identity is None or not isinstance(attributes, dict) or not isinstance(relations, dict):
        return Unreadable(kind, identity or "?", entry)
    refs = {name: found for name, value in relations.items() if (found := _refs(value)) is not None}
    return Resource(kind, identity, attributes, refs, frozenset(relations))


def _refs(relation: Any) -> tuple[tuple[str, str], ...] | None:
    """None: no data came, which is not the same as nobody."""
    if not isinstance(relation, dict) or "data" not in relation:
        return None
    data = relation["data"]
    entries = [] if data is None else data if isinstance(data, list) else [data]
    found = [
        (KIN.get(kind, kind), identity)
        for entry in entries
        if isinstance(entry, dict) and isinstance(kind := entry.get("type"), str) and (identity := _id(entry.get("id")))
    ]
    return tuple(found) if len(found) == len(entries) else None


def _id(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and 0 < len(value) <= 64 and value.isprintable() else None


def resources(document: Document) -> Iterator[Resource | Unreadable]:
    yield from document.data
    yield from document.included.values()


def moment(value: Any) -> str | None:
    """A time as the vendor writes it -> the same moment in UTC, always as long, so that text sorts as time."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
        found = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return found.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if found.year >= 1000 else None


def written(at: datetime) -> str:
    """A moment for a filter."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
