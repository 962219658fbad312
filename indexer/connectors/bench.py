"""What the contract suite needs of a connector's author: a connector, a vendor's server and a hold on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from indexer.connectors.connector import Connector, Item, Page
from indexer.connectors.http import Http

Key = tuple[str, str]


@dataclass(frozen=True)
class Change:
    """``do`` changes the vendor's account and says which item changed or went (kind, id) and whose it is.

    ``polls``: exactly the poll feeds that show it. ``sweep``: the sweep feed that does. ``hook``: a delivery tells it.
    ``proves``: the row of the capability table that it proves.
    """

    do: Callable[[], tuple[Key, Key]]
    polls: frozenset[str]
    sweep: str
    gone: bool = False
    hook: bool = False
    proves: str = ""


@dataclass(frozen=True)
class Delivery:
    headers: Mapping[str, str]
    body: bytes


class Bench(Protocol):
    """A connector and a server that speaks its vendor's format, with a hold on both."""

    connector: Connector
    credential: str
    changes: Mapping[str, Change]
    secrets: Sequence[str]

    def http(self) -> Http: ...

    def now(self) -> datetime: ...

    def wait(self, seconds: float) -> None: ...

    def ids(self, kind: str) -> set[str]:
        """What the vendor holds of a kind."""
        ...

    def tie(self, count: int) -> set[str]:
        """Change so many people in one tick of the vendor's clock. Returns their ids."""
        ...

    def disturb(self) -> set[str]:
        """Delete one person and change another, as happens while somebody pages. Returns the ids deleted."""
        ...

    def fault(self, kind: str, *, skip: int = 0, change: Callable[[dict[str, Any]], None] | None = None) -> None:
        """All later API requests but ``skip`` fail: forbidden, unauthorized, not-found, html, cut, redirect, too-many,
        server-error, timeout, expired-cursor, empty-list, mutate (with change)."""
        ...

    def heal(self) -> None: ...

    def deliveries(self) -> Sequence[Delivery]:
        """What the vendor sent since the last call."""
        ...

    def large_file(self) -> Key:
        """A person who has a file of 200 MB."""
        ...


@dataclass
class Held:
    """A mirror as simple as can be: what was read last, and what a complete listing no longer names is gone."""

    items: dict[Key, Item] = field(default_factory=dict)

    def take(self, page: Page) -> None:
        for item in page.items:
            self.items[(item.kind, item.id)] = item

    def look(self, kind: str, item_id: str) -> Mapping[str, Any] | None:
        found = self.items.get((kind, item_id))
        return found.body if found else None

    def of(self, owner: str) -> list[Item]:
        return [item for item in self.items.values() if item.root == "person" and item.owner == owner]


def walk(
    bench: Bench,
    feed: str,
    since: datetime | None = None,
    between: Callable[[], object] | None = None,
    most: int = 500,
) -> Iterator[Page]:
    """Every page of a feed. between: done after each page."""
    http, at = bench.http(), None
    for _ in range(most):
        page = bench.connector.page(http, feed, at, since)
        yield page
        at = page.next
        if at is None:
            return
        if between:
            between()
        if http.budget and http.budget.remaining == 0:
            bench.wait(http.budget.reset_s)
    raise AssertionError(f"{feed} does not end")


def collect(bench: Bench, feed: str, since: datetime | None = None) -> dict[Key, Item]:
    return {(item.kind, item.id): item for page in walk(bench, feed, since) for item in page.items}
