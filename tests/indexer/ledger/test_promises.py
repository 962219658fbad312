"""What must hold whatever is put: nothing is lost, nothing leaks, events have no gaps. On both databases."""

import inspect
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from engine.errors import NotFound
from engine.records import Activity, Application, Job, Position, SourceRecord, Viewer
from indexer.ledger import Ledger, Reader, SearchNote
from indexer.ledger.jobs import job_name
from indexer.ledger.tables import record_version

ME = Viewer()
LEAD = Viewer(audiences=frozenset({"leads"}))
CANARY = "canary"
PUBLIC = Job(id="open", title="Nurse", department="Care")
SECRET = Job(id="hidden", title=f"{CANARY} director", department=f"{CANARY} board", audience="leads")
RECORD = SourceRecord(
    id="a1",
    name="Anna Almroth",
    tags=("nordic",),
    positions=(Position(title="Nurse", employer="Ljung AB"),),
    applications=(
        Application(id="x1", job_id="open", stage="Interview", reason="Timing"),
        Application(id="x2", job_id="hidden", stage=f"{CANARY} stage", reason=f"{CANARY} reason"),
    ),
    activities=(
        Activity(id="n1", text="Open to Uppsala"),
        Activity(id="n2", text=f"{CANARY} remark", audience="leads"),
        Activity(id="n3", text=f"{CANARY} on that job", job_id="hidden"),
    ),
)

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30)
records = st.builds(
    SourceRecord,
    id=st.sampled_from(["r1", "r2", "r3"]),
    name=st.none() | texts,
    tags=st.lists(texts, max_size=2).map(tuple),
    summary=st.none() | texts,
)
on_one_ledger = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def fill(ledger: Ledger, workspace: str = "default") -> str:
    """One person and two jobs, a search, a result list, a parked row, a checkpoint. Returns the person's id."""
    writer = ledger.writer(workspace, "someone")
    viewer = Viewer(workspace=workspace)
    [put] = writer.put_records("test", [RECORD], raw={"a1": '{"note": "canary"}'})
    writer.put_jobs("test", [PUBLIC, SECRET])
    writer.park("test", "cvs/a.pdf", "The file is locked.")
    writer.save_checkpoint("import:x", {"row": 7})
    writer.mark_indexed("new", {put.person_id: "f1"})
    writer.note_searches([SearchNote(viewer, {"text": "nurse"}, f"list-{workspace}", {"ids": [put.person_id]}, 30)])
    return put.person_id


def answers(reader: Reader, person_id: str, list_id: str) -> dict[str, object]:
    """What every public method of a reader says. A method that is not called here fails the test."""
    known = {
        "ids": [person_id], "person_id": person_id, "connection": "test", "external_ids": ["a1"], "index": "new",
        "job_id": "test:open", "list_id": list_id, "name": "import:x", "names": ["import:x"],
    }  # fmt: skip
    found: dict[str, object] = {}
    for name, method in inspect.getmembers(reader, callable):
        if name.startswith("_"):
            continue
        needed = [p for p in inspect.signature(method).parameters.values() if p.default is p.empty]
        try:
            answer = method(**{p.name: known[p.name] for p in needed})
            found[name] = list(answer) if isinstance(answer, Iterator) else answer
        except NotFound:
            found[name] = None
    assert len(found) > 12
    return found


def test_no_method_of_a_reader_tells_another_workspace_anything(ledger):
    person_id = fill(ledger)
    mine = answers(ledger.reader(ME), person_id, "list-default")
    assert mine.pop("reach") is None  # bound to no jobs
    assert [name for name, answer in mine.items() if not answer] == []
    theirs = answers(ledger.reader(Viewer(workspace="other")), person_id, "list-default")
    assert set(theirs.pop("counts").values()) == {0}
    words = theirs.pop("vocabulary")
    assert words == type(words)()
    assert {name: answer for name, answer in theirs.items() if answer} == {}


def test_two_workspaces_hold_the_same_ids_apart(ledger):
    mine, theirs = fill(ledger), fill(ledger, "other")
    assert mine != theirs
    ledger.writer("other").erase(theirs)
    assert ledger.reader(ME).person(mine).name == "Anna Almroth"
    assert len(ledger.reader(ME).person_versions(mine)) == 1
    assert ledger.reader(ME).people_of_job("test:open") == [mine]
    with pytest.raises(NotFound):
        ledger.writer("other").erase(mine)


