"""What must be true: after every step, and once all is quiet. Each broken rule is named with what was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from eval.simulate.connector import SIGN
from eval.simulate.world import NAME, World
from indexer.connectors.actions import AddCandidate, AddNote, EditContact
from indexer.ledger import OPEN, OutboxRow
from indexer.ledger.practice import versions


@dataclass
class Watch:
    """Remembers what it saw, so that what may only go forward can be watched."""

    versions: dict[tuple[str, str], str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    effects: int = 0

    def step(self, world: World) -> Iterator[str]:
        """After each step. Yields what is broken."""
        rows = world.kept(lambda: {row.id: row for row in world.store().actions(limit=1000)}, "outbox")
        yield from self._effects(world, rows)
        yield from self._mirror(world)
        yield from self._shown(world, rows)
        if world.ats.too_many:
            yield "over the limit by ourselves"
        if world.stale:
            yield "a worker without the lease changed something"

    def _effects(self, world: World, rows: dict[str, OutboxRow]) -> Iterator[str]:
        new, self.effects = world.ats.effects[self.effects :], len(world.ats.effects)
        for effect in new:
            row = rows.get(effect.mark)
            if row is None and not world.restored:
                yield f"{effect.what} without a committed intention"
            if effect.what in ("edit", "move") and row is not None:
                known = _known(rows.values(), row.person, effect.item)
                for path, saw in effect.saw.items():
                    # Where reads trail nobody can see what was written a moment ago, nor what is written between our
                    # read and our write: docs/sync.md says so.
                    hidden = world.ats.lag_s or any(h.at == effect.at and h.value == saw for h in world.human)
                    if path != "tags" and not hidden and saw not in known.get(path, ()):
                        yield f"{path} of {effect.item} was {saw!r}, which nobody here had seen, and was overwritten"

    def _mirror(self, world: World) -> Iterator[str]:
        for kind, item_id, version, gone in world.kept(lambda: versions(world.ledger, world.workspace, NAME), "mirror"):
            before = self.versions.get((kind, item_id), "")
            if version < before and not gone:
                yield f"{kind} {item_id} went back from {before} to {version}"
            self.versions[kind, item_id] = version

    def _shown(self, world: World, rows: dict[str, OutboxRow]) -> Iterator[str]:
        records = world.records()
        for person in list(self.gone):
            if person in records and person not in world.ats.people:
                yield f"{person} was hidden and is shown again"
        for person in self.shown - records.keys():
            if person in world.ats.people:
                yield f"{person} is there and was hidden"
        self.gone |= self.shown - records.keys()
        self.gone -= records.keys() | world.ats.people.keys()
        self.shown = set(records)
        for row in rows.values():
            if row.state not in OPEN or row.undoes:
                continue
            record = records.get(row.person)
            said = world.accepted.get(row.id)
            if record is None or said is None:
                continue
            # Of two that became one the other's record is made with the next step.
            if isinstance(said.action, AddNote) and row.person == said.person:
                shown = [a for a in record.activities if a.text == said.action.text]
                if len(shown) != 1:
                    yield f"a note that is owed is shown {len(shown)} times to its author"


def _known(rows: Any, person: str, item: str) -> dict[str, list[Any]]:
    """path -> every value that an action about it had seen or wanted."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        if row.person == person or row.remote_id == item:
            for path, edit in row.draft.get("edits", {}).items():
                found.setdefault(path, []).extend([edit.get("before"), edit.get("after")])
    return found


def quiet(world: World, *, deletes: bool) -> Iterator[str]:
    """Nothing is due and nothing is broken any more. deletes: a sweep has been through."""
    records, ats = world.records(), world.ats
    for key, row in ats.people.items():
        record = records.get(key)
        if record is None:
            yield f"{key} is not here"
            continue
        there: dict[str, Any] = {
            "name": row.name, "phone": row.phone, "email": row.email, "tags": row.tags,
            "applied": sorted((a, j, s) for a, j, s in row.applied),
            "notes": sorted(t.partition(SIGN)[0] for o, t in ats.notes.values() if o == key),
            "jobs": ", ".join(sorted({ats.jobs[j] for _, j, _ in row.applied})),
        }  # fmt: skip
        here: dict[str, Any] = {
            "name": record.name, "phone": next(iter(record.phones), None), "email": next(iter(record.emails), None),
            "tags": record.tags, "applied": sorted((a.id, a.job_id.removeprefix(f"{NAME}:"), a.stage)
                                                   for a in record.applications),
            "notes": sorted(a.text for a in record.activities), "jobs": record.headline or "",
        }  # fmt: skip
        if not deletes:
            here["notes"] = [text for text in here["notes"] if text in there["notes"]]
        for name, value in there.items():
            if here[name] != value:
                yield f"{name} of {key}: {here[name]!r} here, {value!r} there"
    if deletes:
        owed = {row.person for row in world.store().actions(states=("parked", "conflict"), limit=1000)}
        for key in records.keys() - ats.people.keys():
            if not key.startswith("new-") or key not in owed:
                yield f"{key} is here and not there"
        yield from _accounted(world)
        yield from _theirs(world)


