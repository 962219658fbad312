"""Three-way merge of one person's record: what the ATS said before, what is held here, what the ATS says now. Pure.

Changed on one side only: that side counts. Changed on both to the same: fine. Changed on both to different values: the
ATS's stands and ours is returned as a conflict, never dropped in silence. Times decide nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from engine.records import Record, SourceRecord

Conflicts = dict[str, tuple[str, str]]
"""field -> (ours, theirs), as JSON"""

_BY_ID = ("documents", "applications", "activities")
_SETS = ("emails", "phones", "links", "skills", "languages", "tags")


def merge(base: SourceRecord | None, ours: SourceRecord | None, theirs: SourceRecord) -> tuple[SourceRecord, Conflicts]:
    """base None: the ATS has not spoken of this record before. ours None: nothing is held of it."""
    if ours is None or ours == base:
        return theirs, {}
    before = base or SourceRecord(id=theirs.id)
    changed: dict[str, Any] = {}
    conflicts: Conflicts = {}
    for name in SourceRecord.model_fields:
        if name == "id":
            continue
        b, o, t = getattr(before, name), getattr(ours, name), getattr(theirs, name)
        if name in _BY_ID:
            changed[name] = _by_id(name, b, o, t, conflicts)
        elif name in _SETS:
            changed[name] = _set(b, o, t)
        else:
            changed[name] = _one(name, b, o, t, conflicts)
    return theirs.model_copy(update=changed), conflicts


def _one(place: str, base: Any, ours: Any, theirs: Any, conflicts: Conflicts) -> Any:
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    conflicts[place] = (_json(ours), _json(theirs))
    return theirs


def _set(base: tuple[str, ...], ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    """Added on either side is in, taken out on either side is out; in the ATS's order."""
    taken_out = set(base) - set(ours)
    added = [value for value in ours if value not in base and value not in theirs]
    return (*(value for value in theirs if value not in taken_out), *added)


def _by_id(
    name: str, base: Iterable[Any], ours: Iterable[Any], theirs: Iterable[Any], conflicts: Conflicts
) -> tuple[Any, ...]:
    b, o, t = (_table(side) for side in (base, ours, theirs))
    merged = {key: _one(f"{name}/{key}", b.get(key), o.get(key), t.get(key), conflicts) for key in {**t, **o}}
    return tuple(value for value in merged.values() if value is not None)


def _table(side: Iterable[Any]) -> Mapping[str, Any]:
    return {one.id: one for one in side}


def _json(value: Any) -> str:
    return json.dumps(
        value,
        default=lambda one: one.model_dump(mode="json", exclude_defaults=True) if isinstance(one, Record) else str(one),
    )
