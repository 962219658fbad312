"""A whole account of Teamtailor's through the real connector: all of it, every kind of change, and quiet afterwards."""

import pytest

from eval.world.history import STAGES
from tests.indexer.sync.account import DAY_S, Account

HISTORY = ("history",)
"""Grows by what was seen to happen, so that one who watched knows more than one who came later."""


@pytest.fixture
def folder(tmp_path):
    made = iter(range(100))

    def new():
        path = tmp_path / str(next(made))
        path.mkdir()
        return path

    return new


@pytest.fixture
def account(folder):
    made = Account(folder())
    yield made
    made.close()


def as_if_new(account, folder):
    """What somebody holds who syncs the same account from its beginning now: (records, jobs)."""
    other = Account(folder(), bench=account.bench)
    other.first_sync()
    found = other.records(), other.jobs()
    other.close()
    return found


def compared(record):
    """A record without what only a witness knows."""
    applications = tuple(one.model_copy(update={"history": ()}) for one in record.applications)
    return record.model_copy(update={"applications": applications})


def test_everything_the_account_holds_is_here_once(account):
    account.first_sync()
    whole, records = account.bench.account, account.records()
    assert records.keys() == {candidate.id for candidate in whole.candidates}
    assert account.jobs().keys() == {f"ats:{job.id}" for job in whole.jobs}
    stages = {stage.id: stage.name for stage in whole.stages}
    for candidate in whole.candidates:
        record = records[candidate.id]
        assert record.name == candidate.person.name
        assert record.tags == tuple(dict.fromkeys(candidate.tags))
        applied = {a.id: (a.job_id.removeprefix("ats:"), a.stage) for a in record.applications}
        assert applied == {a.id: (a.job, stages[a.stage]) for a in whole.applications if a.candidate == candidate.id}
        said = {a.id for a in record.activities}
        for kind, rows in (("note", whole.notes), ("answer", whole.answers), ("todos", whole.todos)):
            assert {f"{kind}-{row.id}" for row in rows if row.candidate == candidate.id} <= said
        documents = {d.id for d in record.documents}
        assert ("resume" in documents) == bool(candidate.cv)
        assert {f"upload-{u.id}" for u in whole.uploads if u.candidate == candidate.id} <= documents
    assert account.too_many() == 0


def test_who_came_furthest_is_here_first_then_the_newest(account):
    account.first_sync()
    reader = account.ledger.reader(account_viewer())
    order = []
    for event in account.events():
        if event.kind.startswith("person"):
            order += [r.id for p in reader.people(event.ids).values() for r in p.records if r.id not in order]
    whole = account.bench.account
    kinds = {stage.id: stage.kind for stage in whole.stages}
    best = {}
    for a in whole.applications:
        best[a.candidate] = min(best.get(a.candidate, 2), ("Hired", "In process", "Inbox").index(kinds[a.stage]))
    ranks = [best.get(candidate, 2) for candidate in order]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2}


def account_viewer():
    from tests.indexer.sync.account import ME

    return ME


def test_every_kind_of_change_gets_here_without_webhooks(account, folder):
    account.first_sync()
    for change in account.bench.changes.values():
        account.bench.wait(3)
        change.do()
        account.run(3)
    account.bench.deliveries()  # lost, all of them
    account.run(DAY_S + 3600)
    records, jobs = as_if_new(account, folder)
    assert {k: compared(r) for k, r in account.records().items()} == {k: compared(r) for k, r in records.items()}
    assert account.too_many() == 0


def test_two_quiet_days_change_nothing_and_stay_within_the_rate(account):
    account.first_sync()
    account.run(3600)
    before, asked = len(account.events()), len(account.bench.sandbox.calls)
    account.run(2 * DAY_S)
    assert len(account.events()) == before
    assert account.too_many() == 0
    assert len(account.bench.sandbox.calls) - asked < 2 * 24 * 60 * 5
