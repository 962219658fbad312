"""Accounts, sessions and keys at rest, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import BadInput, NotFound
from engine.records import Job
from indexer.ledger import Ledger

START = datetime(2026, 11, 1, 8, tzinfo=UTC)


class Clock:
    now = START

    def __call__(self):
        return self.now

    def pass_(self, **by):
        self.now += timedelta(**by)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def ledger(database_url, clock):
    opened = Ledger.open(database_url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def anna(ledger):
    return ledger.accounts.add("default", " Anna@Example.com ", name="Anna", role="recruiter", password="hash")


def test_an_address_has_one_account_however_it_is_written(ledger, anna):
    assert anna.email == "anna@example.com"
    assert ledger.accounts.by_email("default", "ANNA@example.com") == anna
    with pytest.raises(BadInput):
        ledger.accounts.add("default", "anna@EXAMPLE.com", name="Other", role="viewer")
    assert ledger.accounts.add("elsewhere", "anna@example.com", name="Anna", role="viewer").id != anna.id
    assert ledger.accounts.by_email("third", "anna@example.com") is None


def test_whatever_is_changed_ends_the_sessions_of_that_account_alone(ledger, anna):
    other = ledger.accounts.add("default", "bo@example.com", name="Bo", role="viewer")
    for change in (
        {"role": "viewer"},
        {"password": "new"},
        {"disabled": True},
        {"disabled": False},
        {"audiences": ["x"]},
    ):
        ledger.accounts.open_session("a" * 64, "default", account_id=anna.id, hours=1)
        ledger.accounts.open_session("b" * 64, "default", account_id=other.id, hours=1)
        ledger.accounts.change("default", anna.id, **change)
        assert ledger.accounts.session("a" * 64) is None
        assert ledger.accounts.session("b" * 64) is not None
        ledger.accounts.end_session("b" * 64)
    found = ledger.accounts.get(anna.id)
    assert (found.role, found.password, found.audiences, found.disabled_at) == ("viewer", "new", {"x"}, None)


def test_another_workspace_changes_nobody(ledger, anna):
    with pytest.raises(NotFound):
        ledger.accounts.change("elsewhere", anna.id, role="admin")
    assert ledger.accounts.get(anna.id).role == "recruiter"


def test_a_session_is_over_after_its_hours(ledger, anna, clock):
    ledger.accounts.open_session("a" * 64, "default", account_id=anna.id, hours=12)
    clock.pass_(hours=11.9)
    assert ledger.accounts.session("a" * 64).account_id == anna.id
    clock.pass_(hours=0.2)
    assert ledger.accounts.session("a" * 64) is None


def test_from_the_fifth_wrong_password_on_the_wait_doubles_up_to_an_hour(ledger, anna, clock):
    waits = []
    for _ in range(16):
        ledger.accounts.tried(anna.id, right=False)
        until = ledger.accounts.get(anna.id).locked_until
        waits.append((datetime.fromisoformat(until) - clock()).total_seconds() if until else 0)
    assert waits[:8] == [0, 0, 0, 0, 30, 60, 120, 240]
    assert waits[-1] == 3600
    ledger.accounts.tried(anna.id, right=True)
    found = ledger.accounts.get(anna.id)
    assert (found.failed, found.locked_until) == (0, None)


def test_job_access_holds_only_jobs_that_are_there(ledger, anna):
    ledger.writer().put_jobs("test", [Job(id="j1", title="Nurse"), Job(id="j2", title="Cook")])
    ledger.accounts.set_jobs("default", anna.id, ["test:j1", "test:j2", "test:j1"])
    assert ledger.accounts.jobs_of(anna.id) == {"test:j1", "test:j2"}
    with pytest.raises(NotFound):
        ledger.accounts.set_jobs("default", anna.id, ["test:j1", "test:none"])
    assert ledger.accounts.jobs_of(anna.id) == {"test:j1", "test:j2"}
    ledger.accounts.set_jobs("default", anna.id, [])
    assert ledger.accounts.jobs_of(anna.id) == frozenset()


def test_who_somebody_is_in_an_ats(ledger, anna):
    ledger.accounts.set_ats_user("default", anna.id, "teamtailor", "34")
    ledger.accounts.set_ats_user("default", anna.id, "teamtailor", "35")
    assert ledger.accounts.ats_users("default", anna.id) == {"teamtailor": "35"}
    ledger.accounts.set_ats_user("default", anna.id, "teamtailor", None)
    assert ledger.accounts.ats_users("default", anna.id) == {}


def test_a_key_is_over_after_its_days_and_knows_when_it_was_used(ledger, clock):
    row = ledger.keys.add("default", "site", "d" * 64, "hw_abcd", scopes=["search"], audiences=["x"], days=2)
    assert ledger.keys.find("d" * 64) == row
    ledger.keys.used(row)
    assert ledger.keys.get(row.id).used_at is not None
    clock.pass_(days=2.1)
    assert ledger.keys.find("d" * 64) is None
    assert ledger.keys.get(row.id) is None
    assert [one.id for one in ledger.keys.list("default")] == [row.id]


def test_no_account_shows_more_than_its_id(anna):
    assert repr(anna) == f"Account({anna.id})"


ISSUER = "https://id.example.com"


def come(ledger, subject, email="anna@example.com", role="viewer", workspace="default", issuer=ISSUER):
    return ledger.subjects.account(workspace, issuer, subject, email=email, name="Anna", role=role)


def test_a_subject_keeps_its_account_when_its_address_changes(ledger):
    made = come(ledger, "s1")
    assert (made.role, made.email, made.password) == ("viewer", "anna@example.com", None)
    assert come(ledger, "s1", email="anna.new@example.com", role=None).id == made.id
    assert len(ledger.accounts.list("default")) == 1


def test_an_address_given_to_somebody_new_does_not_give_them_the_old_account(ledger):
    come(ledger, "s1")
    assert come(ledger, "s2") is None
    assert come(ledger, "s2", email="ANNA@example.com ") is None


def test_an_account_that_was_added_is_taken_with_its_role(ledger):
    added = ledger.accounts.add("default", "anna@example.com", name="Anna", role="recruiter")
    found = come(ledger, "s1", email="Anna@Example.com", role=None)
    assert (found.id, found.role) == (added.id, "recruiter")


def test_without_a_role_for_newcomers_nobody_is_made(ledger):
    assert come(ledger, "s1", role=None) is None
    assert ledger.accounts.list("default") == []


def test_a_subject_is_its_issuers_and_its_workspaces_alone(ledger):
    made = come(ledger, "s1")
    assert come(ledger, "s1", workspace="other").id != made.id
    assert come(ledger, "s1", email="bo@example.com", issuer="https://other.example.com").id != made.id
