"""How far a ledger has come, in few words that are kept outside it: where it is behind them, a backup was restored."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from indexer.ledger import sync_tables as s
from indexer.ledger import tables as t

_E, _O = t.event.c, s.outbox.c
_IN = _E.workspace == bindparam("w")
_NEWEST = select(_E.seq, _E.at).where(_IN).order_by(_E.seq.desc()).limit(1)
_AT = select(_E.at).where(_IN, _E.seq == bindparam("seq"))
_DONE = select(func.max(_O.done_at)).where(*t.mine(s.outbox))


class Mark(NamedTuple):
    """The workspace's newest event, when that was written, and when an action of the connection last came to its end.

    A number alone would come again after a backup was restored.
    """

    event: int
    at: str
    done: str


def mark_of(conn: Connection, workspace: str, connection: str) -> Mark:
    row = conn.execute(_NEWEST, {"w": workspace}).one_or_none()
    done = conn.scalar(_DONE, {"w": workspace, "of": connection}) or ""
    return Mark(row.seq, row.at, done) if row else Mark(0, "", done)


def is_behind(conn: Connection, workspace: str, connection: str, mark: Mark) -> bool:
    """What the mark tells of is not in there."""
    if mark.event and conn.scalar(_AT, {"w": workspace, "seq": mark.event}) != mark.at:
        return True
    now = mark_of(conn, workspace, connection)
    # An action tried again is not over any more; that is an event, too.
    return now.event == mark.event and now.done < mark.done
