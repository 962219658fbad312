"""Webhooks are hints: lost, doubled, shuffled, late or strange ones change nothing of where it ends."""

import random
from datetime import datetime, timedelta

import pytest

from engine.records import Viewer
from indexer.ledger import HOOK, MirrorItem
from indexer.sync.step import step
from indexer.sync.sweep import sweep_now
from tests.indexer.sync.fake import truth


def busy(world, rng, rounds=12):
    """Recruiters at work. Returns what the vendor tells of it: (kind, id, gone, at)."""
    ats, told = world.ats, []
    for turn in range(rounds):
        key = rng.choice(sorted(ats.people))
        match turn % 4:
            case 0:
                ats.put(f"q{turn:02}", tags=("new",), cv=f"CV of q{turn}")
                told.append(("candidates", f"q{turn:02}", False, ats.stamp()))
            case 1:
                ats.put(key, name=f"Edited {turn}")
                told.append(("candidates", key, False, ats.stamp()))
            case 2:
                ats.put(key, applied=(*ats.people[key].applied, (f"x{turn}", "j1", "Inbox")))
                told.append(("applications", f"x{turn}", False, None))
                told.append(("candidates", key, False, ats.stamp()))
            case _:
                ats.remove(key)
                told.append(("candidates", key, True, ats.stamp()))
        world.clock.pass_(1)
    return told


def deliver(world, told):
    for number, (kind, key, gone, at) in enumerate(told):
        world.hook(kind, key, gone=gone, at=at, event=f"{number}-{kind}-{key}-{at}")


@pytest.fixture
def settled(quick, filled):
    filled(quick, people=10)
    quick.run(60)
    assert quick.people() == truth(quick.ats)
    return quick


def seconds_until_right(world, most):
    begun = world.clock()
    while world.people() != truth(world.ats):
        assert (world.clock() - begun).total_seconds() < most
        world.run(1)
    return (world.clock() - begun).total_seconds()


def webhooks_alone(world):
    with world.store.write() as tx:
        for walk in world.store.walks():
            tx.drop_walk(walk)


def here_after(world, shown):
    """Seconds from when the ATS showed each of these names until the ledger had it, least first."""
    reader, found = world.ledger.reader(Viewer()), {}
    for person in reader.person_ids():
        for version in reader.person_versions(person):
            found[version.record.name] = version.at
    return sorted((datetime.fromisoformat(found[name]) - at).total_seconds() for name, at in shown.items())


@pytest.mark.parametrize("seed", range(3))
def test_doubled_ten_times_and_shuffled_they_end_in_the_same(settled, seed):
    rng = random.Random(seed)
    told = busy(settled, rng) * 10
    rng.shuffle(told)
    before = len(settled.ats.requests)
    for number, (kind, key, gone, at) in enumerate(told):
        settled.hook(kind, key, gone=gone, at=at, event=f"{number}")
        if number % 17 == 0:
            settled.run(0.5)
    settled.run(200)
    assert settled.people() == truth(settled.ats)
    assert len(settled.ats.requests) - before < len(told)


def test_the_same_delivery_twice_is_taken_once(settled):
    settled.ats.put("p01", name="New")
    for _ in range(10):
        settled.hook("candidates", "p01", event="same", at=settled.ats.stamp())
    assert len(settled.store.inbox()) == 1


def test_what_no_webhook_told_of_comes_by_the_next_poll(settled):
    settled.ats.put("p01", name="New")
    settled.ats.put("q1", name="Nova", cv="CV")
    assert seconds_until_right(settled, 90) <= 70


@pytest.mark.parametrize("seed", range(2))
def test_with_half_of_them_lost_polls_and_the_sweep_end_in_the_same(settled, seed):
    rng = random.Random(seed)
    deliver(settled, [one for one in busy(settled, rng) if rng.random() < 0.5])
    settled.run(120)
    sweep_now(settled.store)
    settled.run(60)
    assert settled.people() == truth(settled.ats)


def test_late_by_days_they_change_nothing_any_more(settled):
    told = busy(settled, random.Random(5))
    sweep_now(settled.store)
    settled.run(200)
    right = settled.people()
    assert right == truth(settled.ats)
    last = settled.ledger.reader(Viewer()).events(limit=100_000)[-1].seq
    settled.clock.pass_(3 * 86_400)
    deliver(settled, told)
    settled.run(60)
    assert settled.people() == right
    assert settled.ledger.reader(Viewer()).events(after=last) == []


@pytest.mark.parametrize(("lag", "most"), [(0, 2), (30, 60), (600, 900)])
def test_where_reads_trail_behind_the_webhooks_a_change_is_waited_for(settled, lag, most):
    world = settled
    world.connector.plan = world.connector.plan.__class__((), (), ())
    webhooks_alone(world)
    world.clock.pass_(3600)
    world.ats.lag_s = float(lag)
    world.ats.put("p01", name="New")
    world.ats.put("q1", name="Nova", cv="CV")
    world.hook("candidates", "p01", at=world.ats.people["p01"].version)
    world.hook("candidates", "q1", at=world.ats.people["q1"].version)
    took = seconds_until_right(world, most)
    assert lag <= took <= most
    measured = world.ledger.connections.get("default", "ats").lag_s
    assert measured == 0 if lag == 0 else 0.8 * lag <= measured <= most


