"""A ledger with subscriptions, a receiver that verifies with the standard library, a clock that moves when told."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import webhooks as standard

from engine.records import SourceRecord, Viewer
from indexer.ledger import Ledger
from indexer.ledger.outgoing_subscriptions import message_id
from indexer.outgoing import Answered, Secrets, Work, new_secret, next_at, step
from indexer.vault import Vault

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
VAULT = Vault(["a secret of this installation, long enough"])
URL = "https://team.example.com/webhooks"


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def pass_(self, seconds):
        self.now += timedelta(seconds=seconds)


class Receiver:
    """Addresses and what they answer. Everything that arrives is kept with its time."""

    def __init__(self, clock):
        self.clock, self.got, self.says = clock, [], {}
        self.dies = None
        """Raised after a request has arrived."""

    def post(self, url, headers, body):
        self.got.append((self.clock(), url, dict(headers), body))
        if self.dies:
            raise self.dies
        said = self.says.get(url, 204)
        said = said() if callable(said) else said
        return said if isinstance(said, Answered) else Answered(said)

    def ids(self, url=None):
        return [headers["webhook-id"] for _, where, headers, _ in self.got if url in (None, where)]


class World:
    def __init__(self, ledger, clock, workspace=None):
        self.ledger, self.clock, self.secrets = ledger, clock, Secrets(VAULT)
        self.receiver = Receiver(clock)
        self.secret = {}
        self.work = self.worker(workspace)

    def worker(self, workspace=None, seed=1):
        """One more process over the same ledger."""
        return Work(self.ledger.outgoing(workspace), self.secrets, self.receiver, self.clock, random.Random(seed))

    def subscribe(self, url=URL, *, kinds=(), workspace="default"):
        secret = new_secret()
        row = self.ledger.subscriptions.add(workspace, url, secrets_sealed=self.secrets.first(secret), kinds=kinds)
        self.secret[row.id] = secret
        return row.id

    def put(self, *keys, workspace="default"):
        """An event each. Returns the ids of the people."""
        writer = self.ledger.writer(workspace)
        return [
            writer.put_records("test", [SourceRecord(id=str(key), name=f"Person {key}", summary=str(self.clock()))])[
                0
            ].person_id
            for key in keys
        ]

    def event_id(self, seq, workspace="default"):
        [event] = self.ledger.reader(Viewer(workspace=workspace)).events(seq - 1, limit=1)
        return message_id(workspace, seq, event.at)

    def ids(self, first, last):
        return [self.event_id(seq) for seq in range(first, last + 1)]

    def get(self, webhook_id, workspace="default"):
        return self.ledger.subscriptions.get(workspace, webhook_id)

    def deliveries(self, webhook_id, workspace="default", **how):
        return self.ledger.subscriptions.deliveries(workspace, webhook_id, **how)

    def run(self, seconds=0.0):
        """Steps until so much time has passed; idle, it jumps to when something is due. Returns what was done."""
        until, did = self.clock() + timedelta(seconds=seconds), []
        while True:
            done = step(self.work)
            if done is not None:
                did.append(done.what)
                continue
            due = next_at(self.work)
            if due is None or due > until:
                self.clock.now = until
                return did
            assert due > self.clock(), "due, and yet nothing was done"
            self.clock.now = due


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def killed():
    return Killed


def opened(url, clock):
    ledger = Ledger.open(url, clock=clock)
    yield World(ledger, clock)
    ledger.close()


@pytest.fixture
def world(database_url, clock):
    yield from opened(database_url, clock)


@pytest.fixture
def quick(tmp_path, clock):
    """The same on SQLite alone, for what says nothing about the database."""
    yield from opened(f"sqlite:///{tmp_path / 'quick.db'}", clock)


@pytest.fixture
def verify(monkeypatch, clock):
    """What a receiver does, by its own copy of the standard library, on our clock."""

    class At(datetime):
        @classmethod
        def now(cls, tz=None):
            return clock().astimezone(tz)

    monkeypatch.setattr(standard, "datetime", At)

    def check(secret, headers, body, *, at=None):
        before, clock.now = clock.now, at or clock.now
        try:
            return standard.Webhook(secret).verify(body, headers)
        finally:
            clock.now = before

    return check
