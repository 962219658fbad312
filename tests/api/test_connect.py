"""Connecting an account and looking after its sync: tried on a sandbox, as a person would."""

import io
import json
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from api.cli import app
from api.commands import connect
from api.commands.sync import how_far
from engine.errors import BadInput, NotFound
from eval.sandbox import KEYS, Teamtailor, make_account
from eval.sandbox.clock import system_clock
from eval.sandbox.serve import serving
from indexer.connectors.errors import Denied
from indexer.connectors.http import Http
from indexer.connectors.probe import probe
from indexer.connectors.teamtailor.connector import Teamtailor as Connector
from indexer.sync.opening import client_for
from indexer.sync.status import FirstSync

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(scope="module")
def site():
    with serving(Teamtailor(make_account(20, seed=5), clock=system_clock)) as running:
        yield running


class Vendor:
    """Teamtailor, with the sandbox for its only region."""

    name = "teamtailor"

    def __init__(self, site):
        self.origins = (site.url,)

    def connector(self, credential, *, origin, settings={}):  # noqa: B006
        return Connector(credential, origin=origin)


def test_the_key_is_tried_and_what_it_may_do_is_said(site):
    origin, _, standing = connect._tried(Vendor(site), "sandbox-admin", None)
    assert origin == site.url
    assert "read candidates" in standing.may
    assert standing.account


def test_a_key_that_reads_no_candidates_is_said_to(site):
    _, _, standing = connect._tried(Vendor(site), "sandbox-public", None)
    assert "read candidates" in standing.may_not
    assert any("Admin" in note for note in standing.notes)


def test_an_unknown_key_is_refused_and_never_named(site):
    with pytest.raises(Denied) as caught:
        connect._tried(Vendor(site), "somebody-elses-key", None)
    assert "somebody-elses-key" not in str(caught.value)


def test_only_the_vendors_own_addresses_can_be_given(site):
    with pytest.raises(BadInput, match="none of the vendor's addresses"):
        connect._tried(Vendor(site), "sandbox-admin", "http://127.0.0.1:1")


def test_the_key_comes_from_standard_input_never_from_an_argument(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("the-key\n"))
    assert connect._asked("Key", "The key") == "the-key"
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    with pytest.raises(BadInput):
        connect._asked("Key", "The key")


def test_a_probe_tells_fields_and_counts_and_no_value(site):
    _, connector, standing = connect._tried(Vendor(site), "sandbox-admin", None)
    site.vendor.calls.clear()
    with client_for(site.url) as client:
        found = probe(connector, Http(client, [site.url]), standing)
    text = json.dumps(found)
    assert found["listings"]["candidates"]["total"] == 20
    assert "first-name" in text
    assert "@example.com" not in text
    assert all(key not in text for key in KEYS)
    assert {call.method for call in site.vendor.calls} == {"GET"}


def test_a_probe_goes_on_where_a_listing_may_not_be_read(site):
    _, connector, standing = connect._tried(Vendor(site), "sandbox-public", None)
    with client_for(site.url) as client:
        found = probe(connector, Http(client, [site.url]), standing)["listings"]
    assert found["candidates"] == {
        "answered": False, "kind": "Denied", "status": 403, "problem": found["candidates"]["problem"],
    }  # fmt: skip
    assert found["jobs"]["answered"]


def test_how_far_a_first_sync_is_reads_like_a_sentence():
    assert (
        how_far(FirstSync(over=False, done=12_400, total=90_000, left_s=2_400)) == "12,400 of 90,000, about 40 min left"
    )
    assert how_far(FirstSync(over=False, done=120, total=None, left_s=None)) == "120 people so far"
    assert how_far(FirstSync(over=True, done=300, total=300, left_s=None)) == "done, 300 people"


@contextmanager
def sandbox(env, *arguments):
    command = [sys.executable, "-u", "-m", "api.cli", "sandbox", "teamtailor", "--port", "0", *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )  # fmt: skip
    try:
        lines = ""
        for line in process.stdout:
            lines += line
            if found := re.search(r"Address:\s+(http://\S+)", lines):
                yield found.group(1), lines
                break
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


