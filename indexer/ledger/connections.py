"""Connections, who works on them, and the inbox's front: all that is known before one of them is opened."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, bindparam, delete, func, select, update

from engine.errors import BadInput, NotFound
from indexer.ledger import sync_tables as s
from indexer.ledger import tables as t
from indexer.ledger.database import CHUNK, Clock, chunks, stamp, upsert
from indexer.ledger.sync_values import ConnectionRow

_ONE = select(s.connection).where(s.connection.c.workspace == bindparam("w"), s.connection.c.name == bindparam("of"))
_LEASE = select(s.lease).where(*t.mine(s.lease))


class Connections:
    """Thread-safe."""

    def __init__(self, reading: Engine, writing: Engine, clock: Clock) -> None:
        self._reading, self._writing, self._clock = reading, writing, clock

    def add(
        self,
        workspace: str,
        name: str,
        *,
        vendor: str,
        origin: str,
        credential: str,
        secrets_sealed: str = "",
        settings: Mapping[str, str] = {},
        standing: Mapping[str, Any] = {},
        moved: bool = False,
    ) -> ConnectionRow:
        """A new connection, or the same one with another key: what was read so far stays. Raises BadInput.

        It is the same one where vendor and origin are. credential, secrets_sealed: sealed. moved: it may have got
        another address, as a sandbox does with each start.
        """
        own = (s.connection.c.workspace == workspace, s.connection.c.name == name)
        row = {
            "vendor": vendor, "origin": origin, "credential": credential, "secrets": secrets_sealed,
            "settings": json.dumps(dict(settings)), "standing": json.dumps(dict(standing)), "state": "active",
            "reason": "",
        }  # fmt: skip
        with self._writing.begin() as conn:
            found = conn.execute(select(s.connection).where(*own)).one_or_none()
            if found is None:
                new = {"token": secrets.token_urlsafe(24), "lag_s": 0.0, "created_at": stamp(self._clock())}
                conn.execute(s.connection.insert().values(workspace=workspace, name=name, **row, **new))
            elif found.vendor != vendor or (found.origin != origin and not moved):
                raise BadInput(f"There is a connection {name!r} to another system.", "Give this one another name.")
            else:
                stay = {"settings": bool(settings), "secrets": bool(secrets_sealed)}  # what was set, unless told anew
                kept = {k: v for k, v in row.items() if stay.get(k, True)}
                conn.execute(update(s.connection).where(*own).values(**kept))
                w = s.walk.c  # a key that may do more now: what was denied is tried again
                conn.execute(
                    update(s.walk)
                    .where(w.workspace == workspace, w.connection == name, w.state == "denied")
                    .values(state="idle", problem="", due_at=stamp(self._clock()))
                )
        return self.get(workspace, name)

    def list(self, workspace: str | None = None) -> list[ConnectionRow]:
        """None: of every workspace, for a worker."""
        query = select(s.connection).order_by(s.connection.c.workspace, s.connection.c.name)
        if workspace is not None:
            query = query.where(s.connection.c.workspace == workspace)
        with self._reading.begin() as conn:
            return [_row(row) for row in conn.execute(query)]

    def get(self, workspace: str, name: str) -> ConnectionRow:
        """Raises NotFound."""
        with self._reading.begin() as conn:
            row = conn.execute(_ONE, {"w": workspace, "of": name}).one_or_none()
        if row is None:
            raise NotFound(f"There is no connection {name!r}.", "`headwater connect list` shows them.")
        return _row(row)

    def by_token(self, token: str) -> ConnectionRow | None:
        with self._reading.begin() as conn:
            row = conn.execute(select(s.connection).where(s.connection.c.token == token)).one_or_none()
        return _row(row) if row else None

    def set_secrets(self, workspace: str, name: str, sealed: str) -> None:
        """The webhook secrets that are good from now on. Raises NotFound."""
        self._set(workspace, name, secrets=sealed)

    def change_settings(self, workspace: str, name: str, values: Mapping[str, str | None]) -> ConnectionRow:
        """Change these settings; None takes one away, the others stay. Raises NotFound."""
        c = s.connection.c
        own = (c.workspace == workspace, c.name == name)
        with self._writing.begin() as conn:
            found = conn.scalar(select(c.settings).where(*own))
            if found is not None:
                said = {k: v for k, v in {**json.loads(found), **values}.items() if v is not None}
                conn.execute(update(s.connection).where(*own).values(settings=json.dumps(said)))
        return self.get(workspace, name)

    def stop(self, workspace: str, name: str, reason: str) -> None:
        self._set(workspace, name, state="stopped", reason=reason)

    def start(self, workspace: str, name: str) -> None:
        self._set(workspace, name, state="active", reason="")

    def _set(self, workspace: str, name: str, **values: Any) -> None:
        c = s.connection.c
        with self._writing.begin() as conn:
            found = conn.execute(update(s.connection).where(c.workspace == workspace, c.name == name).values(**values))
            if not found.rowcount:
                raise NotFound(f"There is no connection {name!r}.", "`headwater connect list` shows them.")

    def receive(self, deliveries: Sequence[tuple[str, str, str, Mapping[str, Any]]]) -> None:
        """(workspace, connection, event id, hint) of each: into the inbox, once. All in one commit."""
        at = stamp(self._clock())
        rows = {
            (w, c, e): {
                "workspace": w, "connection": c, "event_id": e, "received_at": at, "hint": json.dumps(hint),
                "state": "new",
            }
            for w, c, e, hint in deliveries
        }  # fmt: skip
        with self._writing.begin() as conn:
            upsert(conn, s.inbox, list(rows.values()), update=False)

    def received(self, workspace: str, name: str, event_ids: Sequence[str]) -> set[str]:
        """Which of these stand in the inbox, taken or not."""
        c, found = s.inbox.c, set[str]()
        with self._reading.begin() as conn:
            for part in chunks(event_ids, CHUNK):
                query = select(c.event_id).where(c.workspace == workspace, c.connection == name, c.event_id.in_(part))
                found.update(conn.scalars(query))
        return found

    def waiting(self, workspace: str, name: str) -> int:
        """Deliveries that nobody has taken yet."""
        c = s.inbox.c
        with self._reading.begin() as conn:
            query = select(func.count()).where(c.workspace == workspace, c.connection == name, c.state == "new")
            return int(conn.scalar(query) or 0)

    def lease(
        self, workspace: str, name: str, holder: str, *, seconds: float,
        is_dead: Callable[[str], bool] = lambda _holder: False,
    ) -> int | None:  # fmt: skip
        """Take or keep the connection for a while. Returns the fencing token, None while another worker has it.

        is_dead: of a holder that is, the lease need not run out.
        """
        now, until = stamp(self._clock()), stamp(self._clock() + timedelta(seconds=seconds))
        with self._writing.begin() as conn:
            row = conn.execute(_LEASE, {"w": workspace, "of": name}).one_or_none()
            if row is not None and row.holder != holder and row.until > now and not is_dead(row.holder):
                return None
            token = 1 if row is None else row.token + (row.holder != holder)
            key = {"workspace": workspace, "connection": name}
            upsert(conn, s.lease, [{**key, "holder": holder, "token": token, "until": until}])
        return token

    def release(self, workspace: str, name: str, holder: str) -> None:
        c = s.lease.c
        with self._writing.begin() as conn:
            mine = (c.workspace == workspace, c.connection == name, c.holder == holder)
            conn.execute(update(s.lease).where(*mine).values(until=stamp(self._clock())))

    def forget_old_deliveries(self, *, days: float) -> int:
        """The ids of what arrived are kept that long, so that a delivery repeated late counts once."""
        before = stamp(self._clock() - timedelta(days=days))
        with self._writing.begin() as conn:
            c = s.inbox.c
            return conn.execute(delete(s.inbox).where(c.received_at < before, c.state != "new")).rowcount


def _row(row: Any) -> ConnectionRow:
    found = dict(row._mapping)
    return ConnectionRow(
        **{**found, "settings": json.loads(found["settings"]), "standing": json.loads(found["standing"])}
    )
