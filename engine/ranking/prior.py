"""What being known is worth: the ATS-first prior, its parts and its words. Bounded by the policy.

The largest of each part, of a whole of 0.15:  known .03 · furthest stage .05 · recency .03 · replied .02 ·
reopenable reason .02. A rejection that speaks against the person (a failed test) takes the stage and the
reopenable part away. Do-not-contact takes all of it away.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.index.columns import FLAGS, Columns
from engine.index.rows import among, to_bitmap
from engine.records import Policy

WHOLE = 0.15
KNOWN, STAGE, RECENCY, REPLIED, REOPENABLE = 0.03, 0.05, 0.03, 0.02, 0.02
HALF_LIFE_DAYS = 540.0
STRICT = 100.0
STAGES = ("applied", "screened", "interviewed", "final interview", "offer", "hired")


def prior_columns(
    rows: NDArray[np.uint32], columns: Columns, policy: Policy, today: int
) -> dict[str, NDArray[np.float64]]:
    """Part -> its value for each row, 0 where a row has none of it. today: days since 1970.

    All 0 for outside people; empty under ``blend``.
    """
    if policy.name == "blend" or not len(rows):
        return {}
    here = to_bitmap(rows)  # the flags of a hundred thousand people are not written out for a thousand
    known = among(rows, columns.any_of("source", ("ats",)) & here).astype(np.float64)
    if policy.name == "strict":
        return {"in the ATS": STRICT * known}
    flag = {name: among(rows, columns.flags[name] & here) for name in FLAGS}
    known = np.where(flag["do_not_contact"], 0.0, known)
    # In float64: five fifths of the stage part in float32 are more than the whole.
    stage, applied = (columns.number(field)[rows].astype(np.float64) for field in ("stage", "applied"))
    parts = {
        "known": KNOWN * known,
        "furthest stage": known * np.where(flag["refused"], 0.0, np.nan_to_num(STAGE * stage / 5)),
        "recency": known * np.nan_to_num(RECENCY * np.power(0.5, np.maximum(0.0, today - applied) / HALF_LIFE_DAYS)),
        "replied": REPLIED * known * flag["replied"],
        "reopenable": REOPENABLE * known * (flag["reopenable"] & ~flag["refused"]),
    }
    scale = policy.prior_max / WHOLE
    return {name: values * scale for name, values in parts.items()}


def prior_parts(row: int, columns: Columns, policy: Policy, today: int) -> dict[str, float]:
    """The same of one row, without what is 0."""
    parts = prior_columns(np.array([row], dtype=np.uint32), columns, policy, today)
    return {name: float(values[0]) for name, values in parts.items() if values[0] > 0}


def reasons(row: int, columns: Columns, parts: dict[str, float]) -> tuple[str, ...]:
    """The prior in a recruiter's words, the weightiest first."""
    if not parts:
        return ()
    stage, applied = _known(columns, "stage", row), _known(columns, "applied", row)
    year = f" {1970 + int(applied / 365.2425)}" if applied is not None else ""
    words = {
        "in the ATS": "in the ATS",
        "known": "known to us",
        "furthest stage": f"{STAGES[int(stage)]}{year}" if stage is not None else "",
        "recency": f"applied{year}",
        "replied": "has replied",
        "reopenable": "turned down for a reason that can pass",
    }
    ordered = sorted(parts, key=lambda name: -parts[name])
    return tuple(words[name] for name in ordered if words[name])


def _known(columns: Columns, field: str, row: int) -> float | None:
    value = float(columns.number(field)[row])
    return None if math.isnan(value) else value
