"""The child process that reads files: answers one path at a time, within limits, and dies alone.

A file made to hurt (a bomb, a loop) takes this process down, not the import. Answers are JSON, not pickles:
whoever takes over this process through a file gets no further.
"""

from __future__ import annotations

import json
import os
import resource
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from engine.errors import BadFile
from indexer.documents.formats import read_text

GRACE_S = 10


def serve(connection: Connection, *, memory: int, seconds: float) -> None:
    """Paths in; [text, remark] or {"what": …, "fix": …} out, until the parent hangs up."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    while True:
        try:
            path = Path(os.fsdecode(connection.recv_bytes()))
        except EOFError:
            return
        signal.alarm(int(seconds) + GRACE_S)  # should the parent be gone: nobody else ends us then
        answer = json.dumps(_answer(path)).encode()
        signal.alarm(0)
        try:
            connection.send_bytes(answer)
        except OSError:
            return


def _answer(path: Path) -> list[str | None] | dict[str, str]:
    try:
        read = read_text(path)
        return [read.text, read.remark]
    except BadFile as error:
        return {"what": error.what, "fix": error.fix}
    except MemoryError:
        return {"what": f"{path.name} needs too much memory to read.", "fix": "Save it as a plain PDF."}
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return {"what": f"{path.name} cannot be opened ({reason}).", "fix": "Check that it is there and may be read."}
    except Exception as error:  # a reader's own fault must not end the import; the kind helps to report it
        what = f"{path.name} could not be read ({type(error).__name__})."
        return {"what": what, "fix": "Save it as PDF and import again."}


def main(handle: str, memory: str, seconds: str) -> None:
    os.putenv("OMP_THREAD_LIMIT", "1")  # tesseract's threads get in each other's way, and in that of the other child
    serve(Connection(int(handle)), memory=int(memory), seconds=float(seconds))
