"""HTML and odd values of the vendor -> plain text. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

_BLOCKS = frozenset("p div br li ul ol tr table h1 h2 h3 h4 h5 h6 blockquote pre section article hr".split())
_HIDDEN = frozenset(("script", "style", "head", "title", "template"))
_LOOKS_LIKE = re.compile(r"<[a-zA-Z/!][^<>]*>|&(#\d+|#x[0-9a-fA-F]+|\w+);")

MARK = re.compile(r"\s*\[hw:([0-9a-f]{12})\]\s*$")
"""At the end of a note that was written from here, by which it is found again; not shown here."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self.parts.append("\n• " if tag == "li" else "\n")
        elif tag in ("td", "th"):
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _HIDDEN))
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def plain(value: Any) -> str:
    """Text without markup, lines kept; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    if _LOOKS_LIKE.search(value):
        reader = _Reader()
        try:
            reader.feed(value)
            reader.close()
            value = "".join(reader.parts)
        except AssertionError:  # how the parser refuses an unknown <![…]
            value = re.sub(r"<[^<>]*>", " ", value)
    lines = (" ".join(line.split()) for line in value.replace("\x00", "").splitlines())
    return MARK.sub("", "\n".join(line for line in lines if line and line != "•"))


def one_line(value: Any) -> str | None:
    return " ".join(plain(value).split()) or None


def inside(value: Any) -> Any:
    """JSON that stands in a text (activities, assessments); the text itself where it is none."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def leaves(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """(path of names, value) of everything in a JSON value that is no object and no list."""
    if depth > 8:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, name, depth + 1)
    elif value is not None:
        yield name, value


def words(value: Any) -> str:
    """A field's value as a person reads it: yes and no, a list with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(found for item in value if (found := words(item)))
    if isinstance(value, int | float):
        return f"{value:g}" if abs(value) < 1e6 else str(value)
    return plain(value)
