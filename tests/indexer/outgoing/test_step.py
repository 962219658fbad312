"""Events reach those who subscribed: signed, thin, on schedule, once at a time; and end where nobody listens."""

import json
import random
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from standardwebhooks.webhooks import WebhookVerificationError

from engine.records import Job, Viewer
from indexer.outgoing import KINDS, SCHEDULE_S, Answered, Done, Secrets, new_secret, next_at, step
from indexer.outgoing.step import MOST, MOST_FAILING, OFF_AFTER, claim, outcome, send
from indexer.vault import Vault

OTHER = "https://other.example.com/hook"
DAY = 86_400.0


def test_an_event_arrives_signed_and_holds_ids_alone(world, verify):
    webhook = world.subscribe()
    [person] = world.put(1)
    assert world.run() == ["taken", "delivered"]
    [(at, url, headers, body)] = world.receiver.got
    told = verify(world.secret[webhook], headers, body)
    assert (url, at) == ("https://team.example.com/webhooks", world.clock())
    assert told == {
        "type": "person.changed",
        "timestamp": world.clock().isoformat(timespec="milliseconds"),
        "data": {"workspace": "default", "seq": 1, "ids": [person], "actor": "local"},
    }
    assert b"Person" not in body
    assert headers["webhook-id"] == world.event_id(1)
    [row] = world.deliveries(webhook)
    assert (row.state, row.status, row.attempts, row.problem) == ("delivered", 204, 1, "")


def test_what_was_before_the_subscription_is_not_sent(world):
    world.put(1, 2)
    world.subscribe()
    world.put(3)
    world.run()
    assert world.receiver.ids() == [world.event_id(3)]


def test_only_the_kinds_asked_for_are_sent(world):
    world.subscribe(kinds=("job.changed",))
    world.put(1)
    world.ledger.writer().put_jobs("test", [Job(id="1", title="Nurse")])
    world.put(2)
    world.run()
    assert [json.loads(body)["type"] for *_, body in world.receiver.got] == ["job.changed"]
    assert step(world.work) is None


def test_another_workspace_is_told_nothing(world):
    world.subscribe(workspace="theirs")
    world.put(1)
    assert world.run(DAY) == []
    world.put(2, workspace="theirs")
    world.run()
    assert [json.loads(body)["data"]["workspace"] for *_, body in world.receiver.got] == ["theirs"]
    assert world.event_id(1, "theirs") != world.event_id(1)


def test_a_process_of_one_workspace_sends_for_that_one_alone(world):
    world.subscribe(workspace="theirs")
    world.put(1, workspace="theirs")
    world.work = world.worker("default")
    assert world.run(DAY) == []
    world.work = world.worker("theirs")
    assert world.run() == ["taken", "delivered"]


@pytest.mark.parametrize("answer", [500, 302, 404, 199, Answered(None, "no connection")])
def test_what_fails_is_tried_on_schedule_under_one_id_and_then_given_up(quick, answer, verify):
    webhook = quick.subscribe()
    quick.receiver.says["https://team.example.com/webhooks"] = answer
    quick.put(1)
    quick.run(3 * DAY)
    times = [at for at, *_ in quick.receiver.got]
    assert len(times) == len(SCHEDULE_S) == 8
    for (before, after), planned in zip(pairwise(times), SCHEDULE_S[1:], strict=True):
        assert planned * 0.9 - 0.001 <= (after - before).total_seconds() <= planned * 1.1 + 0.001
    assert len(set(quick.receiver.ids())) == 1
    assert len({body for *_, body in quick.receiver.got}) == 1
    for at, _, headers, body in quick.receiver.got:  # each attempt has a time and a signature of its own
        assert verify(quick.secret[webhook], headers, body, at=at)
    [row] = quick.deliveries(webhook)
    assert (row.state, row.attempts) == ("failed", 8)
    assert row.problem
    assert quick.get(webhook).failing_since == times[0].isoformat(timespec="milliseconds")


@given(st.integers(0, 6), st.integers(0, 2**32))
def test_a_wait_is_within_a_tenth_of_the_plan(attempts, seed):
    class Claim:
        event = object()

    Claim.attempts = attempts
    now = datetime.fromisoformat("2026-11-24T12:00:00+00:00")
    made = outcome(Claim, Answered(500), now, random.Random(seed))
    wait = (datetime.fromisoformat(made.due_at) - now).total_seconds()
    assert 0.9 * SCHEDULE_S[attempts + 1] - 0.001 <= wait <= 1.1 * SCHEDULE_S[attempts + 1] + 0.001


