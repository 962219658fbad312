"""A point's payload, checked vectors, and which fields an engine must index. Shared by both engines."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadVector
from engine.index.columns import day_number
from engine.index.point import PersonPoint

KEYWORDS = ("source", "titles", "skills", "languages", "employers", "country", "outcomes", "jobs", "tags")
FLOATS = ("years", "seniority", "education", "applied_day", "updated_day")
INTEGERS = ("stage", "seq")
HIDDEN = ("words", "card")
"""Large fields that columns do not need."""


def payload_of(point: PersonPoint, seq: int) -> dict[str, Any]:
    fields = point.draft.fields
    days = {f"{name}_day": day_number(fields.get(name)) for name in ("applied", "updated")}
    return {
        **fields,
        **{name: value for name, value in days.items() if value is not None},
        "person_id": point.draft.person_id,
        "seq": seq,
        "card": json.dumps(point.draft.card, ensure_ascii=False, separators=(",", ":")),
    }


def check(point: PersonPoint, dim: int) -> None:
    """Raises BadVector: engines take a NaN in silence and then rank by it."""
    for name, rows in (("profile", point.profile[None, :]), ("passages", point.passages)):
        _check_rows(name, rows, dim, point.draft.person_id)


def _check_rows(name: str, rows: NDArray[np.float32], dim: int, person_id: str) -> None:
    where = f"the {name} vector of person {person_id}"
    if rows.ndim != 2 or rows.shape[1] != dim:
        raise BadVector(
            f"{where} has shape {rows.shape}, the index holds vectors of {dim}.", "Use the index's encoder."
        )
    if not np.isfinite(rows).all():
        raise BadVector(f"{where} holds a number that is not finite.", "Run `headwater models verify`.")
    norms = np.linalg.norm(rows, axis=1)
    if rows.size and not np.allclose(norms, 1.0, atol=1e-2):
        raise BadVector(
            f"{where} is not of unit length.", "Encoders give unit rows: use one of `headwater models list`."
        )
