"""What being known is worth: the ATS-first prior, its parts and its words. Bounded by the policy.

The largest of each part, of a whole of 0.15:  known .03 · furthest stage .05 · recency .03 · replied .02 ·
reopenable reason .02. A rejection that speaks against the person (a failed test) takes the stage and the
reopenable part away. Do-not-contact takes all of it away.
"""

from __future__ import annotations

import math

from engine.index.columns import FLAGS, Columns
from engine.records import Policy

WHOLE = 0.15
KNOWN, STAGE, RECENCY, REPLIED, REOPENABLE = 0.03, 0.05, 0.03, 0.02, 0.02
HALF_LIFE_DAYS = 540.0
STRICT = 100.0
STAGES = ("applied", "screened", "interviewed", "final interview", "offer", "hired")


def prior_parts(row: int, columns: Columns, policy: Policy, today: int) -> dict[str, float]:
    """Part -> value. today: days since 1970. Empty for outside people and under ``blend``."""
    if policy.name == "blend" or row not in columns.sets["source"].get("ats", ()):
        return {}
    if policy.name == "strict":
        return {"in the ATS": STRICT}
    flag = {name: row in columns.flags[name] for name in FLAGS}
    if flag["do_not_contact"]:
        return {}
    parts = {"known": KNOWN}
    stage, applied = _known(columns, "stage", row), _known(columns, "applied", row)
    if stage is not None and not flag["refused"]:
        parts["furthest stage"] = STAGE * stage / 5
    if applied is not None:
        parts["recency"] = RECENCY * math.pow(0.5, max(0.0, today - applied) / HALF_LIFE_DAYS)
    if flag["replied"]:
        parts["replied"] = REPLIED
    if flag["reopenable"] and not flag["refused"]:
        parts["reopenable"] = REOPENABLE
    scale = policy.prior_max / WHOLE
    return {name: value * scale for name, value in parts.items() if value * scale > 0}


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
