"""From the mirror into the ledger's records: assemble who changed, merge with what is held, put.

Records, base and "applied" commit together. No request is made here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.records import Document, Job, SourceRecord
from indexer.connectors.connector import Item
from indexer.connectors.errors import BadRecord
from indexer.ledger import DirtyRoot, FileRow, MirrorItem, SyncWrite
from indexer.sync.merge import Conflicts, merge
from indexer.sync.work import Work

BATCH = 32


class _Looks:
    """Looks items up, and remembers which were there and which were not."""

    def __init__(self, body: Callable[[str, str], Mapping[str, Any] | None]) -> None:
        self._body, self._cache = body, dict[tuple[str, str], Mapping[str, Any] | None]()
        self.found: set[str] = set()
        self.missed: set[str] = set()

    def start(self) -> None:
        self.found, self.missed = set(), set()

    def __call__(self, kind: str, item_id: str) -> Mapping[str, Any] | None:
        if (kind, item_id) not in self._cache:
            self._cache[kind, item_id] = self._body(kind, item_id)
        body = self._cache[kind, item_id]
        (self.missed if body is None else self.found).add(f"{kind}/{item_id}")
        return body


@dataclass
class _Outcome:
    people: list[SourceRecord] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)
    bases: dict[str, dict[str, str]] = field(default_factory=lambda: {"person": {}, "job": {}})
    hidden: list[str] = field(default_factory=list)
    conflicts: dict[str, Conflicts] = field(default_factory=dict)
    parked: list[tuple[str, str, str, str]] = field(default_factory=list)
    good: list[str] = field(default_factory=list)
    applied: dict[DirtyRoot, tuple[set[str], set[str]]] = field(default_factory=dict)


def apply(work: Work, roots: Sequence[DirtyRoot]) -> bool:
    """Returns whether any record changed."""
    with work.store.reading():
        out = _assembled(work, roots)
    with work.store.write() as tx:
        return _commit(tx, out)


def _assembled(work: Work, roots: Sequence[DirtyRoot]) -> _Outcome:
    out = _Outcome()
    looks = _Looks(work.store.body)
    for root, some in (("job", _of(roots, "job")), ("person", _of(roots, "person"))):
        ids = [one.id for one in some]
        items, bases = work.store.items(root, ids), work.store.bases(root, ids)
        files = work.store.files(ids) if root == "person" else {}
        ours = work.store.records(ids) if root == "person" else {}
        for one in some:
            looks.start()
            if one.deleted:
                _deleted(one, bases.get(one.id), out)
            elif any(item.id == one.id and work.connector.roots.get(item.kind) == root for item in items[one.id]):
                try:
                    if root == "job":
                        _job(work, one, items[one.id], looks, out)
                    else:
                        _person(
                            work, one, items[one.id], files[one.id], bases.get(one.id), ours.get(one.id), looks, out
                        )
                except BadRecord as error:
                    _park(one, items[one.id], error.what, error.fix, out)
                except Exception as error:  # a connector's own fault must not hold up everyone else
                    _park(one, items[one.id], f"No record can be made of it ({type(error).__name__}).", "", out)
            out.applied[one] = (looks.found, looks.missed)
    return out


def _of(roots: Sequence[DirtyRoot], root: str) -> list[DirtyRoot]:
    return [one for one in roots if one.root == root]


def _job(work: Work, one: DirtyRoot, items: list[MirrorItem], looks: _Looks, out: _Outcome) -> None:
    job = work.connector.assemble_job(one.id, [_item(item) for item in items], looks)
    out.jobs.append(job)
    out.bases["job"][one.id] = job.model_dump_json(exclude_defaults=True)
    out.good.append(f"job/{one.id}")


def _person(
    work: Work, one: DirtyRoot, items: list[MirrorItem], files: list[FileRow], base: str | None,
    ours: SourceRecord | None, looks: _Looks, out: _Outcome,
) -> None:  # fmt: skip
    said = work.connector.assemble(one.id, [_item(item) for item in items], looks)
    theirs = said.model_copy(update={"documents": (*said.documents, *(_document(f) for f in files if f.text))})
    merged, conflicts = merge(SourceRecord.model_validate_json(base) if base else None, ours, theirs)
    out.people.append(merged)
    out.raw[one.id] = json.dumps({f"{i.kind}/{i.id}": json.loads(i.body) for i in items}, ensure_ascii=False)
    out.bases["person"][one.id] = theirs.model_dump_json(exclude_defaults=True)
    out.good.append(f"person/{one.id}")
    if conflicts:
        out.conflicts[one.id] = conflicts


def _document(file: FileRow) -> Document:
    kind: Any = file.kind
    return Document(id=file.id, kind=kind, text=file.text, filename=file.filename or None)


def _deleted(one: DirtyRoot, base: str | None, out: _Outcome) -> None:
    if one.root == "person":
        out.hidden.append(one.id)
    elif base is not None:  # who applied for it did so: it stays, closed
        job = Job.model_validate_json(base).model_copy(update={"status": "closed"})
        out.jobs.append(job)


def _park(one: DirtyRoot, items: list[MirrorItem], what: str, fix: str, out: _Outcome) -> None:
    raw = json.dumps({f"{i.kind}/{i.id}": json.loads(i.body) for i in items}, ensure_ascii=False)
    out.parked.append((f"{one.root}/{one.id}", what, fix or "`headwater sync replay` tries it again.", raw))


def _item(kept: MirrorItem) -> Item:
    root: Any = kept.root
    return Item(kept.kind, kept.id, root, kept.owner, json.loads(kept.body), kept.version)


def _commit(tx: SyncWrite, out: _Outcome) -> bool:
    jobs = tx.put_jobs(out.jobs) if out.jobs else False
    people = tx.put_people(out.people, out.raw) if out.people else False
    hidden = tx.hide_people(out.hidden) if out.hidden else False
    for root, bodies in out.bases.items():
        tx.base(root, bodies)
    for record_id, found in out.conflicts.items():
        tx.conflicts(record_id, found)
    for place, what, fix, raw in out.parked:
        tx.park(place, what, fix, raw)
    tx.unpark(out.good)
    tx.applied(out.applied)
    return jobs or people or hidden
