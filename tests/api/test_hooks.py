"""Deliveries of an ATS: only genuine ones count, each counts once, and what is answered is kept."""

import base64
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.deliveries import MOST, Deliveries, Door
from engine.errors import Busy
from eval.sandbox.teamtailor.hooks import sign_body, sign_id
from tests.api.conftest import NOW

SECRET, OLDER = "the-secret-of-its-webhooks", "the-secret-before"
BODY = json.dumps(
    {"payload": {"event_name": "candidate.update", "data": {"id": "7", "type": "candidates", "attributes": {"id": 7}}}}
).encode()


@pytest.fixture
def connected(runtime):
    vault = runtime.secret.vault()
    return runtime.ledger.connections.add(
        "default", "ats", vendor="teamtailor", origin="https://api.teamtailor.com", credential=vault.seal("k" * 20),
        secrets_sealed=vault.seal(json.dumps([SECRET, OLDER])),
    )  # fmt: skip


@pytest.fixture
def send(stranger, connected):
    def call(body=BODY, *, secret=SECRET, at=NOW, token=None, headers=None):
        signed = {"TT-Signature": sign_body(secret, int(at.timestamp()), body)} if headers is None else headers
        return stranger.post(f"/v1/hooks/{token or connected.token}", content=body, headers=signed)

    return call


@pytest.fixture
def inbox(runtime):
    return lambda: runtime.ledger.sync("default", "ats").inbox(100_000)


def test_a_genuine_delivery_is_kept_and_answered_with_nothing(send, inbox):
    answer = send()
    assert (answer.status_code, answer.content) == (202, b"")
    [row] = inbox()
    assert (row.hint["kind"], row.hint["id"], row.hint["gone"]) == ("candidates", "7", False)


def test_both_secrets_are_good_while_one_is_changed(send, inbox):
    assert send(secret=OLDER).status_code == 202
    assert len(inbox()) == 1


def test_the_older_form_is_a_hint_too(send, inbox):
    body = json.dumps({**json.loads(BODY), "signature": sign_id(SECRET, "7")}).encode()
    assert send(body, headers={}).status_code == 202
    assert inbox()[0].hint["id"] == "7"


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": "somebody-elses"},
        {"secret": ""},
        {"at": NOW - timedelta(minutes=6)},
        {"at": NOW + timedelta(minutes=6)},
        {"token": "no-such-token"},
        {"headers": {}},
        {"headers": {"TT-Signature": "x"}},
        {"headers": {"TT-Signature": base64.b64encode(b"t=,v2=").decode()}},
        {"headers": {"TT-Signature": sign_body(SECRET, int(NOW.timestamp()), BODY + b" ")}},
    ],
    ids=["secret", "no secret", "stale", "of the future", "token", "unsigned", "no signature", "empty", "altered"],
)
def test_whatever_is_wrong_the_answer_is_the_same(send, inbox, forged):
    answer = send(**forged)
    assert answer.status_code == 401
    assert answer.json() == {
        "type": "urn:headwater:problem:not-signed",
        "title": "Unauthorized",
        "status": 401,
        "detail": "The delivery is not signed with this connection's secret.",
        "fix": "Compare address and secret with `headwater connect`.",
    }
    assert inbox() == []


def test_the_secret_of_another_connection_opens_nothing(send, inbox, runtime):
    vault = runtime.secret.vault()
    runtime.ledger.connections.add(
        "default", "other", vendor="teamtailor", origin="https://api.na.teamtailor.com",
        credential=vault.seal("k" * 20), secrets_sealed=vault.seal(json.dumps(["the-others-secret"])),
    )  # fmt: skip
    assert send(secret="the-others-secret").status_code == 401
    assert inbox() == []


def test_a_stage_passed_through_is_kept_as_a_proof_only_where_it_is_signed(send, inbox):
    moved = {"id": 9, "stage-name": "Interview", "last-moved-at": "2026-11-24T11:00:00Z", "job-title": "Nurse"}
    data = {"id": "9", "type": "job_applications", "attributes": moved}
    body = {"payload": {"event_name": "job_application.update", "data": data}}
    assert send(json.dumps(body).encode()).status_code == 202
    assert send(json.dumps({**body, "signature": sign_id(SECRET, "9")}).encode(), headers={}).status_code == 202
    [whole, of_id_alone] = sorted(inbox(), key=lambda row: "proofs" not in row.hint)
    [proof] = whole.hint["proofs"]
    assert "Interview" in json.dumps(proof)
    assert "proofs" not in of_id_alone.hint


def test_a_connection_without_a_secret_believes_nobody(runtime, stranger):
    row = runtime.ledger.connections.add(
        "default", "bare", vendor="teamtailor", origin="https://api.teamtailor.com",
        credential=runtime.secret.vault().seal("k" * 20),
    )  # fmt: skip
    signed = {"TT-Signature": sign_body("", int(NOW.timestamp()), BODY)}
    assert stranger.post(f"/v1/hooks/{row.token}", content=BODY, headers=signed).status_code == 401


@pytest.mark.slow
def test_no_fuzzed_delivery_is_believed_and_none_breaks_the_door(send, inbox):
    text = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=200)
    right = sign_body(SECRET, int(NOW.timestamp()), BODY)

    @settings(max_examples=300, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        st.one_of(st.binary(max_size=300), st.just(BODY)),
        st.one_of(text, st.integers(0, len(right) - 1).map(lambda n: right[:n] + "A" + right[n + 1 :])),
        st.sampled_from(["TT-Signature", "tt-signature", "Teamtailor-Signature", "X-Signature"]),
    )
    def attempt(body, signature, name):
        if name.lower() != "tt-signature" or signature != right or body != BODY:
            assert send(body, headers={name: signature}).status_code == 401

    attempt()
    assert inbox() == []


