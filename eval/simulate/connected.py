"""An account of the sandbox and a ledger connected to it: the real connector, the real steps, and a fuse at every place
where the process may die.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx

from engine.records import SourceRecord, Viewer
from eval.sandbox import Teamtailor, VirtualClock, make_account, transport
from eval.sandbox.teamtailor.store import Row
from eval.simulate.crashes import Crash, CrashingStore, Fuse
from indexer.connectors import vendors
from indexer.connectors.actions import Action
from indexer.connectors.http import Http
from indexer.documents import ReadText
from indexer.ledger import Ledger, OutboxRow
from indexer.ledger.practice import store_of
from indexer.sync.desk import By, Desk
from indexer.sync.inbox import hint_json
from indexer.sync.step import next_at, plan, step
from indexer.sync.sweep import allow_deletes, sweep_now
from indexer.sync.work import Work

WORKSPACE, NAME = "default", "ats"
ORIGIN, KEY, SECRET = "https://api.teamtailor.com", "sandbox-admin", "sandbox-webhook-secret"
FILE_HOST = "93.184.215.14"
"""A public address for the name of the file host; nothing is sent there."""
PEOPLE = 4
FIRST, SECOND = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
"""Ids of actions."""
MOST_REST_S = 14_400.0
EVERYTHING = Viewer(workspace=WORKSPACE, audiences=frozenset({"private-notes", "private-fields"}))
KINDS = ("candidates", "job-applications", "notes", "uploads")

T = TypeVar("T")


class Connected:
    """One life of both. ``crashes``: how often the process died."""

    def __init__(self, ledger: Ledger, clock: VirtualClock, folder: Path) -> None:
        self.ledger, self.clock, self._folder = ledger, clock, folder
        self.fuse, self.crashes = Fuse(), 0
        self.sandbox = Teamtailor(make_account(PEOPLE), clock=clock, plain_files=True)
        vendor = vendors()["teamtailor"]
        self.connector: Any = vendor.connector(KEY, origin=ORIGIN)
        self._http = Http(
            httpx.Client(transport=_Dying(transport(self.sandbox), self.fuse)), list(vendor.origins),
            resolve=lambda _: [FILE_HOST],
        )  # fmt: skip
        self.by = By("anna@example.com", next(iter(self.sandbox.store.rows("users"))).id)
        self.given = f"headwater-file:{'a' * 32}/a.pdf"
        self._events = 0
        self._work: Work | None = None

    def store(self) -> CrashingStore:
        made: CrashingStore = store_of(CrashingStore, self.ledger, WORKSPACE, NAME, None)
        made.fuse = self.fuse
        return made

    def desk(self) -> Desk:
        return Desk(self.store(), self.connector)

    # Somebody here

    def ask(self, what: Callable[[], T]) -> T:
        """Until there is an answer, as a browser does that lost one."""
        while True:
            try:
                return what()
            except Crash:
                self._died()

    def act(self, person: str | None, action: Action, action_id: str = FIRST) -> list[OutboxRow]:
        return self.ask(lambda: self.desk().accept(person, action, self.by, action_id=action_id))

    def decide(self, what: str, action_id: str = FIRST) -> None:
        """cancel, retry or undo. An answer that was lost may have been a yes."""
        before = self.crashes
        try:
            self.ask(lambda: getattr(self.desk(), what)(action_id, self.by))
        except Exception:
            if self.crashes == before:
                raise

    # The process

    def turn(self) -> bool:
        """One step. Returns whether there was something to do."""
        try:
            if self._work is None:
                self._work = self._started()
            lag_s = self.ledger.connections.get(WORKSPACE, NAME).lag_s
            return step(replace(self._work, lag_s=lag_s)) is not None
        except Crash:
            self._died()
            return True

    def rest(self, *, hooks: bool = True, look: Callable[[], object] = lambda: None) -> None:
        """Until nothing is on its way and every poll has been round. Raises RuntimeError: it does not end."""
        until, since = self.clock() + timedelta(seconds=MOST_REST_S), ""
        while self.clock() < until:
            if self.turn():
                look()
                self.clock.advance(0.05)
                continue
            if hooks and self._delivered():
                continue
            store = self.store()
            if not (store.fetches() or store.owed_at() or store.inbox(1)):
                if not since:
                    since = self._poll_now()
                    continue
                walks = store.walks()
                if any(walk.state == "asks" for walk in walks):
                    allow_deletes(store)
                    continue
                idle = all(walk.state in ("idle", "over") for walk in walks)
                if idle and all((walk.started_at or "") >= since for walk in walks if walk.mode == "poll"):
                    return
            due = next_at(self._work) if self._work else None
            pause_s = (due - self.clock()).total_seconds() if due else 1.0
            self.clock.advance(max(pause_s, 0.001))
        raise RuntimeError("It does not come to rest.")

    def sweep(self) -> None:
        sweep_now(self.store())
        self.rest()

    def _poll_now(self) -> str:
        now = self.store().now()
        with self.ledger.sync(WORKSPACE, NAME).write() as tx:
            for walk in self.store().walks():
                if walk.mode == "poll" and walk.state == "idle":
                    tx.walk(replace(walk, due_at=now))
        return now

    def _delivered(self) -> int:
        sent = self.sandbox.deliveries()
        hints = [self.connector.hint(one.headers, one.body, [SECRET], now=self.clock()) for one in sent]
        rows = [(WORKSPACE, NAME, f"e{self._events + n}", hint_json(hint)) for n, hint in enumerate(hints)]
        self._events += len(rows)
        if rows:
            self.ledger.connections.receive(rows)
        return len(rows)

    def _died(self) -> None:
        """What it held in memory is gone."""
        self.crashes += 1
        self._work = None

    def _started(self) -> Work:
        work = Work(
            store=self.store(), connector=self.connector, http=self._http, clock=self.clock, rng=random.Random(1),
            folder=self._folder,
            link=lambda address: f"https://headwater.example.com/files/{address.rpartition('/')[2]}",
            documents=lambda paths: [ReadText(path.read_bytes().decode("utf-8", "replace")) for path in paths],
        )  # fmt: skip
        plan(work)
        return work

    # What is to be seen

    def records(self) -> dict[str, SourceRecord]:
        """Everyone who is shown, by the ATS's id."""
        reader = self.ledger.reader(EVERYTHING)
        return {r.id: r for p in reader.people(reader.person_ids()).values() for r in p.records}

    def people(self) -> list[str]:
        return sorted((row.id for row in self.sandbox.store.rows("candidates")), key=int)

    def application(self) -> tuple[str, str, str]:
        """(id, whose, its job) of one that is not rejected."""
        rows = sorted(self.sandbox.store.rows("job-applications"), key=lambda row: int(row.id))
        row = next(row for row in rows if row.attributes["rejected-at"] is None)
        return row.id, to(row, "candidate"), to(row, "job")

    def written(self) -> Counter[str]:
        """What was carried out at the vendor through its API, by method and kind."""
        calls = (c for c in self.sandbox.calls if c.method != "GET" and c.status < 300)
        return Counter(f"{c.method} {c.path.split('/')[2]}" for c in calls)

    def refused(self) -> int:
        """Answers of 429."""
        return sum(call.status == 429 for call in self.sandbox.calls)

    def end(self) -> dict[str, Any]:
        """How it came out, without the times: two lives that should come out alike can be compared."""
        there = {kind: [_plain(row) for row in self.sandbox.store.rows(kind)] for kind in KINDS}
        here = [_timeless(r.model_dump(mode="json")) for _, r in sorted(self.records().items())]
        rows = sorted(self.store().actions(limit=1000), key=lambda row: row.seq)
        return {
            "there": there, "here": here, "written": dict(self.written()),
            "actions": [(row.kind, row.state, bool(row.problem), row.undoes is not None) for row in rows],
            "parked": [row.place for row in self.store().parked()],
        }  # fmt: skip


class _Dying(httpx.BaseTransport):
    """The process may die before its request gets there, and before it has the answer."""

    def __init__(self, inner: httpx.BaseTransport, fuse: Fuse) -> None:
        self._inner, self._fuse = inner, fuse

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._fuse.pass_("before a request")
        answer = self._inner.handle_request(request)
        written = request.method != "GET"
        self._fuse.pass_("after a write, before its answer" if written else "after a read, before its answer")
        return answer


def to(row: Row, relation: str) -> str:
    found: Any = row.relations[relation]
    return str(found[1])


def _plain(row: Row) -> str:
    said = {**row.attributes, **{name: str(to) for name, to in row.relations.items()}}
    return json.dumps(_timeless(said), default=str, sort_keys=True)


def _timeless(value: Any) -> Any:
    """Of a time only that there is one."""
    if isinstance(value, dict):
        return {name: _timeless(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_timeless(one) for one in value]
    if isinstance(value, datetime):
        return "a time"
    if isinstance(value, str) and len(value) >= len("2026-11-01") and value[4:5] == value[7:8] == "-":
        return "a time"
    return value
