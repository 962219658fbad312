"""Data of an earlier Headwater opens in this one, whole."""

import json

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from engine.errors import NeedsOperator
from engine.records import Activity, Application, Job, SourceRecord, Viewer
from indexer.ledger import Ledger
from indexer.ledger.database import MIGRATIONS, connect

ME = Viewer()
RECORD = SourceRecord(
    id="a1",
    name="Anna Almroth",
    applications=(Application(id="x", job_id="j1", stage="Interview", reason="Timing"),),
)


def lay(url, revision, statements):
    reading, writing = connect(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, revision)
        for statement, values in statements:
            conn.execute(text(statement), values)
    reading.dispose()
    writing.dispose()


def test_people_words_and_events_of_the_first_tables_are_kept(database_url):
    at = "2026-11-01T00:00:00.000+00:00"
    body = RECORD.model_dump_json(exclude_defaults=True)
    key = {"w": "default", "c": "test", "x": "a1", "p": "p1", "b": body, "at": at}
    statements = [
        ("INSERT INTO person (workspace, id, created_at, indexed) VALUES (:w, :p, :at, 'f')", key),
        ("INSERT INTO source_record VALUES (:w, :c, :x, :p, 1, 'h', :b, :at)", key),
        ("INSERT INTO record_version VALUES (:w, :c, :x, 1, :b, 'me', :at)", key),
        ("INSERT INTO checkpoint VALUES (:w, 'index:0', '9')", key),
        ("INSERT INTO checkpoint VALUES (:w, 'import:x', '7')", key),
    ]
    statements += [
        ("INSERT INTO word (workspace, kind, value) VALUES ('default', :k, :v)", {"k": k, "v": v})
        for k, v in [("stage", "Interview"), ("reason", "Timing"), ("employer", "Ljung AB")]
    ]
    statements += [
        (
            "INSERT INTO event (seq, workspace, kind, ids, actor, at) VALUES (:n, :s, 'person.changed', :i, 'me', :at)",
            {"n": n, "s": space, "i": json.dumps(["p1"]), "at": at},
        )
        for n, space in [(3, "default"), (4, "other"), (9, "default")]
    ]
    lay(database_url, "0001", statements)
    ledger = Ledger.open(database_url, create=False)
    reader = ledger.reader(ME)
    [application] = RECORD.applications
    named = RECORD.model_copy(update={"applications": (application.model_copy(update={"job_id": "test:j1"}),)})
    assert reader.person("p1").records == (named,)
    assert [v.raw for v in reader.person_versions("p1")] == [None]
    assert [e.seq for e in reader.events()] == [1, 2]
    assert (reader.checkpoint("index:0"), reader.checkpoint("import:x")) == (None, 7)
    ledger.writer().put_jobs("test", [Job(id="j1", title="Nurse", audience="leads")])
    words = reader.vocabulary()
    assert (words.stages, words.reasons, words.employers) == ((), (), ("Ljung AB",))
    assert ledger.reader(Viewer(audiences=frozenset({"leads"}))).people_of_job("test:j1") == ["p1"]
    ledger.close()


def test_a_job_two_connections_spoke_of_stands_for_both_and_stays_hidden(database_url):
    """Before, the second to bring a job 1 wrote over the first's: nobody can say any more whose it was."""
    at = "2026-11-01T00:00:00.000+00:00"
    said = SourceRecord(
        id="a1",
        applications=(Application(id="x", job_id="1", stage="Interview"),),
        activities=(Activity(id="n", text="On the board", job_id="2"),),
    )
    statements = []
    for connection, job_id in [("crm", "1"), ("ats", "2")]:
        job = Job(id=job_id, title="Chief", audience="leads")
        key = {"c": connection, "p": f"p-{connection}", "j": job_id, "at": at,
               "b": said.model_dump_json(exclude_defaults=True), "jb": job.model_dump_json(exclude_defaults=True)}  # fmt: skip
        statements += [
            ("INSERT INTO person VALUES ('default', :p, :at, NULL)", key),
            ("INSERT INTO source_record VALUES ('default', :c, 'a1', :p, 1, 'h', :b, :at)", key),
            ("INSERT INTO record_version VALUES ('default', :c, 'a1', 1, :b, 'me', :at, NULL)", key),
            ("INSERT INTO application VALUES ('default', :c, 'a1', '1')", key),
            ("INSERT INTO job VALUES ('default', :j, :c, 'leads', 'h', :jb, :at)", key),
        ]
    statements += [
        ("INSERT INTO word VALUES ('default', 'stage', 'Interview', '1')", {}),
        ("INSERT INTO word VALUES ('default', 'tag', 'nordic', '')", {}),
        ("INSERT INTO checkpoint VALUES ('default', 'index:0', '9')", {}),
    ]
    lay(database_url, "0002", statements)
    ledger = Ledger.open(database_url, create=False)
    reader, lead = ledger.reader(ME), ledger.reader(Viewer(audiences=frozenset({"leads"})))
    assert {job.id for job in lead.jobs()} == {"crm:1", "crm:2", "ats:1", "ats:2"}
    assert (lead.people_of_job("crm:1"), lead.people_of_job("ats:1")) == (["p-crm"], ["p-ats"])
    assert reader.jobs() == []
    assert {(r.applications, r.activities) for p in ("p-crm", "p-ats") for r in reader.person(p).records} == {((), ())}
    assert (reader.vocabulary().stages, lead.vocabulary().stages) == ((), ("Interview",))
    assert reader.vocabulary().tags == ("nordic",)
    assert reader.checkpoint("index:0") is None
    ledger.writer().put_jobs("ats", [Job(id="1", title="Nurse")])
    assert [job.id for job in reader.jobs()] == ["ats:1"]
    assert len(reader.person("p-ats").records[0].applications) == 1
    assert reader.person("p-crm").records[0].applications == ()
    ledger.close()


def test_data_of_a_newer_headwater_is_left_alone(database_url):
    lay(database_url, "head", [("UPDATE alembic_version SET version_num = '9999'", {})])
    with pytest.raises(NeedsOperator, match="newer Headwater"):
        Ledger.open(database_url)


def test_a_database_that_ends_with_the_process_is_refused():
    with pytest.raises(NeedsOperator, match="outlives"):
        Ledger.open("sqlite://")
