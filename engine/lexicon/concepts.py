"""What the lexicon holds: a concept with its names, and a mention of one in a text. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ConceptKind = Literal["title", "skill", "place", "country", "language"]


@dataclass(frozen=True, slots=True)
class Concept:
    """``id`` is stable: ``title:nurse``, ``skill:c-plus-plus``, ``lang:sv``, ``country:SE``, ``place:2711537``."""

    id: str
    kind: ConceptKind
    label: str
    aliases: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    """All broader concepts, nearest first: a search for any of them finds this one too."""
    latitude: float | None = None
    longitude: float | None = None
    country: str | None = None
    population: int = 0


@dataclass(frozen=True, slots=True)
class Mention:
    """``text[start:end]`` names ``concept``."""

    start: int
    end: int
    concept: Concept
