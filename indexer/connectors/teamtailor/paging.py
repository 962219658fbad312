"""Where a walk through a listing goes on: the vendor's own links, and a step back where rows vanished under it.

The place to go on is text of ours around the vendor's link, which is followed exactly as given. With numbered pages a
row deleted while we walk moves the later ones up by one, past the border we have crossed: as many pages are read once
more as rows went.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from indexer.connectors.errors import BadAnswer, CursorExpired
from indexer.connectors.teamtailor.feeds import PAGE, Listing
from indexer.connectors.teamtailor.wire import Document, Resource, moment, written


@dataclass(frozen=True)
class Place:
    """``count``: rows in the listing when the page before was read; ``back``: pages still to step back."""

    url: str
    count: int | None = None
    back: int = 0
    pages: int = 0

    def text(self) -> str:
        return json.dumps([self.url, self.count, self.back, self.pages])


def place(at: str) -> Place:
    """Raises CursorExpired: not a place of ours, or of another version."""
    try:
        url, count, back, pages = json.loads(at)
    except (ValueError, TypeError):
        url = count = back = pages = None
    if not isinstance(url, str) or not isinstance(back, int) or not isinstance(pages, int):
        raise CursorExpired("The place to go on cannot be read.", "The listing is read from its beginning.")
    return Place(url, count if isinstance(count, int) else None, back, pages)


def first(listing: Listing, since: datetime | None) -> dict[str, str]:
    params = {**listing.params, "page[size]": PAGE}
    if listing.window and since:
        params[f"filter[{listing.window}][from]"] = written(since)
    return params


def go_on(document: Document, at: Place | None, listing: Listing, since: datetime | None) -> str | None:
    """Where to go on after this page; None at the end. Raises BadAnswer for a walk that runs in a circle."""
    total, before = document.total, at.count if at else None
    pages = at.pages + 1 if at else 1
    back = at.back if at else 0
    if total is not None and before is not None and total < before:
        back += -((total - before) // int(PAGE))  # rounded up
    if back > 0 and document.prev:
        return Place(document.prev, total, back - 1, pages).text()
    if document.next is None or _old_enough(document, listing, since):
        return None
    if at and document.next == at.url:
        raise BadAnswer("The link to the next page leads to the same page.", "The listing is read again later.")
    # Rows that come while we walk make it longer, steps back too; a circle of several pages is many times that.
    if total is not None and pages > 3 * (total // int(PAGE) + 20):
        raise BadAnswer("The listing does not end.", "It is read again later.")
    return Place(document.next, total, 0, pages).text()


def _old_enough(document: Document, listing: Listing, since: datetime | None) -> bool:
    if listing.newest_by is None or since is None or not document.data:
        return False
    times = [_time(entry, listing.newest_by) for entry in document.data]
    known = [at for at in times if at is not None]
    oldest = min(known) if len(known) == len(times) else None
    said = moment(written(since))
    return oldest is not None and said is not None and oldest < said


def _time(entry: Any, name: str) -> str | None:
    return moment(entry.attributes.get(name)) if isinstance(entry, Resource) else None
