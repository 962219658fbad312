"""The indexes that stand side by side, one for each stamp, and which of them answers.

Another encoder, recipe or lexicon is another index. It is built beside the one that answers; once it is whole it
becomes the current one in one step, and the others go. Knows nothing of how an index is filled.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.index.engine import Index
from engine.index.schema import IndexStamp


@dataclass(frozen=True)
class Standing:
    """One index on the shelf."""

    name: str
    stamp: IndexStamp | None
    """None: it cannot be read."""


class Shelf(Protocol):
    def current(self) -> Standing | None:
        """The index that was whole last and answers since; None before there was one."""
        ...

    def standing(self) -> list[Standing]:
        """All there are, whole or not."""
        ...

    def open(self, stamp: IndexStamp) -> Index:
        """The index of that stamp, made when absent. Raises Busy, NeedsOperator."""
        ...

    def choose(self, stamp: IndexStamp) -> None:
        """The index of that stamp is whole: it is the current one from now on. One step, killed or not."""
        ...

    def drop(self, stamp: IndexStamp) -> None:
        """Remove it, if it is there. It must be closed."""
        ...

    def drop_others(self, stamp: IndexStamp) -> int:
        """Remove all but that one. They must be closed. Returns how many went."""
        ...

    def close(self) -> None: ...


class FolderShelf:
    """Embedded indexes: a folder for each stamp, and a file ``current`` with the name of one of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pointer = folder / "current"

    def current(self) -> Standing | None:
        try:
            name = self._pointer.read_text("utf-8").strip()
        except FileNotFoundError:
            return None
        return next((found for found in self.standing() if found.name == name), None)

    def standing(self) -> list[Standing]:
        found = []
        for folder in self._folders():
            try:
                stamp = IndexStamp.from_json((folder / "stamp.json").read_text("utf-8"))
            except (OSError, UnicodeDecodeError):
                stamp = None
            found.append(Standing(folder.name, stamp))
        return found

    def open(self, stamp: IndexStamp) -> Index:
        from engine.index.edge import EdgeIndex

        folder = self._folder / stamp.name
        if folder.is_dir() and not (folder / "stamp.json").exists():
            shutil.rmtree(folder)  # killed while it was made: the stamp is written last
        return EdgeIndex(folder, stamp)

    def choose(self, stamp: IndexStamp) -> None:
        scratch = self._pointer.with_suffix(".new")
        scratch.write_text(stamp.name, "utf-8")
        scratch.replace(self._pointer)

    def drop(self, stamp: IndexStamp) -> None:
        self._remove(self._folder / stamp.name)

    def drop_others(self, stamp: IndexStamp) -> int:
        for leftover in self._folder.glob(".dropped-*"):  # killed while it was removed
            shutil.rmtree(leftover, ignore_errors=True)
        others = [folder for folder in self._folders() if folder.name != stamp.name]
        for folder in others:
            self._remove(folder)
        return len(others)

    def close(self) -> None: ...

    def _folders(self) -> Iterator[Path]:
        if self._folder.is_dir():
            yield from sorted(p for p in self._folder.iterdir() if p.is_dir() and not p.name.startswith("."))

    def _remove(self, folder: Path) -> None:
        """Gone at once, whole: half an index is never found."""
        if folder.is_dir():
            grave = Path(tempfile.mkdtemp(prefix=".dropped-", dir=self._folder))
            folder.rename(grave / folder.name)
            shutil.rmtree(grave, ignore_errors=True)
