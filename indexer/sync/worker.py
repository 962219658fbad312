"""Calls the steps: for each active connection a thread, under a lease that a second process would have to wait for.

All that must survive is in the ledger, so that a worker may be killed between any two instructions.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import structlog

from engine.errors import BadFile, HeadwaterError, NotFound
from indexer.documents import DocumentReader, ReadText
from indexer.given import YOUNG_S, GivenFiles
from indexer.ledger import ConnectionRow, LeaseLost, Ledger
from indexer.sync.holder import is_dead, new_holder
from indexer.sync.opening import Opener, client_for
from indexer.sync.restored import RestoreWatch
from indexer.sync.step import Done, next_at, plan, step
from indexer.sync.work import Work, stamp

log = structlog.get_logger(__name__)

LEASE_S = 60.0
LOOK_S = 2.0
"""How often new and stopped connections are looked for, and an idle one looks for work that others brought."""
LEAST_S = 0.05
FAILED_S, MOST_FAILED_S = 1.0, 60.0
PARALLEL = 4
DELIVERIES_DAYS, FORGET_EVERY_S = 30.0, 3600.0

Key = tuple[str, str]
"""(workspace, connection)"""


class Worker:
    """Start it, close it; or ``run_until_idle`` for a command that ends. on_change: records are new."""

    def __init__(
        self,
        ledger: Ledger,
        opener: Opener,
        *,
        folder: Path,
        on_change: Callable[[], object],
        workspace: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        link: Callable[[str], str] | None = None,
        given: GivenFiles | None = None,
    ) -> None:
        """folder: for files between download and reading. workspace: only its connections; None: all there are.

        link: as in ``Work``. given: files given here; those that nothing is owed of are thrown away now and then.
        """
        self._ledger, self._opener, self._folder, self._clock = ledger, opener, folder, clock
        self._on_change, self._workspace = on_change, workspace
        self._link, self._given = link, given
        self._holder = new_holder()
        self._stopping = threading.Event()
        self._threads: dict[Key, threading.Thread] = {}
        self._wakes: dict[Key, threading.Event] = {}
        self._documents = DocumentReader()
        self._watcher: threading.Thread | None = None

    def start(self) -> None:
        self._watcher = threading.Thread(target=self._watch, name="connections", daemon=True)
        self._watcher.start()

    def wake(self, workspace: str, connection: str) -> None:
        """Something arrived: look now."""
        if found := self._wakes.get((workspace, connection)):
            found.set()

    def close(self) -> None:
        """Waits for the step under way. Safe twice."""
        self._stopping.set()
        for wake in list(self._wakes.values()):
            wake.set()
        for thread in (self._watcher, *self._threads.values()):
            if thread is not None:
                thread.join()
        self._documents.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _watch(self) -> None:
        forget_at = self._clock()
        while True:
            try:
                for row in self._ledger.connections.list(self._workspace):
                    key = (row.workspace, row.name)
                    running = self._threads.get(key)
                    if row.state == "active" and (running is None or not running.is_alive()):
                        self._wakes.setdefault(key, threading.Event())
                        self._threads[key] = threading.Thread(target=self._work, args=key, name=f"sync-{row.name}")
                        self._threads[key].start()
                if self._clock() >= forget_at:
                    self._ledger.connections.forget_old_deliveries(days=DELIVERIES_DAYS)
                    self._forget_files()
                    forget_at = self._clock() + timedelta(seconds=FORGET_EVERY_S)
            except Exception as error:
                log.error("looking for connections failed", kind=type(error).__name__)
            if self._stopping.wait(LOOK_S):
                return

    def _forget_files(self) -> None:
        """Files the ATS has, or that were cancelled, or whose person is erased."""
        if self._given is not None:
            rows = self._ledger.connections.list(self._workspace)
            since = stamp(self._clock() - timedelta(seconds=YOUNG_S))
            stores = [self._ledger.sync(row.workspace, row.name) for row in rows]
            owed = {file for store in stores for file in store.files_owed(since)}
            self._given.forget_all_but(owed)

    def _work(self, workspace: str, name: str) -> None:
        """Until it is stopped, gone, or we close. Whatever a step throws, the next try comes later."""
        failed = 0
        while not self._stopping.is_set():
            try:
                self.run(workspace, name)
                return
            except NotFound:
                return
            except LeaseLost:
                log.info("another worker has the connection", connection=name)
                failed = 0
            except HeadwaterError as error:
                log.error("sync stopped", connection=name, kind=type(error).__name__, what=error.what)
                failed += 1
            except Exception as error:  # a message may hold what a person wrote
                log.error("sync stopped", connection=name, kind=type(error).__name__)
                failed += 1
            self._stopping.wait(min(MOST_FAILED_S, FAILED_S * 2**failed))

    def run(
        self, workspace: str, name: str, *, until: Callable[[Work], bool] | None = None,
        on_step: Callable[[Work, Done | None], object] = lambda *_: None,
    ) -> None:  # fmt: skip
        """Work on one connection in this thread: while it is active, until ``until`` says so at an idle moment.

        Raises LeaseLost where another worker has it, NotFound, NeedsOperator.
        """
        wake = self._wakes.setdefault((workspace, name), threading.Event())
        row = self._ledger.connections.get(workspace, name)
        token = self._leased(row)
        with client_for(row.origin, parallel=PARALLEL) as client:
            work = self._opened(row, token, client)
            try:
                plan(work)
                watch = RestoreWatch(work.store, self._folder / workspace / f"{name}.mark")
                watch.look()
                leased = self._clock()
                while not self._stopping.is_set():
                    wake.clear()
                    row = self._ledger.connections.get(workspace, name)
                    if row.state != "active":
                        return
                    if (self._clock() - leased).total_seconds() > LEASE_S / 4:
                        if self._leased(row) != token:
                            raise LeaseLost
                        leased = self._clock()
                    done = step(replace(work, lag_s=row.lag_s, **rules_of(row)))
                    on_step(work, done)
                    if done is None or done.what == "push":
                        watch.look()
                    if done is None:
                        if until and until(work):
                            return
                        wake.wait(self._idle_s(work))
                    elif done.changed:
                        self._on_change()
            finally:
                self._ledger.connections.release(workspace, name, self._holder)

    def _leased(self, row: ConnectionRow) -> int:
        token = self._ledger.connections.lease(row.workspace, row.name, self._holder, seconds=LEASE_S, is_dead=is_dead)
        if token is None:
            raise LeaseLost
        return token

    def _opened(self, row: ConnectionRow, token: int, client: httpx.Client) -> Work:
        folder = self._folder / row.workspace / row.name
        return Work(
            store=self._ledger.sync(row.workspace, row.name, fence=token), connector=self._opener.connector(row),
            http=self._opener.http(row, client), clock=self._clock, rng=random.Random(),
            documents=self._read, folder=folder, lag_s=row.lag_s, parallel=PARALLEL,
            link=self._link,
        )  # fmt: skip

    def _read(self, paths: Sequence[Path]) -> Iterable[ReadText | BadFile]:
        return [found for _, found in self._documents.read_many(paths)]

    def _idle_s(self, work: Work) -> float:
        """Until something is due; other processes' deliveries and requests are seen within LOOK_S."""
        due = next_at(work)
        wait = LOOK_S if due is None else (due - self._clock()).total_seconds()
        return max(LEAST_S, min(LOOK_S, wait))


def rules_of(row: ConnectionRow) -> dict[str, Any]:
    """What an operator set for writing: ``writes`` (on, dry, off) and ``wins``, values that Headwater's word wins."""
    wins = frozenset(name.strip() for name in row.settings.get("wins", "").split(",") if name.strip())
    return {"ours_wins": wins, "writes": row.settings.get("writes", "on")}


def first_sync_done(work: Work) -> bool:
    """Everything there was has been read once and is in the ledger."""
    walks = [walk for walk in work.store.walks() if walk.mode == "backfill"]
    if not all(walk.state in ("over", "denied") for walk in walks):
        return False
    counts = work.store.counts()
    return not (counts["to_apply"] + counts["to_read"] + counts["files_wanted"] + counts["inbox"])