def test_a_huge_one_is_refused_with_and_without_its_length(stranger, connected, inbox):
    huge = b"{" + b" " * 1_000_001
    assert stranger.post(f"/v1/hooks/{connected.token}", content=huge).status_code == 413
    assert (
        stranger.post(f"/v1/hooks/{connected.token}", content=iter([huge[:600_000], huge[:600_000]])).status_code == 413
    )
    assert inbox() == []


def test_the_same_a_thousand_times_is_one(send, inbox):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send().status_code, range(1000)))
    assert set(answers) == {202}
    assert len(inbox()) == 1


def test_a_genuine_one_about_something_that_is_not_read_is_taken_and_not_kept(send, inbox):
    body = json.dumps({"payload": {"event_name": "survey.update", "data": {"id": "7"}}}).encode()
    assert send(body).status_code == 202
    assert inbox() == []


def test_a_stopped_connection_keeps_what_comes_for_later(send, inbox, runtime):
    runtime.ledger.connections.stop("default", "ats", "An operator stopped it.")
    assert send().status_code == 202
    assert len(inbox()) == 1


def test_a_burst_without_a_worker_loses_none(send, inbox):
    def numbered(n):
        said = json.loads(BODY)
        said["payload"]["data"]["id"] = str(n)
        return json.dumps(said).encode()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: send(numbered(n)).status_code, range(400)))
    assert set(answers) == {202}
    assert {row.hint["id"] for row in inbox()} == {str(n) for n in range(400)}


def test_a_delivery_wakes_the_worker(send, runtime):
    woken = []

    class Worker:
        def wake(self, *who):
            woken.append(who)

    runtime.worker = Worker()
    send()
    assert woken == [("default", "ats")]


def test_the_answer_comes_after_the_commit_and_many_share_one():
    commits, go = [], threading.Event()

    def receive(deliveries):
        go.wait(10)
        commits.append(len(deliveries))

    kept = Deliveries(receive)
    waiting = [kept.put(("w", "c", str(n), {})) for n in range(50)]
    assert not any(one.done() for one in waiting)
    go.set()
    for one in waiting:
        one.result(10)
    assert sum(commits) == 50
    assert len(commits) <= 3
    kept.close()
    kept.close()
    with pytest.raises(Busy):
        kept.put(("w", "c", "late", {}))


def test_a_request_that_is_given_up_takes_no_other_with_it():
    begun, go, kept_ids = threading.Event(), threading.Event(), []

    def receive(deliveries):
        begun.set()
        go.wait(10)
        kept_ids.extend(event_id for _, _, event_id, _ in deliveries)

    kept = Deliveries(receive)
    first = kept.put(("w", "c", "1", {}))
    assert begun.wait(10)
    assert not first.cancel()
    second, third = (kept.put(("w", "c", n, {})) for n in "23")
    assert second.cancel()
    go.set()
    first.result(10)
    third.result(10)
    kept.put(("w", "c", "4", {})).result(10)
    kept.close()
    assert kept_ids == ["1", "2", "3", "4"]


def test_the_door_says_when_to_come_again_while_nothing_can_be_kept(send, app):
    app.state.deliveries.close()
    answer = send()
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


KEEPER = r"""
import os, sys, threading
from api.deliveries import Deliveries
from indexer.ledger import Ledger
kept = Deliveries(Ledger.open(sys.argv[1]).connections.receive)
def send(own):
    for n in range(100_000):
        kept.put(("default", "ats", f"{own}-{n}", {"kind": "candidates", "id": str(n)})).result()
        os.write(1, f"{own}-{n}\n".encode())
for own in range(8):
    threading.Thread(target=send, args=(own,)).start()
"""


def test_what_was_answered_before_a_kill_is_in_the_table(runtime, settings, connected):
    with subprocess.Popen(
        [sys.executable, "-c", KEEPER, settings.database], stdout=subprocess.PIPE, text=True
    ) as child:
        answered = {child.stdout.readline().strip() for _ in range(200)}
        child.kill()
        answered |= {line.strip() for line in child.stdout if line.endswith("\n")}
    assert len(answered) >= 200
    assert answered <= {row.event_id for row in runtime.ledger.sync("default", "ats").inbox(100_000)}


def test_a_commit_that_fails_is_no_202_and_the_next_goes_on():
    broken = [True]

    def receive(_deliveries):
        if broken.pop() if broken else False:
            raise OSError("disk full")

    kept = Deliveries(receive)
    with pytest.raises(Busy):
        kept.put(("w", "c", "1", {})).result(10)
    kept.put(("w", "c", "2", {})).result(10)
    kept.close()


def test_more_than_can_wait_are_asked_to_come_again():
    go = threading.Event()
    kept = Deliveries(lambda _: go.wait(10))
    try:
        refused = 0
        for n in range(2 * MOST + 2):
            try:
                kept.put(("w", "c", str(n), {}))
            except Busy:
                refused += 1
        assert refused >= 2
    finally:
        go.set()
        kept.close()


def test_a_new_secret_counts_within_seconds(connected, runtime):
    from api.syncing import opener_of

    now = 0.0
    door = Door(
        runtime.ledger.connections.by_token, opener_of(runtime.secret), clock=lambda: NOW, monotonic=lambda: now
    )
    signed = {"TT-Signature": sign_body("the newest", int(NOW.timestamp()), BODY)}
    with pytest.raises(Exception, match="not signed"):
        door.checked(connected.token, signed, BODY)
    runtime.ledger.connections.set_secrets("default", "ats", runtime.secret.vault().seal(json.dumps(["the newest"])))
    now = 6.0
    assert door.checked(connected.token, signed, BODY) is not None
