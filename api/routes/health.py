"""GET /v1/health: is it up, is the index ready. The only route without a key; names nobody."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter

from api.routes.common import OpenRuntime
from api.schemas import HealthOut, SwitchOut

router = APIRouter(tags=["health"])


@router.get("/health")
def health(runtime: OpenRuntime) -> HealthOut:
    """Whether searches are answered, and how many people they go over."""
    switch = runtime.switch
    return HealthOut(
        status="ok",
        version=version("headwater"),
        people=len(runtime.index.columns),
        index="behind" if runtime.behind() else "ready",
        switch=SwitchOut(done=switch.done, total=switch.total, problem=switch.problem) if switch else None,
    )
