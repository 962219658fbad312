"""A place concept -> a place criterion. Shared by plain words and typed operators."""

from __future__ import annotations

from engine.lexicon import Concept
from engine.query.criteria import Criterion

DEFAULT_RADIUS_KM = 40.0


def place_criterion(concept: Concept, words: str, radius_km: float | None = None) -> Criterion:
    """A city with its radius, or a whole country."""
    if concept.kind == "country":
        return Criterion(kind="place", values=(concept.id,), label=concept.label, country=concept.country, words=words)
    radius = radius_km or DEFAULT_RADIUS_KM
    return Criterion(
        kind="place", values=(concept.id,), label=f"{concept.label}, {radius:g} km", words=words,
        latitude=concept.latitude, longitude=concept.longitude, radius_km=radius,
    )  # fmt: skip
