"""Calls the steps: one thread looks for what is due, a few send. Several processes may do so over one database.

All that must survive is in the ledger, so that a sender may be killed between any two instructions.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import TracebackType

import structlog

from engine.errors import HeadwaterError
from indexer.ledger import Claimed, Ledger
from indexer.outgoing.http import Http, Interrupted
from indexer.outgoing.secrets import Secrets
from indexer.outgoing.step import Work, claim, next_at, send

log = structlog.get_logger(__name__)

PARALLEL = 16
LOOK_S, FAILED_S = 1.0, 5.0
"""How often the log is looked at, and how long we wait after an error."""
CLOSE_S = 5.0
KEPT_DAYS, FORGET_EVERY_S = 30.0, 3600.0


class Sender:
    """Start it, close it."""

    def __init__(
        self,
        ledger: Ledger,
        secrets: Secrets,
        http: Http,
        *,
        workspace: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """http: closed with us. workspace: only its subscriptions; None: all there are."""
        self._http = http
        self._work = Work(ledger.outgoing(workspace), secrets, http, clock, random.Random())
        self._pool = ThreadPoolExecutor(max_workers=PARALLEL, thread_name_prefix="webhook")
        self._free = threading.Semaphore(PARALLEL)
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Waits a moment for what is on its way; the rest is sent again by the next to serve. Safe twice."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self._pool.shutdown(wait=False, cancel_futures=True)
        until = time.monotonic() + CLOSE_S
        for _ in range(PARALLEL):
            self._free.acquire(timeout=max(0.0, until - time.monotonic()))
        self._http.close()
        self._pool.shutdown(wait=True)

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _run(self) -> None:
        forget_at = time.monotonic()
        while not self._stopping.is_set():
            try:
                self._wake.clear()
                wait = self._look()
                if time.monotonic() >= forget_at:
                    self._work.store.forget(days=KEPT_DAYS)
                    forget_at = time.monotonic() + FORGET_EVERY_S
            except Exception as error:  # a message may hold an address
                log.error("looking for webhooks failed", kind=type(error).__name__)
                wait = FAILED_S
            self._wake.wait(wait)

    def _look(self) -> float:
        """Send all that may be sent now. Returns how long there is nothing to do."""
        while not self._stopping.is_set():
            if self._work.store.take():
                continue
            if not self._free.acquire(blocking=False):
                return LOOK_S  # whoever is done wakes us
            try:
                claimed = claim(self._work)
            except BaseException:
                self._free.release()
                raise
            if claimed is None:
                self._free.release()
                break
            self._pool.submit(self._send, claimed)
        due = next_at(self._work)
        wait = LOOK_S if due is None else (due - self._work.clock()).total_seconds()
        return min(LOOK_S, wait) if wait > 0 else LOOK_S  # what is due waits for a request under way, which wakes us

    def _send(self, claimed: Claimed) -> None:
        try:
            done = send(self._work, claimed)
            if done.what == "failed":
                log.info("a webhook failed", webhook=claimed.subscription.id, message=claimed.id)
            elif done.what == "disabled":
                log.warning("a webhook is disabled", webhook=claimed.subscription.id)
        except Interrupted:
            pass  # its claim runs out, and it is sent again under the same id
        except HeadwaterError as error:
            log.error("sending a webhook failed", webhook=claimed.subscription.id, what=error.what)
        except Exception as error:
            log.error("sending a webhook failed", webhook=claimed.subscription.id, kind=type(error).__name__)
        finally:
            self._free.release()
            self._wake.set()
