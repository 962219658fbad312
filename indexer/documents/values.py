"""What reading one file gives, and the limits it is read within. Values only."""

from __future__ import annotations

from dataclasses import dataclass

MOST_BYTES = 50 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_PAGES = 100
"""Pages read of a longer PDF: a CV is over by then."""
MOST_LETTERS = 1_000_000
SCAN_PAGES = 15
"""Pages of pictures read of one PDF."""
SCAN_S = 90.0
"""After this no further page of pictures is begun, so that what was read is not lost to the reader's limit."""
SECONDS = 120.0
"""For one file, whatever it is."""
MEMORY = 3 * 1024**3
"""Address space of the child process, in bytes."""


@dataclass(frozen=True, slots=True)
class ReadText:
    """The text of a file. ``remark``: what of it was left out, if anything."""

    text: str
    remark: str | None = None
