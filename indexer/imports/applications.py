"""One row's words about an application -> its job, stage, outcome. Pure; knows no file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from engine.records import Outcome
from engine.text import fold
from indexer.stages import rank_of

_OUTCOMES: tuple[tuple[Outcome, str], ...] = (
    ("rejected", r"reject|declin|avslag|nekad|avvisad|disqualif|not (select|hired)|ej (aktuell|anstalld)|unsuccess"),
    ("withdrawn", r"withdr|tillbaka|aterta|avbrut"),
    ("hired", r"\bhired|\banstall|\bemployed|\bplaced|tillsatt"),
)


def job_of(values: dict[str, str]) -> dict[str, Any] | None:
    """A job without an id is its title's: two rows that say the same title mean the same job."""
    title, given = values.get("job_title"), values.get("job_id")
    if not (title or given):
        return None
    return {"id": (given or f"title:{fold(title or '')}")[:200], "title": title or f"Job {given}", "status": "closed"}


def application_of(job_id: str, person: str, values: dict[str, str]) -> dict[str, Any]:
    stage = values.get("stage") or None
    said = fold(f"{values.get('outcome', '')} {stage or ''}")
    outcome = next((name for name, words in _OUTCOMES if re.search(words, said)), "active")
    return {
        "id": f"{person}/{job_id}"[:400],
        "job_id": job_id,
        "stage": stage,
        "furthest_stage": stage,
        "stage_rank": 5 if outcome == "hired" else rank_of(stage or ""),
        "outcome": outcome,
        "reason": values.get("reason") or None,
        "applied_at": values.get("applied_at") or None,
        "updated_at": values.get("updated_at") or None,
    }


def merged(applications: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One for each job: what the later row says, but the furthest stage of any (some exports have a row a stage)."""
    by_job: dict[str, dict[str, Any]] = {}
    for now in applications:
        before = by_job.get(now["job_id"])
        if before:
            now = before | {name: value for name, value in now.items() if value is not None}
            if before["stage_rank"] > now["stage_rank"]:
                now |= {name: before[name] for name in ("furthest_stage", "stage_rank")}
        by_job[now["job_id"]] = now
    return list(by_job.values())
