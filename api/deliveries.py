"""What ATSs deliver: verified on its raw bytes, and answered once it stands in the inbox. Believes nothing in it.

A commit waits for the disk, so one thread commits whatever has come meanwhile: a burst costs a few commits.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog

from api.errors import NotSigned
from engine.errors import Busy, HeadwaterError
from indexer.connectors.connector import Connector
from indexer.connectors.errors import Forged
from indexer.ledger import ConnectionRow
from indexer.sync.inbox import hint_json

log = structlog.get_logger(__name__)

MOST = 5_000
"""Deliveries that wait for a commit. Who sends more is asked to come again; a poll would find the change too."""
KNOWN_S = 5.0
"""How long a connection is remembered: after so long a new secret counts, and a removed one no more."""
MOST_KNOWN = 1_000

Delivery = tuple[str, str, str, Mapping[str, Any]]
"""(workspace, connection, event id, hint), as the ledger takes them."""


class Openers(Protocol):
    def connector(self, row: ConnectionRow) -> Connector: ...
    def secrets(self, row: ConnectionRow) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class _Known:
    row: ConnectionRow
    connector: Connector
    secrets: tuple[str, ...]
    until: float


class Door:
    """Says whether a delivery is its vendor's. Thread-safe."""

    def __init__(
        self,
        by_token: Callable[[str], ConnectionRow | None],
        opener: Openers,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._by_token, self._opener, self._clock, self._monotonic = by_token, opener, clock, monotonic
        self._known: dict[str, _Known] = {}

    def checked(self, token: str, headers: Mapping[str, str], body: bytes) -> Delivery | None:
        """None: genuine, and about nothing that is read. Raises NotSigned, the same for whatever is wrong with it."""
        known = self._of(token)
        if known is None or not known.secrets:
            raise _not_signed()
        try:
            hint = known.connector.hint(headers, body, known.secrets, now=self._clock())
        except Forged:
            raise _not_signed() from None
        if not hint.kind:
            return None
        # No vendor promises an id of a delivery: the same bytes are the same delivery.
        event_id = hashlib.sha256(body).hexdigest()
        return known.row.workspace, known.row.name, event_id, hint_json(hint)

    def _of(self, token: str) -> _Known | None:
        found = self._known.get(token)
        if found is not None and self._monotonic() < found.until:
            return found
        self._known.pop(token, None)
        row = self._by_token(token)
        if row is None:
            return None
        try:
            found = _Known(row, self._opener.connector(row), self._opener.secrets(row), self._monotonic() + KNOWN_S)
        except HeadwaterError as error:  # its plug-in or secret is missing: an operator's matter, not the sender's
            log.error("a delivery cannot be checked", connection=row.name, what=error.what)
            return None
        if len(self._known) < MOST_KNOWN:
            self._known[token] = found
        return found


def _not_signed() -> NotSigned:
    return NotSigned(
        "The delivery is not signed with this connection's secret.",
        "Compare address and secret with `headwater connect`.",
    )


class Deliveries:
    """Into the inbox, many in one commit. ``close`` returns once all that was taken is there."""

    def __init__(self, receive: Callable[[Sequence[Delivery]], None]) -> None:
        self._receive = receive
        self._changed = threading.Condition()
        self._waiting: list[tuple[Delivery, Future[None]]] = []
        self._closing = False
        self._thread: threading.Thread | None = None

    def put(self, delivery: Delivery) -> Future[None]:
        """Done once it is committed. Raises Busy when too many wait, or we are closing."""
        done: Future[None] = Future()
        with self._changed:
            if self._closing or len(self._waiting) >= MOST:
                raise Busy("Too many deliveries wait.", "Send it again in a moment.")
            self._waiting.append((delivery, done))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deliveries", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return done

    def close(self) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            thread = self._thread
        if thread:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing)
                taken, self._waiting = self._waiting, []
            if not taken:
                return
            for _, done in taken:
                done.set_running_or_notify_cancel()  # from here on a request that is given up cannot cancel it
            try:
                self._receive([delivery for delivery, _ in taken])
            except Exception as error:
                log.error("deliveries are not kept", kind=type(error).__name__, count=len(taken))
                for _, done in taken:
                    if not done.cancelled():
                        done.set_exception(Busy("The delivery could not be kept.", "Send it again in a moment."))
            else:
                for _, done in taken:
                    if not done.cancelled():
                        done.set_result(None)
