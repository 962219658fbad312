"""Who is gone in the ATS is hidden here, and only that: what is not proved to be gone stays."""

import pytest
from sqlalchemy import select

from indexer.connectors.errors import Denied
from indexer.ledger import sync_tables as s
from indexer.ledger import tables as t
from indexer.sync.sweep import allow_deletes, sweep_now
from tests.indexer.sync.fake import truth

DAY = 86_400


@pytest.fixture
def settled(quick, filled):
    """people -> a world whose first sync is over."""

    def make(people=13):
        filled(quick, people)
        quick.run(people * 8)
        assert quick.people() == truth(quick.ats)
        return quick

    return make


def sweep(world, seconds=30):
    sweep_now(world.store)
    world.run(seconds)


def reads_of(ats, since):
    return [what.split("/")[1] for _, what in ats.requests[since:] if what.split("/")[1] in KEYS]


KEYS = {f"p{n:02}" for n in range(60)}


def walk_of(world, feed="candidates", mode="sweep"):
    [walk] = [w for w in world.store.walks() if (w.mode, w.feed) == (mode, feed)]
    return walk


def problems(world):
    return [walk.problem for walk in world.store.walks() if walk.problem]


def test_a_webhook_that_tells_of_a_removal_is_believed_once_a_read_finds_nothing(settled):
    world = settled()
    world.ats.remove("p03")
    before = len(world.ats.requests)
    world.hook("candidates", "p03", gone=True)
    world.run(5)
    assert "p03" not in world.people()
    assert world.people() == truth(world.ats)
    assert reads_of(world.ats, before) == ["p03"]


def test_a_webhook_that_tells_of_a_removal_of_someone_who_is_there_hides_nobody(settled):
    world = settled()
    world.hook("candidates", "p03", gone=True)
    world.run(5)
    assert world.people() == truth(world.ats)
    world.run(1300)  # it is asked for again while the vendor may trail, and then no more
    assert world.people() == truth(world.ats)
    assert world.store.counts()["to_read"] == 0


def test_a_note_that_is_gone_is_found_although_another_was_gone_before_it_was_ever_seen(settled):
    world = settled()
    world.hook("notes", "a-note-never-seen")
    world.run(1300)
    world.ats.notes.pop(next(iter(world.ats.notes)))
    world.ats.remember()
    sweep(world)
    assert world.people() == truth(world.ats)


def test_whoever_a_complete_sweep_does_not_show_is_read_by_itself_and_then_gone(settled):
    world = settled()
    for key in ("p00", "p07", "p12"):
        world.ats.remove(key)
    before = len(world.ats.requests)
    sweep(world)
    assert world.people() == truth(world.ats)
    assert {"p00", "p07", "p12"} <= set(reads_of(world.ats, before))
    assert world.store.counts()["gone"] == 3


def test_a_note_that_went_alone_goes_alone(settled):
    world = settled()
    del world.ats.notes["n03"]
    sweep(world)
    assert world.people() == truth(world.ats)
    assert len(world.people()) == 13


def test_a_job_that_went_is_closed_and_stays_with_who_applied(settled):
    world = settled()
    del world.ats.jobs["j1"]
    sweep(world)
    jobs = {job.title: job.status for job in world.ledger.reader(viewer()).jobs()}
    assert jobs["Nurse"] == "closed"
    assert world.people() == truth(world.ats)


@pytest.mark.parametrize("cut", [0, 1, 7])
def test_a_listing_that_ends_early_hides_nobody_and_says_so(settled, cut):
    world = settled()
    world.ats.remove("p05")
    world.ats.cut = cut
    sweep(world)
    assert set(world.people()) == {*world.ats.people, "p05"}
    assert any("showed" in said for said in problems(world))
    world.ats.cut = None
    world.run(DAY / 8 + 60)  # sooner than the next turn
    assert world.people() == truth(world.ats)


def test_an_empty_listing_hides_nobody(settled):
    world = settled()
    world.ats.skipped = set(world.ats.people)  # and it says that there are 0 in all
    sweep(world)
    assert world.people() == truth(world.ats)
    assert world.store.counts()["gone"] == 0


def test_a_listing_that_leaves_out_half_of_those_that_live_hides_nobody(settled):
    world = settled()
    world.ats.skipped = {f"p{n:02}" for n in range(0, 13, 2)}
    sweep(world)
    assert world.people() == truth(world.ats)


def test_a_listing_that_may_not_be_read_hides_nobody(settled):
    world = settled()
    world.ats.remove("p05")
    world.ats.denied["candidates"] = 403
    sweep(world)
    assert "p05" in world.people()
    assert walk_of(world).state == "denied"


