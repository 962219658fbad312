"""The mirror: what the ATS said, item by item, and the rules by which a page may change it.

An older reading never replaces a newer one. What is known to be gone comes back only when it is read by itself after
that; a listing that still shows it, late, does not bring it back.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, or_, select, update

from indexer.ledger import sync_tables as s
from indexer.ledger import tables as t
from indexer.ledger.database import CHUNK, chunks, stamp, upsert
from indexer.ledger.sync_values import DirtyRoot, MirrorItem, Taken, dirty_root

Key = tuple[str, str]
TRAILS_S = 900.0
"""How long an effect of a write may take to show in the vendor's reads."""
LOOKS = 40
"""Items asked after in one statement: each is a condition of its own."""

_M = s.mirror.c
_R = s.root.c
_O = s.outbox.c
_OF_KIND = (*t.mine(s.mirror), _M.kind == bindparam("k"), t.among(_M.id))
"""Kind by kind: of pairs (kind, id) SQLite would read the whole connection."""
_HELD = select(_M.kind, _M.id, _M.root, _M.owner, _M.version, _M.hash, _M.read_at, _M.deleted_at).where(*_OF_KIND)
_SEE = update(s.mirror).where(*_OF_KIND).values(read_at=bindparam("now"))
_THEIRS = select(_M.owner, _M.kind, _M.id).where(
    *t.mine(s.mirror), _M.root == bindparam("r"), t.among(_M.owner),
    _M.kind.in_(bindparam("kinds", expanding=True)), _M.deleted_at.is_(None), _M.read_at <= bindparam("now"),
)  # fmt: skip
_OF_ROOT = (*t.mine(s.root), _R.root == bindparam("r"), t.among(_R.id))
_ROOTS = select(_R.root, _R.id, _R.deleted_at, _R.erased).where(*_OF_ROOT)
_DIRT = select(_R.root, _R.id, _R.dirty, _R.deleted_at, _R.urgency).where(*_OF_ROOT)
_TOUCH = (
    update(s.root)
    .where(*_OF_ROOT, _R.erased == 0)
    .values(dirty=_R.dirty + 1, urgency=case((_R.urgency > bindparam("sooner"), bindparam("sooner")), else_=_R.urgency))
)
_APPLIED = (
    update(s.root)
    .where(*t.mine(s.root), _R.root == bindparam("r"), _R.id == bindparam("whose"))
    .values(dirty=_R.dirty - bindparam("seen"), looked=bindparam("l"), missed=bindparam("m"), urgency=9)
)
_MADE = select(_O.draft).where(
    *t.mine(s.outbox), _O.remote_id == bindparam("i"), _O.state == "applied", _O.done_at >= bindparam("since")
)


