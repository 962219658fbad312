"""One schedule's world: a practice ATS, a workspace of a real ledger, workers that die and come back, a recruiter here.

Whatever is drawn at random comes from one seeded generator, so that the same seed gives the same trace.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.errors import HeadwaterError, NotFound
from engine.records import Viewer
from eval.sandbox.clock import VirtualClock
from eval.simulate.ats import Ats, Http
from eval.simulate.connector import PracticeConnector
from eval.simulate.crashes import Crash, CrashingStore, Fuse
from indexer.connectors.actions import Action
from indexer.connectors.connector import Hint
from indexer.connectors.errors import Refused, TryLater
from indexer.documents import ReadText
from indexer.ledger import ConnectionRow, LeaseLost, Ledger
from indexer.ledger.practice import store_of
from indexer.sync.desk import By, Desk
from indexer.sync.inbox import hint_json
from indexer.sync.step import next_at, plan, step
from indexer.sync.work import Work

LEASE_S = 60.0
NAME = "ats"


@dataclass
class Accepted:
    """What the recruiter here was told is accepted."""

    id: str
    person: str
    action: Action


@dataclass(frozen=True)
class Human:
    person: str
    path: str
    value: Any
    at: datetime


@dataclass
class Worker:
    """One process. ``token``: of its lease; None: it has none."""

    holder: str
    token: int | None = None
    work: Work | None = None
    leased_at: float = 0.0


@dataclass
class World:
    ledger: Ledger
    written: Mapping[str, int]
    """table -> how often it was written to"""
    clock: VirtualClock
    workspace: str
    rng: random.Random
    folder: Path
    ats: Ats = field(init=False)
    fuse: Fuse = field(default_factory=Fuse)
    workers: list[Worker] = field(default_factory=list)
    accepted: dict[str, Accepted] = field(default_factory=dict)
    hooks: list[tuple[str, str, str, bool]] = field(default_factory=list)
    """sent by the ATS and not delivered: (event id, kind, id, gone)"""
    seen: Counter[str] = field(default_factory=Counter)
    """The rare states that were reached."""
    trace: Any = field(default_factory=hashlib.sha256)
    restored: bool = False
    human: list[Human] = field(default_factory=list)
    """All that somebody at the vendor wrote."""
    stale: int = 0
    """Steps of a worker that had lost its lease and changed something all the same."""
    step: Callable[[Work], Any] = step
    store_of: type[CrashingStore] = CrashingStore
    desk_of: type[Desk] = Desk
    _last_token: int | None = None
    _kept: dict[tuple[str, ...], tuple[int, Any]] = field(default_factory=dict)
    lose_next: int = 0
    """Of so many writes the answer will be lost."""
    _number: int = 0

    def __post_init__(self) -> None:
        self.ats = Ats(self.clock)
        self.ats.before_request.append(lambda _what: self.fuse.pass_("before a request"))
        self.ats.after_write.append(self._answering)
        self.connector = PracticeConnector(self.ats)
        self.ledger.connections.add(
            self.workspace, NAME, vendor="fake", origin="https://ats.example.com", credential="sealed",
            secrets_sealed="sealed",
        )  # fmt: skip
        self.workers = [Worker("one"), Worker("two")]

    def note(self, *what: Any) -> None:
        self.trace.update(repr((what, self.clock().isoformat())).encode())

    def number(self) -> int:
        self._number += 1
        return self._number

    def _answering(self, what: str) -> None:
        self.fuse.pass_("after a write, before its answer")
        if self.lose_next:
            self.lose_next -= 1
            self.seen[f"answer to {what} lost"] += 1
            raise TryLater("The connection broke.")

    # Processes

    def store(self, fence: int | None = None) -> CrashingStore:
        made: CrashingStore = store_of(self.store_of, self.ledger, self.workspace, NAME, fence)
        made.fuse = self.fuse
        return made

    def kept(self, read: Callable[[], Any], *tables: str) -> Any:
        """What these tables say is not read again until one was written to: reading is most of a schedule's time."""
        written, found = self._kept.get(tables, (-1, None))
        if written != (now := sum(self.written[table] for table in tables)):
            found = read()
            self._kept[tables] = now, found
        return found

    def row(self) -> ConnectionRow:
        row: ConnectionRow = self.kept(lambda: self.ledger.connections.get(self.workspace, NAME), "connection")
        return row

    def turn(self, worker: Worker) -> bool:
        """One step of a process, which may die of it. Returns whether there was something to do."""
        row = self.row()
        if row.state != "active":
            return False
        try:
            if worker.token is None and not self._start(worker):
                return False
            assert worker.work is not None
            written = self.fuse.commits
            done = self.step(replace(worker.work, lag_s=row.lag_s))
            self.stale += self.fuse.commits > written and worker.token != self._last_token
        except Crash:
            self.note("crash", worker.holder)
            self.seen["crash"] += 1
            self.die(worker)
            return True
        except LeaseLost:
            self.note("lease lost", worker.holder)
            self.seen["a stale worker was refused"] += 1
            worker.token = worker.work = None
            return True
        self.note(worker.holder, done.what if done else None)
        return done is not None

    def _start(self, worker: Worker) -> bool:
        token = self._lease(worker)
        if token is None:
            return False
        worker.token, worker.leased_at = token, self.clock().timestamp()
        worker.work = Work(
            store=self.store(token), connector=self.connector, http=Http(), clock=self.clock,  # type: ignore[arg-type]  # no wire
            rng=self.rng, folder=self.folder, documents=lambda paths: [ReadText(p.read_text()) for p in paths],
        )  # fmt: skip
        plan(worker.work)
        return True

    def renew(self, worker: Worker) -> None:
        if worker.token is not None and self.clock().timestamp() - worker.leased_at > LEASE_S / 4:
            worker.leased_at = self.clock().timestamp()
            if self._lease(worker) != worker.token:
                worker.token = worker.work = None

    def _lease(self, worker: Worker) -> int | None:
        token = self.ledger.connections.lease(self.workspace, NAME, worker.holder, seconds=LEASE_S)
        self._last_token = token or self._last_token
        return token

    def die(self, worker: Worker) -> None:
        """What it held in memory is gone; its lease runs on, and nobody knows."""
        worker.holder = f"{worker.holder.partition('.')[0]}.{self.number()}"
        worker.token = worker.work = None

    def idle_until(self) -> float | None:
        """Seconds until something is due for whoever works."""
        for worker in self.workers:
            if worker.work is not None and (due := next_at(worker.work)) is not None:
                return max(0.0, (due - self.clock()).total_seconds())
        return None

    # The recruiter here

    def act(self, person: str | None, action: Action) -> Accepted | None:
        """Asks until there is an answer, as a browser does that lost one. None: refused."""
        action_id = f"{self.workspace}-{self.number()}"[-36:]
        for _ in range(3):
            desk = self.desk_of(self.store(), self.connector)
            try:
                rows = desk.accept(person, action, By("anna@example.com", "u1"), action_id=action_id)
            except Crash:
                self.seen["crash while accepting"] += 1
                continue
            except (Refused, NotFound):
                return None
            for row in rows:
                self.accepted[row.id] = Accepted(row.id, row.person, action)
            self.note("accepted", action.kind, person)
            return self.accepted[rows[0].id]
        return None

    def decide(self, what: str, action_id: str) -> None:
        """cancel, retry or undo, as far as that is allowed."""
        desk = self.desk_of(self.store(), self.connector)
        try:
            row = getattr(desk, what)(action_id, By("anna@example.com", "u1"))
        except (HeadwaterError, Crash):
            return
        if what == "undo":
            before = self.accepted.get(action_id)
            if before is not None:
                self.accepted[row.id] = Accepted(row.id, row.person, before.action)
        self.note(what)

    # Webhooks

    def hook(self, kind: str, item_id: str, *, gone: bool = False) -> None:
        self.hooks.append((f"e{self.number()}", kind, item_id, gone))

    def deliver(self, event: tuple[str, str, str, bool]) -> None:
        event_id, kind, item_id, gone = event
        row = self.ats.people.get(item_id)
        hint = Hint(kind, item_id, gone=gone, at=row.version if row and not gone else None)
        self.ledger.connections.receive([(self.workspace, NAME, event_id, hint_json(hint))])
        self.note("delivered", kind, item_id)

    def records(self) -> dict[str, Any]:
        """As a recruiter sees everyone, by the id of the record."""
        found: dict[str, Any] = self.kept(self._records, "person", "source_record", "job", "application")
        return found

    def _records(self) -> dict[str, Any]:
        reader = self.ledger.reader(Viewer(workspace=self.workspace))
        return {r.id: r for p in reader.people(reader.person_ids()).values() for r in p.records}
