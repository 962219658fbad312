"""Takes out of the tables of sync what they hold of a person. What stays says only that nothing may be kept again."""

from __future__ import annotations

from sqlalchemy import Connection, delete, update

from indexer.ledger import sync_tables as s
from indexer.ledger import tables as t
from indexer.ledger.database import upsert


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
    """What the ATS said of them, their files, base and conflicts. Ids and times stay, so that nothing late returns."""
    m, f, b, c, p = s.mirror.c, s.file.c, s.base.c, s.conflict.c, t.parked.c
    theirs = (m.workspace == workspace, m.connection == connection, m.root == "person", m.owner == external_id)
    places = [f"{row.kind}/{row.id}"[:500] for row in conn.execute(s.mirror.select().where(*theirs))]
    places.append(f"person/{external_id}"[:500])
    conn.execute(update(s.mirror).where(*theirs).values(body="{}", hash=""))
    for table, where in (
        (s.file, (f.workspace == workspace, f.connection == connection, f.owner == external_id)),
        (s.base, (b.workspace == workspace, b.connection == connection, b.root == "person", b.id == external_id)),
        (s.conflict, (c.workspace == workspace, c.connection == connection, c.record_id == external_id)),
        (
            t.parked,
            (p.workspace == workspace, p.connection == connection, p.place.in_(places)),
        ),
    ):
        conn.execute(delete(table).where(*where))
