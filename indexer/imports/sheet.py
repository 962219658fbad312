"""The rows of a CSV file as spreadsheets count them, whatever is broken in between. Knows no field."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from engine.errors import BadFile
from indexer.documents.formats import decode
from indexer.imports.values import name_of

MOST_BYTES = 500_000_000
MOST_LINES = 2_000
"""In one cell: what is longer began with a quote that is never closed."""
csv.field_size_limit(10_000_000)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's heads and the lines below them."""

    name: str
    heads: list[str]
    separator: str
    lines: list[str] = field(repr=False)
    first: int
    """Where the rows begin, in ``lines``."""
    above: int
    """Rows down to the heads."""

    def rows(self) -> Iterator[tuple[int, list[str] | str]]:
        """(row number, cells; or, of a broken row, why). The heads are row 1; blank rows count and are left out."""
        at, number = self.first, self.above
        width = len(self.heads)
        while at < len(self.lines):
            number += 1
            cells, used = _row(self.lines, at, self.separator)
            if cells is not None:
                while len(cells) > width and not cells[-1].strip():
                    cells.pop()
            if cells is not None and (len(cells) == width or not any(cell.strip() for cell in cells)):
                at += used
                if len(cells) == width and any(cell.strip() for cell in cells):
                    yield number, cells
                continue
            if cells is None or used > 1:  # the quote that swallowed lines is the first one's fault alone
                used = 1
                yield number, "A quote in the row is not closed."
            else:
                yield number, f"The row has {len(cells)} cells, the head has {width}."
            at += used


def read_sheet(path: Path) -> Sheet:
    """Raises BadFile."""
    name = name_of(Path(path.name))
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise BadFile(
            f"{name} cannot be opened ({error.strerror}).", "Check that it is there and may be read."
        ) from None
    if size > MOST_BYTES:
        raise BadFile(f"{name} has {size // 1_000_000} MB, more than {MOST_BYTES // 1_000_000}.", "Split it.")
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise BadFile(f"{name} is an Excel file, not CSV.", "Open it and save it as CSV UTF-8.")
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", decode(data, name))
    at = above = 0
    separator = ""
    while at < len(lines) and not separator:
        if match := re.fullmatch(r"sep=(.)\s*", lines[at], re.IGNORECASE):  # Excel's own note to itself
            separator = match.group(1)
            at, above = at + 1, above + 1
        elif lines[at].strip():
            separator = _separator(lines[at])
        else:
            at, above = at + 1, above + 1
    cells, used = _row(lines, at, separator or ",") if at < len(lines) else ([], 0)
    heads = [" ".join(cell.split()) for cell in cells or []]
    while heads and not heads[-1]:
        heads.pop()
    if not heads:
        raise BadFile(f"{name} has no heads in its first row.", "Write the columns' names there.")
    return Sheet(name, heads, separator, lines, at + used, above + 1)


def _separator(line: str) -> str:
    """The one that stands most often outside quotes."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(",;\t|", key=bare.count)


def _row(lines: list[str], at: int, separator: str) -> tuple[list[str] | None, int]:
    """(cells or None, how many lines they took). A quote inside a cell is forgiven, one that never ends is not."""
    for strict in (True, False):
        reader = csv.reader(islice(lines, at, at + MOST_LINES), delimiter=separator, strict=strict)
        try:
            return next(reader), reader.line_num
        except StopIteration:
            return [], 1
        except csv.Error as error:
            if "unexpected end" in str(error) or "limit" in str(error):
                return None, 1
    return None, 1
