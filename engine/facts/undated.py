"""Heads of jobs in a work section none of whose jobs has a date: lines such as "Controller, Talludden AB".

Only a line that is nothing but a title the lexicon knows, or begins with one and goes on with a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.facts.heads import Head, Piece
from engine.facts.sections import Section
from engine.lexicon import Lexicon

_LINE = re.compile(r"^[ \t•*·-]{0,20}(?P<said>[^\n]{3,80}?)[ \t]{0,20}$", re.M)
_JOINED = re.compile(r"\s*(?:[,|/–—@]|\s-\s|(?<=\s)(?:at|hos|på|vid)(?=\s))\s*")
_MOST_WORDS = 6
"""Of an employer's name; of more, it is a sentence."""


def undated_heads(text: str, section: Section, lexicon: Lexicon) -> Iterator[tuple[int, Head]]:
    """(where the line ends, head), in order."""
    for match in _LINE.finditer(text, section.start, section.end):
        said, at = match["said"], match.start("said")
        named = next(
            (m for m in lexicon.find(said, ("title",), listed=True) if m.start == 0 or _rank(said[: m.start])), None
        )
        if named is None or said[-1] in ".!?:;":
            continue
        title = Piece(at, at + named.end, said[: named.end])
        if named.end == len(said):
            yield match.end(), Head(at, title, weight=3.0)
            continue
        joined = _JOINED.match(said, named.end)
        name = said[joined.end() :] if joined else ""
        if joined and _is_name(name):
            yield match.end(), Head(at, title, Piece(at + joined.end(), at + len(said), name), weight=3.0)


def _rank(before: str) -> bool:
    """What may stand before a title in one line with it: "Senior", "Junior"."""
    return re.fullmatch(r"(?:senior|junior|lead|sr\.?|jr\.?)\s+", before, re.I) is not None


def _is_name(words: str) -> bool:
    return bool(words) and (words[0].isupper() or words[0].isdigit()) and len(words.split()) <= _MOST_WORDS