def test_every_delivery_of_a_bad_week_verifies(quick, verify):
    """Two receivers that fail three times of four."""
    rng = random.Random(7)
    hooks = {quick.subscribe(): "https://team.example.com/webhooks", quick.subscribe(OTHER): OTHER}
    for url in hooks.values():
        quick.receiver.says[url] = lambda: rng.choice([200, 500, 302, Answered(None, "no connection")])
    for day in range(7):
        quick.put(*range(6 * day, 6 * day + 6))
        quick.run(DAY)
    quick.run(2 * DAY)
    by_url = {url: quick.secret[webhook] for webhook, url in hooks.items()}
    for at, url, headers, body in quick.receiver.got:
        assert verify(by_url[url], headers, body, at=at)["data"]["seq"] <= 42
    assert len(quick.receiver.got) > 200
    for webhook in hooks:
        states = Counter(row.state for row in quick.deliveries(webhook, limit=1000))
        assert states["delivered"] + states["failed"] == 42
        assert states["delivered"] > 30


def test_after_five_days_of_failures_it_is_off_and_says_so(world):
    webhook, watcher = world.subscribe(), world.subscribe(OTHER, kinds=("webhook.disabled",))
    world.receiver.says["https://team.example.com/webhooks"] = 500
    for day in range(8):
        world.put(day)
        world.run(DAY)
        row = world.get(webhook)
        if row.state == "disabled":
            break
    first = world.receiver.got[0][0]
    off_at = max(at for at, url, *_ in world.receiver.got if url != OTHER)
    assert OFF_AFTER <= off_at - first <= OFF_AFTER + timedelta(hours=11)
    assert "five days" in row.reason
    assert "answered 500" in row.reason
    assert row.failing_since == first.isoformat(timespec="milliseconds")
    [notice] = [json.loads(body) for _, url, _, body in world.receiver.got if url == OTHER]
    assert (notice["type"], notice["data"]["ids"]) == ("webhook.disabled", [webhook])
    assert world.get(watcher).state == "active"
    sent = len(world.receiver.got)
    world.put(100)
    world.run(3 * DAY)
    assert len(world.receiver.got) == sent

    # Active again it gets what was owed, tried anew, and what came meanwhile.
    world.receiver.says.clear()
    world.ledger.subscriptions.change("default", webhook, state="active")
    world.run()
    assert world.event_id(world.ledger.reader(Viewer()).events()[-1].seq) in world.receiver.ids()
    row = world.get(webhook)
    assert (row.state, row.reason, row.failing_since) == ("active", "", None)
    assert not [d for d in world.deliveries(webhook) if d.state == "waiting"]


def test_one_success_begins_the_five_days_anew(quick):
    webhook = quick.subscribe()
    url = "https://team.example.com/webhooks"
    for day in range(12):
        quick.receiver.says[url] = 200 if day % 4 == 3 else 500
        quick.put(day)
        quick.run(DAY)
    assert quick.get(webhook).state == "active"


def test_a_single_failure_after_a_quiet_week_ends_nothing(quick):
    webhook = quick.subscribe()
    quick.receiver.says["https://team.example.com/webhooks"] = 500
    quick.put(1)
    quick.run(9 * DAY)
    quick.put(2)
    quick.run(60)
    assert quick.get(webhook).state == "active"
    quick.run(600)
    assert quick.get(webhook).state == "disabled"


def test_an_address_that_says_gone_is_not_asked_again(quick):
    webhook = quick.subscribe()
    quick.receiver.says["https://team.example.com/webhooks"] = 410
    quick.put(1, 2)
    quick.run(DAY)
    assert len(quick.receiver.got) == 1
    assert "410" in quick.get(webhook).reason


def test_killed_between_the_request_and_the_commit_it_is_sent_once_more_under_the_same_id(world, killed):
    webhook = world.subscribe()
    world.put(1)
    world.receiver.dies = killed()
    with pytest.raises(killed):
        world.run()
    world.receiver.dies = None
    world.work = world.worker()  # what the one before held in memory is gone
    assert step(world.work) is None, "its claim holds until it is sure to be dead"
    world.run(DAY)
    assert world.receiver.ids() == [world.event_id(1)] * 2
    assert [row.state for row in world.deliveries(webhook)] == ["delivered"]


