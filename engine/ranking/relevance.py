"""Leg scores -> relevance in 0..1, part by part. Pure functions over arrays.

A convex combination of squashed scores (Bruch, Gai & Ingber 2023): BM25 by s / (s + c), since its scale moves
with the question's length; cosine clipped to 0..1. The parts add up to the relevance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from engine.index.columns import Columns
from engine.index.rows import among, to_bitmap
from engine.ranking.verdicts import Judged
from engine.records import Number, Record

HALF = {"title": 6.0, "skills": 8.0, "text": 12.0, "history": 8.0}
"""The BM25 score that counts as one half: about the median of a top-ten score in its field."""


class Weights(Record):
    """How much each leg counts. Any positive numbers: they are scaled to sum to one."""

    profile: Number = Field(default=0.22, ge=0)
    passages: Number = Field(default=0.23, ge=0)
    title: Number = Field(default=0.18, ge=0)
    skills: Number = Field(default=0.09, ge=0)
    text: Number = Field(default=0.13, ge=0)
    history: Number = Field(default=0.05, ge=0)
    current: Number = Field(default=0.10, ge=0)
    """No leg: that the title asked for is the person's newest, not one of long ago."""

    def scaled(self) -> dict[str, float]:
        raw = self.model_dump()
        total = sum(raw.values()) or 1.0
        return {name: value / total for name, value in raw.items()}

    def parts(self, squashed: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
        scaled = self.scaled()
        return {name: scaled[name] * values for name, values in squashed.items()}


SIGNALS = tuple(Weights.model_fields)


class Relevance(Protocol):
    """How signals become relevance: fixed weights, or what was learned (learned.py)."""

    def parts(self, squashed: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
        """signal -> (n,) in 0..1  ->  signal -> (n,) its part, none below 0, together at most 1."""
        ...


def squash(leg: str, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Monotone, into 0..1. A score of 0 (not found by the leg) stays 0."""
    if leg in HALF:
        positive = np.maximum(scores, 0.0)
        return np.asarray(positive / (positive + HALF[leg]))
    return np.clip(scores, 0.0, 1.0)


def relevance_parts(scores: dict[str, NDArray[np.float64]], weights: Relevance) -> dict[str, NDArray[np.float64]]:
    """leg -> raw scores (n,)  ->  leg -> weighted part (n,)."""
    return weights.parts({leg: squash(leg, found) for leg, found in scores.items()})


def current(rows: NDArray[np.uint32], judged: Sequence[Judged], columns: Columns) -> dict[str, NDArray[np.float64]]:
    """``{"current": (n,)}``: the share of the titles asked for that are a row's newest. Empty when none is asked."""
    asked = [j.criterion for j in judged if j.criterion.kind == "title" and j.criterion.weight != "not"]
    if not asked:
        return {}
    here = to_bitmap(rows)
    held = [columns.any_of("titles_now", (*c.values, *c.expanded)) & here for c in asked]
    return {"current": np.mean([among(rows, those) for those in held], axis=0)}
