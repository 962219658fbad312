"""GET /v1/jobs: the openings this key may see, closed ones too, newest first."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api.access import Searcher
from api.routes.common import OpenRuntime, problems
from api.schemas import JobsOut
from engine.errors import BadCursor

router = APIRouter(tags=["jobs"])


@router.get("/jobs", responses=problems(400, 401, 422, 503))
def jobs(
    caller: Searcher,
    runtime: OpenRuntime,
    status: Annotated[Literal["open", "closed", "draft"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=301)] = None,
) -> JobsOut:
    """A page of jobs; `cursor` names the last one of the page before."""
    found = [job for job in runtime.reader(caller.viewer).jobs() if status is None or job.status == status]
    start = 0
    if cursor is not None:
        ids = [job.id for job in found]
        if cursor not in ids:
            raise BadCursor("The cursor names no job of this list.", "Start again without a cursor.")
        start = ids.index(cursor) + 1
    page = found[start : start + limit]
    return JobsOut(jobs=page, cursor=page[-1].id if start + limit < len(found) else None)
