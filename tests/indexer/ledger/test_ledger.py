"""What the ledger promises, on SQLite and on PostgreSQL."""

import threading

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from engine.errors import BadInput, NeedsOperator, NotFound
from engine.records import Activity, Application, Job, SourceRecord, Viewer
from indexer.ledger import Ledger, SearchNote, text_hash
from indexer.ledger.tables import metadata

ME = Viewer()
ANNA = SourceRecord(
    id="a1",
    name="Anna Almroth",
    tags=("nordic",),
    applications=(Application(id="x", job_id="j1", stage="Interview", reason="Position on hold"),),
    activities=(
        Activity(id="n1", text="Open to Uppsala"),
        Activity(id="n2", text="Salary talk", audience="leads"),
    ),
)


def put(ledger, *records, connection="test"):
    return ledger.writer().put_records(connection, records)


def test_migrations_make_exactly_the_tables(ledger):
    with ledger._reading.begin() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []


def test_opening_twice_changes_nothing(ledger, database_url):
    [first] = put(ledger, ANNA)
    again = Ledger.open(database_url, create=False)
    assert again.reader(ME).person(first.person_id).name == "Anna Almroth"
    again.close()


def test_what_was_put_is_read_back_whole(ledger):
    [done] = put(ledger, ANNA)
    everything = Viewer(audiences=frozenset({"leads"}))
    person = ledger.reader(everything).person(done.person_id)
    [application] = ANNA.applications
    named = application.model_copy(update={"job_id": "test:j1"})
    assert person.records == (ANNA.model_copy(update={"applications": (named,)}),)
    assert person.connections == ("test",)


def test_text_for_some_is_not_read_by_others(ledger):
    [done] = put(ledger, ANNA)
    [record] = ledger.reader(ME).person(done.person_id).records
    assert [a.id for a in record.activities] == ["n1"]


def test_another_workspace_reads_nobody(ledger):
    [done] = put(ledger, ANNA)
    stranger = ledger.reader(Viewer(workspace="other"))
    assert list(stranger.person_ids()) == []
    assert stranger.ids_of("test", ["a1"]) == {}
    with pytest.raises(NotFound):
        stranger.person(done.person_id)


def test_the_same_record_again_is_no_change_and_no_event(ledger):
    [first] = put(ledger, ANNA)
    [second] = put(ledger, ANNA)
    assert (first.status, second.status) == ("created", "unchanged")
    assert first.person_id == second.person_id
    assert len(ledger.reader(ME).events()) == 1


def test_a_changed_record_keeps_its_person_and_tells_of_it(ledger):
    [first] = put(ledger, ANNA)
    [second] = put(ledger, ANNA.model_copy(update={"location": "Uppsala"}))
    assert (second.status, second.person_id) == ("updated", first.person_id)
    events = ledger.reader(ME).events()
    assert [(e.kind, e.ids) for e in events] == [("person.changed", (first.person_id,))] * 2
    assert ledger.reader(ME).events(after=events[0].seq) == events[1:]


def test_of_one_id_given_twice_the_last_counts(ledger):
    results = put(ledger, ANNA, ANNA.model_copy(update={"name": "Anna A. Almroth"}))
    assert len({r.person_id for r in results}) == 1
    assert ledger.reader(ME).person(results[0].person_id).name == "Anna A. Almroth"


def test_the_same_id_of_two_connections_is_two_people(ledger):
    [one], [two] = put(ledger, ANNA), put(ledger, ANNA, connection="other")
    assert one.person_id != two.person_id


def test_erased_people_are_gone_and_stay_gone(ledger):
    [done] = put(ledger, ANNA)
    ledger.writer().erase(done.person_id)
    put(ledger, ANNA.model_copy(update={"location": "Lund"}))
    reader = ledger.reader(ME)
    assert reader.people([done.person_id]) == {}
    assert reader.counts()["people"] == 0
    assert reader.events()[-1].kind == "person.erased"
    with pytest.raises(NotFound):
        ledger.writer().erase(done.person_id)


