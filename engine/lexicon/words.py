"""Text -> the words a lexicon key is made of, with their places; and the forms a name takes in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.text import fold

# A dot before "net" and a plus or hash behind a letter belong to the word: .NET, C++, C#, F#.
TOKEN = re.compile(r"(?<![\w.])\.net\b|[^\W_]+(?:\+\+|#)?", re.I)
_GAP = re.compile(r"[ \t\-./&'’‑–]{0,3}")


def tokenise(text: str) -> list[tuple[str, int, int]]:
    """(folded word, start, end) in order."""
    return [(fold(m.group()), m.start(), m.end()) for m in TOKEN.finditer(text)]


def key_of(name: str) -> str:
    """The dictionary key of a name: its folded words, one space between."""
    return " ".join(fold(m.group()) for m in TOKEN.finditer(name))


def joined(text: str, end: int, start: int) -> bool:
    """True when what lies between two words lets them be one name: blanks, hyphen, slash; no line or list break."""
    return _GAP.fullmatch(text, end, start) is not None


def title_forms(name: str) -> Iterator[str]:
    """A title's key and its plural and definite forms in English and Swedish."""
    key = key_of(name)
    yield key
    stem, _, last = key.rpartition(" ")
    head = f"{stem} " if stem else ""
    if len(last) < 4:
        return
    for form in _endings(last):
        yield head + form


def _endings(word: str) -> Iterator[str]:
    if word.endswith("man"):
        yield word[:-3] + "men"
    if word.endswith("y"):
        yield word[:-1] + "ies"
    if word.endswith("a"):  # sjuksköterska -> sjuksköterskor, sjuksköterskan
        yield from (word[:-1] + "or", word + "n", word[:-1] + "orna")
    elif word.endswith("are"):  # lärare -> läraren, lärarna
        yield from (word + "n", word[:-1] + "na", word + "s")
    elif word.endswith("e"):
        yield from (word + "s", word + "n", word[:-1] + "ar", word[:-1] + "arna")
    else:
        yield from (word + "s", word + "er", word + "ar", word + "en", word + "erna", word + "arna", word + "es")
