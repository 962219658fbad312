"""A first sync over a sandbox ATS, killed anywhere and started again, under a clock that only moves when told.

All is real but the time and the vendor: connector, steps and ledger. An answer takes a fixed time of the clock and
computing takes none, so that what is left over of the vendor's limit was left over by sync's own rules.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from engine.errors import BadFile
from eval.sandbox import Teamtailor, VirtualClock, transport
from indexer.connectors import vendors
from indexer.connectors.connector import Connector, File, Page
from indexer.connectors.http import Http
from indexer.documents import ReadText
from indexer.ledger import Ledger, SyncStore, SyncWrite
from indexer.sync.step import next_at, plan, step, waiting
from indexer.sync.work import Work
from indexer.sync.worker import first_sync_done

ORIGIN, KEY = "https://api.teamtailor.com", "sandbox-admin-read"
FILE_HOST = "93.184.215.14"
"""A public address for the name of the file host; nothing is sent there."""
WORKSPACE, CONNECTION = "default", "ats"
LONGEST = timedelta(days=7)
_TEXT = re.compile(rb"\((.*)\) Tj", re.DOTALL)


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


class MortalStore:
    """A store whose user dies before, inside or after a transaction. fuse[0]: so many such places are left; 0: all."""

    def __init__(self, store: SyncStore, fuse: list[int], where: Counter[str]) -> None:
        self._store, self._fuse, self._where = store, fuse, where

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def write(self) -> Iterator[SyncWrite]:
        self._burn("before")
        with self._store.write() as tx:
            yield tx
            self._burn("inside")
        self._burn("after")

    def _burn(self, where: str) -> None:
        if self._fuse[0]:
            self._fuse[0] -= 1
            if self._fuse[0] == 0:
                self._where[where] += 1
                raise Killed


class Watched:
    """A connector that notes what of the plan's listings is asked for, and in which life of the worker."""

    def __init__(self, inner: Connector, is_first: Callable[[str], bool]) -> None:
        """is_first: whether the first sync asks for a listing now; polls and sweeps read some of the same."""
        self._inner, self._is_first = inner, is_first
        self.life = 0
        self.pages: dict[tuple[str, str | None], int] = {}
        self.again: Counter[int] = Counter()
        """Life -> pages of the first sync that a life before had read already."""
        self.fetches: Counter[tuple[str, str]] = Counter()
        self.downloads = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def page(self, http: Http, feed: str, at: str | None, since: datetime | None) -> Page:
        found = self._inner.page(http, feed, at, since)
        if self._is_first(feed):
            if (feed, at) in self.pages:
                self.again[self.life] += 1
            self.pages[feed, at] = self.life
        return found

    def fetch(self, http: Http, kind: str, item_id: str) -> Page:
        self.fetches[kind, item_id] += 1
        return self._inner.fetch(http, kind, item_id)

    def download(self, http: Http, file: File, into: Callable[[bytes], None], *, max_bytes: int) -> None:
        self.downloads += 1
        self._inner.download(http, file, into, max_bytes=max_bytes)


class FirstSync:
    """``run`` until it is over. fuse[0]: after so many places in transactions it is killed; 0: never."""

    def __init__(
        self, ledger: Ledger, sandbox: Teamtailor, clock: VirtualClock, folder: Path, *, answer_s: float, file_s: float
    ) -> None:
        self.ledger, self.clock = ledger, clock
        self.fuse, self.where = [0], Counter[str]()
        self.steps: Counter[str] = Counter()
        self.idle_s = 0.0
        """Time in which nothing was due: the limit was not what held it up."""
        self._folder = folder
        self._client = httpx.Client(transport=_Slow(sandbox, clock, answer_s, file_s))
        vendor = vendors()["teamtailor"]
        self._origins = list(vendor.origins)
        self.connector = Watched(vendor.connector(KEY, origin=ORIGIN), self._is_first)
        ledger.connections.add(
            WORKSPACE, CONNECTION, vendor="teamtailor", origin=ORIGIN, credential="sealed", secrets_sealed="sealed"
        )
        self.work = self._started()
        plan(self.work)

    def revive(self) -> None:
        """A new worker over the same ledger: what the one before held in memory is gone."""
        self.connector.life += 1
        self.work = self._started()
        plan(self.work)

    def run(self) -> None:
        """Raises Killed when the fuse has burnt, RuntimeError where it does not end."""
        end = self.clock() + LONGEST
        while self.clock() < end:
            done = step(self.work)
            if done is not None:
                self.steps[done.what] += 1
            elif first_sync_done(self.work):
                return
            else:
                self._wait()
        raise RuntimeError(f"The first sync does not end within {LONGEST.days} days of its clock.")

    def _wait(self) -> None:
        now, until = self.clock(), next_at(self.work)
        if until is None:
            raise RuntimeError("Nothing is planned, and the first sync is not over.")
        until = max(until, now + timedelta(milliseconds=1))
        due = min(waiting(self.work).values())
        self.idle_s += max(0.0, (min(due, until) - now).total_seconds())
        self.clock.advance((until - now).total_seconds())

    def _started(self) -> Work:
        store: Any = MortalStore(self.ledger.sync(WORKSPACE, CONNECTION), self.fuse, self.where)
        return Work(
            store=store, connector=self.connector, http=self._http(), clock=self.clock, rng=random.Random(1),
            documents=read_plainly, folder=self._folder,
        )  # fmt: skip

    def _http(self) -> Http:
        return Http(self._client, self._origins, resolve=lambda _: [FILE_HOST])

    def _is_first(self, feed: str) -> bool:
        """Polls go before it, so one that is due is the one that asks; sweeps wait until it is over."""
        now, first, polled = self.work.store.now(), False, False
        for walk in self.work.store.walks():
            first |= walk.mode == "backfill" and walk.feed == feed and walk.state != "over"
            polled |= walk.mode == "poll" and walk.feed == feed and (walk.state == "running" or walk.due_at <= now)
        return first and not polled


class _Slow(httpx.BaseTransport):
    """Half of an answer's time goes by before the vendor sees the request, half after."""

    def __init__(self, sandbox: Teamtailor, clock: VirtualClock, answer_s: float, file_s: float) -> None:
        self._inner, self._clock = transport(sandbox, wait=clock.advance), clock
        self._answer_s, self._file_s = answer_s, file_s

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        takes = self._answer_s if request.url.path.startswith("/v1/") else self._file_s
        self._clock.advance(takes / 2)
        answer = self._inner.handle_request(request)
        self._clock.advance(takes / 2)
        return answer


def read_plainly(paths: Sequence[Path]) -> list[ReadText | BadFile]:
    """The line of a sandbox's bare PDF, else the bytes as text. How files are read is measured elsewhere."""
    found: list[ReadText | BadFile] = []
    for path in paths:
        data = path.read_bytes()
        match = _TEXT.search(data)
        found.append(ReadText((match[1] if match else data).decode("latin-1")))
    return found
