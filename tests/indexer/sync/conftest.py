"""A connection to the fake ATS over a real ledger, on both databases, under a clock that only moves when told."""

import random
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.records import Viewer
from indexer.documents import ReadText
from indexer.ledger import Ledger, SyncStore
from indexer.sync.step import next_at, plan, step
from indexer.sync.work import Work
from tests.indexer.sync.fake import START, Ats, Clock, FakeConnector, FakeHttp

ME = Viewer()


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


class Crashing(SyncStore):
    """Dies before, inside or after the n-th transaction from now. ``left`` is shared by all that work."""

    left: list

    def _tick(self):
        if self.left and self.left[0] is not None:
            self.left[0] -= 1
            if self.left[0] == 0:
                raise Killed

    @contextmanager
    def write(self):
        self._tick()
        with super().write() as tx:
            yield tx
            self._tick()
        self._tick()


class World:
    """An ATS, a ledger and a worker that can be killed and started again."""

    def __init__(self, ledger, clock, folder):
        self.ledger, self.clock, self.folder = ledger, clock, folder
        self.ats = Ats(clock)
        self.left = [None]
        self.connector = FakeConnector(self.ats)
        self.text_of = lambda path: ReadText(path.read_text())
        ledger.connections.add(
            "default", "ats", vendor="fake", origin="https://ats.example.com", credential="sealed",
            secrets_sealed="sealed",
        )  # fmt: skip
        self.start()
        plan(self.work)

    def start(self):
        """A new worker over the same ledger: what the one before held in memory is gone."""
        store = Crashing(self.ledger._reading, self.ledger._writing, self.clock, "default", "ats")
        store.left = self.left
        self.work = Work(
            store=store, connector=self.connector, http=FakeHttp(), clock=self.clock, rng=random.Random(1),
            documents=lambda paths: [self.text_of(p) for p in paths], folder=self.folder,
            lag_s=self.ledger.connections.get("default", "ats").lag_s,
        )  # fmt: skip

    @property
    def store(self):
        return self.work.store

    def run(self, seconds=3600.0, *, each_s=0.02):
        """Steps until so much time has passed. An idle worker jumps to when something is due."""
        until = self.clock() + timedelta(seconds=seconds)
        did = []
        while self.clock() < until:
            row = self.ledger.connections.get("default", "ats")
            if row.state == "stopped":
                return did
            done = step(replace(self.work, lag_s=row.lag_s))
            if done is None:
                due = next_at(self.work)
                self.clock.now = min(until, max(due or until, self.clock() + timedelta(milliseconds=1)))
            else:
                did.append(done)
                self.clock.pass_(each_s)
        return did

    def settle(self):
        """Whatever there is to do now, then another round of polls."""
        return self.run(400)

    def people(self, ledger=None):
        """As a recruiter sees everyone: (name, tags, applications, notes, CV), by the ATS's id."""
        reader = self.ledger.reader(ME)
        ids = [p for e in reader.events(limit=100_000) for p in e.ids if e.kind.startswith("person")]
        found = {}
        for person in reader.people(ids).values():
            for record in person.records:
                assert record.id not in found
                applied = sorted((a.id, a.job_id.removeprefix("ats:")) for a in record.applications)
                cv = next((d.text for d in record.documents), None)
                found[record.id] = (record.name, record.tags, applied, sorted(a.text for a in record.activities), cv)
        return found

    def person_of(self, record_id):
        """The person that a record of the ATS belongs to, as a recruiter sees them."""
        reader = self.ledger.reader(ME)
        return reader.person(reader.ids_of("ats", [record_id])[record_id])

    def shown(self, record_id):
        [found] = [r for r in self.person_of(record_id).records if r.id == record_id]
        return found

    def hook(self, kind, item_id, *, event=None, **more):
        from indexer.connectors.connector import Hint
        from indexer.sync.inbox import hint_json

        hint = hint_json(Hint(kind, item_id, **more))
        self.ledger.connections.receive([("default", "ats", event or f"{kind}{item_id}{self.clock()}", hint)])


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def world(database_url, clock, tmp_path):
    ledger = Ledger.open(database_url, clock=clock)
    yield World(ledger, clock, tmp_path / "files")
    ledger.close()


@pytest.fixture
def quick(tmp_path, clock):
    """The same on SQLite alone, for what says nothing about the database."""
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'quick.db'}", clock=clock)
    yield World(ledger, clock, tmp_path / "files")
    ledger.close()


@pytest.fixture
def filled():
    """Thirteen people with all that belongs to them: more than four pages."""

    def fill(world, people=13):
        ats = world.ats
        ats.users["u1"] = "Karl"
        ats.jobs |= {"j1": "Nurse", "j2": "Developer"}
        for n in range(people):
            key = f"p{n:02}"
            ats.put(key, applied=((f"a{n}", f"j{1 + n % 2}", "Inbox"),), tags=(f"t{n % 3}",), cv=f"CV of {key}")
            if n % 2:
                ats.notes[f"n{n:02}"] = (key, f"Called {key}.")
        return ats

    return fill


__all__ = ["START"]