def test_a_sweep_refused_on_its_second_page_hides_nobody(settled):
    world = settled()
    world.ats.denied["candidates/p02"] = 403
    sweep(world)
    assert world.people() == truth(world.ats)
    assert world.store.counts()["gone"] == 0


def test_a_read_that_is_refused_proves_nothing(settled):
    world = settled()
    world.ats.denied["candidates/p03"] = 403
    world.hook("candidates", "p03", gone=True)
    world.run(30)
    assert world.people() == truth(world.ats)
    assert [row.place for row in world.store.parked()] == ["candidates/p03"]


@pytest.mark.parametrize(("gone", "asks"), [(20, False), (21, True)])
def test_more_than_twenty_missing_at_once_asks_first(settled, gone, asks):
    world = settled(50)
    for n in range(gone):
        world.ats.remove(f"p{n:02}")
    before = len(world.ats.requests)
    sweep(world, 60)
    assert (walk_of(world).state == "asks") == asks
    assert len(world.people()) == (50 if asks else 50 - gone)
    if asks:
        assert not set(reads_of(world.ats, before)) & {f"p{n:02}" for n in range(gone)}
        assert "Nothing was hidden" in walk_of(world).problem


def test_an_operator_lets_the_many_through_and_each_is_read_by_itself(settled):
    world = settled(50)
    for n in range(30):
        world.ats.remove(f"p{n:02}")
    back = "p29"  # listed by nobody and there all the same
    world.ats.put(back)
    world.ats.skipped = {back}
    sweep(world, 60)
    before = len(world.ats.requests)
    assert allow_deletes(world.store) == 1
    world.run(90)
    read = reads_of(world.ats, before)
    assert {f"p{n:02}" for n in range(30)} <= set(read)
    assert set(world.people()) == set(world.ats.people)
    assert walk_of(world).state == "idle"
    assert walk_of(world).allowed == 0  # once, not for good
    assert allow_deletes(world.store) == 0


def test_it_asks_again_the_next_time(settled):
    world = settled(50)
    for n in range(21):
        world.ats.remove(f"p{n:02}")
    sweep(world, 60)
    allow_deletes(world.store)
    world.run(60)
    for n in range(21, 43):
        world.ats.remove(f"p{n:02}")
    sweep(world, 60)
    assert walk_of(world).state == "asks"
    assert len(world.people()) == 29


def test_a_page_that_still_shows_who_is_gone_does_not_bring_them_back(settled):
    world = settled()
    late = dict(world.ats.people)
    world.ats.remove("p03")
    world.hook("candidates", "p03", gone=True)
    world.run(5)
    shown = world.ats.people
    page = world.connector.page

    def trailing(http, feed, at, since):
        world.ats.people = late
        try:
            return page(http, feed, at, since)
        finally:
            world.ats.people = shown

    world.connector.page = trailing
    sweep(world, 120)
    assert "p03" not in world.people()
    assert world.people() == truth(world.ats)


def test_a_page_asked_for_before_the_removal_and_answered_after_it_does_not_bring_them_back(settled):
    world = settled()
    from dataclasses import replace

    store = world.store
    items = [replace(item, is_root=True) for item in store.items("person", ["p03"])["p03"] if item.kind == "candidates"]
    asked = store.now()
    world.clock.pass_(2)
    with store.write() as tx:
        tx.delete("candidates", "p03", root="person", at=store.now(), urgency=0)
        tx.take(items, read_at=asked, direct=True, urgency=0)
        tx.take(items, read_at=store.now(), direct=False, urgency=0)
    world.ats.remove("p03")
    world.run(10)
    assert world.people() == truth(world.ats)


def test_who_is_there_again_comes_back_whole_with_the_same_id_here(settled):
    world = settled()
    ids = world.ledger.reader(viewer()).ids_of("ats", ["p03"])
    row, notes = world.ats.people["p03"], dict(world.ats.notes)
    world.ats.remove("p03")
    world.hook("candidates", "p03", gone=True, event="1")
    world.run(5)
    assert "p03" not in world.people()
    world.clock.pass_(60)
    world.ats.put("p03", **row.__dict__ | {"name": "Back Again"})
    world.ats.notes = notes
    world.hook("candidates", "p03", event="2")
    world.run(400)
    assert world.people() == truth(world.ats)
    assert world.people()["p03"][0] == "Back Again"
    assert world.ledger.reader(viewer()).ids_of("ats", ["p03"]) == ids


