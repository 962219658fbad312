"""Company webhooks: what fires, the body and its signatures. Deliveries wait in a queue; nobody retries one.

Drop, duplicate, reorder and delay are switches here, since the vendor promises neither order nor delivery.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from eval.sandbox.teamtailor.render import shown_time
from eval.sandbox.teamtailor.store import Row, Store

WATCHED: Mapping[str, frozenset[str]] = {
    "candidates": frozenset({
        "email", "first-name", "last-name", "phone", "pitch", "linkedin-url", "picture", "referring-site",
        "referring-url", "internal", "restricted-at", "custom-fields", "locations",
    }),
    "jobs": frozenset({
        "title", "body", "pitch", "status", "internal", "employment-type", "employment-level", "currency", "min-salary",
        "max-salary", "salary-time-unit", "remote-status", "language-code", "start-date", "end-date",
        "name-requirement",
        "resume-requirement", "cover-letter-requirement", "phone-requirement", "additional-files-requirement",
        "recruiter-email", "user", "department", "role", "tags", "custom-fields", "locations", "departments",
        "team-memberships",
    }),
    "job-applications": frozenset({"stage", "rejected-at", "cover-letter", "job-title", "promotion-id"}),
}  # fmt: skip
"""A change of anything else fires nothing: not tags of a candidate, notes, the CV or uploads."""
NAMES = {"candidates": "candidate", "jobs": "job", "job-applications": "job_application"}


@dataclass(frozen=True)
class Delivery:
    """One POST to the receiver. ``event`` and ``id`` are for tests; the wire has them inside the body only."""

    event: str
    id: str
    headers: dict[str, str]
    body: bytes
    due: datetime


@dataclass
class Webhooks:
    """enabled: the add-on is bought. schemes: any of v2 (header), v1 (body), old (header over ``resource_id``)."""

    key: str = "sandbox-webhook-secret"
    enabled: bool = True
    schemes: tuple[str, ...] = ("v2", "v1")
    events: frozenset[str] | None = None
    """Which were ticked. None: all."""
    bearer: str | None = None
    api_token: str | None = None
    drop: float = 0.0
    duplicate: float = 0.0
    reorder: bool = False
    delay_s: float = 0.0
    rng: Random = field(default_factory=lambda: Random(1))
    fired: int = 0
    dropped: int = 0
    failed: int = 0
    """Sent to somebody who did not answer, and lost."""
    _waiting: list[tuple[datetime, str, str, dict[str, Any]]] = field(default_factory=list)

    def fire(self, name: str, row: Row, store: Store, now: datetime) -> None:
        """name: create, update or destroy."""
        event = f"{NAMES[row.type]}.{name}"
        if not self.enabled or (self.events is not None and event not in self.events):
            return
        self.fired += 1
        if self.rng.random() < self.drop:
            self.dropped += 1
            return
        data: dict[str, Any] = {"id": row.id, "type": f"{NAMES[row.type]}s"}
        if name != "destroy":
            data["attributes"] = _attributes(row, store)
        due = now + timedelta(seconds=self.delay_s)
        for _ in range(2 if self.rng.random() < self.duplicate else 1):
            self._waiting.append((due, event, row.id, data))

    def take(self, now: datetime) -> list[Delivery]:
        """What is due, taken out of the queue; signed with the moment of delivery."""
        due = [one for one in self._waiting if one[0] <= now]
        self._waiting = [one for one in self._waiting if one[0] > now]
        if self.reorder:
            self.rng.shuffle(due)
        return [self._delivery(*one, now) for one in due]

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def _delivery(self, due: datetime, event: str, identity: str, data: dict[str, Any], now: datetime) -> Delivery:
        made: dict[str, Any] = {"payload": {"event_name": event, "data": data}}
        headers = {"Content-Type": "application/json"}
        if "v1" in self.schemes:
            made["signature"] = sign_id(self.key, identity)
        if "old" in self.schemes:
            made["resource_id"] = identity
            headers["Teamtailor-Signature"] = sign_id(self.key, identity)
        body = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
        if "v2" in self.schemes:
            headers["TT-Signature"] = sign_body(self.key, int(now.timestamp()), body)
        if self.bearer:
            headers["Authorization"] = f"Bearer {self.bearer}"
        if self.api_token:
            headers["teamtailor-api-token"] = self.api_token
        return Delivery(event, identity, headers, body, due)


def sign_body(key: str, at: int, body: bytes) -> str:
    """The header TT-Signature. at: unix seconds."""
    digest = hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return base64.b64encode(f"t={at},v2={digest}".encode()).decode()


def sign_id(key: str, identity: str) -> str:
    """The older form: it covers the id alone."""
    return base64.b64encode(hmac.new(key.encode(), identity.encode(), hashlib.sha256).hexdigest().encode()).decode()


def _attributes(row: Row, store: Store) -> dict[str, Any]:
    at = row.attributes
    if row.type != "job-applications":
        simple = {name: at[name] for name in sorted(WATCHED[row.type] & at.keys())}
        made = {"id": int(row.id), "updated-at": at["updated-at"], **simple}
    else:
        job, stage = (
            store.get(*ref) if isinstance(ref := row.relations.get(n), tuple) else None for n in ("job", "stage")
        )
        made = {
            "id": int(row.id), "updated-at": at["updated-at"], "job-id": int(job.id) if job else None,
            "job-title": job.attributes["title"] if job else None, "last-moved-at": at["changed-stage-at"],
            "stage-name": stage.attributes["name"] if stage else None, "referring-site": at["referring-site"],
            "referring-url": at["referring-url"], "rejected-at": at["rejected-at"],
            "company-uuid": "00000000-0000-4000-8000-000000000001", "transparent-recruiting-visible-at": None,
        }  # fmt: skip
    return {name: shown_time(value) if isinstance(value, datetime) else value for name, value in made.items()}
