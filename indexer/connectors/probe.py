"""What a real account shows, without showing it: which listings answer, how many they hold, fields seen and not known.

Read-only: one page of each listing. The report holds names of fields and counts, never a value, so that it can be sent
to whoever maintains the connector.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.connectors.connector import Connector, Standing
from indexer.connectors.errors import VendorError
from indexer.connectors.http import Http


def probe(connector: Connector, http: Http, standing: Standing) -> dict[str, Any]:
    """As JSON. A listing that fails says so; the others go on. Stops where the vendor's limit is reached."""
    plan = connector.plan
    feeds = {feed.name: feed for walk in (plan.backfill, plan.poll, plan.sweep) for feed in walk}
    found: dict[str, Any] = {}
    for name in feeds:
        if http.budget is not None and http.budget.remaining <= 1:
            found[name] = {"answered": False, "problem": "Not tried: the vendor's limit is reached. Probe again later."}
            continue
        found[name] = _listing(connector, http, name)
    limit = {"requests": http.budget.limit, "resets_in_s": http.budget.reset_s} if http.budget else None
    return {
        "connector": connector.name,
        "origin": standing.origin,
        "may": list(standing.may),
        "may_not": list(standing.may_not),
        "limit": limit,
        "listings": found,
    }


def _listing(connector: Connector, http: Http, name: str) -> dict[str, Any]:
    try:
        page = connector.page(http, name, None, None)
    except VendorError as error:
        return {"answered": False, "kind": type(error).__name__, "status": error.status, "problem": error.what}
    fields: dict[str, dict[str, str]] = {}
    counts: dict[str, int] = {}
    for item in page.items:
        counts[item.kind] = counts.get(item.kind, 0) + 1
        for path, value in _leaves(item.body):
            fields.setdefault(item.kind, {})[path] = type(value).__name__ if value is not None else "null"
    return {
        "answered": True,
        "total": page.total,
        "goes_on": page.next is not None,
        "items": counts,
        "unreadable": len(page.bad),
        "files": len(page.files),
        "not_known": list(page.drift),
        "fields": {kind: dict(sorted(some.items())) for kind, some in sorted(fields.items())},
    }


def _leaves(body: Mapping[str, Any], before: str = "", depth: int = 0) -> list[tuple[str, Any]]:
    """Names and values of a body, two levels deep: deeper ones may be made of what people wrote."""
    found: list[tuple[str, Any]] = []
    for name, value in body.items():
        path = f"{before}{name}"
        if isinstance(value, Mapping) and depth < 1:
            found += _leaves(value, f"{path}.", depth + 1)
        else:
            found.append((path, value))
    return found
