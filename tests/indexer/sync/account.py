"""The real connector over a sandbox of its vendor and a real ledger, under one virtual clock."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from engine.records import Viewer
from indexer.documents import ReadText
from indexer.ledger import Ledger
from indexer.sync.inbox import hint_json
from indexer.sync.step import next_at, plan, step
from indexer.sync.sweep import sweep_now
from indexer.sync.work import Work
from tests.indexer.connectors.test_teamtailor_contract import ORIGIN, TeamtailorBench

ME = Viewer(audiences=frozenset({"private-notes", "private-fields"}))
DAY_S = 86_400.0


class Account:
    """A bench of the connector's own suite (``bench``), synced into a ledger file in ``folder``."""

    def __init__(self, folder, people=60, *, bench=None, **more):
        self.bench = bench or TeamtailorBench(people, **more)
        self.folder = folder
        self.ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}", clock=self.bench.clock)
        self.ledger.connections.add(
            "default", "ats", vendor="teamtailor", origin=ORIGIN, credential="sealed", secrets_sealed="sealed"
        )
        self.start()
        plan(self.work)

    def start(self):
        """A new worker over the same ledger."""
        self.work = Work(
            store=self.ledger.sync("default", "ats"), connector=self.bench.connector, http=self.bench.http(),
            clock=self.bench.clock, rng=random.Random(1), folder=self.folder / "files",
            documents=lambda paths: [ReadText(path.read_bytes().decode("utf-8", "replace")) for path in paths],
        )  # fmt: skip

    def run(self, seconds, *, each_s=0.05):
        """Steps until so much time has passed; an idle worker jumps to when something is due. Counts the steps."""
        clock, did = self.bench.clock, Counter()
        until = clock() + timedelta(seconds=seconds)
        while clock() < until:
            lag_s = self.ledger.connections.get("default", "ats").lag_s
            done = step(replace(self.work, lag_s=lag_s))
            if done is None:
                due = next_at(self.work)
                clock.now = min(until, max(due or until, clock() + timedelta(milliseconds=1)))
            else:
                did[done.what] += 1
                clock.advance(each_s)
        return did

    def first_sync(self):
        """Until everything there was has been read once."""
        store = self.work.store
        while any(w.mode == "backfill" and w.state != "over" for w in store.walks()):
            self.run(20)
        self.run(200)

    def deliver(self):
        """What the vendor sent since, in at the door. Returns how many."""
        now, connector, secrets = self.bench.now(), self.bench.connector, self.bench.secrets
        sent = self.bench.deliveries()
        self.ledger.connections.receive(
            [("default", "ats", f"e{now.timestamp()}-{number}", hint_json(connector.hint(d.headers, d.body, secrets, now=now)))
             for number, d in enumerate(sent)]
        )  # fmt: skip
        return len(sent)

    def no_polls(self):
        """From now on only webhooks bring anything."""
        with self.work.store.write() as tx:
            for walk in self.work.store.walks():
                tx.walk(replace(walk, due_at=self.work.after(365 * DAY_S)))

    def sweep(self):
        sweep_now(self.work.store)

    def records(self):
        """Everyone who is shown, by the ATS's id."""
        reader = self.ledger.reader(ME)
        found = [r for p in reader.people(reader.person_ids()).values() for r in p.records]
        assert len({record.id for record in found}) == len(found), "a record stands twice"
        return {record.id: record for record in found}

    def jobs(self):
        return {job.id: job for job in self.ledger.reader(ME).jobs()}

    def events(self):
        return self.ledger.reader(ME).events(limit=100_000)

    def too_many(self):
        return sum(call.status == 429 for call in self.bench.sandbox.calls)

    def close(self):
        self.ledger.close()