@pytest.mark.model
@pytest.mark.slow
def test_a_sandbox_is_connected_synced_searched_and_looked_after(env, run, quick):
    golden = json.loads((GOLDEN / "connect_list.json").read_text())
    assert json.loads(quick("connect", "list", "--json"))["connections"] == []
    with sandbox(env, "--people", "20", "--seed", "2026", "--connect") as (url, lines):
        assert "Connected" in lines
        run("sync", "run", "sandbox")
        assert json.loads(run("search", "developer", "--json").stdout)["hits"]
        [status] = json.loads(quick("sync", "status", "--json"))["connections"]
        assert sorted(status) == golden["status"]
        assert status["first_sync"] == {"over": True, "done": 20, "total": 20, "left_s": None}
        assert status["needs"] == []
        kinds = {kind["name"]: kind for kind in status["kinds"]}
        assert (kinds["read notes"]["way"], kinds["read candidates"]["way"]) == ("poll", "webhook")
        assert all(kind["fresh_at"] for kind in kinds.values())
        assert "done, 20 people" in quick("sync", "status")
        listed = json.loads(quick("connect", "list", "--json"))
        assert [sorted(row) for one in listed["connectors"] for row in one["capabilities"][:1]] == [
            golden["capability"]
        ]
        assert listed["connections"] == [
            {"name": "sandbox", "vendor": "teamtailor", "origin": url, "state": "active"}
        ]  # fmt: skip
        assert "Nothing is parked." in quick("sync", "parked", "sandbox")
        assert json.loads(quick("sync", "parked", "sandbox", "--json")) == []
        assert "Nothing is parked." in quick("sync", "replay", "sandbox")
        assert "No sweep" in quick("sync", "allow-deletes", "sandbox")
        quick("sync", "stop", "sandbox")
        assert "Sync is stopped" in quick("sync", "status")
        quick("sync", "start", "sandbox")
        quick("sync", "sweep", "sandbox")
        with pytest.raises(NotFound, match="no connection 'elsewhere'"):
            quick("sync", "stop", "elsewhere")


@pytest.fixture
def quick(env, monkeypatch):
    """A command that opens no index, within this process. Returns what it prints."""
    for name, value in env.items():
        if name.startswith("HEADWATER_") or name == "COLUMNS":
            monkeypatch.setenv(name, value)

    def call(*arguments):
        done = CliRunner().invoke(app, arguments)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.stdout

    return call


@pytest.mark.model
@pytest.mark.slow
def test_what_changes_in_the_ats_while_served_is_found_without_a_click(env, run, serving, people):
    run("import", people)  # so that there is data to serve
    _, address, _ = serving()
    made = re.search(r"hw_\S+", run("keys", "create", "test").stdout)
    assert made
    with (
        sandbox(env, "--people", "8", "--connect") as (url, _),
        httpx.Client(base_url=address, trust_env=False, headers={"X-API-Key": made.group(0)}) as client,
    ):
        until(lambda: client.get("/v1/health").json(), lambda got: got["people"] == 10)
        act = {"first_name": "Quirina", "last_name": "Zetterlund", "email": "quirina@example.com"}
        answer = httpx.post(f"{url}/sandbox/recruiter/add_candidate", json=act, trust_env=False)
        assert answer.status_code == 200, answer.text
        until(
            lambda: client.post("/v1/search", json={"text": "Quirina Zetterlund"}).json(),
            lambda got: any(hit["name"] == "Quirina Zetterlund" for hit in got["hits"]),
        )


def until(ask, good, seconds=40.0):
    """Well below the minute of a poll: only the webhook can have brought it."""
    end = time.monotonic() + seconds
    while not good(found := ask()):
        assert time.monotonic() < end, found
        time.sleep(0.2)
