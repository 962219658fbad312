"""Subscriptions of outgoing webhooks, made and changed, and what was delivered to each. Sends nothing."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, and_, delete, func, or_, select, update

from engine.errors import BadCursor, BadInput, NotFound
from indexer.ledger import outgoing_tables as o
from indexer.ledger import tables as t
from indexer.ledger.database import Clock, stamp
from indexer.ledger.outgoing_values import DeliveryRow, Replay, SubscriptionRow

MOST = 50
"""Subscriptions of a workspace: each is a row for every event."""


class Subscriptions:
    """Thread-safe. What is another workspace's is not found."""

    def __init__(self, reading: Engine, writing: Engine, clock: Clock) -> None:
        self._reading, self._writing, self._clock = reading, writing, clock

    def add(self, workspace: str, url: str, *, secrets_sealed: str, kinds: Sequence[str] = ()) -> SubscriptionRow:
        """Told of what is committed from now on. Raises BadInput: there are too many."""
        with self._writing.begin() as conn:
            own = o.subscription.c.workspace == workspace
            if int(conn.scalar(select(func.count()).where(own)) or 0) >= MOST:
                raise BadInput(f"There are {MOST} webhooks already.", "Delete one that is not used any more.")
            row = SubscriptionRow(
                workspace=workspace, id=str(uuid4()), url=url, kinds=tuple(kinds), secrets=secrets_sealed,
                state="active", reason="", cursor=newest(conn, workspace), replay_next=None, replay_to=None,
                created_at=stamp(self._clock()), failing_since=None, tried_at=None,
            )  # fmt: skip
            values = {name: getattr(row, name) for name in SubscriptionRow.__slots__}
            conn.execute(o.subscription.insert().values({**values, "kinds": json.dumps(row.kinds)}))
        return row

    def list(self, workspace: str) -> Sequence[SubscriptionRow]:
        """Oldest first."""
        c = o.subscription.c
        query = select(o.subscription).where(c.workspace == workspace).order_by(c.created_at, c.id)
        with self._reading.begin() as conn:
            return [read_subscription(row) for row in conn.execute(query)]

    def get(self, workspace: str, webhook_id: str) -> SubscriptionRow:
        """Raises NotFound."""
        with self._reading.begin() as conn:
            return _get(conn, workspace, webhook_id)

    def change(
        self, workspace: str, webhook_id: str, *, url: str | None = None, kinds: Sequence[str] | None = None,
        state: str | None = None,
    ) -> SubscriptionRow:  # fmt: skip
        """None: stays. state: active or paused. Active again, it is tried anew from the first attempt.

        Raises NotFound.
        """
        with self._writing.begin() as conn:
            before = _get(conn, workspace, webhook_id)
            values: dict[str, Any] = {}
            if url is not None and url != before.url:
                values |= {"url": url, "failing_since": None}
            if kinds is not None:
                values["kinds"] = json.dumps(list(kinds))
            if state is not None and state != before.state:
                values |= {"state": state, "reason": "", "failing_since": None}
                if before.state == "disabled" and state == "active":
                    waits = (*_deliveries_of(workspace, webhook_id), o.delivery.c.state == "waiting")
                    now = stamp(self._clock())
                    conn.execute(update(o.delivery).where(*waits).values(attempts=0, due_at=now))
            if values:
                conn.execute(update(o.subscription).where(*_own(workspace, webhook_id)).values(**values))
            return _get(conn, workspace, webhook_id)

    def set_secrets(self, workspace: str, webhook_id: str, *, before: str, after: str) -> bool:
        """False: they are not ``before`` any more. Both sealed."""
        own = (*_own(workspace, webhook_id), o.subscription.c.secrets == before)
        with self._writing.begin() as conn:
            return bool(conn.execute(update(o.subscription).where(*own).values(secrets=after)).rowcount)

    def remove(self, workspace: str, webhook_id: str) -> None:
        """With all that was owed to it. Raises NotFound."""
        with self._writing.begin() as conn:
            if not conn.execute(delete(o.subscription).where(*_own(workspace, webhook_id))).rowcount:
                raise _unknown()
            conn.execute(delete(o.delivery).where(*_deliveries_of(workspace, webhook_id)))

    def replay(
        self, workspace: str, webhook_id: str, *, from_seq: int | None = None, to_seq: int | None = None,
        since: str | None = None,
    ) -> Replay:  # fmt: skip
        """Owe these events once more, under their ids. since: from the first event of that time on.

        to_seq None: up to the newest. Raises NotFound; BadInput: no such events, or a replay is under way.
        """
        with self._writing.begin() as conn:
            row = _get(conn, workspace, webhook_id)
            if row.replay_next is not None:
                raise BadInput(
                    f"A replay is under way, at event {row.replay_next} of {row.replay_to}.",
                    "Ask again once it is over.",
                )
            e = t.event.c
            if since is not None:
                from_seq = conn.scalar(select(func.min(e.seq)).where(e.workspace == workspace, e.at >= since))
            last = newest(conn, workspace)
            to_seq = last if to_seq is None else min(to_seq, last)
            if from_seq is None or from_seq > to_seq:
                raise BadInput("There are no events in that range.", f"The newest event has the number {last}.")
            within = [e.workspace == workspace, e.seq >= from_seq, e.seq <= to_seq]
            if row.kinds:
                within.append(e.kind.in_(row.kinds))
            events = int(conn.scalar(select(func.count()).select_from(t.event).where(*within)) or 0)
            values = {"replay_next": from_seq, "replay_to": to_seq}
            conn.execute(update(o.subscription).where(*_own(workspace, webhook_id)).values(**values))
        return Replay(from_seq, to_seq, events)

    def test(self, workspace: str, webhook_id: str) -> DeliveryRow:
        """Owe a message that stands for no event. Raises NotFound; BadInput: nothing is sent to it now."""
        now = stamp(self._clock())
        row = DeliveryRow(f"msg_test_{secrets.token_hex(8)}", None, "waiting", now, 0, None, "", now, None)
        with self._writing.begin() as conn:
            if (state := _get(conn, workspace, webhook_id).state) != "active":
                raise BadInput(f"The webhook is {state}.", 'Set its state to "active", then test it.')
            values = {name: getattr(row, name) for name in DeliveryRow.__slots__}
            key = {"workspace": workspace, "subscription": webhook_id, "token": 0}
            conn.execute(o.delivery.insert().values(**key, **values))
        return row

    def counts(self, workspace: str) -> Mapping[str, Mapping[str, int]]:
        """webhook id -> how many deliveries are waiting, delivered (within what is kept), failed."""
        c, found = o.delivery.c, dict[str, dict[str, int]]()
        query = select(c.subscription, c.state, func.count()).where(c.workspace == workspace)
        with self._reading.begin() as conn:
            for webhook_id, state, number in conn.execute(query.group_by(c.subscription, c.state)):
                counts = found.setdefault(webhook_id, {})
                counts[shown(state)] = counts.get(shown(state), 0) + number
        return found

    def deliveries(
        self, workspace: str, webhook_id: str, *, state: str | None = None, after: str | None = None, limit: int = 100
    ) -> Sequence[DeliveryRow]:
        """Newest first. after: the last one of the page before. Raises NotFound, BadCursor."""
        c = o.delivery.c
        query = select(o.delivery).where(*_deliveries_of(workspace, webhook_id))
        if state is not None:
            query = query.where(c.state.in_(["waiting", "sending"] if state == "waiting" else [state]))
        with self._reading.begin() as conn:
            _get(conn, workspace, webhook_id)
            if after is not None:
                key = (*_deliveries_of(workspace, webhook_id), c.id == after)
                last = conn.execute(select(c.asked_at, c.id).where(*key)).one_or_none()
                if last is None:
                    raise BadCursor("The cursor names no delivery of this list.", "Start again without a cursor.")
                earlier = and_(c.asked_at == last.asked_at, c.id < last.id)
                query = query.where(or_(c.asked_at < last.asked_at, earlier))
            rows = conn.execute(query.order_by(c.asked_at.desc(), c.id.desc()).limit(limit))
            return [read_delivery(row) for row in rows]


