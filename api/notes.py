"""Writes down what was searched, after the answer and beside the next question: many notes in one commit.

A commit waits for the disk, and writers go one by one. Noted in the requests themselves, eight recruiters hold up
whoever wants to write anything else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import structlog

from indexer.ledger import SearchNote

log = structlog.get_logger(__name__)

MOST = 500
"""Notes in memory. With more, who brings the next waits: nothing is thrown away."""


class Notes:
    """Thread-safe. ``close`` returns once all is written; what is added later is written too."""

    def __init__(self, write: Callable[[Sequence[SearchNote]], None]) -> None:
        self._write = write
        self._changed = threading.Condition()
        self._waiting: list[SearchNote] = []
        self._writing = False
        self._closing = False
        self._thread: threading.Thread | None = None

    def add(self, note: SearchNote) -> None:
        with self._changed:
            self._changed.wait_for(lambda: len(self._waiting) < MOST or self._closing)
            self._waiting.append(note)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="notes", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def settle(self) -> None:
        """Wait until what was added before is written."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting and not self._writing)

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
                    self._thread = None  # whoever adds after the end starts another
                    return
                self._writing = True
                self._changed.notify_all()
            try:
                self._write(taken)
            except Exception as error:  # a search was answered: its note must not end the ones after it
                log.error("searches are not noted", kind=type(error).__name__, count=len(taken))
            finally:
                with self._changed:
                    self._writing = False
                    self._changed.notify_all()