def test_a_nul_in_an_id_is_refused_and_nothing_is_written(ledger):
    with pytest.raises(BadInput):
        put(ledger, ANNA, SourceRecord(id="b\x00"))
    assert ledger.reader(ME).counts()["records"] == 0


def test_a_thousand_people_come_back_in_the_order_asked(ledger):
    results = put(ledger, *(SourceRecord(id=f"p{n}") for n in range(1200)))
    ids = [r.person_id for r in results][::-1]
    assert list(ledger.reader(ME).people(ids)) == ids
    assert sorted(ledger.reader(ME).person_ids()) == sorted(ids)


def test_jobs_are_seen_by_whom_they_may(ledger):
    jobs = [Job(id="j1", title="Nurse", opened_at="2026-01"), Job(id="j2", title="Secret", audience="leads")]
    assert ledger.writer().put_jobs("test", jobs) == 2
    assert ledger.writer().put_jobs("test", jobs) == 0
    assert [j.id for j in ledger.reader(ME).jobs()] == ["test:j1"]
    assert {j.id for j in ledger.reader(Viewer(audiences=frozenset({"leads"}))).jobs()} == {"test:j1", "test:j2"}
    with pytest.raises(NotFound):
        ledger.reader(ME).job("test:j2")


def test_a_connection_whose_name_holds_a_colon_is_refused(ledger):
    """Its job 1 could be another's job."""
    with pytest.raises(BadInput, match="colon"):
        put(ledger, ANNA, connection="a:b")
    with pytest.raises(BadInput, match="colon"):
        ledger.writer().put_jobs("a:b", [Job(id="j1", title="Nurse")])
    assert (ledger.reader(ME).counts()["records"], ledger.reader(ME).jobs()) == (0, [])


@pytest.mark.parametrize("bad", ["x" * 201, "a\x00b"])
def test_a_jobs_id_that_cannot_be_kept_is_refused(ledger, bad):
    with pytest.raises(BadInput, match="id of a job"):
        ledger.writer().put_jobs("test", [Job(id=bad, title="Nurse")])
    with pytest.raises(BadInput, match="id of a job"):
        put(ledger, SourceRecord(id="b", applications=(Application(id="x", job_id=bad),)))


def test_the_longest_names_of_connection_and_job_fit(ledger):
    connection, job_id = "c" * 100, "j" * 200
    on_it = SourceRecord(id="b", applications=(Application(id="x", job_id=job_id, stage="Offer"),))
    [done] = put(ledger, on_it, connection=connection)
    ledger.writer().put_jobs(connection, [Job(id=job_id, title="Nurse")])
    assert ledger.reader(ME).people_of_job(f"{connection}:{job_id}") == [done.person_id]


def test_the_vocabulary_is_the_workspaces_own_words(ledger):
    put(ledger, ANNA)
    ledger.writer().put_jobs("test", [Job(id="j1", title="Nurse", department="Care")])
    ledger.writer().learn_words("employer", ["Ljung AB"])
    found = ledger.reader(ME).vocabulary()
    assert found.job_titles == {"test:j1": "Nurse"}
    assert (found.stages, found.tags, found.reasons) == (("Interview",), ("nordic",), ("Position on hold",))
    assert (found.employers, found.departments) == (("Ljung AB",), ("Care",))


def test_parked_things_are_listed_until_they_are_usable(ledger):
    writer = ledger.writer()
    writer.park("test", "cvs/a.pdf", "The file is locked.", "Send it without a password.")
    writer.park("test", "cvs/a.pdf", "The file is damaged.")
    [row] = ledger.reader(ME).parked()
    assert (row.place, row.what, row.fix) == ("cvs/a.pdf", "The file is damaged.", "")
    writer.unpark("test", ["cvs/a.pdf"])
    assert ledger.reader(ME).parked() == []