def message_id(workspace: str, seq: int, at: str) -> str:
    """The webhook-id of an event: the same for every attempt, replay and subscription.

    at: when it was committed. A number alone would come back after a restored backup, or from another installation,
    and receivers would take a new event for one they had.
    """
    return f"msg_{hashlib.sha256(f'{workspace} {at}'.encode()).hexdigest()[:12]}_{seq}"


def newest(conn: Connection, workspace: str) -> int:
    """The number of the last event; 0: there is none."""
    return int(conn.scalar(select(func.max(t.event.c.seq)).where(t.event.c.workspace == workspace)) or 0)


def shown(state: str) -> Any:
    """What is being sent is still waited for."""
    return "waiting" if state == "sending" else state


def read_subscription(row: Any) -> SubscriptionRow:
    return SubscriptionRow(**{**row._mapping, "kinds": tuple(json.loads(row.kinds))})


def read_delivery(row: Any) -> DeliveryRow:
    return DeliveryRow(**{**{name: getattr(row, name) for name in DeliveryRow.__slots__}, "state": shown(row.state)})


def _own(workspace: str, webhook_id: str) -> tuple[Any, ...]:
    return o.subscription.c.workspace == workspace, o.subscription.c.id == webhook_id


def _deliveries_of(workspace: str, webhook_id: str) -> tuple[Any, ...]:
    return o.delivery.c.workspace == workspace, o.delivery.c.subscription == webhook_id


def _get(conn: Connection, workspace: str, webhook_id: str) -> SubscriptionRow:
    row = conn.execute(select(o.subscription).where(*_own(workspace, webhook_id))).one_or_none()
    if row is None:
        raise _unknown()
    return read_subscription(row)


def _unknown() -> NotFound:
    return NotFound("There is no such webhook.", "GET /v1/webhooks lists them.")
