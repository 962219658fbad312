"""What is owed to the ATS laid over what the ATS says: so a change made here is seen here at once. Pure.

Three-way, value by value: as held when the action was accepted (``before``), as wanted (``after``), as the ATS has it
now. Changed there in the meantime to something else: a conflict, and the ATS's value stands. Times decide nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from indexer.connectors.actions import Draft, Edit
from indexer.connectors.connector import Item


class Owed(Protocol):
    """What an overlay needs of a row of the outbox."""

    @property
    def id(self) -> str: ...
    @property
    def draft(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Compared:
    """``write``: path -> what to write there. ``conflicts``: path -> the ATS's value, where it is a third one.

    Neither: all is as wanted already.
    """

    write: Mapping[str, Any] = field(default_factory=dict)
    conflicts: Mapping[str, Any] = field(default_factory=dict)


def compare(body: Mapping[str, Any], drafts: Sequence[Draft], *, ours_wins: frozenset[str] = frozenset()) -> Compared:
    """Changes of one item, in their order, against the item as the ATS has it now.

    A later change of the same value counts, and its own ``before`` is what the earlier one wanted. ours_wins: names of
    values that are written over whatever the ATS says.
    """
    write: dict[str, Any] = {}
    conflicts: dict[str, Any] = {}
    for path in dict.fromkeys(path for draft in drafts for path in draft.edits):
        edits = [draft.edits[path] for draft in drafts if path in draft.edits]
        now, last = at(body, path), edits[-1]
        if _same(now, last.after, last):
            continue
        # Of earlier edits each may be what stands there: written, and the answer lost.
        known = any(_same(now, value, edit) for edit in edits for value in (edit.before, edit.after))
        if known or last.name in ours_wins:
            write[path] = last.after
        else:
            conflicts[path] = now
    for path in dict.fromkeys(path for draft in drafts for path in draft.sets):
        now = at(body, path) or []
        wanted = now
        for draft in drafts:
            wanted = _set(wanted, draft.sets.get(path, {}))
        if wanted != now:
            write[path] = wanted
    return Compared(write, conflicts)


def overlay(
    items: Iterable[Item], rows: Sequence[Owed], person: str, is_effect: Callable[[Item, Draft, str], bool],
    *, roots: Collection[str], ours_wins: frozenset[str] = frozenset(),
) -> list[Item]:  # fmt: skip
    """All items of a person as they will be. is_effect: (item, draft, id of the action) -> it is what that one made.

    roots: kinds that go by the person's own id.
    """
    found = {(item.kind, item.id): item for item in items}
    ours: set[tuple[str, str]] = set()  # copied already, so that hundreds of edits of one item cost one copy
    for row in rows:
        draft = Draft.model_validate(row.draft)
        if draft.body is not None:
            there = any(item.kind == draft.item_kind and is_effect(item, draft, row.id) for item in found.values())
            if not there:
                made = person if draft.item_kind in roots else row.id
                found[draft.item_kind, made] = Item(draft.item_kind, made, "person", person, draft.body)
            continue
        key = (draft.item_kind, draft.item_id or "")
        item = found.get(key)
        if item is None:
            continue
        if draft.delete:
            del found[key]
        else:
            write = compare(item.body, [draft], ours_wins=ours_wins).write
            found[key] = replace(item, body=put(item.body, write, copy=key not in ours))
            ours.add(key)
    return list(found.values())


def at(body: Mapping[str, Any], path: str) -> Any:
    """The value at ``attributes.phone``; None where there is none."""
    found: Any = body
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def put(body: Mapping[str, Any], values: Mapping[str, Any], *, copy: bool = True) -> Mapping[str, Any]:
    """A copy with these values at their paths; copy False: the body itself."""
    made: Any = json.loads(json.dumps(body)) if copy else body
    for path, value in values.items():
        *way, last = path.split(".")
        place = made
        for name in way:
            place = place.setdefault(name, {})
        place[last] = value
    found: Mapping[str, Any] = made
    return found


def _same(one: Any, other: Any, edit: Edit) -> bool:
    return (one is None) == (other is None) if edit.presence else bool(one == other)


def _set(now: Sequence[str], change: Mapping[Any, Sequence[str]]) -> list[str]:
    """In their order; no value twice."""
    left = dict.fromkeys(now)
    for value in change.get("remove", ()):
        left.pop(value, None)
    return list(left | dict.fromkeys(change.get("add", ())))
