"""The shapes of /v1/webhooks: what product teams subscribe to, and what was sent. Values only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from api.schemas import In, Out, Text
from indexer.outgoing.http import MOST_URL

Url = Annotated[Text, Field(min_length=1, max_length=MOST_URL)]
Kind = Annotated[Text, Field(min_length=1, max_length=60)]
Kinds = Annotated[tuple[Kind, ...], Field(max_length=50)]
Seq = Annotated[int, Field(ge=1, le=2**62, strict=True)]


class WebhookIn(In):
    """``kinds``: of the events that are sent; none: all."""

    url: Url
    kinds: Kinds = ()


class WebhookChange(In):
    """Fields left out stay. ``state``: ``active`` once more after it was disabled."""

    url: Url | None = None
    kinds: Kinds | None = None
    state: Literal["active", "paused"] | None = None


class Counts(Out):
    """Of the last 30 days; ``waiting`` is all that is."""

    waiting: int
    delivered: int
    failed: int


class ReplayOut(Out):
    from_seq: int
    to_seq: int


class WebhookOut(Out):
    """``last_seq``: the last event that was looked at. ``replay``: what is still to be sent once more."""

    id: str
    url: str
    kinds: list[str]
    state: Literal["active", "paused", "disabled"]
    reason: str
    failing_since: str | None
    created_at: str
    last_seq: int
    replay: ReplayOut | None
    counts: Counts


class WebhooksOut(Out):
    webhooks: list[WebhookOut]


class WebhookMade(WebhookOut):
    secret: str
    """Shown once."""


class Rotated(Out):
    """``secret``: shown once. ``before_until``: until when the one before is good too."""

    secret: str
    before_until: str


class ReplayIn(In):
    """Exactly one of ``from_seq`` and ``since``. ``to_seq`` null: up to the newest event."""

    from_seq: Seq | None = None
    to_seq: Seq | None = None
    since: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_beginning(self) -> ReplayIn:
        if (self.from_seq is None) == (self.since is None):
            raise ValueError("give one of from_seq and since")
        return self

    def since_utc(self) -> datetime | None:
        """Raises OverflowError: a time that UTC has no year for."""
        return self.since.astimezone(UTC) if self.since else None


class Replayed(ReplayOut):
    """``events``: how many of the range are of the webhook's kinds."""

    events: int


class DeliveryOut(Out):
    """``id``: the ``webhook-id``. ``seq`` null: a test. ``status`` null: nothing answered, or it was not tried yet."""

    id: str
    seq: int | None
    state: Literal["waiting", "delivered", "failed"]
    attempts: int
    status: int | None
    problem: str
    asked_at: str
    attempted_at: str | None
    next_attempt_at: str | None


class DeliveriesOut(Out):
    deliveries: list[DeliveryOut]
    cursor: str | None