def test_no_method_of_a_reader_tells_what_is_for_others(ledger):
    person_id = fill(ledger)
    assert CANARY in repr(answers(ledger.reader(LEAD), person_id, "list-default"))
    assert CANARY not in repr(answers(ledger.reader(ME), person_id, "list-default"))


OTHERS = frozenset({"events", "parked", "impressions", "checkpoint", "checkpoints", "fingerprints", "indexed_count"})
"""What no door shows to anyone: the affairs of the indexer and of an operator."""


def walled(ledger, *jobs):
    return ledger.reader(Viewer(user="user:lee", jobs=frozenset(jobs)))


def test_who_is_bound_to_a_job_sees_of_its_people_what_concerns_it(ledger):
    person_id = fill(ledger)
    other = RECORD.model_copy(update={"id": "b1", "name": f"{CANARY} Bo", "applications": (), "activities": ()})
    ledger.writer().put_records("test", [other])
    found = answers(walled(ledger, "test:open"), person_id, "list-default")
    for name in OTHERS | {"ids_of", "counts"}:
        found.pop(name)
    assert CANARY not in repr(found)
    assert "nordic" not in repr(found["vocabulary"])  # a tag is said of everyone
    assert "Ljung" not in repr(found["vocabulary"])
    person = walled(ledger, "test:open").person(person_id)
    assert [a.id for a in person.records[0].applications] == ["x1"]
    assert person.records[0].activities == ()  # a note about no job may be about another one
    assert found["reach"] == {"test:open": {person_id}}
    assert list(found["person_ids"]) == [person_id]


@pytest.mark.parametrize("jobs", [(), ("test:nothing",), ("open",)])
def test_who_is_bound_to_other_jobs_sees_nobody(ledger, jobs):
    person_id = fill(ledger)
    reader = walled(ledger, *jobs)
    found = answers(reader, person_id, "list-default")
    for name in OTHERS | {"ids_of", "counts"}:
        found.pop(name)
    words = found.pop("vocabulary")
    assert words == type(words)()
    assert not any((found.pop("reach") or {}).values())
    assert {name: answer for name, answer in found.items() if answer} == {}


def test_a_confidential_job_that_somebody_was_given_is_theirs(ledger):
    person_id = fill(ledger)
    reader = walled(ledger, "test:hidden")
    assert [job.id for job in reader.jobs()] == ["test:hidden"]
    [record] = reader.person(person_id).records
    assert ([a.id for a in record.applications], [a.id for a in record.activities]) == (["x2"], ["n3"])


def test_a_job_that_becomes_confidential_takes_its_applications_along_and_tells_of_the_people(ledger):
    person_id = fill(ledger)
    reader = ledger.reader(ME)
    before = reader.events()[-1].seq
    ledger.writer().put_jobs("test", [PUBLIC.model_copy(update={"audience": "leads"})])
    assert [(e.kind, e.ids) for e in reader.events(before)] == [
        ("job.changed", ("test:open",)), ("person.changed", (person_id,)),
    ]  # fmt: skip
    assert reader.person(person_id).records[0].applications == ()
    assert reader.vocabulary().reasons == ()
    with pytest.raises(NotFound):
        reader.people_of_job("test:open")


@pytest.mark.parametrize("others_first", [False, True])
def test_a_confidential_job_stays_hidden_whatever_another_connection_calls_by_its_id(ledger, others_first):
    public = [Job(id=job.id, title="Porter") for job in (PUBLIC, SECRET)]
    other = RECORD.model_copy(update={"name": "Bo", "activities": (), "applications": (
        Application(id="y1", job_id="hidden", stage="Offer"),)})  # fmt: skip
    if others_first:
        ledger.writer().put_jobs("crm", public)
    person_id = fill(ledger)
    ledger.writer().put_jobs("crm", public)
    [bo] = ledger.writer().put_records("crm", [other])
    reader = ledger.reader(ME)
    assert CANARY not in repr(answers(reader, person_id, "list-default"))
    assert [a.job_id for a in reader.person(person_id).records[0].applications] == ["test:open"]
    assert [a.job_id for a in reader.person(bo.person_id).records[0].applications] == ["crm:hidden"]
    assert {job.id: job.title for job in reader.jobs()} == {
        "test:open": "Nurse", "crm:open": "Porter", "crm:hidden": "Porter",
    }  # fmt: skip
    assert reader.people_of_job("crm:hidden") == [bo.person_id]
    assert reader.people_of_job("crm:open") == []
    lead = ledger.reader(LEAD)
    assert lead.people_of_job("test:hidden") == [person_id]
    assert [a.job_id for a in lead.person(person_id).records[0].activities] == [None, None, "test:hidden"]


