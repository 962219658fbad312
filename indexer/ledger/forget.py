"""Takes out of the tables of sync what they hold of a person. What stays says only that nothing may be kept again."""

from __future__ import annotations

from sqlalchemy import Connection, delete, update

from indexer.ledger import sync_tables as s
from indexer.ledger import tables as t
from indexer.ledger.database import upsert
from indexer.ledger.sync_values import OPEN


def forget_person(conn: Connection, workspace: str, connection: str, external_id: str) -> None:
    """For good: a later page or webhook about them stores nothing."""
    own = {"workspace": workspace, "connection": connection}
    empty_person(conn, workspace, connection, external_id)
    marked = {
        **own, "root": "person", "id": external_id, "dirty": 0, "urgency": 0, "deleted_at": None, "purged_at": None,
        "erased": 1, "missed": "", "looked": "",
    }  # fmt: skip
    upsert(conn, s.root, [marked])


def empty_person(conn: Connection, workspace: str, connection: str, external_id: str) -> None:
    """What the ATS said of them, their files, what was to be written. Ids and times stay: nothing late returns."""
    m, f, o, p = s.mirror.c, s.file.c, s.outbox.c, t.parked.c
    theirs = (m.workspace == workspace, m.connection == connection, m.root == "person", m.owner == external_id)
    places = [f"{row.kind}/{row.id}"[:500] for row in conn.execute(s.mirror.select().where(*theirs))]
    places.append(f"person/{external_id}"[:500])
    conn.execute(update(s.mirror).where(*theirs).values(body="{}", hash=""))
    owed = (o.workspace == workspace, o.connection == connection, o.person == external_id)
    gone = {"state": "cancelled", "problem": "The person is gone, and what was kept of them."}
    conn.execute(update(s.outbox).where(*owed, o.state.in_((*OPEN, "conflict", "parked"))).values(**gone))
    conn.execute(update(s.outbox).where(*owed).values(action="{}", draft="{}", theirs="{}", why="", looked=None))
    for table, where in (
        (s.file, (f.workspace == workspace, f.connection == connection, f.owner == external_id)),
        (
            t.parked,
            (p.workspace == workspace, p.connection == connection, p.place.in_(places)),
        ),
    ):
        conn.execute(delete(table).where(*where))
