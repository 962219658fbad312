"""A backup that was put back is noticed, so that nothing it holds as owed is sent a second time; and nothing else is."""

import shutil

import pytest

from indexer.connectors.actions import AddNote, EditContact
from indexer.ledger import Ledger
from indexer.sync.restored import RestoreWatch
from tests.indexer.sync.conftest import World
from tests.indexer.sync.test_push import ANNA, desk, do, lose, ready, state, writes


@pytest.fixture
def look(quick, tmp_path):
    """As a worker does at its start."""
    return lambda world=quick: RestoreWatch(world.store, tmp_path / "ats.mark").look()


def put_back(world, backup, tmp_path):
    """The database as its copy says, under a new process."""
    world.ledger.close()
    for name in ("quick.db-wal", "quick.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    shutil.copy(backup, tmp_path / "quick.db")
    world.ledger = Ledger.open(f"sqlite:///{tmp_path / 'quick.db'}", clock=world.clock)
    world.start()


def copied(world, tmp_path):
    world.ledger.close()
    shutil.copy(tmp_path / "quick.db", tmp_path / "backup.db")
    world.ledger = Ledger.open(f"sqlite:///{tmp_path / 'quick.db'}", clock=world.clock)
    world.start()
    return tmp_path / "backup.db"


def test_what_a_backup_holds_as_owed_and_was_sent_since_is_not_sent_again(quick, filled, look, tmp_path):
    ready(quick, filled)
    row = do(quick, AddNote(text="Met on Monday."))
    backup = copied(quick, tmp_path)
    quick.run(60)
    assert (look(), writes(quick)) == (None, ["note"])
    put_back(quick, backup, tmp_path)
    assert look() == 1
    assert state(quick, row)[0] == "unknown"
    quick.run(4000)
    assert (state(quick, row)[0], writes(quick)) == ("applied", ["note"])
    assert look() is None


def test_what_was_done_after_the_backup_is_missed_too_where_nothing_was_owed(quick, filled, look, tmp_path):
    ready(quick, filled)
    backup = copied(quick, tmp_path)
    do(quick, EditContact(set={"phone": "+46700000001"}))
    quick.run(60)
    look()
    put_back(quick, backup, tmp_path)
    assert look() == 0


def test_a_backup_that_went_on_since_is_noticed_by_when_its_events_were_written(quick, filled, look, tmp_path):
    ready(quick, filled)
    backup = copied(quick, tmp_path)
    do(quick, EditContact(set={"phone": "+46700000001"}))
    look()
    put_back(quick, backup, tmp_path)
    quick.clock.pass_(5)
    for number in range(3):
        do(quick, EditContact(set={"phone": f"+4670000000{number}"}))
    assert look() == 3


def test_a_restart_and_a_kill_before_the_mark_was_written_are_no_restored_backup(quick, filled, look):
    assert look() is None
    ready(quick, filled)
    assert look() is None
    do(quick, AddNote(text="Met."))
    quick.run(60)
    quick.start()
    assert look() is None


def test_what_is_tried_again_is_no_restored_backup(quick, filled, look):
    ready(quick, filled)
    quick.ats.refused["note"] = "is frozen"
    row = do(quick, AddNote(text="Met."))
    quick.run(60)
    assert (look(), state(quick, row)[0]) == (None, "parked")
    desk(quick).retry(row.id, ANNA)
    assert look() is None


def test_another_ledger_in_the_same_place_is_noticed(quick, filled, look, tmp_path, clock):
    ready(quick, filled)
    look()
    clock.pass_(1000)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'other.db'}", clock=clock)
    other = World(ledger, clock, tmp_path / "files")
    other.ats.put("p01")
    other.run(30)
    assert look(other) == 0
    ledger.close()


@pytest.mark.parametrize("said", ["", "{}", "[1]", '{"event": "x", "at": 1, "done": 2}'])
def test_a_mark_that_cannot_be_read_says_nothing(quick, filled, look, tmp_path, said):
    ready(quick, filled)
    (tmp_path / "ats.mark").write_text(said)
    assert look() is None


def test_a_lost_answer_before_the_backup_went_back_is_looked_for(quick, filled, look, tmp_path):
    ready(quick, filled)
    row = do(quick, AddNote(text="Met."))
    backup = copied(quick, tmp_path)
    lose(quick)
    quick.run(2000)
    look()
    put_back(quick, backup, tmp_path)
    look()
    quick.run(4000)
    assert (state(quick, row)[0], writes(quick)) == ("applied", ["note"])
