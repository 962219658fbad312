"""What a job is called inside Headwater: ``connection:id``, so that two sources may both have a job 1.

Bodies keep the source's own words; the ledger's columns, and all that a reader gives out, use this name.
"""

from __future__ import annotations

from typing import Any

from engine.errors import BadInput
from engine.records import SourceRecord

MOST = 200
"""Characters of a source's own id for a job."""


def job_name(connection: str, job_id: str) -> str:
    """Always put before, even where the id begins like this: only so no two jobs share a name."""
    return f"{connection}:{job_id}"


def check_jobs(connection: str, job_ids: set[str]) -> None:
    """Raises BadInput for what could not be told apart from another's, or not be kept."""
    if ":" in connection:
        raise BadInput("The name of a connection must not hold a colon.", "Use letters, digits, dots and hyphens.")
    if any(len(job_id) > MOST or "\x00" in job_id for job_id in job_ids):
        raise BadInput(f"The id of a job is longer than {MOST} characters or holds a NUL.", "Shorten it everywhere.")


def with_job_names(connection: str, record: SourceRecord) -> SourceRecord:
    """The record, its applications and activities pointing to the jobs of its own connection."""
    changed: dict[str, Any] = {}
    if record.applications:
        changed["applications"] = tuple(
            a.model_copy(update={"job_id": job_name(connection, a.job_id)}) for a in record.applications
        )
    if any(a.job_id is not None for a in record.activities):
        changed["activities"] = tuple(
            a if a.job_id is None else a.model_copy(update={"job_id": job_name(connection, a.job_id)})
            for a in record.activities
        )
    return record.model_copy(update=changed) if changed else record
