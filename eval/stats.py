"""Is a difference more than luck? Paired randomisation, bootstrap interval, Holm. Pure functions over arrays.

The three were picked before any result was looked at (`docs/decisions/0006-comparison.md`): the randomisation test asks
nothing of how scores are spread, the interval says how large the difference may be, Holm pays for many looks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

TIMES = 100_000
RESAMPLES = 10_000
CHUNK = 2_000
ROUNDING = 1e-12
"""Sums of the same numbers in another order may differ by so much."""


def randomisation(differences: Sequence[float], *, seed: int = 2026, times: int = TIMES) -> float:
    """Two-sided p of the paired randomisation (Fisher) test: how often random signs give a mean as far from 0.

    Never 0: what was seen counts as one of the draws. 1 where there is no difference at all. Up to 16 differences that
    are not 0, every assignment of signs is looked at instead of random ones.
    """
    there = np.array([d for d in differences if d != 0.0], dtype=np.float64)
    if not len(there):
        return 1.0
    seen = abs(float(there.sum())) - ROUNDING * len(there)
    if len(there) <= 16:
        signs = 1.0 - 2.0 * ((np.arange(2 ** len(there))[:, None] >> np.arange(len(there))) & 1)
        return float(np.mean(np.abs(signs @ there) >= seen))
    rng, beyond, left = np.random.default_rng(seed), 0, times
    while left:
        some = min(CHUNK, left)
        signs = 1.0 - 2.0 * rng.integers(0, 2, size=(some, len(there)), dtype=np.int8)
        beyond += int(np.count_nonzero(np.abs(signs @ there) >= seen))
        left -= some
    return (1 + beyond) / (1 + times)


def interval(
    differences: Sequence[float], *, seed: int = 2026, resamples: int = RESAMPLES, level: float = 0.95
) -> tuple[float, float]:
    """Bootstrap percentile interval of the mean, queries drawn with replacement. NaN of fewer than two."""
    values = np.asarray(differences, dtype=np.float64)
    if len(values) < 2:
        return math.nan, math.nan
    rng = np.random.default_rng(seed)
    means: list[NDArray[np.float64]] = []
    for start in range(0, resamples, CHUNK):
        some = min(CHUNK, resamples - start)
        means.append(values[rng.integers(0, len(values), size=(some, len(values)))].mean(axis=1))
    low, high = np.quantile(np.concatenate(means), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted so that the chance of any false alarm among all of them stays that of one (Holm 1979)."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def effect_size(differences: Sequence[float]) -> float:
    """Mean difference in standard deviations of the differences (Cohen's d of pairs); 0 where nothing differs."""
    values = np.asarray(differences, dtype=np.float64)
    if len(values) < 2 or not np.any(values):
        return 0.0
    spread = float(values.std(ddof=1))
    return float(values.mean()) / spread if spread > ROUNDING else math.copysign(math.inf, float(values.mean()))