@pytest.mark.parametrize("at", range(1, 5))
def test_killed_around_any_commit_every_event_arrives(quick, killed, at, monkeypatch):
    """Dies before the n-th commit from now, and once more after it."""
    quick.subscribe()
    quick.put(*range(3))
    store = type(quick.work.store)
    left = [at]

    def dying(method):
        original = getattr(store, method)

        def call(self, *a, **k):
            left[0] -= 1
            if left[0] == 0:
                raise killed
            done = original(self, *a, **k)
            if left[0] == -1:
                raise killed
            return done

        monkeypatch.setattr(store, method, call)

    for method in ("take", "claim", "settle"):
        dying(method)
    deaths = 0
    for _ in range(3):
        try:
            quick.run(3600)
        except killed:
            deaths += 1
            quick.work = quick.worker()
    assert deaths == 2
    counts = Counter(quick.receiver.ids())
    assert set(counts) == {quick.event_id(n) for n in (1, 2, 3)}
    assert max(counts.values()) <= 2
    assert sum(counts.values()) <= 3 + deaths


def test_two_senders_never_have_one_delivery_at_once(world):
    world.subscribe()
    world.put(*range(30))
    works = [world.worker(seed=n) for n in range(2)]
    while works[0].store.take():
        pass
    held = [found for n in range(40) if (found := claim(works[n % 2]))]
    assert len(held) == MOST  # no more of one subscription on their way, whoever sends them
    assert len({found.id for found in held}) == MOST
    for found in held:
        assert send(works[0], found) == Done("delivered")
        assert send(works[1], found) == Done("late")  # the same claim again changes nothing


def test_a_sender_that_stood_still_sends_nothing_and_changes_nothing(world):
    webhook = world.subscribe()
    world.put(1)
    world.work.store.take()
    stale = claim(world.work)
    world.clock.pass_(61)
    assert world.run() == ["delivered"]
    assert send(world.work, stale) == Done("late")
    assert len(world.receiver.got) == 1
    # The same where it stood still between its request and the commit:
    world.put(2)
    world.work.store.take()
    stale = claim(world.work)
    world.clock.pass_(61)
    world.run()
    before = world.deliveries(webhook)
    late = outcome(stale, Answered(500), world.clock(), random.Random(1))
    assert world.work.store.settle(stale, late) == "late"
    assert world.deliveries(webhook) == before


def test_a_dead_address_does_not_starve_the_others(quick):
    """The dead one has forty deliveries due; the healthy one's come at their time, in turn."""
    dead, healthy = quick.subscribe(), quick.subscribe(OTHER)
    quick.receiver.says["https://team.example.com/webhooks"] = 500
    quick.put(*range(40))
    quick.run(400)  # all of the dead one's were tried, and are to be tried again
    quick.receiver.got.clear()
    quick.clock.pass_(3600)
    [event] = [quick.put(n) for n in (99,)]
    assert event
    urls = []
    while OTHER not in urls:
        assert step(quick.work) is not None
        urls = [url for _, url, *_ in quick.receiver.got]
    assert len(urls) <= 3
    assert quick.get(dead).failing_since
    assert not quick.get(healthy).failing_since


def test_what_fails_is_asked_one_at_a_time_and_never_has_all_places(quick):
    dead = [quick.subscribe(f"https://dead{n}.example.com/") for n in range(MOST_FAILING + 3)]
    for n in range(len(dead)):
        quick.receiver.says[f"https://dead{n}.example.com/"] = 500
    quick.put(1)
    quick.run()
    quick.put(2, 3)
    while quick.work.store.take():
        pass
    held = []
    while found := claim(quick.work):
        held.append(found.subscription.id)
    assert len(held) == len(set(held)) == MOST_FAILING


def test_a_paused_one_waits_and_loses_nothing(quick):
    webhook = quick.subscribe()
    quick.ledger.subscriptions.change("default", webhook, state="paused")
    quick.put(1, 2)
    assert quick.run(DAY) == []
    quick.ledger.subscriptions.change("default", webhook, state="active")
    quick.run()
    assert quick.receiver.ids() == [quick.event_id(n) for n in (1, 2)]


def test_a_backlog_stays_in_the_log_until_its_turn(quick, monkeypatch):
    from indexer.ledger import outgoing_queue

    monkeypatch.setattr(outgoing_queue, "TAKEN", 5)
    monkeypatch.setattr(outgoing_queue, "MOST_DUE", 10)
    webhook = quick.subscribe()
    quick.put(*range(33))
    while quick.work.store.take():
        pass
    assert len(quick.deliveries(webhook)) == 10
    quick.run()
    assert quick.receiver.ids() == [quick.event_id(n) for n in range(1, 34)]


