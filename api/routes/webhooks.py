"""/v1/webhooks: who is told of events. What an ATS tells us comes in by /v1/hooks, which is another thing."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.access import WebhookAdmin
from api.routes.common import OpenRuntime, problems
from api.schemas import Text
from api.schemas_webhooks import (
    DeliveriesOut,
    DeliveryOut,
    Replayed,
    ReplayIn,
    Rotated,
    WebhookChange,
    WebhookIn,
    WebhookMade,
    WebhookOut,
    WebhooksOut,
)
from api.webhooks import Webhooks
from indexer.outgoing import Secrets

router = APIRouter(prefix="/webhooks", tags=["outgoing webhooks"])
Id = Annotated[Text, Path(min_length=1, max_length=200)]


def _webhooks(request: Request, caller: WebhookAdmin, runtime: OpenRuntime) -> Webhooks:
    return Webhooks(
        runtime.ledger.subscriptions, Secrets(runtime.secret.vault()), caller.viewer.workspace,
        local=request.app.state.webhook_origins,
    )  # fmt: skip


Own = Annotated[Webhooks, Depends(_webhooks)]


@router.get("", responses=problems(401, 403))
def webhooks(_caller: WebhookAdmin, own: Own) -> WebhooksOut:
    """All of them, oldest first, without their secrets."""
    return WebhooksOut(webhooks=list(own.list()))


@router.post("", status_code=201, responses=problems(400, 401, 403, 422))
def add_webhook(body: WebhookIn, _caller: WebhookAdmin, own: Own) -> WebhookMade:
    """Told of what is committed from now on. The secret is in this answer and nowhere else."""
    return own.add(body)


@router.get("/{webhook_id}", responses=problems(401, 403, 404, 422))
def webhook(webhook_id: Id, _caller: WebhookAdmin, own: Own) -> WebhookOut:
    """How it stands: since when it fails, and why it is disabled."""
    return own.get(webhook_id)


@router.patch("/{webhook_id}", responses=problems(400, 401, 403, 404, 422))
def edit_webhook(webhook_id: Id, body: WebhookChange, _caller: WebhookAdmin, own: Own) -> WebhookOut:
    """What is given is changed. Paused it keeps its place; active again it is sent what came meanwhile."""
    return own.change(webhook_id, body)


@router.delete("/{webhook_id}", status_code=204, responses=problems(401, 403, 404, 422))
def delete_webhook(webhook_id: Id, _caller: WebhookAdmin, own: Own) -> Response:
    """With all that was owed to it."""
    own.remove(webhook_id)
    return Response(status_code=204)


@router.post("/{webhook_id}/rotate", responses=problems(400, 401, 403, 404, 422, 503))
def rotate_secret(webhook_id: Id, _caller: WebhookAdmin, own: Own, runtime: OpenRuntime) -> Rotated:
    """Another secret, in this answer and nowhere else. For a day both sign."""
    return own.rotate(webhook_id, now=runtime.clock())


@router.post("/{webhook_id}/replay", status_code=202, responses=problems(400, 401, 403, 404, 422))
def replay(webhook_id: Id, body: ReplayIn, _caller: WebhookAdmin, own: Own) -> Replayed:
    """Events of a range are sent once more, under the ids they had."""
    return own.replay(webhook_id, body)


@router.post("/{webhook_id}/test", status_code=202, responses=problems(400, 401, 403, 404, 422))
def send_test(webhook_id: Id, _caller: WebhookAdmin, own: Own) -> DeliveryOut:
    """A message of kind webhook.test is sent, once. Its delivery says what became of it."""
    return own.test(webhook_id)


@router.get("/{webhook_id}/deliveries", responses=problems(400, 401, 403, 404, 422))
def deliveries(
    webhook_id: Id,
    _caller: WebhookAdmin,
    own: Own,
    state: Literal["waiting", "delivered", "failed"] | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[Text | None, Query(max_length=80)] = None,
) -> DeliveriesOut:
    """What was sent and what is to be, newest first; `cursor` names the last one of the page before."""
    return own.deliveries(webhook_id, state=state, cursor=cursor, limit=limit)
