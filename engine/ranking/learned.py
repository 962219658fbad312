"""Relevance as it was learned from judgements: other weights, or LightGBM's trees. Nothing is loaded unless asked for.

The trees may only rise with each signal. So what they say lies between what they say of nobody (no signal at all) and
of the ideal person (all of them), and is scaled to 0..1. A signal's part is what the whole rises by when it is put in
after those before it in ``SIGNALS``: none is below 0, and together they are the relevance, as with weights.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from engine.errors import NeedsOperator
from engine.extras import extra
from engine.ranking.relevance import SIGNALS, Relevance, Weights

VERSION = 1
AGAIN = "Make it again: `headwater eval tune`."


@dataclass(frozen=True)
class Ranking:
    """What ``headwater eval tune`` wrote. ``name`` stands for its content."""

    name: str
    relevance: Relevance


def load_ranking(path: Path) -> Ranking:
    """Raises NeedsOperator."""
    try:
        said = path.read_bytes()
        found = json.loads(said)
    except (OSError, ValueError) as error:
        raise NeedsOperator(f"The ranking {path.name} cannot be read ({type(error).__name__}).", AGAIN) from None
    if not isinstance(found, dict) or found.get("version") != VERSION or found.get("signals") != list(SIGNALS):
        raise NeedsOperator(f"The ranking {path.name} is of another version of Headwater.", AGAIN)
    name = hashlib.sha256(said).hexdigest()[:12]
    if "trees" in found:
        return Ranking(f"trees@{name}", Learned(str(found["trees"])))
    try:
        return Ranking(f"weights@{name}", Weights.model_validate(found.get("weights")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise NeedsOperator(f"The ranking {path.name} cannot be used: {where}: {first['msg']}.", AGAIN) from None


class Learned:
    """Trees. Thread-safe."""

    def __init__(self, trees: str) -> None:
        """trees: a LightGBM model as text. Raises NeedsOperator: no LightGBM here, or it is no such model."""
        lightgbm = extra("lightgbm", "A learned ranking")
        try:
            self._trees: Any = lightgbm.Booster(model_str=trees)
            ends = self._said(np.array([np.zeros(len(SIGNALS)), np.ones(len(SIGNALS))]))
        except (lightgbm.basic.LightGBMError, ValueError) as error:
            raise NeedsOperator(
                f"The learned ranking cannot be read: {error}.", "Make it again: `headwater eval tune`."
            ) from None
        self._low, self._high = float(ends[0]), float(ends[1])
        if not self._high > self._low:
            raise NeedsOperator("The learned ranking orders nobody.", "Make it again from more judgements.")

    def parts(self, squashed: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
        """See Relevance."""
        number = len(next(iter(squashed.values()), ()))
        names = [name for name in SIGNALS if name in squashed]
        # One block of rows for each signal put in, after the one before it: a single question to the trees.
        steps = np.zeros((len(names) + 1, number, len(SIGNALS)))
        for step, name in enumerate(names, 1):
            steps[step:, :, SIGNALS.index(name)] = squashed[name]
        said = self._said(steps.reshape(-1, len(SIGNALS))).reshape(len(names) + 1, number)
        rises = np.maximum(np.diff((said - self._low) / (self._high - self._low), axis=0), 0.0)
        return {name: rises[place] for place, name in enumerate(names)}

    def _said(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(self._trees.predict(rows, num_threads=1), dtype=np.float64) if len(rows) else np.zeros(0)
