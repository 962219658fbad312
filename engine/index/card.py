"""What evidence quotes of a person: how it is kept in a point, and read back no further than is asked for.

Twenty cards of twelve thousand letters are read for a page of hits. An engine takes a payload apart on the way, and a
text full of quotation marks takes it ten times as long, so they are written with marks that need no escape; and most
facts of a card are never looked at, so each is a line of its own that is read when its kind is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic_core import from_json

_QUOTE, _SLASH, _LINE = "\ue000", "\ue001", "\ue002"
"""Letters of the private use area, for a quotation mark, a backslash and the end of a line."""
_WHOLE = ("headline", "passages")
_OWN = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in (_QUOTE, _SLASH, _LINE)})


def write_card(card: Mapping[str, Any]) -> str:
    """``{headline, passages, facts}`` as one text: a line for the headline, one for the passages, one a fact."""
    lines = [_dumps(card.get("headline")), _dumps(card["passages"])]
    lines += [f"{fact['kind']} {_dumps(fact)}" for fact in card["facts"]]
    return _LINE.join(lines).replace("\\", _SLASH).replace('"', _QUOTE)


def _dumps(value: Any) -> str:
    # The marks themselves, where a CV holds them, are written as JSON escapes: what is read is what was said.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_OWN)


class CardBody(Mapping[str, Any]):
    """The card as written. A mapping of ``headline``, ``passages`` and ``facts``."""

    def __init__(self, text: str) -> None:
        self._lines = text.split(_LINE)
        self._kinds: dict[str, list[str]] | None = None

    def of_kind(self, kind: str, values: Collection[str] | None = None) -> list[dict[str, Any]]:
        """The facts of one kind, in the order of the card; with ``values`` only those that have one of them."""
        if self._kinds is None:  # asked once a criterion
            self._kinds = {}
            for line in self._lines[2:]:
                own, _, fact = line.partition(" ")
                self._kinds.setdefault(own, []).append(fact)
        lines = self._kinds.get(kind, [])
        if values is None:
            return [_loads(line) for line in lines]
        marked = [f"{_QUOTE}{value}{_QUOTE}" for value in values]  # a value is plain words or an id: nothing to escape
        found = [_loads(line) for line in lines if any(mark in line for mark in marked)]
        return [fact for fact in found if not set(values).isdisjoint(fact["values"])]

    def __getitem__(self, name: str) -> Any:
        if name == "facts":
            return [_loads(line.partition(" ")[2]) for line in self._lines[2:]]
        if name in _WHOLE:
            return _loads(self._lines[_WHOLE.index(name)])
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter((*_WHOLE, "facts"))

    def __len__(self) -> int:
        return 3


def _loads(line: str) -> Any:
    return from_json(line.replace(_QUOTE, '"').replace(_SLASH, "\\"))


def facts_of(card: Mapping[str, Any], kind: str | None, values: Collection[str] | None = None) -> list[dict[str, Any]]:
    """``CardBody.of_kind`` of any card."""
    if kind is None:
        return []
    if isinstance(card, CardBody):
        return card.of_kind(kind, values)
    facts = [fact for fact in card["facts"] if fact["kind"] == kind]
    return facts if values is None else [fact for fact in facts if not set(values).isdisjoint(fact["values"])]


@dataclass(frozen=True, slots=True)
class Card:
    """What evidence quotes of a person, and the vectors of their passages: (n, dim), as near as 8 bits a number are.

    The vectors tell the nearest passage; scores come from the engine's own.
    """

    body: CardBody
    passages: NDArray[np.float32]