def test_result_lists_belong_to_their_viewer_and_end(ledger):
    kept, over = (SearchNote(ME, {}, name, {"ids": ["p"]}, minutes) for name, minutes in (("kept", 30), ("over", -1)))
    ledger.writer().note_searches([kept, over])
    assert ledger.reader(ME).result_list("kept") == {"ids": ["p"]}
    assert ledger.reader(ME).result_list("over") is None
    assert ledger.reader(Viewer(user="someone else")).result_list("kept") is None


def test_impressions_and_checkpoints_and_fingerprints_are_kept(ledger):
    writer, reader = ledger.writer(), ledger.reader(ME)
    writer.note_searches([SearchNote(ME, {"text": "nurse"}), SearchNote(ME, {"text": "welder"})])
    assert {one["text"] for one in reader.impressions()} == {"nurse", "welder"}
    writer.save_checkpoint("import:x", {"row": 7})
    assert (reader.checkpoint("import:x"), reader.checkpoint("import:y")) == ({"row": 7}, None)
    writer.save_checkpoints({"import:x": 8, "import:z": "done"})
    assert reader.checkpoints(["import:x", "import:y", "import:z"]) == {"import:x": 8, "import:z": "done"}
    [done] = put(ledger, ANNA)
    writer.mark_indexed("new", {done.person_id: "f1"})
    assert reader.fingerprints("new", [done.person_id, "nobody"]) == {done.person_id: "f1"}
    assert (reader.fingerprints("old", [done.person_id]), reader.indexed_count("new")) == ({}, 1)
    writer.forget_indexed("new", "import:x")
    assert (reader.fingerprints("new", [done.person_id]), reader.checkpoint("import:x")) == ({}, None)


def test_vectors_come_back_as_they_were(ledger):
    vector = np.arange(4, dtype=np.float32)
    ledger.embeddings.put("e@1", {text_hash("nurse"): vector})
    found = ledger.embeddings.get("e@1", [text_hash("nurse"), text_hash("cook")])
    assert list(found) == [text_hash("nurse")]
    assert np.array_equal(found[text_hash("nurse")], vector)
    assert ledger.embeddings.get("e@2", [text_hash("nurse")]) == {}


def test_a_revoked_key_is_not_found(ledger):
    row = ledger.keys.add("default", "laptop", "d" * 64, "hw_ab")
    assert ledger.keys.find("d" * 64) == row
    assert ledger.keys.get(row.id) == row
    ledger.keys.revoke("default", row.id)
    assert ledger.keys.find("d" * 64) is None
    assert [k.revoked_at is not None for k in ledger.keys.list("default")] == [True]
    with pytest.raises(NotFound):
        ledger.keys.revoke("default", row.id)


def test_the_answer_to_an_idempotency_key_is_kept(ledger):
    writer = ledger.writer()
    assert writer.answered("k") is None
    writer.keep_answer("k", "f" * 64, {"accepted": 1})
    writer.keep_answer("k", "g" * 64, {"accepted": 2})
    assert (writer.answered("k").fingerprint, writer.answered("k").body) == ("f" * 64, {"accepted": 1})


def test_writers_at_once_lose_nothing_and_number_events_in_order(ledger):
    def write(worker):
        for n in range(10):
            put(ledger, SourceRecord(id=f"{worker}-{n}"))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = ledger.reader(ME).events()
    assert len(events) == 40
    assert [e.seq for e in events] == sorted({e.seq for e in events})


def test_no_data_where_none_was_made(tmp_path):
    with pytest.raises(NeedsOperator, match="no Headwater data"):
        Ledger.open(f"sqlite:///{tmp_path / 'none.db'}", create=False)
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("url", ["not a url", "mysql://root:hunter2@localhost/x"])
def test_a_database_we_do_not_know_is_refused_without_its_password(url):
    with pytest.raises(NeedsOperator) as caught:
        Ledger.open(url)
    assert "hunter2" not in str(caught.value)


def test_a_damaged_file_says_what_to_do(tmp_path):
    (tmp_path / "bad.db").write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(NeedsOperator, match="cannot be opened"):
        Ledger.open(f"sqlite:///{tmp_path / 'bad.db'}")
