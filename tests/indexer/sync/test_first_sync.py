"""The first sync: everyone, once, wherever it is killed; and what the vendor's paging can do to it."""

import random

import pytest

from indexer.sync.step import step
from indexer.sync.sweep import sweep_now
from tests.indexer.sync.conftest import Killed
from tests.indexer.sync.fake import truth


def test_everyone_comes_with_all_that_belongs_to_them(world, filled):
    ats = filled(world)
    world.settle()
    assert world.people() == truth(ats)
    assert {job.title for job in world.ledger.reader(world_viewer()).jobs()} == {"Nurse", "Developer"}
    assert ats.too_many == 0


def test_the_author_of_a_note_is_looked_up_and_a_renamed_one_reaches_everyone(world, filled):
    ats = filled(world)
    world.settle()
    ats.users["u1"] = "Karin"
    with world.store.write() as tx:
        tx.want("users", "u1", 1)
    world.settle()
    authors = {a.author for p in everyone(world) for r in p.records for a in r.activities}
    assert authors == {"Karin"}


def test_a_second_worker_finds_nothing_to_do_and_reads_no_cv_again(world, filled):
    ats = filled(world)
    world.settle()
    before, downloads = world.people(), list(ats.downloads)
    world.start()
    sweep_now(world.store)
    world.run(4000)
    assert world.people() == before
    assert ats.downloads == downloads
    assert sorted(downloads) == sorted(ats.people)


def test_killed_at_fifty_random_moments_nothing_is_missing_and_nothing_twice(world, filled, clock):
    ats = filled(world, people=40)
    rng, kills = random.Random(7), 0
    for _ in range(50):
        world.left[0] = rng.randint(1, 12)
        try:
            world.run(30)
        except Killed:
            kills += 1
            world.start()
        world.left[0] = None
    assert kills > 30
    world.run(2000)
    assert world.people() == truth(ats)
    versions = [len(world.ledger.reader(world_viewer()).person_versions(p.id)) for p in everyone(world)]
    assert max(versions) <= 6  # the record grew by its CV, its note, its author; no version says the same twice
    assert ats.too_many == 0


@pytest.mark.parametrize("at", range(1, 31))
def test_a_kill_costs_at_most_one_page(quick, filled, at):
    ats = filled(quick)
    quick.left[0] = at
    with pytest.raises(Killed):
        quick.run(3000)
    quick.left[0] = None
    quick.start()
    quick.run(50)
    pages = [what for _, what in ats.requests if what.split("/")[0] in ("users", "jobs", "candidates", "notes")]
    listings = [what for what in pages if what.split("/")[1] not in ats.people]
    twice = {what for what in listings if listings.count(what) > 1 and not what.startswith("notes")}
    assert len(twice) <= 1
    quick.run(600)
    assert quick.people() == truth(ats)


def test_three_pages_of_one_second_and_edits_while_paging_miss_nobody(world, filled):
    ats = filled(world, people=12)  # all within one second of the vendor's clock
    turns = iter(range(1000))

    def edit(what):
        turn = next(turns)
        if what.startswith(("candidates/", "changed/")) and turn % 2 and turn < 60:
            ats.put(f"p{turn % 12:02}", name=f"Edited {turn}")
            if turn % 6 == 1:
                ats.put(f"q{turn:02}")

    ats.before_request.append(edit)
    world.run(1500)
    ats.before_request.clear()
    world.settle()
    assert world.people() == truth(ats)


def test_a_tie_over_three_pages_that_is_polled_comes_whole(world, filled, clock):
    ats = filled(world, people=12)
    world.settle()
    clock.pass_(30)
    for key in list(ats.people):
        ats.put(key, name=f"Again {key}")  # twelve changes in one second, four pages
    world.settle()
    assert world.people() == truth(ats)


def test_a_dead_cursor_starts_the_listing_again_and_loses_nothing(world, filled):
    ats = filled(world)
    ats.expire = 3
    world.run(1200)
    assert world.people() == truth(ats)
    assert world.store.counts()["gone"] == 0


def test_a_page_that_names_itself_as_the_next_stops_loudly(quick, filled, monkeypatch):
    filled(quick)
    page = quick.connector.page

    def circle(http, feed, at, since):
        from dataclasses import replace

        return (
            replace(page(http, feed, at, since), next=at or "x")
            if feed == "candidates"
            else page(http, feed, at, since)
        )

    monkeypatch.setattr(quick.connector, "page", circle)
    quick.run(60)
    [walk] = [w for w in quick.store.walks() if (w.mode, w.feed) == ("backfill", "candidates")]
    assert "does not get on" in walk.problem


def test_a_link_that_died_is_asked_for_anew(world, filled):
    ats = filled(world, people=4)
    ats.dead_links = 3
    world.run(1000)
    assert world.people() == truth(ats)
    assert world.store.counts()["files_wanted"] == 0


def test_a_kill_between_page_and_download_does_not_lose_the_cv(quick, filled, monkeypatch):
    ats = filled(quick, people=3)
    download = quick.connector.download

    def killed(*given, **more):
        raise Killed

    monkeypatch.setattr(quick.connector, "download", killed)
    with pytest.raises(Killed):
        quick.run(100)
    monkeypatch.setattr(quick.connector, "download", download)
    quick.start()
    quick.run(1000)
    assert quick.people() == truth(ats)


def test_the_first_step_of_an_idle_worker_is_none(quick):
    quick.settle()
    assert step(quick.work) is None


def world_viewer():
    from engine.records import Viewer

    return Viewer()


def everyone(world):
    reader = world.ledger.reader(world_viewer())
    return list(reader.people(reader.person_ids()).values())
