"""Was a backup restored? Then what it holds as owed may have been sent since, and is looked for before it is sent.

A small file beside the ledger says how far that had come. It is written after commits only, so it never claims more
than there was; a kill in between leaves it behind, which is no harm.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import structlog

from indexer.ledger import Mark, SyncStore

log = structlog.get_logger(__name__)


class RestoreWatch:
    """Of one connection. ``look`` at the start and now and then."""

    def __init__(self, store: SyncStore, path: Path) -> None:
        self._store, self._path = store, path
        self._mark = _read(path)

    def look(self) -> int | None:
        """How many things are owed that are unsure now; None: the ledger is what it was, and more."""
        doubted = None
        if self._mark is not None and self._store.is_behind(self._mark):
            with self._store.write() as tx:
                doubted = tx.doubt()
            log.warning("a backup was restored", connection=self._store.connection, looked_up_before_sent=doubted)
        if (mark := self._store.mark()) != self._mark:
            _write(self._path, mark)
            self._mark = mark
        return doubted


def _read(path: Path) -> Mark | None:
    """None: there is none, or none that can be read: then nothing is known."""
    with suppress(OSError, ValueError, TypeError, LookupError):
        said = json.loads(path.read_text("utf-8"))
        return Mark(int(said["event"]), str(said["at"]), str(said["done"]))
    return None


def _write(path: Path, mark: Mark) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(mark._asdict()), "utf-8")
    part.replace(path)