def test_a_secret_that_cannot_be_opened_is_a_failure_that_says_so(quick):
    webhook = quick.subscribe()
    quick.put(1)
    quick.secrets._vault = Vault(["another secret, long enough to be one"])
    quick.run(10)
    [row] = quick.deliveries(webhook)
    assert quick.receiver.got == []
    assert "does not open" in row.problem


def test_both_secrets_verify_for_a_day_after_a_rotation(quick, verify):
    webhook = quick.subscribe()
    old, new = quick.secret[webhook], new_secret()
    sealed = quick.get(webhook).secrets
    rotated = quick.secrets.rotated(sealed, new, now=quick.clock())
    assert quick.ledger.subscriptions.set_secrets("default", webhook, before=sealed, after=rotated)
    assert not quick.ledger.subscriptions.set_secrets("default", webhook, before=sealed, after=rotated)
    quick.put(1)
    quick.run(DAY - 1)
    [(at, _, headers, body)] = quick.receiver.got
    assert verify(old, headers, body, at=at) == verify(new, headers, body, at=at)
    quick.run(2)
    quick.put(2)
    quick.run()
    _, _, headers, body = quick.receiver.got[-1]
    assert verify(new, headers, body)
    with pytest.raises(WebhookVerificationError):
        verify(old, headers, body)


def test_secrets_are_sealed_anew_with_all_others(world):
    webhook = world.subscribe()
    fresh = Vault(["the next secret, long enough to be one", "a secret of this installation, long enough"])
    done = world.ledger.reseal(fresh.rotate)
    assert (done.done, done.lost) == (1, ())
    only = Secrets(Vault(["the next secret, long enough to be one"]))
    assert only.good(world.get(webhook).secrets, now=world.clock()) == (world.secret[webhook],)


def test_settled_deliveries_are_forgotten_and_waiting_ones_are_not(world):
    webhook, dead = world.subscribe(), world.subscribe(OTHER)
    world.receiver.says[OTHER] = 500
    world.put(1)
    world.run()
    world.clock.pass_(40 * DAY)
    assert world.work.store.forget(days=30) == 1
    assert world.deliveries(webhook) == []
    assert [row.state for row in world.deliveries(dead)] == ["waiting"]


def test_idle_it_has_nothing_to_wait_for(quick):
    assert next_at(quick.work) is None
    quick.subscribe()
    assert next_at(quick.work) is None
    quick.put(1)
    assert next_at(quick.work) == quick.clock()


def test_every_kind_the_ledger_writes_is_known(quick):
    quick.subscribe(kinds=tuple(KINDS))
    [person] = quick.put(1)
    quick.ledger.writer().put_jobs("test", [Job(id="1", title="Nurse")])
    quick.ledger.writer().erase(person)
    kinds = {event.kind for event in quick.ledger.reader(Viewer()).events()}
    assert kinds == set(KINDS) - {"webhook.disabled"}


def test_no_step_goes_through_all_that_was_ever_sent(quick):
    """SQLite plans without statistics: a condition too few, and each step reads a month of deliveries."""
    webhook = quick.subscribe()
    quick.put(1, 2)
    asked = []
    engine = quick.ledger._reading
    writing = quick.ledger._writing

    def note(_conn, _cursor, sql, values, *_):
        asked.append((sql, values))

    for one in (engine, writing):
        event.listen(one, "before_cursor_execute", note)
    quick.ledger.subscriptions.replay("default", webhook, from_seq=1)
    quick.run(10)
    quick.deliveries(webhook, limit=1, after=quick.event_id(1))
    for one in (engine, writing):
        event.remove(one, "before_cursor_execute", note)
    raw = engine.raw_connection()
    plans = {
        row[3]
        for sql, values in asked
        if sql.startswith(("SELECT", "UPDATE"))
        for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", values)
    }
    raw.close()
    walked = [
        plan for plan in plans if plan.startswith("SCAN") and "subscription" not in plan and "CONSTANT" not in plan
    ]
    assert walked == []
    narrow = [plan for plan in plans if plan.startswith("SEARCH delivery")]
    assert narrow
    assert [plan for plan in narrow if "subscription=?" not in plan] == []
