"""Files of people: downloaded at once while their links live, read in a child process, kept as text.

A file whose fingerprint is the one held is not asked for again. No link is stored.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import mkdtemp

from engine.errors import BadFile
from indexer.connectors.connector import File
from indexer.connectors.errors import LinkExpired, TooLarge, TryLater, VendorError
from indexer.documents import ReadText
from indexer.sync.work import ATTEMPTS, Work

NAME = "The file"
"""What a file is called while it is read: errors name it, and its own name may be a person's."""


def take_files(work: Work, files: Sequence[File], priority: int) -> bool:
    """Download and read them; what fails is noted, each by itself. Returns whether any text is new."""
    if not files:
        return False
    work.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(mkdtemp(dir=work.folder))
    try:
        paths = [folder / NAME, *(folder / str(number) / NAME for number in range(1, len(files)))]
        if work.parallel > 1:
            with ThreadPoolExecutor(work.parallel, thread_name_prefix="download") as pool:
                errors = list(pool.map(lambda given: _download(work, *given), zip(files, paths, strict=True)))
        else:
            errors = [_download(work, file, path) for file, path in zip(files, paths, strict=True)]
        here = [path for path, error in zip(paths, errors, strict=True) if error is None]
        texts = dict(zip(here, work.documents(here), strict=True)) if here else {}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _note(
        work,
        list(zip(files, [error or texts[p] for p, error in zip(paths, errors, strict=True)], strict=True)),
        priority,
    )


def _download(work: Work, file: File, path: Path) -> VendorError | None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        with path.open("wb") as into:
            work.connector.download(
                work.http, file, lambda piece: _written(into.write(piece)), max_bytes=work.max_file_bytes
            )
    except VendorError as error:
        path.unlink(missing_ok=True)
        return error
    return None


def _written(_count: int) -> None:
    """A file's ``write`` tells how much; the connector does not ask."""


def _note(work: Work, done: Sequence[tuple[File, ReadText | BadFile | VendorError]], priority: int) -> bool:
    kinds = {root: kind for kind, root in work.connector.roots.items()}
    person = kinds["person"]
    held = {
        (row.owner, row.id): row
        for rows in work.store.files(sorted({f.owner for f, _ in done})).values()
        for row in rows
    }
    with work.store.write() as tx:
        for file, found in done:
            own = (file.owner, file.id, file.fingerprint)
            place = place_of(file.owner, file.id)
            before = held.get((file.owner, file.id))
            attempts = before.attempts if before else 0
            if isinstance(found, ReadText):
                tx.file_read(*own, found.text.replace("\x00", ""))
                tx.unpark([place])
            elif isinstance(found, LinkExpired | TryLater) and attempts + 1 < ATTEMPTS:
                tx.file_failed(*own)
                due = work.now() if isinstance(found, LinkExpired) and not attempts else work.wait(attempts, found)
                tx.want(person, file.owner, priority, due_at=due, expect={"files": True})
            else:
                tx.file_parked(*own)
                tx.park(place, found.what, found.fix or _advice(found))
        for owner in sorted({file.owner for file, _ in done}):
            tx.files_done(person, owner)
    return any(isinstance(found, ReadText) for _, found in done)


def place_of(owner: str, file_id: str) -> str:
    return f"file/{owner}/{file_id}"


def _advice(error: Exception) -> str:
    if isinstance(error, TooLarge):
        return "Replace it in the ATS by a smaller one."
    return "Look at it in the ATS, then `headwater sync replay`."
