"""A range of events is owed once more: exactly that range, under the same ids."""

from datetime import timedelta

import pytest

from engine.errors import BadInput
from engine.records import Job
from indexer.ledger import outgoing_queue
from indexer.ledger.outgoing_subscriptions import message_id
from indexer.outgoing.step import claim, send


@pytest.mark.parametrize("taken", [3, 200])
def test_a_replay_sends_exactly_the_range_under_the_same_ids(world, monkeypatch, taken):
    monkeypatch.setattr(outgoing_queue, "TAKEN", taken)
    webhook = world.subscribe()
    world.put(*range(20))
    world.run()
    sent = {headers["webhook-id"]: body for _, _, headers, body in world.receiver.got}
    assert world.receiver.ids() == world.ids(1, 20)
    world.receiver.got.clear()
    world.clock.pass_(3600)
    replay = world.ledger.subscriptions.replay("default", webhook, from_seq=5, to_seq=14)
    assert (replay.from_seq, replay.to_seq, replay.events) == (5, 14, 10)
    world.run()
    assert world.receiver.ids() == world.ids(5, 14)
    assert all(body == sent[headers["webhook-id"]] for _, _, headers, body in world.receiver.got)
    assert world.get(webhook).replay_next is None
    assert len(world.deliveries(webhook)) == 20


def test_what_was_before_the_subscription_can_be_had_by_a_replay(world):
    world.put(1, 2, 3)
    webhook = world.subscribe()
    world.ledger.subscriptions.replay("default", webhook, from_seq=1)
    world.run()
    assert world.receiver.ids() == world.ids(1, 3)


def test_a_replay_since_a_time_begins_with_the_first_event_of_it(world):
    webhook = world.subscribe()
    for key in range(6):
        world.put(key)
        world.clock.pass_(60)
    world.run()
    world.receiver.got.clear()
    since = (world.clock() - timedelta(seconds=150)).isoformat(timespec="milliseconds")
    replay = world.ledger.subscriptions.replay("default", webhook, since=since)
    assert (replay.from_seq, replay.to_seq) == (5, 6)
    world.run()
    assert world.receiver.ids() == world.ids(5, 6)


def test_a_replay_counts_and_sends_the_kinds_asked_for_alone(quick):
    webhook = quick.subscribe(kinds=("job.changed",))
    quick.put(1)
    quick.ledger.writer().put_jobs("test", [Job(id="1", title="Nurse")])
    quick.run()
    quick.receiver.got.clear()
    assert quick.ledger.subscriptions.replay("default", webhook, from_seq=1).events == 1
    quick.run()
    assert quick.receiver.ids() == quick.ids(2, 2)


def test_what_was_given_up_is_tried_anew(quick):
    webhook = quick.subscribe()
    quick.receiver.says["https://team.example.com/webhooks"] = 500
    quick.put(1)
    quick.run(3 * 86_400)
    quick.receiver.says.clear()
    quick.ledger.subscriptions.replay("default", webhook, from_seq=1, to_seq=1)
    quick.run()
    [row] = quick.deliveries(webhook)
    assert (row.state, row.attempts) == ("delivered", 1)
    assert quick.get(webhook).failing_since is None


def test_a_delivery_on_its_way_is_not_sent_twice_at_once_by_a_replay(quick):
    webhook = quick.subscribe()
    quick.put(1)
    quick.work.store.take()
    held = claim(quick.work)
    quick.ledger.subscriptions.replay("default", webhook, from_seq=1)
    assert quick.run() == ["taken"]
    assert send(quick.work, held).what == "delivered"
    assert quick.receiver.ids() == quick.ids(1, 1)


def test_events_a_replay_takes_before_their_turn_are_sent_once(quick):
    webhook = quick.subscribe()
    quick.put(1, 2)
    quick.ledger.subscriptions.replay("default", webhook, from_seq=1)
    quick.run()
    assert quick.receiver.ids()[:2] == quick.ids(1, 2)
    assert len(quick.receiver.ids()) == 2


def test_a_range_without_events_is_refused_and_one_replay_waits_for_the_other(quick):
    webhook = quick.subscribe()
    quick.put(1, 2)
    for bad in ({"from_seq": 3}, {"from_seq": 2, "to_seq": 1}, {"since": "2027-01-01T00:00:00.000+00:00"}):
        with pytest.raises(BadInput, match="number 2"):
            quick.ledger.subscriptions.replay("default", webhook, **bad)
    assert quick.ledger.subscriptions.replay("default", webhook, from_seq=1, to_seq=99).to_seq == 2
    with pytest.raises(BadInput, match="under way"):
        quick.ledger.subscriptions.replay("default", webhook, from_seq=1)


def test_after_a_restored_backup_a_new_event_has_an_id_of_its_own(quick):
    """Numbers come back with a backup; a receiver that remembers ids must not take the new event for the old."""
    first = quick.event_id(quick.put(1) and 1)
    quick.clock.pass_(1)
    assert message_id("default", 1, quick.clock().isoformat(timespec="milliseconds")) != first
    assert message_id("other", 1, "2026-11-24T12:00:00.000+00:00") != first
