"""Reads files through child processes: a pool of them, each with limits, replaced when one dies.

A child is a bare interpreter, not a ``multiprocessing`` one: that would load the whole command line into it again.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

from engine.errors import BadFile
from indexer.documents.values import MEMORY, SECONDS, ReadText

_START = """
import sys
sys.path[:] = sys.argv[4:]
from indexer.documents.child import main
main(*sys.argv[1:4])
"""
WORKERS = min(4, os.cpu_count() or 2)


class DocumentReader:
    """Use as a context manager. Thread-safe. memory: bytes of address space for each child."""

    def __init__(self, *, workers: int = WORKERS, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds, self._memory = seconds, memory
        self._local = threading.local()
        self._children: list[_Child] = []
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="read-file")

    def read(self, path: Path) -> ReadText:
        """Raises BadFile."""
        return self._threads.submit(self._read, path).result()

    def read_many(self, paths: Iterable[Path]) -> Iterator[tuple[Path, ReadText | BadFile]]:
        """In the order given; a bad file is an answer, not an end."""
        yield from self._threads.map(self._try, paths)

    def _try(self, path: Path) -> tuple[Path, ReadText | BadFile]:
        try:
            return path, self._read(path)
        except BadFile as error:
            return path, error

    def _read(self, path: Path) -> ReadText:
        child: _Child | None = getattr(self._local, "child", None)
        if child is None:
            child = self._local.child = _Child(self._seconds, self._memory)
            self._children.append(child)
        return child.read(path)

    def close(self) -> None:
        """At once: a file being read is given up."""
        for child in self._children:
            child.kill()
        self._threads.shutdown(cancel_futures=True)
        for child in self._children:
            child.stop()

    def __enter__(self) -> DocumentReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class _Child:
    """One child process with all it starts, begun when first needed and again after a death."""

    def __init__(self, seconds: float, memory: int) -> None:
        self._seconds, self._memory = seconds, memory
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._closing = False

    def read(self, path: Path) -> ReadText:
        try:
            pipe = self._asked(path)
            if not pipe.poll(self._seconds):
                raise BadFile(
                    f"{path.name} took longer than {self._seconds:g} seconds to read.", "Save it as a plain PDF."
                )
            answer = json.loads(pipe.recv_bytes())
        except (OSError, EOFError):
            self.stop()
            raise BadFile(f"{path.name} brought the reader down.", "Save it as a plain PDF and import again.") from None
        except BadFile:
            self.stop()
            raise
        if isinstance(answer, list):
            return ReadText(str(answer[0]), answer[1])
        raise BadFile(answer["what"], answer["fix"])

    def _asked(self, path: Path) -> Connection:
        """A child that was found dead says nothing about this file: then another is asked."""
        given = os.fsencode(path.absolute())
        for _ in range(2):
            pipe = self._started()
            with suppress(BrokenPipeError, ConnectionResetError):
                pipe.send_bytes(given)
                return pipe
            self.stop()
        raise EOFError

    def _started(self) -> Connection:
        if self._closing:
            raise EOFError
        if self._pipe is None:
            ours, theirs = Pipe()
            handle = theirs.fileno()
            given = [handle, self._memory, self._seconds, *(entry or Path.cwd() for entry in sys.path)]
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", "-c", _START, *map(str, given)],
                pass_fds=[handle], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is ours to handle, and one signal ends it with all it started
            )  # fmt: skip
            theirs.close()
            self._pipe = ours
        return self._pipe

    def kill(self) -> None:
        """From any thread."""
        self._closing = True
        self._end()

    def _end(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """From the thread that reads, or when there is none."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._process is not None:
            self._end()  # before wait(): until then the number is nobody else's
            self._process.wait()
            self._process = None