def _accounted(world: World) -> Iterator[str]:
    rows = {row.id: row for row in world.store().actions(limit=1000)}
    there = {*world.ats.people, *world.ats.notes, *(a[0] for row in world.ats.people.values() for a in row.applied)}
    making = [e for e in world.ats.effects if e.what in ("note", "add", "apply")]
    # What somebody there took away before we could find it is made again: nobody can know.
    effects: Counter[str] = Counter(e.mark for e in making if e.item in there)
    ever = {e.mark for e in making}
    for action_id, said in world.accepted.items():
        row = rows.get(action_id)
        if row is None:
            if not world.restored:
                yield f"an accepted {said.action.kind} is nowhere"
            continue
        if row.state in OPEN:
            yield f"a {row.kind} is still {row.state} at the end: {row.problem}"
        if row.state == "parked" and "new-" in row.problem:
            yield f"a {row.kind} was sent to somebody by an id that is only ours: {row.problem}"
        made = effects[action_id]
        if made > 1 and not world.seen["row left out of a listing"] and not _lost_its_mark(world, row):
            yield f"a {row.kind} was done {made} times"
        if isinstance(said.action, AddNote | AddCandidate) and not row.undoes:
            # Who was made one with somebody on that job was on it, as wanted, whatever became of them.
            stands = row.kind == "application" and row.remote_id in world.ats.applied
            if row.state == "applied" and action_id not in ever and not stands:
                yield f"a {row.kind} is applied and was never done"
            # What is unsure may be given up by who was told that it is.
            given_up = row.state == "cancelled" and row.sent_at is not None and "not known" in row.problem
            if row.state in ("cancelled", "conflict") and made and not given_up:
                yield f"a {row.kind} is {row.state} and was done"
        if row.state == "applied" and isinstance(said.action, EditContact) and not row.undoes:
            yield from _written(world, row, list(rows.values()))


def _lost_its_mark(world: World, row: OutboxRow) -> bool:
    """A person is known again by their e-mail address. A backup from before they were made does not know that it was
    changed since: docs/sync.md says so. What is owed of such a person is made once more with them."""
    if row.kind == "application":
        makers = [one for one in world.store().actions(limit=1000) if one.kind == "candidate"]
        return any(one.remote_id == row.person and _lost_its_mark(world, one) for one in makers)
    email = row.draft.get("body", {}).get("email")
    made = [world.ats.people[e.item] for e in world.ats.effects if e.mark == row.id and e.item in world.ats.people]
    return world.restored and row.kind == "candidate" and any(one.email != email for one in made)


def _written(world: World, row: OutboxRow, rows: Sequence[OutboxRow]) -> Iterator[str]:
    """An edit that is applied was written, or stood there, or a later one of ours took its place; and the last of ours
    stands there still, unless somebody there wrote since."""
    for path, edit in row.draft.get("edits", {}).items():
        wanted = edit.get("after")
        written = any(e.values.get(path) == wanted for e in world.ats.effects if e.what == "edit")
        later = any(r.seq > row.seq and r.person == row.person and path in r.draft.get("edits", {}) for r in rows)
        theirs = [h for h in world.human if h.path == path and h.person in (row.person, row.remote_id)]
        if not (written or later or any(h.value == wanted for h in theirs)):
            yield f"{path}={wanted!r} is applied and was never written"
        there = world.ats.people.get(row.person)
        since = any(h.at.isoformat() >= row.at for h in theirs)
        if there is not None and not later and not since and not world.restored and getattr(there, path) != wanted:
            yield f"{path} of {row.person} is {getattr(there, path)!r}, not {wanted!r}, which we wrote last"


def _theirs(world: World) -> Iterator[str]:
    """Tags that somebody there gave are still there: nobody here takes one of theirs away."""
    for one in world.human if not world.ats.lag_s else ():
        there = world.ats.people.get(one.person)
        window = any(e.at == one.at for e in world.ats.effects)
        if one.path == "tags" and not window and there is not None and one.value not in there.tags:
            yield f"tag {one.value} of {one.person}, given there, is gone"
