"""How SQLite looks things up for sync: by an index down to the record, however large the mirror is."""

import pytest
from sqlalchemy import event

from indexer.ledger import Ledger, MirrorItem


@pytest.fixture
def asked(tmp_path):
    """A ledger, and the plan of each statement about the mirror that it is asked."""
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    plans = []

    def explain(conn, cursor, statement, values, context, many):
        if "mirror" in statement and statement.startswith(("SELECT", "UPDATE")):
            plans.extend(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall())

    for engine in (ledger._reading, ledger._writing):
        event.listen(engine, "before_cursor_execute", explain)
    yield ledger, plans
    ledger.close()


def test_no_page_and_no_record_reads_the_whole_mirror(asked):
    ledger, plans = asked
    store = ledger.sync("default", "ats")
    items = [
        MirrorItem("people", f"p{n}", "person", f"p{n}", "1", "{}", {"notes": frozenset()}, True) for n in range(9)
    ]
    for read_at in ("2026-11-01", "2026-11-02"):
        with store.write() as tx:
            tx.take(items, read_at=read_at, direct=False, urgency=2)
    store.items("person", ["p1", "p2"])
    assert len(plans) >= 4
    assert all("owner=?" in plan or ("kind=?" in plan and "id=?" in plan) for plan in plans), plans
