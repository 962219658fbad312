"""What is owed to subscriptions: taken from the event log by cursor, claimed by one sender at a time, settled once.

Each call is one transaction. A claim is a due time in the future: a sender that died is taken over when it is reached,
and the token of a claim keeps one that comes back late from changing anything.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, and_, delete, func, select, update

from indexer.ledger import outgoing_tables as o
from indexer.ledger import tables as t
from indexer.ledger.database import Clock, stamp, upsert
from indexer.ledger.outgoing_subscriptions import message_id, newest, read_subscription
from indexer.ledger.outgoing_values import Claimed, Outcome, SubscriptionRow
from indexer.ledger.values import Event
from indexer.ledger.writer import Writer

TAKEN = 200
"""Events looked at in one transaction."""
MOST_DUE = 500
"""Of one subscription, deliveries that are due before more are taken: a backlog stays in the log, not in a table."""
ACTOR = "webhooks"
Settled = Literal["delivered", "failed", "disabled", "late"]


class OutgoingQueue:
    """Thread-safe. workspace None: of all."""

    def __init__(self, reading: Engine, writing: Engine, clock: Clock, workspace: str | None) -> None:
        self._reading, self._writing, self._clock, self._workspace = reading, writing, clock, workspace

    def take(self) -> bool:
        """The next events of the log, or of a replay, of one subscription. False: there is nothing to take now."""
        with self._reading.begin() as conn:
            found = next((row for row in self._active(conn) if self._wants(conn, row)), None)
        if found is None:
            return False
        with self._writing.begin() as conn:
            # As it stands now: another process may have taken these, or somebody changed it.
            row = next(
                (row for row in self._active(conn) if (row.workspace, row.id) == (found.workspace, found.id)), None
            )
            if row is not None and row.cursor < newest(conn, row.workspace):
                self._take_new(conn, row)
            elif row is not None and row.replay_next is not None:
                self._take_replay(conn, row)
        return True

    def _active(self, conn: Connection) -> list[SubscriptionRow]:
        """Who had no turn for longest first."""
        c = o.subscription.c
        query = select(o.subscription).where(c.state == "active")
        if self._workspace is not None:
            query = query.where(c.workspace == self._workspace)
        rows = [read_subscription(row) for row in conn.execute(query)]
        return sorted(rows, key=lambda row: (row.tried_at or "", row.workspace, row.id))

    def _wants(self, conn: Connection, row: SubscriptionRow) -> bool:
        if row.replay_next is None and row.cursor >= newest(conn, row.workspace):
            return False
        c = o.delivery.c
        due = (*_of(row), c.state == "waiting", c.due_at <= stamp(self._clock()))
        return int(conn.scalar(select(func.count()).select_from(o.delivery).where(*due)) or 0) < MOST_DUE

    def _take_new(self, conn: Connection, row: SubscriptionRow) -> None:
        e = t.event.c
        query = select(e.seq, e.kind, e.at).where(e.workspace == row.workspace, e.seq > row.cursor).order_by(e.seq)
        events = conn.execute(query.limit(TAKEN)).all()
        rows = [self._owed(row, event.seq, event.at) for event in events if _tells(row, event.kind)]
        upsert(conn, o.delivery, rows, update=False)
        self._set(conn, row, cursor=events[-1].seq)

    def _take_replay(self, conn: Connection, row: SubscriptionRow) -> None:
        assert row.replay_next is not None
        assert row.replay_to is not None
        e, c = t.event.c, o.delivery.c
        end = min(row.replay_next + TAKEN - 1, row.replay_to)
        within = (e.workspace == row.workspace, e.seq >= row.replay_next, e.seq <= end)
        query = select(e.seq, e.kind, e.at).where(*within).order_by(e.seq)
        owed = [self._owed(row, event.seq, event.at) for event in conn.execute(query) if _tells(row, event.kind)]
        rows = {one["id"]: one for one in owed}
        for there in conn.execute(select(c.id, c.state, c.token).where(*_of(row), c.id.in_(list(rows)))):
            if there.state == "sending":  # it is on its way: once more would be twice at once
                del rows[there.id]
            else:
                rows[there.id]["token"] = there.token
        upsert(conn, o.delivery, list(rows.values()))
        over = end >= row.replay_to
        self._set(conn, row, replay_next=None if over else end + 1, replay_to=None if over else row.replay_to)

    def _owed(self, row: SubscriptionRow, seq: int, at: str) -> dict[str, Any]:
        now = stamp(self._clock())
        return {
            "workspace": row.workspace, "subscription": row.id, "id": message_id(row.workspace, seq, at), "seq": seq,
            "state": "waiting", "due_at": now, "token": 0, "attempts": 0, "status": None, "problem": "",
            "asked_at": now, "at": None,
        }  # fmt: skip

    def claim(self, *, seconds: float, most: int, most_failing: int) -> Claimed | None:
        """One that is due, ours for so long. None: there is none, or as many are on their way as may be.

        most: of one subscription at once; one that fails gets one at a time, and all that fail together most_failing.
        """
        now = stamp(self._clock())
        with self._reading.begin() as conn:
            rows = self._active(conn)
            busy = {(row.workspace, row.id): self._sending(conn, row, now) for row in rows}
            failing = sum(busy[row.workspace, row.id] for row in rows if row.failing_since)
            for row in rows:
                mine = busy[row.workspace, row.id]
                if mine >= (1 if row.failing_since else most) or (row.failing_since and failing >= most_failing):
                    continue
                query = select(o.delivery).where(*_of(row), _due(now)).order_by(o.delivery.c.due_at, o.delivery.c.seq)
                if (found := conn.execute(query.limit(1)).one_or_none()) is not None:
                    break
            else:
                return None
            event = self._event(conn, row, found.seq)
        until = stamp(self._clock() + timedelta(seconds=seconds))
        c = o.delivery.c
        with self._writing.begin() as conn:
            as_seen = (*_of(row), c.id == found.id, c.token == found.token, _due(now))
            values = {"state": "sending", "token": found.token + 1, "due_at": until}
            if not conn.execute(update(o.delivery).where(*as_seen).values(**values)).rowcount:
                return None  # another was quicker
            self._set(conn, row, tried_at=now)
        return Claimed(row, found.id, event, found.asked_at, found.attempts, found.token + 1, until)

    def _sending(self, conn: Connection, row: SubscriptionRow, now: str) -> int:
        c = o.delivery.c
        query = select(func.count()).select_from(o.delivery)
        return int(conn.scalar(query.where(*_of(row), c.state == "sending", c.due_at > now)) or 0)

    def _event(self, conn: Connection, row: SubscriptionRow, seq: int | None) -> Event | None:
        if seq is None:
            return None
        e = t.event.c
        found = conn.execute(select(t.event).where(e.workspace == row.workspace, e.seq == seq)).one()
        return Event(found.seq, found.kind, tuple(json.loads(found.ids)), found.actor, found.at)

    def settle(self, claimed: Claimed, outcome: Outcome) -> Settled:
        """Note what became of it. late: the claim is not ours any more, and nothing is changed.

        A subscription that ``outcome.off`` gives a reason for is disabled, which is an event of its own.
        """
        row, now, c = claimed.subscription, stamp(self._clock()), o.delivery.c
        values: dict[str, Any] = {
            "state": outcome.state, "status": outcome.status, "problem": outcome.problem, "at": now,
            "attempts": claimed.attempts + 1, "due_at": outcome.due_at or now,
        }  # fmt: skip
        with self._writing.begin() as conn:
            ours = (*_of(row), c.id == claimed.id, c.state == "sending", c.token == claimed.token)
            if not conn.execute(update(o.delivery).where(*ours).values(**values)).rowcount:
                return "late"
            s = o.subscription.c
            own = (s.workspace == row.workspace, s.id == row.id)
            since, state = conn.execute(select(s.failing_since, s.state).where(*own)).one()
            if outcome.state == "delivered":
                if since is not None:
                    self._set(conn, row, failing_since=None)
            elif claimed.event is not None:  # a test says nothing of what is owed
                if since is None:
                    self._set(conn, row, failing_since=now)
                reason = outcome.off(since or now)
                if reason and state == "active":
                    self._set(conn, row, state="disabled", reason=reason)
                    Writer(self._writing, row.workspace, ACTOR, self._clock).note_in(conn, "webhook.disabled", [row.id])
                    return "disabled"
        return "delivered" if outcome.state == "delivered" else "failed"

    def _set(self, conn: Connection, row: SubscriptionRow, **values: Any) -> None:
        s = o.subscription.c
        conn.execute(update(o.subscription).where(s.workspace == row.workspace, s.id == row.id).values(**values))

    def next_at(self) -> str | None:
        """When there may be something to take or send; None: not without news. In the past: now."""
        with self._reading.begin() as conn:
            rows = self._active(conn)
            if any(self._wants(conn, row) for row in rows):
                return stamp(self._clock())
            c, dues = o.delivery.c, []
            for row in rows:
                for state in ("waiting", "sending"):  # two looks at the index, not a walk over all that was delivered
                    query = select(func.min(c.due_at)).where(*_of(row), c.state == state)
                    dues.append(conn.scalar(query))
        return min((due for due in dues if due is not None), default=None)

    def forget(self, *, days: float) -> int:
        """What was settled so long ago is not listed any more; a replay can owe it once more."""
        before, c = stamp(self._clock() - timedelta(days=days)), o.delivery.c
        settled = [c.state.in_(["delivered", "failed"]), c.at < before]
        if self._workspace is not None:
            settled.append(c.workspace == self._workspace)
        with self._writing.begin() as conn:
            return conn.execute(delete(o.delivery).where(*settled)).rowcount


def _of(row: SubscriptionRow) -> tuple[Any, ...]:
    return o.delivery.c.workspace == row.workspace, o.delivery.c.subscription == row.id


def _due(now: str) -> Any:
    """Waiting for its time, or on its way with somebody who should have been back by now."""
    c = o.delivery.c
    return and_(c.state.in_(["waiting", "sending"]), c.due_at <= now)


def _tells(row: SubscriptionRow, kind: str) -> bool:
    return not row.kinds or kind in row.kinds
