"""The subscription API: secrets shown once, state and reason visible, hostile input refused, nothing of others seen."""

import json
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

import httpx
import pytest
from fastapi.testclient import TestClient
from standardwebhooks.webhooks import Webhook

from api.app import make_app
from api.errors import PROBLEM
from api.syncing import sender_of
from engine.records import SourceRecord
from indexer.ledger import Ledger
from indexer.outgoing import KINDS, Answered, Secrets, Work, step
from indexer.outgoing import sender as module
from tests.api.conftest import NOW, ROOT, add_key
from tests.api.test_docs import DOCS
from tests.indexer.outgoing.listening import listening

URL = "https://team.example.com/webhooks"


@pytest.fixture
def admin(app, runtime):
    headers = {"X-API-Key": add_key(runtime, "admin")}
    with TestClient(app, base_url="http://127.0.0.1", headers=headers) as client:
        yield client


class Receiver:
    def __init__(self):
        self.got, self.says = [], 204

    def post(self, url, headers, body):
        self.got.append((url, headers, body))
        return Answered(self.says)


@pytest.fixture
def receiver(runtime):
    return Receiver()


@pytest.fixture
def send(runtime, receiver):
    """Everything that is due."""

    def run():
        work = Work(
            runtime.ledger.outgoing(),
            Secrets(runtime.secret.vault()),
            receiver,
            runtime.ledger._clock,
            random.Random(1),
        )
        while step(work):
            pass

    return run


