"""The account of the made-up world: the same from the same seed, whole, and in time."""

import pytest

from eval.world.accounts import make_account
from eval.world.people import make_people


@pytest.fixture(scope="module")
def account():
    return make_account(300, seed=4)


def test_the_same_seed_is_the_same_account():
    assert make_account(60, seed=3) == make_account(60, seed=3)
    assert make_account(60, seed=3) != make_account(60, seed=4)


def test_it_has_exactly_the_people_asked_for_and_they_are_those_of_the_world(account):
    from random import Random

    from eval.world.accounts import TODAY

    assert {c.person.key: c.person for c in account.candidates} == {
        p.key: p for p in make_people(300, Random(4), TODAY)
    }


def test_every_reference_leads_to_a_row(account):
    ids = {name: {row.id for row in rows} for name, rows in vars(account).items() if isinstance(rows, list)}
    for name, rows in vars(account).items():
        if isinstance(rows, list):
            assert len(ids[name]) == len(rows), name
    for application in account.applications:
        assert application.candidate in ids["candidates"]
        assert application.job in ids["jobs"]
        assert application.reason is None or application.reason in ids["reasons"]
    stages = {stage.id: stage for stage in account.stages}
    assert all(stages[a.stage].job == a.job for a in account.applications)
    for rows in (account.notes, account.history, account.todos, account.referrals, account.assessments):
        assert rows
        assert {row.candidate for row in rows} <= ids["candidates"]
    assert {answer.question for answer in account.answers} <= ids["questions"]
    assert {value.field for value in account.values} <= ids["fields"]


def test_ids_are_numbers_that_ascend_with_time(account):
    for rows in (account.candidates, account.applications, account.jobs, account.notes):
        assert all(row.id.isdigit() for row in rows)
    assert account.candidates == sorted(account.candidates, key=lambda c: (c.created_at, int(c.id)))


def test_nothing_happens_before_its_beginning_or_after_the_worlds_day(account):
    for row in account.applications:
        assert row.created_at <= row.changed_stage_at <= row.updated_at <= account.today
        assert row.rejected_at is None or row.changed_stage_at <= row.rejected_at
    created = {c.id: c.created_at for c in account.candidates}
    assert all(created[n.candidate] <= n.created_at <= account.today for n in account.notes)


def test_jobs_of_every_state_and_feed_are_there_and_drafts_have_no_applications(account):
    assert {job.state for job in account.jobs} == {"published", "unlisted", "archived", "draft", "scheduled"}
    assert {job.internal for job in account.jobs} == {True, False}
    quiet = {job.id for job in account.jobs if job.state in ("draft", "scheduled")}
    assert not quiet & {a.job for a in account.applications}


def test_a_candidate_answers_a_question_once_and_only_who_was_sourced_lacks_an_address(account):
    asked = [(a.candidate, a.question) for a in account.answers]
    assert len(asked) == len(set(asked))
    without = [c for c in account.candidates if c.email is None]
    assert without
    assert all(c.sourced for c in without)
    assert any(n.private for n in account.notes)
    assert any(a.rejected_at for a in account.applications)
