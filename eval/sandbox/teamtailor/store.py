"""The vendor's rows in memory: rows by type and id, the way back along every relation, and changes that show late.

Knows nothing of HTTP. A reference is (type, id).
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import Any

from eval.sandbox.teamtailor.schema import KIN, Relation, resource

Ref = tuple[str, str]
Stored = Ref | list[Ref] | None


class Row:
    """One record. ``hidden``: what the wire never shows (which CV file, whose answer)."""

    __slots__ = ("attributes", "hidden", "id", "relations", "texts", "type")

    def __init__(
        self,
        type: str,  # noqa: A002  the vendor's word
        id: str,  # noqa: A002
        attributes: dict[str, Any],
        relations: dict[str, Stored] | None = None,
        hidden: Any = None,
    ) -> None:
        self.type, self.id, self.attributes, self.hidden = type, id, attributes, hidden
        self.relations: dict[str, Stored] = relations or {}
        self.texts: dict[Any, str] | None = None
        """How it was rendered, until it changes."""

    @property
    def ref(self) -> Ref:
        return self.type, self.id


class Store:
    def __init__(self) -> None:
        self._tables: defaultdict[str, dict[str, Row]] = defaultdict(dict)
        self._back: defaultdict[tuple[str, str, Ref], dict[str, None]] = defaultdict(dict)
        self._late: list[tuple[datetime, int, Callable[[], None]]] = []
        self._turn = count()
        self._next: dict[str, int] = {}
        self._kept: dict[Any, tuple[tuple[int, ...], list[Row]]] = {}
        self.version: defaultdict[str, int] = defaultdict(int)
        """Raised with every change of a type, so that a sorted list can be kept."""

    # Reading

    def get(self, kind: str, identity: str) -> Row | None:
        return self._tables[KIN.get(kind, kind)].get(identity)

    def rows(self, kind: str) -> Iterable[Row]:
        return self._tables[kind].values()

    def count(self, kind: str) -> int:
        return len(self._tables[kind])

    def related(self, row: Row, name: str, relation: Relation) -> list[Row]:
        """The rows at the end of a relation, in order of id; dangling references are left out."""
        if relation.kind in ("one", "many"):
            stored = row.relations.get(name)
            refs = [] if stored is None else [stored] if isinstance(stored, tuple) else stored
            return [found for ref in refs if (found := self.get(*ref))]
        near = self.behind(relation.type, relation.via, row.ref)
        if relation.kind == "back":
            return near
        seen: dict[Ref, Row] = {}
        for middle in near:
            ref = middle.relations.get(relation.then)
            if isinstance(ref, tuple) and (found := self.get(*ref)):
                seen[ref] = found
        return list(seen.values())

    def behind(self, kind: str, via: str, ref: Ref) -> list[Row]:
        """The rows of a type whose relation ``via`` points at ref, in the order they came."""
        found = self._back.get((kind, via, _plain(ref)), ())
        return [self._tables[kind][identity] for identity in found]

    def kept(self, key: Any, types: tuple[str, ...], make: Callable[[], list[Row]]) -> list[Row]:
        """``make()``, or what it gave when nothing of ``types`` has changed since."""
        versions = tuple(self.version[kind] for kind in types)
        found = self._kept.get(key)
        if found is None or found[0] != versions:
            if len(self._kept) > 32:
                self._kept.pop(next(iter(self._kept)))
            found = versions, make()
            self._kept[key] = found
        return found[1]

    # Changing

    def new_id(self, kind: str) -> str:
        """Larger than any id of the type so far, deleted ones too."""
        if kind not in self._next:
            self._next[kind] = max((int(i) for i in self._tables[kind] if i.isdigit()), default=0)
        self._next[kind] += 1
        return str(self._next[kind])

    def add(self, row: Row) -> Row:
        table = KIN.get(row.type, row.type)
        self._tables[table][row.id] = row
        for name, ref in _links(row):
            self._back[(table, name, _plain(ref))][row.id] = None
        self.version[table] += 1
        return row

    def change(
        self, row: Row, attributes: Mapping[str, Any] | None = None, relations: Mapping[str, Stored] | None = None
    ) -> None:
        table = KIN.get(row.type, row.type)
        row.texts = None
        row.attributes.update(attributes or {})
        for name, value in (relations or {}).items():
            for old in _refs(row.relations.get(name)):
                self._back[(table, name, _plain(old))].pop(row.id, None)
            row.relations[name] = value
            for new in _refs(value):
                self._back[(table, name, _plain(new))][row.id] = None
        self.version[table] += 1

    def remove(self, row: Row) -> None:
        table = KIN.get(row.type, row.type)
        self.new_id(table)  # so that the highest id is never given twice
        self._next[table] -= 1
        self._tables[table].pop(row.id, None)
        for name, ref in _links(row):
            self._back[(table, name, _plain(ref))].pop(row.id, None)
        self.version[table] += 1

    def later(self, due: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._late, (due, next(self._turn), act))

    def settle(self, now: datetime) -> None:
        """Do what has become visible by now."""
        while self._late and self._late[0][0] <= now:
            heapq.heappop(self._late)[2]()

    @property
    def waiting(self) -> int:
        """Changes that are acknowledged and not yet shown."""
        return len(self._late)


def _plain(ref: Ref) -> Ref:
    return KIN.get(ref[0], ref[0]), ref[1]


def _refs(stored: Stored) -> list[Ref]:
    return [] if stored is None else [stored] if isinstance(stored, tuple) else stored


def _links(row: Row) -> Iterator[tuple[str, Ref]]:
    for name in resource(row.type).relations:
        for ref in _refs(row.relations.get(name)):
            yield name, ref
