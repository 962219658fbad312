"""Reads files through child processes: a pool of them, each with a time limit, replaced when one dies."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import TracebackType

from engine.errors import BadFile
from indexer.documents.child import serve

SECONDS = 120.0
"""For one file: a scan of fifteen pages takes most of it."""

_SPAWN = multiprocessing.get_context("spawn")


class DocumentReader:
    """Use as a context manager. Thread-safe."""

    def __init__(self, *, workers: int = 2, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._workers = workers
        self._local = threading.local()
        self._children: list[_Child] = []
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="read-file")

    def read(self, path: Path) -> str:
        """The file's text. Raises BadFile."""
        return self._threads.submit(self._read, path).result()

    def read_many(self, paths: Iterable[Path]) -> Iterator[tuple[Path, str | BadFile]]:
        """In the order given; a bad file is an answer, not an end."""
        yield from self._threads.map(self._try, paths)

    def _try(self, path: Path) -> tuple[Path, str | BadFile]:
        try:
            return path, self._read(path)
        except BadFile as error:
            return path, error

    def _read(self, path: Path) -> str:
        child: _Child | None = getattr(self._local, "child", None)
        if child is None:
            child = self._local.child = _Child()
            self._children.append(child)
        return child.read(path, self._seconds)

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)
        for child in self._children:
            child.stop()

    def __enter__(self) -> DocumentReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class _Child:
    """One child process, started when first needed and again after a death."""

    def __init__(self) -> None:
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    def read(self, path: Path, seconds: float) -> str:
        pipe = self._started()
        try:
            pipe.send(str(path))
            if not pipe.poll(seconds):
                self.stop()
                raise BadFile(f"{path.name} took longer than {seconds:g} seconds to read.", "Save it as a plain PDF.")
            answer = pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self.stop()
            raise BadFile(
                f"{path.name} brought the reader down.", "Open it, save it as PDF and import again."
            ) from None
        if answer[0] == "text":
            return str(answer[1])
        raise BadFile(answer[1], answer[2])

    def _started(self) -> Connection:
        if self._pipe is None:
            ours, theirs = _SPAWN.Pipe()
            self._process = _SPAWN.Process(target=serve, args=(theirs,), daemon=True)
            self._process.start()
            theirs.close()
            self._pipe = ours
        return self._pipe

    def stop(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._process is not None:
            self._process.join(timeout=0.5)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._process.close()
            self._process = None