def test_after_thirty_days_nothing_of_their_words_is_kept(settled):
    world = settled()
    world.ats.remove("p03")
    world.hook("candidates", "p03", gone=True)
    world.run(5)
    kept = rows_of(world, "p03")
    assert any("p03" in body for body in kept["bodies"])  # until then an error of the ATS can be undone
    assert kept["files"]
    world.connector.plan = world.connector.plan.__class__((), (), ())
    world.clock.pass_(29 * DAY)
    quiet(world)
    assert rows_of(world, "p03") == kept
    world.clock.pass_(2 * DAY)
    quiet(world)
    left = rows_of(world, "p03")
    assert set(left["bodies"]) == {"{}"}
    assert left["files"] == left["versions"] == []
    assert rows_of(world, "p04")["files"]
    assert "p04" in world.people()


def test_who_was_purged_comes_back_whole(settled):
    world = settled()
    row = world.ats.people["p03"]
    world.ats.remove("p03")
    world.hook("candidates", "p03", gone=True, event="1")
    world.run(5)
    world.clock.pass_(31 * DAY)
    world.run(300)
    assert set(rows_of(world, "p03")["bodies"]) == {"{}"}
    world.ats.put("p03", **row.__dict__)
    world.hook("candidates", "p03", event="2")
    world.run(400)
    assert world.people() == truth(world.ats)


def test_a_person_who_was_forgotten_stays_so_whatever_arrives(settled):
    world = settled()
    [person_id] = world.ledger.reader(viewer()).ids_of("ats", ["p03"]).values()
    world.ledger.writer().erase(person_id)
    seq = world.ledger.reader(viewer()).events()[-1].seq
    downloads = len(world.ats.downloads)
    world.ats.put("p03", name="New Name", cv="Another CV", cv_mark=2)
    world.ats.notes["n99"] = ("p03", "Called again.")
    world.hook("candidates", "p03", event="1")
    world.hook("candidates", "p03", gone=True, event="2")
    world.hook("applications", "a3", event="3")
    world.hook("notes", "n99", event="4")
    world.run(400)
    sweep(world)
    world.ats.remove("p03")
    sweep(world)
    world.ats.put("p03", name="New Name", cv="Another CV")
    world.hook("candidates", "p03", event="5")
    world.run(100)
    assert set(world.people()) == set(world.ats.people) - {"p03"}
    assert world.ledger.reader(viewer()).events(after=seq) == []
    assert len(world.ats.downloads) == downloads
    left = rows_of(world, "p03")
    assert set(left["bodies"]) <= {"{}"}
    assert left["files"] == left["versions"] == []
    assert world.store.parked() == []
    assert "New Name" not in everything(world)


def test_who_was_forgotten_and_is_gone_there_too_is_not_asked_about_for_ever(settled):
    world = settled()
    [person_id] = world.ledger.reader(viewer()).ids_of("ats", ["p03"]).values()
    world.ledger.writer().erase(person_id)
    world.ats.remove("p03")
    sweep(world)
    before = len(world.ats.requests)
    sweep(world)
    assert "p03" not in reads_of(world.ats, before)


def test_an_error_of_the_vendor_is_not_a_removal(settled):
    world = settled()
    fetch = world.connector.fetch

    def refused(http, kind, item_id):
        raise Denied("Not for you.", status=403)

    world.connector.fetch = refused
    world.ats.skipped = {"p03", "p04"}
    sweep(world)
    world.connector.fetch = fetch
    assert world.people() == truth(world.ats)


def quiet(world):
    """Steps without the vendor: it must not be asked for a purge."""
    from indexer.sync.step import step

    with world.store.write() as tx:
        for walk in world.store.walks():
            tx.drop_walk(walk)
    before = len(world.ats.requests)
    while step(world.work) is not None:
        pass
    assert len(world.ats.requests) == before


def rows_of(world, key):
    """What is kept of a person, over all tables of sync and the ledger's versions."""
    with world.ledger._reading.begin() as conn:

        def column(wanted, *where):
            return [row[0] for row in conn.execute(select(wanted).where(*where))]

        m, v = s.mirror.c, t.record_version.c
        return {
            "bodies": column(m.body, m.root == "person", m.owner == key),
            "files": column(s.file.c.text, s.file.c.owner == key),
            "versions": column(v.body, v.external_id == key),
        }


def everything(world):
    """All that the ledger holds, as one text."""
    with world.ledger._reading.begin() as conn:
        return "\n".join(
            str(tuple(row)) for table in t.metadata.sorted_tables for row in conn.execute(select(table)).all()
        )


def viewer():
    from engine.records import Viewer

    return Viewer()