@given(
    one=st.tuples(st.text("ab", min_size=1, max_size=2), st.text(":ab", max_size=4)),
    other=st.tuples(st.text("ab", min_size=1, max_size=2), st.text(":ab", max_size=4)),
)
def test_no_two_jobs_share_a_name(one, other):
    """Ids may hold colons, a connection's name may not."""
    assert (job_name(*one) == job_name(*other)) == (one == other)


def test_jobs_and_people_put_again_change_nothing_and_tell_nobody(ledger):
    fill(ledger)
    before = len(ledger.reader(ME).events())
    [put] = ledger.writer().put_records("test", [RECORD])
    assert (put.status, ledger.writer().put_jobs("test", [PUBLIC, SECRET])) == ("unchanged", 0)
    assert len(ledger.reader(ME).events()) == before


def test_the_sources_own_words_are_kept_as_it_gave_them(ledger):
    """The name inside Headwater is the reader's: the body, its hash and its versions are the source's."""
    fill(ledger)
    with ledger._reading.connect() as conn:
        bodies = [SourceRecord.model_validate_json(row.body) for row in conn.execute(record_version.select())]
    assert bodies == [RECORD]


@on_one_ledger
@given(batch=st.lists(records, min_size=1, max_size=6))
def test_putting_the_same_again_changes_nothing(ledger, batch):
    writer, reader = ledger.writer(), ledger.reader(ME)
    writer.put_records("test", batch)
    before = reader.counts()
    last = list({record.id: record for record in batch}.values())
    assert {put.status for put in writer.put_records("test", last)} == {"unchanged"}
    assert reader.counts() == before


@on_one_ledger
@given(batch=st.lists(records, min_size=1, max_size=6))
def test_every_version_ever_put_is_kept_in_order(ledger, batch):
    fresh = f"connection {len(ledger.reader(ME).events())}"
    expected: dict[str, list[SourceRecord]] = {}
    ids: dict[str, str] = {}
    for record in batch:
        [put] = ledger.writer().put_records(fresh, [record])
        ids[record.id] = put.person_id
        said = expected.setdefault(record.id, [])
        if not said or said[-1] != record:
            said.append(record)
    for record_id, said in expected.items():
        kept = ledger.reader(ME).person_versions(ids[record_id])
        assert [v.record for v in kept] == said
        assert [v.version for v in kept] == list(range(1, len(said) + 1))


def test_the_sources_own_words_are_kept_with_each_version(ledger):
    writer = ledger.writer(actor="karl")
    [put] = writer.put_records("test", [SourceRecord(id="a")], raw={"a": '{"Förnamn": "Anna"\x00}'})
    writer.put_records("test", [SourceRecord(id="a", name="Anna")])
    first, second = ledger.reader(ME).person_versions(put.person_id)
    assert (first.raw, second.raw, second.actor) == ('{"Förnamn": "Anna"}', None, "karl")


def test_nothing_an_erased_person_said_is_left(ledger):
    secret = "zebrafinch"
    record = RECORD.model_copy(update={"name": secret, "summary": secret})
    [put] = ledger.writer().put_records("test", [record], raw={"a1": secret})
    ledger.writer().erase(put.person_id)
    ledger.writer().put_records("test", [record], raw={"a1": secret})
    assert ledger.reader(LEAD).person_versions(put.person_id) == []
    assert ledger.reader(LEAD).counts()["records"] == 0
    with ledger._reading.begin() as conn:
        from indexer.ledger.tables import metadata

        rows = [repr(row) for table in metadata.sorted_tables for row in conn.execute(table.select())]
    assert [row for row in rows if secret in row] == []