def test_a_lag_once_measured_spares_reads_of_the_next_webhook(settled):
    world = settled
    webhooks_alone(world)
    world.ats.lag_s = 30.0
    used = []
    for turn in range(3):
        world.clock.pass_(3600)
        world.start()  # as the worker does before each step: with the lag as measured
        before = len(world.ats.requests)
        world.ats.put("p01", name=f"Name {turn}")
        world.hook("candidates", "p01", at=world.ats.people["p01"].version)
        world.run(120)
        assert world.people()["p01"][0] == f"Name {turn}"
        used.append(len(world.ats.requests) - before)
    assert used[-1] < used[0]


@pytest.mark.parametrize("lag", [5, 30])
def test_of_many_changes_that_reads_do_not_show_yet_each_is_here_soon_after_it_shows(quick, filled, lag):
    world, shown = quick, {}
    filled(world, people=60)
    world.run(120)
    webhooks_alone(world)
    world.ats.lag_s = float(lag)
    for turn in range(120):  # one a second, and nobody knows of the lag
        key = f"p{turn % 60:02}" if turn % 4 else f"new{turn}"
        world.ats.put(key, name=f"Name {turn}")
        world.hook("candidates", key, at=world.ats.people[key].version)
        shown[f"Name {turn}"] = world.clock() + timedelta(seconds=lag)
        world.run(1)
    world.run(lag + 60)
    late = here_after(world, shown)
    assert late[len(late) // 20 * 19] < 2
    assert world.ats.too_many == 0


def test_one_change_that_never_shows_makes_no_other_wait(settled):
    world = settled
    webhooks_alone(world)
    world.hook("candidates", "p09", at="2030-01-01T00:00:00+00:00")
    world.run(1500)
    assert world.store.counts()["to_read"] == 0
    world.hook("candidates", "p09", at="2030-01-01T00:00:00+00:00")
    world.run(20)
    begun = world.clock()
    world.ats.put("p01", name="New")
    world.hook("candidates", "p01", at=world.ats.people["p01"].version)
    assert seconds_until_right(world, 3) <= 3
    assert world.clock() > begun


def test_a_lag_that_is_over_is_forgotten(settled):
    world = settled
    webhooks_alone(world)
    with world.store.write() as tx:
        tx.lag(120.0)
    took = []
    for turn in range(40):
        world.ats.put("p01", name=f"Name {turn}")
        world.hook("candidates", "p01", at=world.ats.people["p01"].version)
        took.append(seconds_until_right(world, 130))
    assert took[-1] < 2


def test_a_removal_that_reads_do_not_show_yet_is_waited_for(settled):
    settled.ats.lag_s = 30.0
    settled.ats.remove("p03")
    settled.hook("candidates", "p03", gone=True)
    settled.run(5)
    assert "p03" in settled.people()
    settled.run(60)
    assert "p03" not in settled.people()


def test_a_kind_nobody_knows_is_put_away_without_a_request(settled):
    before = len(settled.ats.requests)
    settled.hook("payroll", "7")
    settled.hook("", "8")
    assert step(settled.work).what == "inbox"
    assert settled.store.inbox() == []
    assert settled.store.counts()["to_read"] == 0
    assert len(settled.ats.requests) == before


def test_an_application_nobody_holds_is_put_away_and_its_person_comes_by_the_poll(settled):
    settled.ats.put("p01", applied=(("z9", "j1", "Inbox"),))
    settled.hook("applications", "z9")
    settled.run(90)
    assert settled.people() == truth(settled.ats)


def test_an_older_version_never_replaces_a_newer_one(settled):
    store = settled.store
    [held] = [i for i in store.items("person", ["p01"])["p01"] if i.kind == "candidates"]
    settled.clock.pass_(100)
    settled.ats.put("p01", name="Newest")
    settled.hook("candidates", "p01")
    settled.run(3)
    old = MirrorItem(held.kind, held.id, held.root, held.owner, held.version, held.body, is_root=True)
    with store.write() as tx:
        taken = tx.take([old], read_at=store.now(), direct=True, urgency=HOOK)
    assert taken.changed == frozenset()
    settled.run(3)
    assert settled.people()["p01"][0] == "Newest"


def test_a_read_that_began_earlier_never_replaces_one_that_began_later(settled):
    store = settled.store
    [held] = [i for i in store.items("person", ["p01"])["p01"] if i.kind == "candidates"]
    began = store.now()
    settled.clock.pass_(100)
    settled.ats.put("p01", name="Newest")
    settled.hook("candidates", "p01")
    settled.run(3)
    old = MirrorItem(held.kind, held.id, held.root, held.owner, None, held.body, is_root=True)
    with store.write() as tx:
        taken = tx.take([old], read_at=began, direct=True, urgency=HOOK)
    assert taken.changed == frozenset()


def test_what_a_webhook_told_of_goes_before_the_first_sync(quick, filled):
    ats = filled(quick, people=40)
    for _ in range(6):
        step(quick.work)
    before = len(ats.requests)
    quick.hook("candidates", "p39")
    while ("p39" not in quick.people()) and len(ats.requests) < before + 5:
        step(quick.work)
    assert [what for _, what in ats.requests[before:]] == ["candidates/p39"]
    assert "p20" not in quick.people()


def test_a_webhook_is_read_although_the_first_sync_has_used_up_its_share(quick, filled):
    ats = filled(quick, people=60)
    ats.limit = 6
    quick.run(2)
    assert len(quick.people()) < 60
    began = quick.clock()
    quick.hook("candidates", "p59")
    while "p59" not in quick.people():
        assert (quick.clock() - began).total_seconds() < 1
        quick.run(0.2)
    assert ats.too_many == 0
