"""From the mirror into the ledger's records: assemble who changed, with what is owed to the ATS laid over it, put.

Records and "applied" commit together. No request is made here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.records import Document, Job, SourceRecord
from indexer.connectors.actions import Draft
from indexer.connectors.connector import Connector, Item, Look, Mark, Writing
from indexer.connectors.errors import BadRecord
from indexer.ledger import DirtyRoot, FileRow, MirrorItem, SyncWrite
from indexer.sync.overlay import Owed, overlay
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
    hidden: list[str] = field(default_factory=list)
    parked: list[tuple[str, str, str, str]] = field(default_factory=list)
    good: list[str] = field(default_factory=list)
    applied: dict[DirtyRoot, tuple[set[str], set[str]]] = field(default_factory=dict)


def apply(work: Work, roots: Sequence[DirtyRoot]) -> bool:
    """Returns whether any record changed."""
    with work.store.reading():
        out = _assembled(work, roots)
    with work.store.write() as tx:
        late = tx.touched_since(roots)
        changed = _commit(tx, out, late)
        if late:  # made anew where nobody can come between: where many act at once, their turn would never come
            changed = _commit(tx, _assembled(work, late), []) or changed
    return changed


def _assembled(work: Work, roots: Sequence[DirtyRoot]) -> _Outcome:
    out = _Outcome()
    looks = _Looks(work.store.body)
    for root, some in (("job", _of(roots, "job")), ("person", _of(roots, "person"))):
        ids = [one.id for one in some]
        kept = work.store.items(root, ids)
        files = work.store.files(ids) if root == "person" else {}
        owed = work.store.owed(ids) if root == "person" else {}
        for one in some:
            looks.start()
            try:
                if one.deleted:
                    _deleted(work, one, out)
                else:
                    bare = [item_of(item) for item in kept[one.id]]
                    items = laid_over(work.connector, one.id, bare, owed.get(one.id, []), work.ours_wins)
                    if any(item.id == one.id and work.connector.roots.get(item.kind) == root for item in items):
                        if root == "job":
                            out.jobs.append(work.connector.assemble_job(one.id, items, looks))
                        else:
                            out.people.append(record_of(work.connector, one.id, items, files[one.id], looks))
                            out.raw[one.id] = _raw(kept[one.id])
                        out.good.append(f"{root}/{one.id}")
            except BadRecord as error:
                _park(one, kept[one.id], error.what, error.fix, out)
            except Exception as error:  # a connector's own fault must not hold up everyone else
                _park(one, kept[one.id], f"No record can be made of it ({type(error).__name__}).", "", out)
            out.applied[one] = (looks.found, looks.missed)
    return out


def _of(roots: Sequence[DirtyRoot], root: str) -> list[DirtyRoot]:
    return [one for one in roots if one.root == root]


def laid_over(
    connector: Connector, person: str, items: list[Item], owed: Sequence[Owed], ours_wins: frozenset[str]
) -> list[Item]:
    """All items of a person, as they will be once all that is owed has been written."""
    if not owed or not isinstance(connector, Writing):
        return items
    writing = connector

    def is_effect(item: Item, draft: Draft, action: str) -> bool:
        return writing.is_effect(item, draft, person, Mark(action))

    return overlay(items, owed, person, is_effect, roots=connector.roots, ours_wins=ours_wins)


def record_of(
    connector: Connector, person: str, items: Sequence[Item], files: Sequence[FileRow], look: Look
) -> SourceRecord:
    """Raises BadRecord."""
    said = connector.assemble(person, items, look)
    return said.model_copy(update={"documents": (*said.documents, *(_document(f) for f in files if f.text))})


def _document(file: FileRow) -> Document:
    kind: Any = file.kind
    return Document(id=file.id, kind=kind, text=file.text, filename=file.filename or None)


def _deleted(work: Work, one: DirtyRoot, out: _Outcome) -> None:
    if one.root == "person":
        out.hidden.append(one.id)
    elif job := work.store.job(one.id):  # who applied for it did so: it stays, closed
        out.jobs.append(job.model_copy(update={"status": "closed"}))


def _raw(items: Sequence[MirrorItem]) -> str:
    return json.dumps({f"{i.kind}/{i.id}": json.loads(i.body) for i in items}, ensure_ascii=False)


def _park(one: DirtyRoot, items: Sequence[MirrorItem], what: str, fix: str, out: _Outcome) -> None:
    out.parked.append((f"{one.root}/{one.id}", what, fix or "`headwater sync replay` tries it again.", _raw(items)))


def item_of(kept: MirrorItem) -> Item:
    root: Any = kept.root
    return Item(kept.kind, kept.id, root, kept.owner, json.loads(kept.body), kept.version)


def _commit(tx: SyncWrite, out: _Outcome, late: Sequence[DirtyRoot]) -> bool:
    """late: touched since, by a recruiter's own action for one, so that what was assembled is not how they are."""
    jobs_late, people_late = ({one.id for one in _of(late, root)} for root in ("job", "person"))
    jobs = [job for job in out.jobs if job.id not in jobs_late]
    people = [record for record in out.people if record.id not in people_late]
    hidden = [person for person in out.hidden if person not in people_late]
    changed = tx.put_jobs(jobs) if jobs else False
    changed = (tx.put_people(people, out.raw) if people else False) or changed
    changed = (tx.hide_people(hidden) if hidden else False) or changed
    for place, what, fix, raw in out.parked:
        tx.park(place, what, fix, raw)
    tx.unpark(out.good)
    gone_by = {(one.root, one.id) for one in late}
    tx.applied({one: looked for one, looked in out.applied.items() if (one.root, one.id) not in gone_by})
    return changed
