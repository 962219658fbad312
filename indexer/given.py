"""Files that were given here for somebody in an ATS, kept until the vendor has fetched them. Knows no vendor, no HTTP.

A vendor takes a file by an address it can fetch, so between "accepted" and "fetched" it has to lie somewhere. It is
named by an address of our own; who serves it makes a link of that, anew for each try.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote
from uuid import uuid4

from engine.errors import NotFound

SCHEME = "headwater-file:"
_ADDRESS = re.compile(rf"{SCHEME}([0-9a-f]{{32}})/([^/?#\s]{{1,1900}})")
PIECE = 1 << 16
YOUNG_S = 3_600.0
"""Not taken for left over: its action may be accepted this very moment, or the vendor may still fetch it."""


class GivenFiles:
    """Of one workspace, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: BinaryIO, filename: str) -> str:
        """The file's address: the same for the same file under the same name, so that asking twice is asking once."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self._folder / f"{uuid4().hex}.part"
        digest = hashlib.sha256(filename.encode("utf-8", "surrogatepass") + b"\0")
        try:
            with part.open("xb") as into:
                part.chmod(0o600)
                while piece := data.read(PIECE):
                    digest.update(piece)
                    into.write(piece)
            file_id = digest.hexdigest()[:32]
            part.replace(self._folder / file_id)
        finally:
            part.unlink(missing_ok=True)
        return f"{SCHEME}{file_id}/{quote(filename, safe='')}"

    def path(self, file_id: str) -> Path:
        """Raises NotFound: not kept, or not any more."""
        path = self._folder / file_id
        if not re.fullmatch("[0-9a-f]{32}", file_id) or not path.is_file():
            raise NotFound("There is no such file.", "It is kept until the ATS has it.")
        return path

    def forget_all_but(self, addresses: Collection[str]) -> int:
        """Whatever else is older than an hour. Returns how many went."""
        kept, gone = {parts(address)[0] for address in addresses}, 0
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            with suppress(FileNotFoundError):
                if path.stem not in kept and time.time() - path.stat().st_mtime > YOUNG_S:
                    path.unlink()
                    gone += 1
        return gone


def is_given(url: str) -> bool:
    return url.startswith(SCHEME)


def parts(address: str) -> tuple[str, str]:
    """(id, file name). Raises NotFound: it is no such address."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise NotFound("There is no such file.", "It is kept until the ATS has it.")
    return found.group(1), unquote(found.group(2))
