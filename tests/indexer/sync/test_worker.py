"""The worker over a real connector and a sandbox on a real socket."""

import json
import threading
import time
from dataclasses import replace

import pytest

from engine.records import Viewer
from eval.sandbox import Teamtailor, make_account
from eval.sandbox.clock import system_clock
from eval.sandbox.serve import serving
from indexer.ledger import LeaseLost, Ledger, OutboxRow
from indexer.sync import Opener, Worker, first_sync_done
from indexer.vault import Vault

OWED = OutboxRow(
    "a", 1, "1001", "note", {}, {"item_kind": "notes", "body": {"attributes": {"note": "Met."}, "refs": {}}}, "waiting",
    "anna@example.com", "1", "", "", "", 0, None, None, None, None, "", {}, None,
)  # fmt: skip
VAULT = Vault(["a secret of this installation, long enough"])


@pytest.fixture
def vendor():
    return Teamtailor(make_account(12, seed=3), clock=system_clock)


@pytest.fixture
def site(vendor):
    with serving(vendor) as running:
        yield running


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield opened
    opened.close()


def connect(ledger, origin, key="sandbox-admin"):
    return ledger.connections.add(
        "default", "ats", vendor="teamtailor", origin=origin, credential=VAULT.seal(key),
        secrets_sealed=VAULT.seal(json.dumps(["s"])),
    )  # fmt: skip


@pytest.fixture
def worker(ledger, tmp_path):
    changes = []
    with Worker(ledger, Opener(VAULT), folder=tmp_path / "files", on_change=lambda: changes.append(1)) as made:
        made.changes = changes
        yield made


def everyone(ledger):
    reader = ledger.reader(Viewer())
    return list(reader.people(reader.person_ids()).values())


def until(said, seconds=20.0):
    end = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.05)


def test_it_reads_an_account_and_ends_when_there_is_no_more(site, vendor, ledger, worker):
    connect(ledger, site.url)
    worker.run("default", "ats", until=first_sync_done)
    people = everyone(ledger)
    assert len(people) == 12
    assert worker.changes
    assert any(record.documents for person in people for record in person.records)
    assert any(a.history for person in people for record in person.records for a in record.applications)


def test_it_notices_that_the_ledger_is_behind_what_it_was(site, ledger, worker, tmp_path):
    connect(ledger, site.url)
    worker.run("default", "ats", until=first_sync_done)
    mark = tmp_path / "files" / "default" / "ats.mark"
    was = json.loads(mark.read_text())
    with ledger.sync("default", "ats").write() as tx:
        tx.owe([replace(OWED, at=was["at"], due_at=was["at"])])
    mark.write_text(json.dumps(was | {"event": was["event"] + 1_000}))
    worker.run("default", "ats", on_step=lambda *_: None, until=lambda _: True)
    assert ledger.sync("default", "ats").action("a").state in ("unknown", "parked")
    assert json.loads(mark.read_text())["event"] >= was["event"]


def test_a_change_there_gets_here_by_itself(site, vendor, ledger, worker):
    connect(ledger, site.url)
    worker.start()
    until(lambda: len(everyone(ledger)) == 12)
    with vendor.lock:
        vendor.recruiter.add_candidate(first_name="Nova", last_name="Ny", email="nova@example.com")
    store = ledger.sync("default", "ats")
    with store.write() as tx:  # the minute of the next poll has come
        for walk in store.walks():
            if walk.mode == "poll":
                tx.walk(replace(walk, due_at=store.now()))
    worker.wake("default", "ats")
    until(lambda: len(everyone(ledger)) == 13)


def test_a_second_worker_waits_for_the_lease(site, ledger, worker, tmp_path):
    connect(ledger, site.url)
    begun, end = threading.Event(), threading.Event()

    def hold(_work, _done):
        begun.set()
        end.wait(20)

    first = threading.Thread(
        target=lambda: worker.run("default", "ats", on_step=hold, until=lambda _: True), daemon=True
    )
    first.start()
    assert begun.wait(20)
    with (
        Worker(ledger, Opener(VAULT), folder=tmp_path / "other", on_change=lambda: None) as other,
        pytest.raises(LeaseLost),
    ):
        other.run("default", "ats")
    end.set()
    first.join(20)


def test_a_key_that_is_not_known_stops_the_connection_with_a_reason(site, ledger, worker):
    connect(ledger, site.url, key="sandbox-nobody")
    worker.run("default", "ats")
    row = ledger.connections.get("default", "ats")
    assert row.state == "stopped"
    assert "key" in row.reason
    assert everyone(ledger) == []


def test_a_credential_of_another_secret_is_said_and_tried_again(site, ledger, tmp_path):
    connect(ledger, site.url)
    with Worker(
        ledger, Opener(Vault(["quite another secret than that one"])), folder=tmp_path, on_change=lambda: None
    ) as worker:
        worker.start()
        until(lambda: ("default", "ats") in worker._threads)
        time.sleep(0.2)
        assert worker._threads["default", "ats"].is_alive()
    assert everyone(ledger) == []
