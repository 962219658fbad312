"""Sealed columns are found by themselves and sealed anew; what nothing opens is named and left."""

from sqlalchemy import Column, MetaData, String, Table, Text, select

from indexer.ledger.database import connect
from indexer.ledger.sealed import reseal, sealed_columns
from indexer.ledger.tables import SEALED
from indexer.vault import Vault

OLD, NEW = "old secret, long enough to be one", "new secret, long enough to be one"


def test_every_sealed_text_is_under_the_new_secret_afterwards(database_url):
    metadata = MetaData()
    table = Table(
        "made_up",
        metadata,
        Column("workspace", String(20), primary_key=True),
        Column("name", String(20), primary_key=True),
        Column("plain", Text),
        Column("credential", Text, info=SEALED),
    )
    reading, engine = connect(database_url)
    metadata.create_all(engine)
    old = Vault([OLD])
    rows = [
        ("w1", "a", old.seal("one")),
        ("w2", "a", old.seal("two")),
        ("w1", "none", None),
        ("w1", "other", Vault(["somebody else's"]).seal("x")),
    ]
    with engine.begin() as conn:
        conn.execute(table.insert(), [{"workspace": w, "name": n, "plain": "p", "credential": c} for w, n, c in rows])
    done = reseal(engine, Vault([NEW, OLD]).rotate, metadata)
    assert (done.done, done.lost) == (2, ("made_up.credential w1/other",))
    with engine.begin() as conn:
        found = {(r.workspace, r.name): r.credential for r in conn.execute(select(table))}
    engine.dispose()
    reading.dispose()
    new = Vault([NEW])
    assert (new.open(found["w1", "a"]), new.open(found["w2", "a"])) == ("one", "two")
    assert found["w1", "none"] is None
    assert found["w1", "other"] == rows[3][2]


def test_the_ledger_seals_anew_what_its_tables_mark(ledger):
    assert ledger.reseal(Vault([NEW]).rotate).lost == ()
    assert all(column.type.python_type is str for column in sealed_columns())
