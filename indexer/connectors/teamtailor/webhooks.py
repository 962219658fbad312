"""Is a delivery Teamtailor's, and what is it about. Verified on its raw bytes; any doubt is Forged.

A verified delivery is still only a hint: the record is read before anything is believed. So a replayed one costs a read
and changes nothing. Three ways to sign are known; a delivery with the newest one's header is judged by that alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from indexer.connectors.connector import Hint, Item
from indexer.connectors.errors import Forged
from indexer.connectors.teamtailor.items import proof
from indexer.connectors.teamtailor.wire import moment

WINDOW_S = 300
MOST_BYTES = 1_000_000
KINDS = {"candidate": "candidates", "job": "jobs", "job_application": "job-applications"}


def hint_of(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], *, now: datetime) -> Hint:
    """secrets: every key that is good now, so that one can be changed without losing a delivery. Raises Forged."""
    try:
        if len(body) > MOST_BYTES or not _verified({k.lower(): v for k, v in headers.items()}, body, secrets, now):
            raise ValueError
        return _about(json.loads(body))
    except Exception:  # whatever a stranger can provoke is one answer
        raise Forged(
            "The delivery is not signed with this connection's key.", "Compare the key in Teamtailor."
        ) from None


def _verified(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> bool:
    if "tt-signature" in headers:
        return _newest(headers["tt-signature"], body, secrets, now)
    payload = json.loads(body)
    if "teamtailor-signature" in headers:
        return _by_id(headers["teamtailor-signature"], payload["resource_id"], secrets)
    return _by_id(payload["signature"], payload["payload"]["data"]["id"], secrets)


def _newest(header: str, body: bytes, secrets: Sequence[str], now: datetime) -> bool:
    said = dict(part.split("=", 1) for part in base64.b64decode(header, validate=True).decode("ascii").split(","))
    at = said["t"]
    if not (at.isascii() and at.isdigit()) or abs(now.timestamp() - int(at)) > WINDOW_S:
        return False
    return _any(secrets, f"{at}.".encode() + body, said["v2"])


def _by_id(signature: str, identity: Any, secrets: Sequence[str]) -> bool:
    """Covers the id alone, so the rest of the body is worth nothing, not even as a proof of the past."""
    if not isinstance(identity, str | int) or isinstance(identity, bool):
        return False
    return _any(secrets, str(identity).encode(), base64.b64decode(signature, validate=True).decode("ascii"))


def _any(secrets: Sequence[str], text: bytes, said: str) -> bool:
    """Every key is tried, so that the time taken does not tell which was right."""
    found = False
    for secret in secrets:
        right = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
        found |= bool(secret) and hmac.compare_digest(right.encode(), said.encode())
    return found


def _about(payload: Any) -> Hint:
    inner = payload.get("payload") or {}
    data = inner.get("data") or {}
    event = str(inner.get("event_name", ""))
    named, _, what = event.rpartition(".")
    identity = data.get("id", payload.get("resource_id", ""))
    attributes = data.get("attributes") or {}
    if named not in KINDS or not isinstance(identity, str | int) or not str(identity).isprintable():
        return Hint("", "")  # genuine, and of a kind that is not read
    kind, found = KINDS[named], str(identity)[:64]
    return Hint(kind, found, gone=what == "destroy", at=moment(attributes.get("updated-at")))


def proofs_of(headers: Mapping[str, str], body: bytes) -> tuple[Item, ...]:
    """The stage a verified delivery of the newest form names; the older forms do not sign it."""
    if "tt-signature" not in {name.lower() for name in headers}:
        return ()
    try:
        data = json.loads(body)["payload"]["data"]
        attributes = data["attributes"]
        stage, moved = attributes["stage-name"], moment(attributes["last-moved-at"])
        if data["type"] != "job_applications" or not isinstance(stage, str) or not stage.strip():
            return ()
        return (proof(str(data["id"])[:64], "", stage.strip()[:200], None, None, moved, "webhook"),)
    except (LookupError, TypeError, ValueError):
        return ()
