"""An event as Standard Webhooks 1.0 sends it: body and headers. Ids only: nothing of a person ever stands in it.

Whoever gets it reads the person with a key of their own, so that walls hold and what was erased is gone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

from indexer.ledger import Claimed
from indexer.outgoing.kinds import TEST

AGENT = "Headwater (webhooks)"


def body_of(claimed: Claimed) -> bytes:
    """The same bytes for every attempt and replay."""
    event, workspace = claimed.event, claimed.subscription.workspace
    data: dict[str, object] = {"workspace": workspace, "seq": None, "ids": [], "actor": "webhooks"}
    told = {"type": TEST, "timestamp": claimed.asked_at, "data": data}
    if event is not None:
        data |= {"seq": event.seq, "ids": event.ids, "actor": event.actor}
        told |= {"type": event.kind, "timestamp": event.at}
    return json.dumps(told, separators=(",", ":")).encode()


def headers_of(message_id: str, body: bytes, secrets: Sequence[str], now: datetime) -> Mapping[str, str]:
    """A signature for each secret that is good now, so that a receiver may change its own in its own time."""
    at = now.astimezone(UTC)
    signatures = [Webhook(secret).sign(message_id, at, body.decode()) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
