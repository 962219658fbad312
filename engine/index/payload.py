"""A point's payload, checked vectors, and which fields an engine must index. Shared by both engines."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadVector
from engine.index.card import Card, CardBody, write_card
from engine.index.columns import day_number
from engine.index.point import PersonPoint
from engine.index.schema import SPARSE, Sparse, SparseField, document_vector

KEYWORDS = (
    "source",
    "titles",
    "other_titles",
    "skills",
    "languages",
    "employers",
    "country",
    "outcomes",
    "reasons",
    "jobs",
    "tags",
)
FLOATS = ("years", "seniority", "education", "applied_day", "updated_day", "contacted_day")
INTEGERS = ("stage", "seq")
HIDDEN = ("words", "card", "near", "lexical")
"""Large fields that columns do not need."""


def sparse_of(point: PersonPoint) -> dict[SparseField, Sparse]:
    return {field: document_vector(field, found) for field, found in point.draft.tokens.items() if found}


def payload_of(point: PersonPoint, seq: int) -> dict[str, Any]:
    fields = point.draft.fields
    days = {f"{name}_day": day_number(fields.get(name)) for name in ("applied", "updated", "contacted")}
    return {
        **fields,
        **{name: value for name, value in days.items() if value is not None},
        "person_id": point.draft.person_id,
        "seq": seq,
        "card": write_card(point.draft.card),
        **({"near": pack(point.passages)} if len(point.passages) else {}),
    }


def card_of(payload: dict[str, Any], dim: int) -> Card:
    return Card(CardBody(payload["card"]), unpack(payload.get("near", ""), dim))


def pack_sparse(vectors: Mapping[SparseField, Sparse]) -> str:
    """The sparse vectors of a point as one text, for an engine that keeps them for us and never looks at them."""
    parts = [np.array([len(vectors[field][0]) if field in vectors else 0 for field in SPARSE], dtype="<u4").tobytes()]
    for field in SPARSE:
        ids, weights = vectors.get(field, ([], []))
        parts += [np.array(ids, dtype="<u4").tobytes(), np.array(weights, dtype="<f4").tobytes()]
    return base64.b64encode(b"".join(parts)).decode("ascii")


def unpack_sparse(text: str) -> dict[SparseField, Sparse]:
    whole = base64.b64decode(text)
    found: dict[SparseField, Sparse] = {}
    start = 4 * len(SPARSE)
    for field, count in zip(SPARSE, np.frombuffer(whole[:start], dtype="<u4").tolist(), strict=True):
        middle, end = start + 4 * count, start + 8 * count
        ids = np.frombuffer(whole[start:middle], dtype="<u4").tolist()
        found[field] = (ids, np.frombuffer(whole[middle:end], dtype="<f4").tolist())
        start = end
    return found


def pack(rows: NDArray[np.float32]) -> str:
    """Unit rows in 8 bits a number, as text. An engine gives vectors back as lists of Python numbers: for the
    passages of twenty people that takes longer than to find the twenty.
    """
    scale = np.abs(rows).max(axis=1, keepdims=True).astype("<f4")
    whole = np.rint(rows / scale * 127).astype(np.int8)
    return base64.b64encode(np.concatenate([scale.view(np.int8), whole], axis=1).tobytes()).decode("ascii")


def unpack(text: str, dim: int) -> NDArray[np.float32]:
    """(n, dim), each number within 1/254 of its row's largest."""
    rows = np.frombuffer(base64.b64decode(text), dtype=np.int8).reshape(-1, dim + 4)
    scale = np.ascontiguousarray(rows[:, :4]).view("<f4")
    return np.asarray(rows[:, 4:] * (scale / np.float32(127)), dtype=np.float32)


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
