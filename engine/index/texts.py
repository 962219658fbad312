"""Everyone's words in order, in memory: who says a phrase. For the embedded engine, whose own index of positions
takes ten times the memory and is made anew word by word at every start: half a minute at 100,000 people.

One long array of word numbers, each person's words one after another with a gap between. A phrase is found by going
through all of it, which is a few thousandths of a second for a million words. A person who changes is written at the
end; what they were before is passed over, and dropped when it is more than what counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from engine.index.rows import to_bitmap

_GAP = 0
"""The number of no word: a phrase never reaches from one person into the next."""
_NONE = -1


class Texts:
    """Words by row. ``entry_of[row]``: which stretch of ``words`` is the row's now, -1 for none."""

    def __init__(self) -> None:
        self.number_of: dict[str, int] = {}
        self.words: NDArray[np.uint32] = np.zeros(1024, dtype=np.uint32)
        self.used = 0
        self.starts: list[int] = []
        self.rows: list[int] = []
        """By entry: where it begins in ``words``, and whose it is."""
        self.entry_of: list[int] = []
        self.dead = 0
        """Words and gaps that are nobody's any more."""

    def put(self, row: int, words: str) -> None:
        """words: normalised, one space between. Replaces what the row said before."""
        self.drop(row)
        number_of = self.number_of
        found = [number_of.setdefault(word, len(number_of) + 1) for word in words.split()]
        if not found:
            return
        self._make_room(len(found) + 1)
        self.entry_of.extend([_NONE] * (row + 1 - len(self.entry_of)))
        self.entry_of[row] = len(self.starts)
        self.starts.append(self.used)
        self.rows.append(row)
        self.words[self.used : self.used + len(found)] = found
        self.used += len(found) + 1

    def drop(self, row: int) -> None:
        if row < len(self.entry_of) and (entry := self.entry_of[row]) != _NONE:
            end = self.starts[entry + 1] if entry + 1 < len(self.starts) else self.used
            self.dead += end - self.starts[entry]
            self.entry_of[row] = _NONE
            if self.dead > max(10_000, self.used // 2):
                self._drop_the_dead()

    def saying(self, phrase: str) -> BitMap:
        """Rows whose words hold the phrase's, adjacent and in order. No word: nobody."""
        asked = [self.number_of.get(word, _GAP) for word in phrase.split()]
        if not asked or _GAP in asked:
            return BitMap()
        here = self.words[: self.used]
        found = np.flatnonzero(here == asked[0])
        for further, number in enumerate(asked[1:], 1):
            found = found[found + further < self.used]
            found = found[here[found + further] == number]
        if not len(found):
            return BitMap()
        entries = np.unique(np.searchsorted(np.array(self.starts), found, side="right") - 1)
        rows = np.array(self.rows, dtype=np.int64)[entries]
        now = np.array(self.entry_of, dtype=np.int64)[rows] == entries
        return to_bitmap(rows[now])

    def _make_room(self, more: int) -> None:
        if self.used + more > len(self.words):
            # A quarter more at a time, not twice as much: this is the largest thing in memory.
            grown = np.zeros(int((self.used + more) * 1.25), dtype=np.uint32)
            grown[: self.used] = self.words[: self.used]
            self.words = grown

    def _drop_the_dead(self) -> None:
        kept: list[NDArray[np.uint32]] = []
        starts: list[int] = []
        rows: list[int] = []
        used = 0
        for entry, (start, row) in enumerate(zip(self.starts, self.rows, strict=True)):
            if self.entry_of[row] == entry:
                end = self.starts[entry + 1] if entry + 1 < len(self.starts) else self.used
                kept.append(self.words[start:end])
                self.entry_of[row] = len(starts)
                starts.append(used)
                rows.append(row)
                used += end - start
        self.words = np.concatenate([*kept, np.zeros(1024, dtype=np.uint32)])
        self.starts, self.rows, self.used, self.dead = starts, rows, used, 0
