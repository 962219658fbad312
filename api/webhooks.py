"""Webhooks of product teams, made and changed: between the API's shapes and the ledger. Decides no permission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from api.schemas_webhooks import (
    Counts,
    DeliveriesOut,
    DeliveryOut,
    Replayed,
    ReplayIn,
    ReplayOut,
    Rotated,
    WebhookChange,
    WebhookIn,
    WebhookMade,
    WebhookOut,
)
from engine.errors import BadInput, Busy
from indexer.ledger import DeliveryRow, SubscriptionRow, Subscriptions
from indexer.outgoing import KINDS, Secrets, checked, new_secret
from indexer.outgoing.secrets import GOOD_H

TRIES = 3
"""At a rotation, while others rotate the same one."""


class Webhooks:
    """Those of one workspace. local: loopback origins that may be subscribed; none but in the sandbox and tests."""

    def __init__(self, rows: Subscriptions, secrets: Secrets, workspace: str, *, local: Sequence[str] = ()) -> None:
        self._rows, self._secrets, self._workspace, self._local = rows, secrets, workspace, local

    def add(self, given: WebhookIn) -> WebhookMade:
        """Raises BadInput: an address that may not be called, a kind there is none of, too many."""
        url, kinds, secret = checked(given.url, local=self._local), _kinds(given.kinds), new_secret()
        row = self._rows.add(self._workspace, url, secrets_sealed=self._secrets.first(secret), kinds=kinds)
        return WebhookMade(**self._out(row).model_dump(), secret=secret)

    def list(self) -> Sequence[WebhookOut]:
        counts = self._rows.counts(self._workspace)
        return [_out(row, counts.get(row.id, {})) for row in self._rows.list(self._workspace)]

    def get(self, webhook_id: str) -> WebhookOut:
        """Raises NotFound."""
        return self._out(self._rows.get(self._workspace, webhook_id))

    def change(self, webhook_id: str, given: WebhookChange) -> WebhookOut:
        """Raises NotFound, BadInput."""
        url = None if given.url is None else checked(given.url, local=self._local)
        kinds = None if given.kinds is None else _kinds(given.kinds)
        return self._out(self._rows.change(self._workspace, webhook_id, url=url, kinds=kinds, state=given.state))

    def remove(self, webhook_id: str) -> None:
        """Raises NotFound."""
        self._rows.remove(self._workspace, webhook_id)

    def rotate(self, webhook_id: str, *, now: datetime) -> Rotated:
        """Raises NotFound, NeedsOperator; BadInput: too many are good at once."""
        secret = new_secret()
        for _ in range(TRIES):
            before = self._rows.get(self._workspace, webhook_id).secrets
            after = self._secrets.rotated(before, secret, now=now)
            if self._rows.set_secrets(self._workspace, webhook_id, before=before, after=after):
                until = now + timedelta(hours=GOOD_H)
                return Rotated(secret=secret, before_until=until.isoformat(timespec="milliseconds"))
        raise Busy("Others rotate this webhook's secret.", "Ask again in a moment.")

    def replay(self, webhook_id: str, given: ReplayIn) -> Replayed:
        """Raises NotFound; BadInput: no such events, or a replay is under way."""
        try:
            since = given.since_utc()
        except OverflowError:
            raise BadInput("That time is none there were events at.", "Give since as 2026-11-24T12:00:00Z.") from None
        done = self._rows.replay(
            self._workspace, webhook_id, from_seq=given.from_seq, to_seq=given.to_seq,
            since=since.isoformat(timespec="milliseconds") if since else None,
        )  # fmt: skip
        return Replayed(from_seq=done.from_seq, to_seq=done.to_seq, events=done.events)

    def test(self, webhook_id: str) -> DeliveryOut:
        """Raises NotFound; BadInput: nothing is sent to it now."""
        return _delivery(self._rows.test(self._workspace, webhook_id))

    def deliveries(self, webhook_id: str, *, state: str | None, cursor: str | None, limit: int) -> DeliveriesOut:
        """Raises NotFound, BadCursor."""
        found = self._rows.deliveries(self._workspace, webhook_id, state=state, after=cursor, limit=limit + 1)
        page = found[:limit]
        return DeliveriesOut(
            deliveries=[_delivery(row) for row in page], cursor=page[-1].id if len(found) > limit else None
        )

    def _out(self, row: SubscriptionRow) -> WebhookOut:
        return _out(row, self._rows.counts(self._workspace).get(row.id, {}))


def _kinds(given: Sequence[str]) -> list[str]:
    if set(given) - KINDS.keys():
        raise BadInput("There is no event of such a kind.", f"Kinds are {', '.join(KINDS)}.")
    return sorted(set(given))


def _out(row: SubscriptionRow, counts: Mapping[str, int]) -> WebhookOut:
    replay = None
    if row.replay_next is not None and row.replay_to is not None:
        replay = ReplayOut(from_seq=row.replay_next, to_seq=row.replay_to)
    return WebhookOut(
        id=row.id, url=row.url, kinds=list(row.kinds), state=row.state, reason=row.reason,
        failing_since=row.failing_since, created_at=row.created_at, last_seq=row.cursor, replay=replay,
        counts=Counts(**{name: counts.get(name, 0) for name in Counts.model_fields}),
    )  # fmt: skip


def _delivery(row: DeliveryRow) -> DeliveryOut:
    return DeliveryOut(
        id=row.id, seq=row.seq, state=row.state, attempts=row.attempts, status=row.status, problem=row.problem,
        asked_at=row.asked_at, attempted_at=row.at, next_attempt_at=row.due_at if row.state == "waiting" else None,
    )  # fmt: skip
