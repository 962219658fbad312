"""The event log -> the index: nothing is lost and nothing done twice, wherever it is killed."""

from datetime import date

import pytest

from engine.index.schema import point_id
from engine.records import Job, Viewer
from indexer import follower
from indexer.embed import BATCH, Indexed
from indexer.follower import checkpoint_name, follow, rebuild

TODAY = date(2026, 11, 24)
ME = Viewer()


@pytest.fixture
def go(a_ledger, encoder, lexicon):
    def on(index, **more):
        return follow(a_ledger, index, more.pop("encoder", encoder), lexicon, today=TODAY, **more)

    return on


def holds(index, ledger):
    """Whether the index holds exactly the people of the ledger, each with all they say now."""
    people = ledger.reader(ME).people(ledger.reader(ME).person_ids())
    cards = index.cards([point_id(person_id) for person_id in people])
    said = {point_id(p.id): p.records[0].positions[0].text for p in people.values()}
    told = {point: said[point] in repr(card["passages"]) for point, card in cards.items()}
    return index.count() == len(people) and told == dict.fromkeys(said, True)


def test_it_brings_what_is_new_and_then_has_nothing_to_do(go, a_ledger, index, record, encoder):
    a_ledger.writer().put_records("test", [record(n) for n in range(5)])
    assert go(index).indexed == 5
    encoder.seen.clear()
    assert go(index) == Indexed()
    assert encoder.seen == []
    a_ledger.writer().put_records("test", [record(3, text="Works with children now, in a small school.")])
    assert go(index).indexed == 1
    assert holds(index, a_ledger)


def test_an_unchanged_import_reads_no_person(go, a_ledger, index, record, monkeypatch):
    a_ledger.writer().put_records("test", [record(n) for n in range(5)])
    go(index)
    a_ledger.writer().put_records("test", [record(n) for n in range(5)])
    monkeypatch.setattr(follower, "index_people", lambda *_, **__: pytest.fail("nobody changed"))
    assert go(index) == Indexed()


def test_erased_people_leave(go, a_ledger, index, record):
    [first, _] = a_ledger.writer().put_records("test", [record(1), record(2)])
    go(index)
    a_ledger.writer().erase(first.person_id)
    assert go(index).removed == 1
    assert holds(index, a_ledger)


def test_people_of_a_job_that_becomes_confidential_are_indexed_again(go, a_ledger, index, record):
    from engine.records import Application

    on_it = record(1, applications=(Application(id="x", job_id="j1", stage="Offer", stage_rank=4),))
    [put] = a_ledger.writer().put_records("test", [on_it])
    go(index)
    assert index.columns.any_of("jobs", ["test:j1"])
    a_ledger.writer().put_jobs("test", [Job(id="j1", title="Chief", audience="leads")])
    assert go(index).indexed == 1
    assert not index.columns.any_of("jobs", ["test:j1"])
    assert put.person_id


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_killed_at_any_write_the_next_run_finishes_the_work(
    go, a_ledger, index, record, encoder, mortal, killed, at, after
):
    puts = a_ledger.writer().put_records("test", [record(n) for n in range(2 * BATCH + 5)])
    a_ledger.writer().erase(puts[0].person_id)
    with pytest.raises(killed):
        go(mortal(index, at=at, after=after))
    go(index)
    assert holds(index, a_ledger)
    texts = len(encoder.seen)
    assert texts == len(set(encoder.seen))  # nothing was embedded twice
    assert go(index) == Indexed()


@pytest.mark.parametrize("after", [False, True])
def test_killed_while_it_brings_a_change_the_change_is_not_lost(
    go, a_ledger, index, record, encoder, mortal, killed, after
):
    a_ledger.writer().put_records("test", [record(n) for n in range(5)])
    go(index)
    a_ledger.writer().put_records("test", [record(3, text="Works with children now, in a small school.")])
    with pytest.raises(killed):
        go(mortal(index, at=1, after=after))
    go(index)
    assert holds(index, a_ledger)


def test_killed_between_the_index_and_the_ledger_nothing_is_lost(go, a_ledger, index, record, killed, monkeypatch):
    from indexer.ledger import Writer

    a_ledger.writer().put_records("test", [record(n) for n in range(BATCH + 5)])
    real, calls = Writer.mark_indexed, []

    def dies(self, name, marks):
        calls.append(name)
        if len(calls) == 2:
            raise killed
        real(self, name, marks)

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "mark_indexed", dies)
        with pytest.raises(killed):
            go(index)
    assert go(index).indexed == 5  # the first batch is done for good
    assert holds(index, a_ledger)


def test_the_checkpoint_never_passes_what_the_index_holds(go, a_ledger, index, record, mortal, killed):
    for n in range(3 * BATCH):
        a_ledger.writer().put_records("test", [record(n)])
    with pytest.raises(killed):
        go(mortal(index, at=2, after=False))
    assert a_ledger.reader(ME).checkpoint(checkpoint_name(index)) == BATCH == index.count()


def test_a_lost_index_is_filled_again_even_when_that_is_killed(
    go, a_ledger, index, new_index, record, encoder, mortal, killed
):
    a_ledger.writer().put_records("test", [record(n) for n in range(BATCH + 5)])
    go(index)
    empty = new_index("another disk", encoder)
    encoder.seen.clear()
    with pytest.raises(killed):
        go(mortal(empty, at=1, after=True))
    go(empty)
    assert holds(empty, a_ledger)
    assert encoder.seen == []


def test_a_rebuild_serves_the_old_index_until_the_new_one_is_whole(
    go, a_ledger, index, new_index, record, lexicon, fake_encoder
):
    writer = a_ledger.writer()
    writer.put_records("test", [record(n) for n in range(5)])
    go(index)
    other = type(fake_encoder)(dim=32)
    beside = new_index("beside", other)
    swapped, told = [], []

    def while_at_work(done, of):
        if not told:  # an import goes on, and the old index follows it
            writer.put_records("test", [record("late")])
            assert go(index).indexed == 1
        told.append((done, of))

    def swap(new):
        assert holds(new, a_ledger)
        swapped.append(new)

    done = rebuild(a_ledger, beside, other, lexicon, today=TODAY, swap=swap, on_progress=while_at_work)
    assert (swapped, done.indexed, told) == ([beside], 6, [(5, 5)])
    assert holds(index, a_ledger)
    assert go(index) == go(beside, encoder=other) == Indexed()


def test_workspaces_are_followed_apart(go, a_ledger, index, new_index, record, encoder):
    a_ledger.writer("other").put_records("test", [record(1), record(2)])
    a_ledger.writer().put_records("test", [record(1)])
    theirs = new_index("theirs", encoder)
    assert (go(index).indexed, go(theirs, workspace="other").indexed) == (1, 2)
    assert (index.count(), theirs.count()) == (1, 2)
