"""Leg scores -> relevance in 0..1, part by part. Pure functions over arrays.

A convex combination of squashed scores (Bruch, Gai & Ingber 2023): BM25 by s / (s + c), since its scale moves
with the question's length; cosine clipped to 0..1. The parts add up to the relevance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from engine.records import Number, Record

HALF = {"title": 6.0, "skills": 8.0, "text": 12.0, "history": 8.0}
"""The BM25 score that counts as one half: about the median of a top-ten score in its field."""


class Weights(Record):
    """How much each leg counts. Any positive numbers: they are scaled to sum to one."""

    profile: Number = Field(default=0.25, ge=0)
    passages: Number = Field(default=0.25, ge=0)
    title: Number = Field(default=0.20, ge=0)
    skills: Number = Field(default=0.10, ge=0)
    text: Number = Field(default=0.15, ge=0)
    history: Number = Field(default=0.05, ge=0)

    def scaled(self) -> dict[str, float]:
        raw = self.model_dump()
        total = sum(raw.values()) or 1.0
        return {name: value / total for name, value in raw.items()}


def squash(leg: str, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Monotone, into 0..1. A score of 0 (not found by the leg) stays 0."""
    if leg in HALF:
        positive = np.maximum(scores, 0.0)
        return np.asarray(positive / (positive + HALF[leg]))
    return np.clip(scores, 0.0, 1.0)


def relevance_parts(scores: dict[str, NDArray[np.float64]], weights: Weights) -> dict[str, NDArray[np.float64]]:
    """leg -> raw scores (n,)  ->  leg -> weighted part (n,), in 0..weight."""
    scaled = weights.scaled()
    return {leg: scaled[leg] * squash(leg, found) for leg, found in scores.items()}