def test_events_of_eight_writers_in_two_workspaces_have_no_gap_and_are_never_seen_out_of_order(ledger):
    failures: list[BaseException] = []
    seen: list[int] = []
    done = threading.Event()

    def write(worker):
        try:
            for n in range(8):
                workspace = "default" if worker % 2 else "other"
                ledger.writer(workspace).put_records("test", [SourceRecord(id=f"{worker}-{n}")])
                with pytest.raises(NotFound):
                    ledger.writer(workspace).erase("nobody")  # a transaction that is rolled back
        except BaseException as error:
            failures.append(error)

    def read():
        while not done.is_set():
            seen.extend(e.seq for e in ledger.reader(ME).events(seen[-1] if seen else 0))

    follower = threading.Thread(target=read)
    follower.start()
    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    follower.join()
    assert failures == []
    assert seen == list(range(1, len(seen) + 1))
    for workspace in ("default", "other"):
        events = ledger.reader(Viewer(workspace=workspace)).events()
        assert [e.seq for e in events] == list(range(1, 33))


def test_a_failed_commit_leaves_neither_rows_nor_events(ledger, monkeypatch):
    from indexer.ledger import writer as module

    monkeypatch.setattr(module, "add_words", lambda *_: (_ for _ in ()).throw(RuntimeError("the disk is full")))
    with pytest.raises(RuntimeError):
        ledger.writer().put_records("test", [RECORD])
    assert set(ledger.reader(ME).counts().values()) == {0}


def test_readers_go_on_while_a_writer_is_at_work(ledger):
    fill(ledger)
    with ledger._writing.begin():
        assert ledger.reader(ME).counts()["people"] == 1


def test_time_is_what_the_clock_says(database_url):
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    ledger = Ledger.open(database_url, clock=lambda: at)
    writer, reader = ledger.writer(), ledger.reader(ME)
    writer.note_searches([SearchNote(ME, {}, "kept", ["p"], 30)])
    writer.keep_answer("k", "f" * 64, {})
    writer.put_records("test", [SourceRecord(id="a")])
    assert reader.events()[0].at == "2026-03-01T12:00:00.000+00:00"
    at += timedelta(minutes=31)
    assert reader.result_list("kept") is None
    assert writer.answered("k") is not None
    at += timedelta(days=1)
    assert writer.answered("k") is None
    ledger.close()


def test_the_ledger_has_no_read_of_people_but_through_a_reader(ledger):
    public = {name for name, _ in inspect.getmembers(ledger) if not name.startswith("_")}
    assert public == {
        "accounts",
        "actions",  # a reader too: what was done in the ATSs
        "close",
        "connections",
        "embeddings",
        "keys",
        "open",
        "outgoing",
        "reader",
        "reseal",
        "subjects",
        "subscriptions",
        "sync",
        "writer",
    }
    assert json.dumps(sorted(n for n, _ in inspect.getmembers(ledger.embeddings) if not n.startswith("_"))) == (
        '["get", "put"]'
    )


def test_no_read_of_one_person_goes_through_the_whole_workspace(tmp_path):
    """SQLite plans without statistics: an ORDER BY or a join too many, and each page reads every record."""
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    person_id = fill(ledger)
    asked: list[tuple[str, object]] = []
    event.listen(ledger._reading, "before_cursor_execute", lambda c, cur, sql, values, *_: asked.append((sql, values)))
    reader = ledger.reader(LEAD)
    reader.person(person_id)
    reader.person_versions(person_id)
    reader.people_of_job("test:open")
    reader.ids_of("test", ["a1"])
    reader.fingerprints("new", [person_id])
    reader.events(0)
    raw = ledger._reading.raw_connection()
    plans = [
        row[3]
        for sql, values in asked
        if sql.startswith("SELECT")
        for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", values)
    ]
    raw.close()
    big = ("SEARCH source_record", "SEARCH record_version", "SEARCH application", "SEARCH person", "SEARCH indexed")
    assert len([plan for plan in plans if plan.startswith(big)]) >= 6
    assert [plan for plan in plans if plan.startswith((*big, "SEARCH event")) and plan.endswith("(workspace=?)")] == []
    assert [
        plan for plan in plans if plan.startswith("SCAN") and "CONSTANT" not in plan and "subquery" not in plan
    ] == []
    ledger.close()
