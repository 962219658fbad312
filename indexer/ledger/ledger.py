"""The ledger: opens the database and hands out readers, writers and the two stores that belong to no person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from engine.errors import NeedsOperator
from engine.records import Viewer
from indexer.ledger.accounts import Accounts
from indexer.ledger.acted import ActionLog
from indexer.ledger.connections import Connections
from indexer.ledger.database import Clock, connect, migrate, system_clock
from indexer.ledger.embeddings import EmbeddingCache
from indexer.ledger.keys import Keys
from indexer.ledger.outgoing_queue import OutgoingQueue
from indexer.ledger.outgoing_subscriptions import Subscriptions
from indexer.ledger.reader import Reader
from indexer.ledger.sealed import Resealed, reseal
from indexer.ledger.subjects import Subjects
from indexer.ledger.sync_store import SyncStore
from indexer.ledger.writer import Writer


class Ledger:
    """Open with ``Ledger.open``. Thread-safe. There is no read of people but through a reader."""

    def __init__(self, reading: Engine, writing: Engine, clock: Clock) -> None:
        self._reading, self._writing, self._clock = reading, writing, clock
        self.keys = Keys(reading, writing, clock)
        self.embeddings = EmbeddingCache(reading, writing)
        self.accounts = Accounts(reading, writing, clock)
        self.subjects = Subjects(writing, clock)
        self.connections = Connections(reading, writing, clock)
        self.subscriptions = Subscriptions(reading, writing, clock)

    @classmethod
    def open(cls, url: str, *, create: bool = True, clock: Clock = system_clock) -> Ledger:
        """create False: data must be there already. clock: gives times with a zone. Raises NeedsOperator."""
        reading, writing = connect(url)
        file = make_url(url).database if reading.dialect.name == "sqlite" else None
        if file:
            if not create and not Path(file).exists():
                raise NeedsOperator("There is no Headwater data here.", "Import something first: headwater import PATH")
            Path(file).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            migrate(writing, create=create)
        except BaseException:
            reading.dispose()
            writing.dispose()
            raise
        return cls(reading, writing, clock)

    def reader(self, viewer: Viewer) -> Reader:
        return Reader(self._reading, viewer, self._clock)

    def actions(self, viewer: Viewer) -> ActionLog:
        """What was asked for in the ATSs, as far as the viewer may see it."""
        return ActionLog(self._reading, viewer, self._clock)

    def writer(self, workspace: str = "default", actor: str = "local") -> Writer:
        return Writer(self._writing, workspace, actor, self._clock)

    def sync(self, workspace: str, connection: str, *, fence: int | None = None) -> SyncStore:
        """What sync needs of one connection. fence: the token of the lease it is done under."""
        return SyncStore(self._reading, self._writing, self._clock, workspace, connection, fence)

    def outgoing(self, workspace: str | None = None) -> OutgoingQueue:
        """What is owed to subscriptions. workspace None: of all, for a process that sends for all."""
        return OutgoingQueue(self._reading, self._writing, self._clock, workspace)

    def reseal(self, rotate: Callable[[str], str]) -> Resealed:
        """Every sealed text of every workspace once more under the secret in use. rotate: ``Vault.rotate``."""
        return reseal(self._writing, rotate)

    def close(self) -> None:
        self._reading.dispose()
        self._writing.dispose()
