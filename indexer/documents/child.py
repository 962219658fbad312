"""The child process that reads files: answers one path at a time, within limits, and dies alone.

A file made to hurt (a bomb, a loop) takes this process down, not the import.
"""

from __future__ import annotations

import resource
from multiprocessing.connection import Connection
from pathlib import Path

from engine.errors import BadFile
from indexer.documents.formats import read_text

MEMORY = 3 * 1024**3


def serve(connection: Connection, *, memory: int = MEMORY) -> None:
    """Paths in, ("text", text) or ("bad", what, fix) out, until the parent hangs up."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    while True:
        try:
            path = connection.recv()
        except (EOFError, KeyboardInterrupt):
            return
        connection.send(_answer(Path(path)))


def _answer(path: Path) -> tuple[str, ...]:
    try:
        return ("text", read_text(path))
    except BadFile as error:
        return ("bad", error.what, error.fix)
    except MemoryError:
        return ("bad", f"{path.name} needs too much memory to read.", "Save it as a plain PDF.")
    except OSError as error:
        return ("bad", f"{path.name} cannot be opened ({error.strerror}).", "Check that the file may be read.")
    except Exception as error:  # a reader's own fault must not end the import; the kind helps to report it
        return ("bad", f"{path.name} could not be read ({type(error).__name__}).", "Save it as PDF and import again.")
