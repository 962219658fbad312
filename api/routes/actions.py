"""/v1/actions: what is to be done in an ATS, and what became of it. Accepted is not yet written there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request

from api.access import Actor, Caller, Searcher
from api.acting import Acting
from api.deeds import WITHIN
from api.routes.common import Answered, OpenRuntime, problems
from api.runtime import Runtime
from api.schemas import Short
from api.schemas_actions import ActionOut, ActionsAccepted, ActionsIn, ActionsOut, ActionState
from engine.errors import BadCursor, NotFound

router = APIRouter(tags=["actions"])
Id = Annotated[str, Path(min_length=1, max_length=200)]


def acting_of(request: Request, caller: Caller) -> Acting:
    """What is accepted is indexed, and written there, as soon as may be."""
    runtime: Runtime = request.app.state.runtime

    def changed(connection: str) -> None:
        runtime.follow_soon()
        if runtime.worker:
            runtime.worker.wake(caller.viewer.workspace, connection)

    state = request.app.state
    return Acting(runtime.ledger, state.opener, caller, changed, files=state.given, links=state.links)


@router.post("/actions", status_code=202, responses=problems(400, 401, 403, 413, 422, 503))
def act(
    body: ActionsIn,
    caller: Actor,
    runtime: OpenRuntime,
    request: Request,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> ActionsAccepted:
    """Up to 500 actions. When this answers they are safely stored, seen here, and owed to the ATS.

    Each is accepted or refused by itself. The same `Idempotency-Key` with the same body does nothing twice.
    """
    key = f"actions:{caller.key_id}:{idempotency_key}" if idempotency_key else None
    answered = Answered(runtime.writer(caller.viewer), key, body)
    if before := answered.before():
        return ActionsAccepted.model_validate(before)
    results = acting_of(request, caller).accept(body.actions, key=idempotency_key)
    refused = sum(one.error is not None for one in results)
    answer = ActionsAccepted(results=results, accepted=len(results) - refused, rejected=refused)
    answered.keep(answer)
    return answer


@router.get("/actions", responses=problems(400, 401, 403, 404, 422, 503))
def actions(
    caller: Searcher,
    request: Request,
    state: Annotated[ActionState | None, Query()] = None,
    person_id: Annotated[Short | None, Query()] = None,
    connection: Annotated[Short | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> ActionsOut:
    """A page of what was done, newest first; `cursor` names the last one of the page before."""
    acting = acting_of(request, caller)
    try:
        after = acting.log.get(cursor).row.id if cursor is not None else None
    except NotFound:
        raise BadCursor("The cursor names no action of this list.", "Start again without a cursor.") from None
    found = acting.log.page(
        states=WITHIN[state] if state else (), connection=connection, person_id=person_id, after=after,
        limit=limit + 1,
    )  # fmt: skip
    page = acting.outs(found[:limit])
    return ActionsOut(actions=page, cursor=page[-1].id if len(found) > limit else None)


@router.get("/actions/{action_id}", responses=problems(401, 403, 404, 422, 503))
def action(action_id: Id, caller: Searcher, request: Request) -> ActionOut:
    """How one stands."""
    return acting_of(request, caller).get(action_id)


@router.post("/actions/{action_id}/cancel", responses=problems(401, 403, 404, 409, 422, 503))
def cancel(action_id: Id, caller: Actor, request: Request) -> ActionOut:
    """Before it was sent; or give way in a conflict, or drop what was refused."""
    return acting_of(request, caller).cancel(action_id)


@router.post("/actions/{action_id}/retry", responses=problems(401, 403, 404, 409, 422, 503))
def retry(action_id: Id, caller: Actor, request: Request) -> ActionOut:
    """What was refused is tried again; of a conflict, ours is written over the ATS's."""
    return acting_of(request, caller).retry(action_id)


@router.post("/actions/{action_id}/undo", responses=problems(401, 403, 404, 409, 422, 503))
def undo(action_id: Id, caller: Actor, request: Request) -> ActionOut:
    """Take back what was applied. Answers the new action that does so."""
    return acting_of(request, caller).undo(action_id)
