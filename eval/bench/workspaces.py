"""One workspace reads a whole ATS for the first time while recruiters of nineteen others write: do they notice?

Real steps, a real ledger, one thread a connection and the real turns at the one connection that writes. The clock is
virtual: a request takes ``ANSWER_S``, a commit ``DISK_S``, computing what it takes the processor here, one thread at a
time. The practice ATS keeps each connection's limit and counts what breaks it.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from engine.records import Viewer
from eval.bench.figures import percentiles
from eval.bench.sync import started_databases
from eval.sandbox.clock import VirtualClock
from eval.simulate.ats import Ats, Http, Row
from eval.simulate.connector import PracticeConnector, person_items
from eval.simulate.run import database as opened
from eval.simulate.threads import Event, Meter, Time
from indexer.connectors.actions import Action, AddNote, ChangeTags, EditContact
from indexer.connectors.connector import Item, Page
from indexer.ledger import Ledger, SyncStore, SyncWrite
from indexer.ledger.practice import empty, store_of
from indexer.sync.desk import By, Desk
from indexer.sync.step import next_at, plan, step
from indexer.sync.work import Work
from indexer.sync.worker import LEAST_S, LOOK_S

NAME = "ats"
ANSWER_S, DISK_S = 0.1, 0.005
PAGE, SMALL = 30, 30
IDLE_WRITES = 30
"""So many writes of each workspace are waited for before the large one begins."""


def run(
    people: int = 100_000, workspaces: int = 20, database: Literal["sqlite", "postgresql"] = "sqlite", seed: int = 0,
    each_s: float = 20.0, slower: float = 1.0,
) -> dict[str, Any]:  # fmt: skip
    """people: of the one that is read for the first time; the others have thirty each. each_s: a recruiter writes once
    in so many seconds, now sooner, now later. slower: as on a processor that takes so many times as long."""
    with ExitStack() as stack:
        url = stack.enter_context(started_databases(1))[0] if database == "postgresql" else None
        ledger, clock, folder = stack.enter_context(opened(url))
        time = stack.enter_context(Time(clock))
        empty(ledger)
        house = _House(ledger, clock, folder, time, slower)
        others = [_Workspace(house, f"w{n}", _filled(clock, SMALL), seed + n) for n in range(1, workspaces)]
        for one in others:
            time.start(one.work)
        time.run(lambda: all(one.is_read() for one in others))
        for one in others:
            time.start(partial(one.recruit, each_s))
        start = clock.now
        time.run(lambda: (clock.now - start).total_seconds() > IDLE_WRITES * each_s)
        idle, begun = _taken(others, start), clock.now
        large = _Workspace(house, "w0", _filled(clock, people), seed)
        time.start(large.work)
        time.run(large.is_read)
        busy, ended = _taken(others, begun), clock.now
        house.over = True
        time.run(time.ended)
        records = sum(1 for _ in ledger.reader(large.viewer).person_ids())
        every = [large, *others]
        too_many, lost = sum(one.ats.too_many for one in every), sum(one.owed() for one in every)
    before, during = percentiles(idle, 50, 95), percentiles(busy, 50, 95)
    ratio = round(during["p95"] / before["p95"], 2)
    return {
        "database": database, "workspaces": workspaces, "records": records,
        "writes_idle": len(idle), "written_s_idle": before, "writes_busy": len(busy), "written_s_busy": during,
        "p95_ratio": ratio, "first_sync_virtual_s": round((ended - begun).total_seconds()),
        "too_many_requests": too_many, "never_written": lost,
        "met": ratio <= 2 and not (too_many or lost) and records == people,
    }  # fmt: skip


class _House:
    """What all of them share."""

    def __init__(self, ledger: Ledger, clock: VirtualClock, folder: Path, time: Time, slower: float) -> None:
        self.ledger, self.clock, self.folder, self.time = ledger, clock, folder, time
        self.meter = Meter(time, slower)
        self.over = False


class _Charged(SyncStore):
    """A store whose transactions take their time, and hold their turn for it."""

    house: _House

    @contextmanager
    def write(self, *, actor: str | None = None) -> Iterator[SyncWrite]:
        self.house.meter.pay()
        with super().write(actor=actor) as tx:
            yield tx
            self.house.meter.pay()
            self.house.time.sleep(DISK_S)


class _Workspace:
    def __init__(self, house: _House, name: str, ats: Ats, seed: int) -> None:
        self.house, self.name, self.ats, self._rng = house, name, ats, random.Random(seed)
        self.connector = _Listed(ats)
        self._pressed: dict[str, datetime] = {}
        self.written: list[tuple[datetime, float]] = []
        """(when it was asked for, after how many seconds the ATS had it)"""
        self._wake: Event = house.time.event()
        ats.before_request.append(self._asked)
        ats.after_write.append(self._wrote)
        house.ledger.connections.add(
            name, NAME, vendor="fake", origin="https://ats.example.com", credential="sealed", secrets_sealed="sealed"
        )

    @property
    def viewer(self) -> Viewer:
        return Viewer(workspace=self.name)

    def store(self) -> _Charged:
        made: _Charged = store_of(_Charged, self.house.ledger, self.name, NAME, None)
        made.house = self.house
        return made

    def work(self) -> None:
        """As the worker's thread of a connection does."""
        house = self.house
        work = Work(
            store=self.store(), connector=self.connector, http=Http(), clock=house.clock, rng=self._rng,  # type: ignore[arg-type]  # no wire
            folder=house.folder, documents=lambda _: [],
        )  # fmt: skip
        plan(work)
        while not house.over:
            self._wake.clear()
            done = step(work)
            house.meter.pay()
            if done is None:
                due = next_at(work)
                pause_s = LOOK_S if due is None else (due - house.clock()).total_seconds()
                self._wake.wait(max(LEAST_S, min(LOOK_S, pause_s)))

    def recruit(self, each_s: float) -> None:
        """Somebody there edits, tags and notes, at their own pace."""
        rng, house, number = self._rng, self.house, 0
        while True:
            house.time.sleep(rng.expovariate(1 / each_s))
            if house.over:
                return
            number += 1
            actions: list[Action] = [
                EditContact(set={"phone": f"+46 {number}"}), AddNote(text=f"Note {number}."),
                ChangeTags(add=(f"t{number}",)),
            ]  # fmt: skip
            action = rng.choice(actions)
            pressed = house.clock.now
            [row] = Desk(self.store(), self.connector).accept(rng.choice(sorted(self.ats.people)), action, By("anna"))
            self._pressed[row.id] = pressed
            self._wake.set()

    def is_read(self) -> bool:
        """Everything there was has been read once and is in the ledger."""
        store = self.house.ledger.sync(self.name, NAME)
        walks = [walk for walk in store.walks() if walk.mode == "backfill"]
        return bool(walks) and all(walk.state == "over" for walk in walks) and not store.counts()["to_apply"]

    def owed(self) -> int:
        """What was asked for so long ago that it has to be written."""
        old = [at for at in self._pressed.values() if (self.house.clock.now - at).total_seconds() > 60]
        return len(old)

    def _asked(self, _what: str) -> None:
        self.house.meter.pay()
        self.house.time.sleep(ANSWER_S)

    def _wrote(self, _what: str) -> None:
        for effect in self.ats.effects:
            if (at := self._pressed.pop(effect.mark, None)) is not None:
                self.written.append((at, (effect.at - at).total_seconds()))
        self.ats.effects.clear()


