"""What waits for what: a worker with nothing to do looks again when something can be done, and not before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from indexer.connectors.http import Budget
from indexer.ledger import SWEEP, BudgetRow
from indexer.sync.budget import ready_at
from indexer.sync.step import next_at, step
from indexer.sync.work import moment, note_budget, stamp


def put_off_polls(tx, world):
    for walk in world.store.walks():
        if walk.mode == "poll":
            tx.walk(replace(walk, due_at=world.work.after(60)))


def test_a_first_sync_that_waits_for_the_limit_looks_again_when_the_limit_lets_it(quick, clock):
    resets = clock() + timedelta(seconds=8)
    with quick.store.write() as tx:
        put_off_polls(tx, quick)
        tx.budget(50, 2, stamp(resets))  # two are kept for webhooks, so the first sync has none
    assert step(quick.work) is None
    assert next_at(quick.work) == resets


def test_a_webhook_need_not_wait_for_what_the_first_sync_waits_for(quick, clock):
    with quick.store.write() as tx:
        put_off_polls(tx, quick)
        tx.budget(50, 3, stamp(clock() + timedelta(seconds=8)))
        tx.want("candidates", "p00", 0, due_at=quick.work.after(3))
    assert next_at(quick.work) == clock() + timedelta(seconds=3)


def test_feeds_whose_turn_has_not_come_do_not_wake_a_first_sync_that_failed(quick, clock):
    with quick.store.write() as tx:
        put_off_polls(tx, quick)
        first = next(walk for walk in quick.store.walks() if walk.mode == "backfill")
        tx.walk(replace(first, state="running", due_at=quick.work.after(30)))
    assert step(quick.work) is None
    assert next_at(quick.work) == clock() + timedelta(seconds=30)


def test_people_of_the_first_sync_are_gathered_while_requests_may_be_made(quick, filled, clock):
    ats = filled(quick, people=6)
    did = [done.what for done in iter(lambda: step(quick.work), None)]
    assert did.count("pull") > did.count("apply")
    assert did[-1] == "apply"  # and written before anybody sleeps
    assert not quick.store.dirty(1)
    assert set(quick.people()) == set(ats.people)


def test_what_a_webhook_told_of_is_not_gathered(quick, filled):
    filled(quick, people=6)
    with quick.store.write() as tx:
        tx.want("candidates", "p03", 0)
    did = []
    while "read" not in did:
        did.append(step(quick.work).what)
    assert step(quick.work).what == "apply"
    assert "p03" in quick.people()


@pytest.mark.parametrize(
    ("then", "resets"),
    [
        ((50, 20, 7), 7.5),  # said a second after "7.5 s": rounded up, it seems 8
        ((50, 49, 10), 11.0),  # more is left: another window
        ((50, 0, 7), 8.0),  # nothing is left: not a moment too early
        ((60, 20, 7), 8.0),  # another limit
    ],
)
def test_of_what_is_said_in_one_window_the_earliest_counts(quick, clock, then, resets):
    start = clock()
    for said, passed in ((Budget(50, 40, 7.5), 1.0), (Budget(*then), 0.0)):
        quick.work.http.budget = said
        with quick.store.write() as tx:
            note_budget(quick.work, tx)
        clock.pass_(passed)
    assert moment(quick.store.budget().resets_at) == start + timedelta(seconds=resets)


@pytest.mark.parametrize(
    ("left", "waits"),
    [
        (3, 8.0),
        (1, 9.0),
        (0, 9.0),
    ],  # one for a second that was rounded away, another that a crash kept from being noted
)
def test_the_full_second_is_waited_for_where_too_little_is_left_for_what_may_go_wrong(clock, left, waits):
    resets = clock() + timedelta(seconds=8)
    budget = BudgetRow(6, left, stamp(resets))
    found = ready_at(budget, SWEEP, clock())
    assert found == clock() + timedelta(seconds=waits)
