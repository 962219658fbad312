"""POST /v1/hooks/{token}: where an ATS tells of changes. Its signature is its key; the request only keeps it.

Whom we tell of changes is /v1/webhooks, which is another thing.
"""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response

from api.deliveries import Deliveries, Door
from api.routes.common import OpenRuntime, problems

router = APIRouter(tags=["webhooks"])


@router.post("/hooks/{token}", status_code=202, response_class=Response, responses=problems(401, 413, 503))
async def receive(token: str, request: Request, runtime: OpenRuntime) -> Response:
    """A delivery of the connection that ``headwater connect`` named this address for. 202 once it is kept."""
    door: Door = request.app.state.door
    deliveries: Deliveries = request.app.state.deliveries
    found = door.checked(token[:200], request.headers, await request.body())
    if found is not None:
        await asyncio.wrap_future(deliveries.put(found))
        if runtime.worker:
            runtime.worker.wake(found[0], found[1])
    return Response(status_code=202)