class MirrorWrite:
    """Part of a transaction of sync."""

    def __init__(self, conn: Connection, workspace: str, connection: str) -> None:
        self._conn, self.workspace, self.connection = conn, workspace, connection
        self._key = {"workspace": workspace, "connection": connection}
        self._me = {"w": workspace, "of": connection}

    def _do(self, statement: Any, **values: Any) -> Any:
        """One of the statements that are built once."""
        return self._conn.execute(statement, {**self._me, **values})

    def _own(self, table: Any) -> tuple[Any, ...]:
        return (table.c.workspace == self.workspace, table.c.connection == self.connection)

    def take(self, items: Sequence[MirrorItem], *, read_at: str, direct: bool, urgency: int) -> Taken:
        """Items of one answer. read_at: when its request began. direct: read by itself, not in a listing."""
        last = {(item.kind, item.id): item for item in items}
        held = self._held(list(last))
        roots = self._roots({(item.root, item.owner) for item in last.values()})
        kept: dict[Key, dict[str, Any]] = {}
        touched: dict[Key, None] = {}
        good: list[Key] = []
        doubted: dict[Key, None] = {}
        changed, stale = set[Key](), set[Key]()
        # The owner first: whether it is there again decides about all that belongs to it.
        for key, item in sorted(last.items(), key=lambda entry: not entry[1].is_root):
            before, owner = held.get(key), roots.get((item.root, item.owner))
            if owner is not None and owner["erased"]:
                continue
            good.append(key)
            if before is not None and before.read_at > read_at:
                continue
            gone = before.deleted_at if before is not None else None
            if item.is_root and owner is not None:
                gone = max(gone or "", owner["deleted_at"] or "") or None
            if gone is not None and not (direct and read_at >= gone):
                doubted[key] = None
                continue
            if not item.is_root and owner is not None and owner["deleted_at"]:
                continue  # of someone who is gone; it comes with them, should they be back
            if gone is not None and item.is_root and owner is not None:
                owner["deleted_at"] = None
                owner["back"] = True
            if before is not None and _older(item, before) and gone is None:
                stale.add(key)
                touched[key] = None
                continue
            digest = hashlib.sha256(item.body.encode()).hexdigest()
            same = before is not None and before.hash == digest and before.owner == item.owner and gone is None
            if before is not None and same:
                if item.version == before.version:
                    touched[key] = None
                else:  # nothing but the version: not a change, and yet what a webhook waits for
                    kept[key] = self._row(item, digest, read_at)
            else:
                kept[key] = self._row(item, digest, read_at)
                changed.add(key)
        upsert(self._conn, s.mirror, list(kept.values()))
        self.see(list(touched), read_at)
        owners = {(last[key].root, last[key].owner) for key in changed}
        owners |= {(held[key].root, held[key].owner) for key in changed if key in held}
        for key in changed:
            if key in held and last[key].root == "person" and held[key].owner != last[key].owner:
                self._merged(held[key].owner, last[key].owner)
        owners |= self._drop_unnamed([last[key] for key in {**kept, **touched} if key not in stale], read_at)
        self._restore([key for key, root in roots.items() if root.get("back")])
        owners = {owner for owner in owners if owner[0] != "shared"}
        self.touch_all(owners, urgency)
        looked_up = [(key, key in held) for key in sorted(changed) if last[key].root in ("shared", "job")]
        self._touch_lookers(looked_up, urgency)
        return Taken(frozenset(changed), frozenset(owners), tuple(good), tuple(doubted))

    def _row(self, item: MirrorItem, digest: str, read_at: str) -> dict[str, Any]:
        return {
            **self._key, "kind": item.kind, "id": item.id, "root": item.root, "owner": item.owner,
            "version": item.version, "hash": digest, "read_at": read_at, "deleted_at": None, "body": item.body,
        }  # fmt: skip

    def _held(self, keys: Sequence[Key]) -> dict[Key, Any]:
        found: dict[Key, Any] = {}
        for kind, ids in _by_kind(keys).items():
            for part in chunks(ids, CHUNK):
                found |= {(row.kind, row.id): row for row in self._do(_HELD, k=kind, ids=part)}
        return found

    def held(self, kind: str, ids: Sequence[str]) -> set[str]:
        """Those of ``ids`` that are there and not gone."""
        found = self._held([(kind, item_id) for item_id in ids])
        return {item_id for (_, item_id), row in found.items() if row.deleted_at is None and row.hash}

    def shown(self, kind: str, item_id: str) -> tuple[str | None, bool]:
        """Its version, and whether it is gone or was never there."""
        row = self._held([(kind, item_id)]).get((kind, item_id))
        return (None, True) if row is None else (row.version, row.deleted_at is not None)

    def erased(self, ids: Iterable[str]) -> set[str]:
        """Those of these people of whom nothing may be kept."""
        return {key[1] for key, row in self._roots({("person", i) for i in ids}).items() if row["erased"]}

    def _roots(self, keys: set[Key]) -> dict[Key, dict[str, Any]]:
        found: dict[Key, dict[str, Any]] = {}
        for root in ("person", "job"):
            for part in chunks(sorted(key[1] for key in keys if key[0] == root), CHUNK):
                found |= {(row.root, row.id): dict(row._mapping) for row in self._do(_ROOTS, r=root, ids=part)}
        return found

    def see(self, keys: Sequence[Key], read_at: str) -> None:
        """They are there still, unchanged."""
        for kind, ids in _by_kind(keys).items():
            for part in chunks(ids, CHUNK):
                self._do(_SEE, k=kind, ids=part, now=read_at)

    def _drop_unnamed(self, items: Iterable[MirrorItem], read_at: str) -> set[Key]:
        """What an owner had and does not name any more is gone."""
        c = s.mirror.c
        named = {(i.root, i.owner, kind): ids for i in items for kind, ids in i.children.items()}
        owners: defaultdict[str, set[str]] = defaultdict(set)
        for root, owner, _ in named:
            owners[root].add(owner)
        dropped: set[Key] = set()
        for root, some in owners.items():
            kinds = sorted({kind for of, _, kind in named if of == root})
            for part in chunks(sorted(some), CHUNK):
                for row in self._do(_THEIRS, r=root, ids=part, kinds=kinds, now=read_at).all():
                    ids = named.get((root, row.owner, row.kind))
                    if ids is not None and row.id not in ids and not self.made_lately(row.kind, row.id, read_at):
                        own = (*self._own(s.mirror), c.kind == row.kind, c.id == row.id)
                        self._conn.execute(update(s.mirror).where(*own).values(deleted_at=read_at))
                        dropped.add((root, row.owner))
        return dropped

    def made_lately(self, kind: str, item_id: str, at: str) -> bool:
        """Made by a write of ours so short a time before then that the vendor's reads need not show it yet."""
        since = stamp(datetime.fromisoformat(at) - timedelta(seconds=TRAILS_S))
        drafts = (json.loads(row.draft) for row in self._do(_MADE, i=item_id, since=since))
        return any(draft["item_kind"] == kind and draft.get("body") is not None for draft in drafts if draft)

    def delete(self, kind: str, item_id: str, *, root: str | None, at: str, urgency: int) -> None:
        """Proved to be gone. root: what it is the root of, if it is one; also one never seen leaves its tombstone."""
        before = self._held([(kind, item_id)]).get((kind, item_id))
        c = s.mirror.c
        if before is None:
            stub = MirrorItem(kind, item_id, root or "shared", item_id if root else "", None, "{}")
            upsert(self._conn, s.mirror, [{**self._row(stub, "", at), "deleted_at": at}])
        elif before.deleted_at is None:
            own = (*self._own(s.mirror), c.kind == kind, c.id == item_id)
            self._conn.execute(update(s.mirror).where(*own).values(deleted_at=at, read_at=at))
        if root is not None:
            self.touch(root, item_id, urgency)
            r = s.root.c
            own = (*self._own(s.root), r.root == root, r.id == item_id, r.deleted_at.is_(None))
            self._conn.execute(update(s.root).where(*own).values(deleted_at=at))
        elif before is not None and before.root != "shared" and before.deleted_at is None:
            self.touch(before.root, before.owner, urgency)

    def _merged(self, before: str, now: str) -> None:
        """What was theirs is somebody else's. Should they be gone too, the ATS made one of two people."""
        c, person = s.root.c, (*self._own(s.root), s.root.c.root == "person")
        after: str | None = now
        while after is not None and after != before:
            after = self._conn.scalar(select(c.merged_into).where(*person, c.id == after))
        if after is not None:  # it came back, as from a listing that trails: what is owed would go round and round
            self._conn.execute(update(s.root).where(*person, c.id == now).values(merged_into=None))
        self._conn.execute(update(s.root).where(*person, c.id == before).values(merged_into=now))

    def _restore(self, keys: Iterable[Key]) -> None:
        c = s.root.c
        for root, item_id in keys:
            own = (*self._own(s.root), c.root == root, c.id == item_id)
            self._conn.execute(update(s.root).where(*own).values(deleted_at=None, purged_at=None))

    def touch(self, root: str, item_id: str, urgency: int = 2) -> None:
        self.touch_all([(root, item_id)], urgency)

    def touch_all(self, owners: Iterable[Key], urgency: int) -> None:
        """They have changes to be applied."""
        wanted = sorted(owners)
        new = {"dirty": 0, "urgency": urgency, "deleted_at": None, "purged_at": None, "erased": 0}
        rows = [{**self._key, "root": root, "id": key, **new, "missed": "", "looked": ""} for root, key in wanted]
        upsert(self._conn, s.root, rows, update=False)
        for root in ("person", "job"):
            for part in chunks([key for name, key in wanted if name == root], CHUNK):
                self._do(_TOUCH, r=root, ids=part, sooner=urgency)

    def _touch_lookers(self, keys: Sequence[tuple[Key, bool]], urgency: int) -> None:
        """Whose record was made with these, or without them because they were not there yet."""
        c = s.root.c
        for part in chunks(keys, LOOKS):
            said = [
                (c.looked if known else c.missed).contains(f" {key[0]}/{key[1]} ", autoescape=True)
                for key, known in part
            ]
            found = self._conn.execute(select(c.root, c.id).where(*self._own(s.root), c.erased == 0, or_(*said)))
            self.touch_all({(row.root, row.id) for row in found.all()}, urgency)

    def touched_since(self, roots: Iterable[DirtyRoot]) -> list[DirtyRoot]:
        """Those of them with changes that came after they were read, as they are now."""
        seen = {(one.root, one.id): one.dirty for one in roots}
        late: list[DirtyRoot] = []
        for root in ("person", "job"):
            for part in chunks([key for name, key in seen if name == root], CHUNK):
                dirt = self._do(_DIRT, r=root, ids=part)
                late += [dirty_root(row) for row in dirt if row.dirty != seen[root, row.id]]
        return late

    def applied(self, roots: Mapping[DirtyRoot, tuple[Iterable[str], Iterable[str]]]) -> None:
        """The changes seen are in the records now. Of each: what was looked up and found, and what was missed."""
        rows = [
            {**self._me, "r": root.root, "whose": root.id, "seen": root.dirty, "l": _spaced(looked),
             "m": _spaced(missed)}
            for root, (looked, missed) in roots.items()
        ]  # fmt: skip
        if rows:
            self._conn.execute(_APPLIED, rows)


def _by_kind(keys: Iterable[Key]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for kind, item_id in keys:
        found[kind].append(item_id)
    return found


def _spaced(keys: Iterable[str]) -> str:
    found = " ".join(sorted(keys))
    return f" {found} " if found else ""


def _older(item: MirrorItem, before: Any) -> bool:
    return item.version is not None and before.version is not None and item.version < before.version
