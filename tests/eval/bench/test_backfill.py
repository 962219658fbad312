"""A short first sync that is killed: the measurement holds its bars, and sees what it is there to see."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from engine.records import Application, SourceRecord
from eval.bench.backfill import run
from eval.bench.whole import compare
from eval.world.accounts import make_account
from indexer.ledger import Ledger
from tests.eval.bench.test_measurements import ROOT


def test_a_first_sync_killed_eight_times_has_everyone_once_within_the_limit():
    found = run(people=150, kills=8, seed=3)
    assert found["bars"] == {name: bar | {"met": True} for name, bar in found["bars"].items()}
    assert found["met"]
    assert sum(found["killed"].values()) == 8
    assert found["compared"]["people"] == 150
    assert found["pages_read_again"] <= 8


def test_a_vendor_too_slow_for_the_limit_misses_the_bar_and_ends_with_1(tmp_path):
    settings = {**os.environ, "HEADWATER_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "bench", "backfill", "--people", "30", "--kills", "0", "--answer-ms", "900", "--json"],
        env=settings, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    bars = json.loads(done.stdout)["bars"]
    assert [name for name, bar in bars.items() if not bar["met"]] == ["share_of_the_limit"]


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield opened
    opened.close()


def test_what_is_missing_is_counted_by_kind(ledger):
    account = make_account(40, seed=3)
    one = account.candidates[0]
    ledger.writer().put_records("ats", [SourceRecord(id=one.id, tags=one.tags)])
    found = compare(account, ledger, "default", "ats")
    assert found.missing["people"] == 39
    assert found.missing["jobs"] == len(account.jobs)
    assert found.missing["applications"] == len(account.applications)
    assert found.missing["tags"] == sum(len(c.tags) for c in account.candidates[1:])
    assert not found.doubled.total()


def test_what_is_there_twice_is_counted_by_kind(ledger):
    account = make_account(40, seed=3)
    one = Application(id="1", job_id="2")
    ledger.writer().put_records("ats", [SourceRecord(id=account.candidates[0].id, applications=(one, one))])
    assert +compare(account, ledger, "default", "ats").doubled == Counter({"applications": 1})
