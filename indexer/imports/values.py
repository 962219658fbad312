"""What reading a source gives, piece by piece, and what a whole import came to. Values only."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from engine.records import Job, SourceRecord


@dataclass(frozen=True, slots=True)
class FileRef:
    """A document of a record whose text is still in a file."""

    document_id: str
    path: Path


@dataclass(frozen=True, slots=True)
class Found:
    """One person of the source. ``place`` names file and row; ``raw`` is what stood there."""

    place: str
    record: SourceRecord
    raw: str
    files: tuple[FileRef, ...] = ()
    bare: bool = False
    """Nothing but its document is known: without the text there is nobody."""


@dataclass(frozen=True, slots=True)
class FoundJob:
    place: str
    job: Job
    derived: bool = False
    """Only known from applications: no word against a job that is already there."""


@dataclass(frozen=True, slots=True)
class Bad:
    """One row or file, or a part of it, that cannot be used; the rest goes on."""

    place: str
    what: str
    fix: str


Piece = Found | FoundJob | Bad


@dataclass
class ImportResult:
    """People by what became of them; ``parked`` names what could not be used."""

    connection: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    jobs: int = 0
    parked: list[Bad] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    """Fields nobody knows -> records that had them."""
    notes: list[str] = field(default_factory=list)
    """What was left out of something that is otherwise in."""

    @property
    def remarks(self) -> list[str]:
        known = sorted(self.ignored.items(), key=lambda item: (-item[1], item[0]))
        return [f"The field {name!r} is not one we know; records that had it: {n}." for name, n in known] + self.notes

    @property
    def people(self) -> int:
        return self.created + self.changed + self.unchanged


def name_of(path: Path) -> str:
    """A path as text that can be stored: a file's name may hold bytes that are no letters."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