def make(client, **more):
    answer = client.post("/v1/webhooks", json={"url": URL, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def put(runtime, *keys):
    runtime.ledger.writer().put_records("other", [SourceRecord(id=key, name="Test Person") for key in keys])


def test_a_webhook_is_made_and_its_secret_shown_once(admin, runtime):
    made = make(admin, kinds=["person.erased", "person.changed", "person.changed"])
    assert Webhook(made["secret"])
    assert made["secret"].startswith("whsec_")
    assert (made["state"], made["kinds"], made["reason"]) == ("active", ["person.changed", "person.erased"], "")
    shown = admin.get(f"/v1/webhooks/{made['id']}").json()
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert admin.get("/v1/webhooks").json() == {"webhooks": [shown]}
    with runtime.ledger._reading.begin() as conn:
        from indexer.ledger.outgoing_tables import subscription

        assert made["secret"] not in repr(conn.execute(subscription.select()).all())


def test_deliveries_are_listed_page_by_page_with_what_became_of_them(admin, runtime, send, receiver):
    webhook = make(admin)["id"]
    for key in "abcde":
        put(runtime, key)
    send()
    path = f"/v1/webhooks/{webhook}/deliveries"
    seen, cursor = [], None
    while True:
        page = admin.get(path, params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += page["deliveries"]
        if not (cursor := page["cursor"]):
            break
    assert [one["id"] for one in seen] == [one["id"] for one in admin.get(path).json()["deliveries"]]
    assert len({one["id"] for one in seen}) == 5
    assert {(one["state"], one["status"], one["attempts"], one["next_attempt_at"]) for one in seen} == {
        ("delivered", 204, 1, None)
    }
    receiver.says = 503
    put(runtime, "f")
    send()
    [waiting] = admin.get(path, params={"state": "waiting"}).json()["deliveries"]
    assert (waiting["status"], waiting["problem"], waiting["attempts"]) == (503, "answered 503", 1)
    assert waiting["next_attempt_at"] > waiting["attempted_at"]
    shown = admin.get(f"/v1/webhooks/{webhook}").json()
    assert shown["counts"] == {"waiting": 1, "delivered": 5, "failed": 0}
    assert shown["failing_since"]
    assert admin.get(path, params={"cursor": "msg_none_1"}).json()["type"].endswith("bad-cursor")


def test_a_replay_sends_the_range_once_more(admin, runtime, send, receiver):
    webhook = make(admin)["id"]
    first = admin.get(f"/v1/webhooks/{webhook}").json()["last_seq"] + 1
    for key in "abcd":
        put(runtime, key)
    send()
    before = [headers["webhook-id"] for _, headers, _ in receiver.got]
    receiver.got.clear()
    answer = admin.post(f"/v1/webhooks/{webhook}/replay", json={"from_seq": first + 1, "to_seq": first + 2})
    assert (answer.status_code, answer.json()) == (
        202, {"from_seq": first + 1, "to_seq": first + 2, "events": 2},
    )  # fmt: skip
    assert admin.get(f"/v1/webhooks/{webhook}").json()["replay"] == {"from_seq": first + 1, "to_seq": first + 2}
    again = admin.post(f"/v1/webhooks/{webhook}/replay", json={"from_seq": 1})
    assert again.status_code == 400
    send()
    assert [headers["webhook-id"] for _, headers, _ in receiver.got] == before[1:3]
    since = admin.post(f"/v1/webhooks/{webhook}/replay", json={"since": "2020-01-01T00:00:00+02:00"}).json()
    assert (since["from_seq"], since["to_seq"]) == (1, first + 3)


def test_both_secrets_are_good_after_a_rotation_and_too_many_are_refused(admin, runtime):
    made = make(admin)
    answer = admin.post(f"/v1/webhooks/{made['id']}/rotate").json()
    assert answer["before_until"] == (NOW + timedelta(days=1)).isoformat(timespec="milliseconds")
    good = Secrets(runtime.secret.vault()).good(
        runtime.ledger.subscriptions.get("default", made["id"]).secrets, now=NOW + timedelta(hours=23)
    )
    assert good == (answer["secret"], made["secret"])
    for _ in range(3):
        assert admin.post(f"/v1/webhooks/{made['id']}/rotate").status_code == 200
    refused = admin.post(f"/v1/webhooks/{made['id']}/rotate")
    assert refused.status_code == 400
    assert "good at once" in refused.json()["detail"]


def test_a_test_message_is_sent_once_whatever_comes_back(admin, send, receiver):
    webhook = make(admin, kinds=["job.changed"])["id"]
    receiver.says = 500
    answer = admin.post(f"/v1/webhooks/{webhook}/test")
    assert answer.status_code == 202
    assert (answer.json()["state"], answer.json()["seq"]) == ("waiting", None)
    send()
    [(_, headers, body)] = receiver.got
    assert headers["webhook-id"] == answer.json()["id"]
    assert json.loads(body)["type"] == "webhook.test"
    [row] = admin.get(f"/v1/webhooks/{webhook}/deliveries").json()["deliveries"]
    assert (row["state"], row["status"]) == ("failed", 500)
    assert admin.get(f"/v1/webhooks/{webhook}").json()["failing_since"] is None


def test_paused_changed_and_deleted(admin, runtime, send, receiver):
    webhook = make(admin)["id"]
    path = f"/v1/webhooks/{webhook}"
    changed = admin.patch(
        path, json={"state": "paused", "url": "https://other.example.com/x", "kinds": ["job.changed"]}
    )
    assert (changed.json()["state"], changed.json()["url"]) == ("paused", "https://other.example.com/x")
    refused = admin.post(f"{path}/test")
    assert (refused.status_code, "paused" in refused.json()["detail"]) == (400, True)
    assert admin.patch(path, json={}).json() == changed.json()
    assert admin.patch(path, json={"state": "active", "kinds": []}).json()["kinds"] == []
    put(runtime, "a")
    assert admin.delete(path).status_code == 204
    send()
    assert receiver.got == []
    for method, more in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/rotate"), ("POST", "/test"), ("GET", "/deliveries")):  # fmt: skip
        body = {"json": {}} if method == "PATCH" else {}
        answer = admin.request(method, path + more, **body)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:headwater:problem:not-found")


def test_what_is_disabled_says_why(admin, runtime, send, receiver):
    webhook = make(admin)["id"]
    receiver.says = 410
    put(runtime, "a")
    send()
    shown = admin.get(f"/v1/webhooks/{webhook}").json()
    assert shown["state"] == "disabled"
    assert "410" in shown["reason"]
    assert admin.patch(f"/v1/webhooks/{webhook}", json={"state": "disabled"}).status_code == 422
    assert admin.patch(f"/v1/webhooks/{webhook}", json={"state": "active"}).json()["reason"] == ""


@pytest.mark.parametrize(
    ("method", "more", "body", "status"),
    [
        ("POST", "", {}, 422),
        ("POST", "", {"url": ""}, 422),
        ("POST", "", {"url": 5}, 422),
        ("POST", "", {"url": "https://example.com/" + "x" * 2000}, 422),
        ("POST", "", {"url": "https://example.com/\x00"}, 422),
        ("POST", "", {"url": "https://example.com/\ud800"}, 400),
        ("POST", "", {"url": "http://example.com/"}, 400),
        ("POST", "", {"url": "https://127.0.0.1/"}, 400),
        ("POST", "", {"url": "https://0x7f.1/"}, 400),
        ("POST", "", {"url": "https://[::1]/"}, 400),
        ("POST", "", {"url": "https://user:pass@example.com/"}, 400),
        ("POST", "", {"url": "https://example.com:8443/"}, 400),
        ("POST", "", {"url": "https://example.com:x/"}, 400),
        ("POST", "", {"url": "file:///etc/passwd"}, 400),
        ("POST", "", {"url": URL, "kinds": ["person.read"]}, 400),
        ("POST", "", {"url": URL, "kinds": "person.changed"}, 422),
        ("POST", "", {"url": URL, "kinds": ["person.changed"] * 51}, 422),
        ("POST", "", {"url": URL, "secret": "whsec_mine"}, 422),
        ("POST", "", {"url": URL, "state": "disabled"}, 422),
        ("PATCH", "/{id}", {"url": "https://localhost/"}, 400),
        ("PATCH", "/{id}", {"failing_since": None}, 422),
        ("PATCH", "/{id}", {"kinds": ["*"]}, 400),
        ("POST", "/{id}/replay", {}, 422),
        ("POST", "/{id}/replay", {"from_seq": 0}, 422),
        ("POST", "/{id}/replay", {"from_seq": 2**63}, 422),
        ("POST", "/{id}/replay", {"from_seq": 1.5}, 422),
        ("POST", "/{id}/replay", {"from_seq": 1, "since": "2026-01-01T00:00:00Z"}, 422),
        ("POST", "/{id}/replay", {"since": "2026-01-01T00:00:00"}, 422),
        ("POST", "/{id}/replay", {"since": "yesterday"}, 422),
        ("POST", "/{id}/replay", {"since": "0001-01-01T00:00:00+14:00"}, 400),
        ("POST", "/{id}/replay", {"from_seq": 10**9}, 400),
        ("POST", "/{id}/replay", {"from_seq": 5, "to_seq": 4}, 400),
        ("GET", "/{id}/deliveries?limit=0", None, 422),
        ("GET", "/{id}/deliveries?limit=1e9", None, 422),
        ("GET", "/{id}/deliveries?state=sending", None, 422),
        ("GET", "/{id}/deliveries?cursor=' OR 1=1 --", None, 400),
        ("GET", "/{id}/deliveries?cursor=%00", None, 422),
        ("GET", "/' OR 1=1 --", None, 404),
        ("GET", "/%00", None, 404),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_a_problem_that_repeats_nothing(shared_client, method, more, body, status):
    made = [one["id"] for one in shared_client.get("/v1/webhooks").json()["webhooks"]] or [make(shared_client)["id"]]
    content = None if body is None else json.dumps(body)
    answer = shared_client.request(
        method,
        "/v1/webhooks" + more.replace("{id}", made[0]),
        content=content,
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    assert "example.com:" not in answer.text
    assert "OR 1=1" not in answer.text
    assert len(shared_client.get("/v1/webhooks").json()["webhooks"]) == 1


def test_there_is_an_end_to_how_many(admin):
    for _ in range(50):
        make(admin)
    answer = admin.post("/v1/webhooks", json={"url": URL})
    assert (answer.status_code, "50" in answer.json()["detail"]) == (400, True)


def test_another_workspace_sees_none_of_it(admin, runtime):
    theirs = runtime.ledger.subscriptions.add("theirs", URL, secrets_sealed="s").id
    assert admin.get("/v1/webhooks").json() == {"webhooks": []}
    for method, more in (("GET", ""), ("DELETE", ""), ("POST", "/rotate"), ("POST", "/test"), ("GET", "/deliveries")):
        never = admin.request(method, f"/v1/webhooks/{'0' * 36}{more}")
        found = admin.request(method, f"/v1/webhooks/{theirs}{more}")
        assert (found.status_code, found.text) == (never.status_code, never.text) == (404, never.text)
    assert runtime.ledger.subscriptions.get("theirs", theirs).state == "active"


def test_only_who_may_manage_webhooks_reaches_them(app, runtime):
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert client.get("/v1/webhooks").status_code == 401
        for role in ("recruiter", "hiring-manager", "viewer", "service"):
            key = {"X-API-Key": add_key(runtime, role)}
            assert client.get("/v1/webhooks", headers=key).status_code == 403
            assert client.post("/v1/webhooks", json={"url": URL}, headers=key).status_code == 403


def test_from_a_put_to_a_verified_delivery_over_a_socket(runtime, settings, monkeypatch):
    """The whole way: subscribe, put a person by the API, and the receiver's library takes what arrives."""
    monkeypatch.setattr(module, "LOOK_S", 0.05)
    with listening() as listener:
        app = make_app(runtime, settings, webhook_origins=[listener.origin])
        headers = {"X-API-Key": add_key(runtime, "admin")}
        other = Ledger.open(settings.database)
        sender = sender_of(other, runtime.secret, settings, local=[listener.origin])
        with TestClient(app, base_url="http://127.0.0.1", headers=headers) as client, sender:
            made = client.post("/v1/webhooks", json={"url": f"{listener.origin}/in"}).json()
            sender.start()
            done = client.put("/v1/people", json={"connection": "crm", "people": [{"id": "17", "name": "Test Person"}]})
            person = done.json()["results"][0]["person_id"]
            for _ in range(400):
                if listener.got:
                    break
                listener.release.wait(0.02)
        other.close()
    [(path, sent, body)] = listener.got
    told = Webhook(made["secret"]).verify(body, sent)
    assert (path, told["type"], told["data"]["ids"]) == ("/in", "person.changed", [person])
    assert b"Test Person" not in body


def test_every_kind_of_event_is_documented():
    text = (DOCS / "webhooks.md").read_text("utf-8")
    assert [kind for kind, meaning in KINDS.items() if f"| `{kind}` |" not in text or meaning not in text] == []


@pytest.mark.slow
def test_the_processes_that_sync_send_webhooks_too(serving, run, env, tmp_path):
    """``serve`` and ``work``: to a name that nobody has, so that each attempt is a failure that can be seen."""
    _, address, process = serving()
    [key] = [
        word for word in run("keys", "create", "tests", "--role", "admin").stdout.split() if word.startswith("hw_")
    ]
    with httpx.Client(base_url=address, headers={"X-API-Key": key}, trust_env=False) as client:
        webhook = client.post("/v1/webhooks", json={"url": "https://hooks.example.test/x"}).json()["id"]
        client.put("/v1/people", json={"connection": "crm", "people": [{"id": "1", "name": "Test Person"}]})
        until(lambda: client.get(f"/v1/webhooks/{webhook}").json()["failing_since"])
    process.send_signal(signal.SIGINT)
    process.wait(20)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'data' / 'headwater.db'}", create=False)
    row = ledger.subscriptions.test("default", webhook)
    worker = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "work"], env={**env, "PYTHONPATH": str(ROOT)}, cwd=tmp_path,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        until(lambda: row.id in {d.id for d in ledger.subscriptions.deliveries("default", webhook, state="failed")})
    finally:
        worker.send_signal(signal.SIGTERM)
        _, errors = worker.communicate(timeout=20)
        ledger.close()
    assert worker.returncode == 0
    assert "hooks.example.test" not in errors


def until(said, seconds=40.0):
    end = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.1)
