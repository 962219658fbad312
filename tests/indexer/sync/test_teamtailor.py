"""A whole account of Teamtailor's through the real connector: all of it, every kind of change, and quiet afterwards."""

from dataclasses import replace

import pytest

from indexer.connectors.connector import Plan
from tests.indexer.sync.account import DAY_S, ME, Account


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


def compared(records):
    """Without the history, which grows by what was seen to happen: a witness knows more than one who came later."""
    found = {}
    for key, record in records.items():
        applications = tuple(one.model_copy(update={"history": ()}) for one in record.applications)
        found[key] = record.model_copy(update={"applications": applications})
    return found


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
    whole = account.bench.account
    kinds = {stage.id: stage.kind for stage in whole.stages}
    best = {}
    for a in whole.applications:
        best[a.candidate] = min(best.get(a.candidate, 2), ("Hired", "In process", "Inbox").index(kinds[a.stage]))
    reader, seen, ranks = account.ledger.reader(ME), set(), []
    for event in account.events():  # people of one commit come at once
        if event.kind.startswith("person"):
            new = {r.id for p in reader.people(event.ids).values() for r in p.records} - seen
            ranks += sorted(best.get(candidate, 2) for candidate in new)
            seen |= new
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2}


def test_every_kind_of_change_gets_here_without_webhooks(account, folder):
    account.first_sync()
    before = compared(account.records())
    for change in account.bench.changes.values():
        account.bench.wait(3)
        change.do()
        account.run(1)
    account.bench.deliveries()  # lost, all of them
    account.run(400)
    account.sweep()
    account.run(600)
    records, jobs = as_if_new(account, folder)
    found = compared(account.records())
    assert found == compared(records)
    assert found != before
    known = account.jobs()
    gone = known.keys() - jobs.keys()  # who applied for it did so: it stays, closed
    assert [known[key].status for key in gone] == ["closed"]
    assert {key: known[key] for key in jobs} == jobs
    assert account.too_many() == 0


def test_what_webhooks_tell_gets_here_before_any_poll(account, folder):
    account.first_sync()
    account.no_polls()
    told = {name: change for name, change in account.bench.changes.items() if change.hook}
    roots = set()
    for change in told.values():
        account.bench.wait(3)
        _, root = change.do()
        account.deliver()
        account.run(2)
        roots.add(root)
    account.run(20)
    records, jobs = as_if_new(account, folder)
    found, whole = compared(account.records()), compared(records)
    for kind, key in roots:
        if kind == "candidates":
            assert found.get(key) == whole.get(key)
        elif f"ats:{key}" in jobs:
            assert account.jobs()[f"ats:{key}"] == jobs[f"ats:{key}"]
        else:
            assert account.jobs()[f"ats:{key}"].status == "closed"
    assert len(roots) > 4


def test_two_quiet_days_change_nothing_and_stay_within_the_rate(account, monkeypatch):
    account.first_sync()
    account.run(900)
    plan = account.bench.connector.plan  # polled every minute, two days cost 100 s of CPU
    slow = tuple(replace(feed, every_s=max(feed.every_s, 10_800.0)) for feed in plan.poll)
    jobs = tuple(replace(feed, every_s=max(feed.every_s, 10_800.0)) for feed in plan.sweep)
    monkeypatch.setattr(account.bench.connector, "plan", Plan(plan.backfill, slow, jobs), raising=False)
    before, downloads = len(account.events()), len(files_asked(account))
    did = account.run(2 * DAY_S)
    assert did["judge"] > 20  # each listing was swept
    assert len(account.events()) == before
    assert len(files_asked(account)) == downloads
    assert account.work.store.counts()["to_apply"] == account.work.store.counts()["gone"] == 0
    assert account.too_many() == 0


def files_asked(account):
    return [call for call in account.bench.sandbox.calls if not call.path.startswith("/v1/")]