class _Listed(PracticeConnector):
    """With a listing of everyone that is not sorted anew for each page."""

    def __init__(self, ats: Ats) -> None:
        super().__init__(ats)
        self._keys = sorted(ats.people)

    def page(self, http: Any, feed: str, at: str | None, since: datetime | None) -> Page:
        if feed != "candidates":
            return super().page(http, feed, at, since)
        self.ats.request(http, f"{feed}/{at or 0}")
        place = bisect_right(self._keys, at) if at else 0
        part = self._keys[place : place + PAGE]
        items: list[Item] = [item for key in part for item in person_items(key, self.ats.people[key])]
        going_on = part[-1] if place + PAGE < len(self._keys) else None
        return Page(tuple(items), next=going_on, total=len(self._keys), shown=len(part))


def _filled(clock: VirtualClock, people: int) -> Ats:
    ats = Ats(clock, page_size=PAGE)
    ats.users["u1"] = "Karl"
    ats.jobs |= {"j1": "Nurse", "j2": "Developer"}
    long_ago = clock.now.replace(year=clock.now.year - 1).isoformat()
    for n in range(people):
        ats.people[f"p{n:06}"] = Row(
            f"Person {n}", long_ago, tags=("t",), applied=((f"a{n}", f"j{1 + n % 2}", "Inbox"),), phone=f"+46{n}"
        )
    ats.remember()
    return ats


def _taken(others: list[_Workspace], since: datetime) -> list[float]:
    return [took for one in others for at, took in one.written if at >= since]
