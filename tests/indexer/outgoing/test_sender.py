"""Senders over real threads, a real socket and one database."""

import time

import pytest
from standardwebhooks.webhooks import Webhook

from engine.records import SourceRecord, Viewer
from indexer.ledger import Ledger
from indexer.ledger.outgoing_subscriptions import message_id
from indexer.outgoing import Http, Secrets, Sender, new_secret
from indexer.outgoing import sender as module
from indexer.vault import Vault
from tests.indexer.outgoing.listening import listening

SECRETS = Secrets(Vault(["a secret of this installation, long enough"]))


@pytest.fixture
def listener():
    with listening() as server:
        yield server


@pytest.fixture
def ledger(database_url):
    opened = Ledger.open(database_url)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(module, "LOOK_S", 0.05)
    monkeypatch.setattr(module, "CLOSE_S", 0.2)


def subscribe(ledger, url):
    secret = new_secret()
    return ledger.subscriptions.add("default", url, secrets_sealed=SECRETS.first(secret)).id, secret


def sender_of(ledger, listener, **how):
    return Sender(ledger, SECRETS, Http(local=[listener.origin], **how))


def put(ledger, *keys):
    for key in keys:
        ledger.writer().put_records("test", [SourceRecord(id=str(key), name="Test Person")])


def until(said, seconds=20.0):
    end = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.02)


def test_two_senders_send_each_event_once_and_never_twice_at_once(ledger, listener, database_url):
    _, secret = subscribe(ledger, f"{listener.origin}/a")
    other = Ledger.open(database_url)
    put(ledger, *range(20))
    with sender_of(ledger, listener) as one, sender_of(other, listener) as two:
        one.start()
        two.start()
        put(ledger, *range(20, 40))
        until(lambda: len(listener.got) >= 40)
        time.sleep(0.2)
    other.close()
    events = ledger.reader(Viewer()).events()
    assert sorted(headers["webhook-id"] for _, headers, _ in listener.got) == sorted(
        message_id("default", event.seq, event.at) for event in events
    )
    assert len(events) == 40
    assert listener.most_busy == 1
    for _, headers, body in listener.got:
        assert Webhook(secret).verify(body, headers)["type"] == "person.changed"


def test_one_that_hangs_holds_up_nobody_else(ledger, listener):
    hanging, _ = subscribe(ledger, f"{listener.origin}/hang")
    subscribe(ledger, f"{listener.origin}/good")
    listener.says = lambda path: "hang" if path == "/hang" else 204
    with sender_of(ledger, listener, seconds=2.0) as sender:
        sender.start()
        put(ledger, *range(25))
        until(lambda: len([1 for path, *_ in listener.got if path == "/good"]) == 25, seconds=10)
        until(lambda: any(row.problem for row in ledger.subscriptions.deliveries("default", hanging)))
    rows = ledger.subscriptions.deliveries("default", hanging)
    assert {row.problem for row in rows} == {"no answer within 2 seconds", ""}
    assert ledger.subscriptions.get("default", hanging).failing_since


def test_closed_while_a_request_hangs_it_ends_soon_and_leaves_the_delivery_to_the_next(ledger, listener):
    webhook, _ = subscribe(ledger, f"{listener.origin}/hang")
    listener.says = "hang"
    sender = sender_of(ledger, listener)
    sender.start()
    put(ledger, 1)
    until(lambda: listener.busy)
    begun = time.monotonic()
    sender.close()
    sender.close()
    assert time.monotonic() - begun < 5
    [row] = ledger.subscriptions.deliveries("default", webhook)
    assert (row.state, row.attempts) == ("waiting", 0)


def test_a_sender_goes_on_after_an_error_of_the_database(ledger, listener, monkeypatch):
    monkeypatch.setattr(module, "FAILED_S", 0.05)
    subscribe(ledger, f"{listener.origin}/a")
    broken = [3]
    with sender_of(ledger, listener) as sender:
        take = sender._work.store.take

        def failing():
            if broken[0]:
                broken[0] -= 1
                raise OSError
            return take()

        monkeypatch.setattr(sender._work.store, "take", failing)
        sender.start()
        put(ledger, 1)
        until(lambda: listener.got)
    assert broken == [0]


def test_no_address_and_no_secret_stands_in_a_log_line(ledger, listener, capfd):
    _, secret = subscribe(ledger, f"{listener.origin}/canary-5f1c9e?token=canary-77aa")
    listener.says = 410
    with sender_of(ledger, listener) as sender:
        sender.start()
        put(ledger, 1)
        until(lambda: ledger.subscriptions.list("default")[0].state == "disabled")
    said = "".join(capfd.readouterr())
    assert "disabled" in said
    assert "canary" not in said
    assert secret not in said
