"""Who has the data directory open: one process, and where it can be reached. Knows nothing of what is in it."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from engine.errors import Busy

NAME = "headwater.lock"


@dataclass(frozen=True)
class Holder:
    pid: int
    url: str | None
    """Where its API answers; None for a command that only works on the data."""


def holder(data_dir: Path) -> Holder | None:
    """The process that holds the lock now, or None. A lock left by a killed process does not count."""
    path = data_dir / NAME
    try:
        with path.open("r+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return _read(file.read())
    except FileNotFoundError:
        pass
    return None


def _read(text: str) -> Holder:
    try:
        found = json.loads(text)
        return Holder(pid=int(found["pid"]), url=found["url"])
    except (ValueError, KeyError, TypeError):
        return Holder(pid=0, url=None)


class DataLock:
    """Held while the ``with`` block runs; freed by the system if the process dies. Raises Busy at once."""

    def __init__(self, data_dir: Path, url: str | None = None) -> None:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = data_dir / NAME
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            found = _read(self._path.read_text("utf-8"))
            os.close(self._descriptor)
            raise Busy(
                f"Process {found.pid} has the data directory open.",
                f"Use its API at {found.url}, or stop it first." if found.url else "Wait until it is done.",
            ) from None
        self.announce(url)

    def announce(self, url: str | None) -> None:
        """Say where the API answers, once it does."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps({"pid": os.getpid(), "url": url}).encode(), 0)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> DataLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
