"""The second import and the killed one: nothing lost, nothing twice, nothing opened that was read."""

import json

import pytest

from eval.world.build import build
from indexer.imports import run
from indexer.ledger.jobs import with_job_names


@pytest.fixture
def cvs(write):
    for number in range(50):
        write(f"cvs/{number:02}.txt", f"Person number {number}\nNurse in Lund")
    return write("cvs/50.txt", "The last one").parent


def test_what_was_read_is_not_opened_again(load, cvs, fake_reader, counts):
    first = load(cvs, documents=lambda: fake_reader)
    assert counts(first) == (51, 0, 0, 0)
    assert len(fake_reader.opened) == 51
    before = load.events()
    fake_reader.opened.clear()
    assert counts(load(cvs, documents=lambda: fake_reader)) == (0, 0, 51, 0)
    assert fake_reader.opened == []
    assert load.events() == before


def test_a_changed_file_is_read_again_and_no_other(load, cvs, fake_reader, counts, write):
    load(cvs, documents=lambda: fake_reader)
    fake_reader.opened.clear()
    write("cvs/07.txt", "Person number seven\nNow a chef")
    assert counts(load(cvs, documents=lambda: fake_reader)) == (0, 1, 50, 0)
    assert fake_reader.opened == ["07.txt"]


def test_a_reader_that_learnt_more_reads_all_again(load, cvs, fake_reader, monkeypatch):
    load(cvs, documents=lambda: fake_reader)
    fake_reader.opened.clear()
    monkeypatch.setattr(run, "RECIPE", "another")
    load(cvs, documents=lambda: fake_reader)
    assert len(fake_reader.opened) == 51


@pytest.mark.parametrize("content", ["people.jsonl", "people.csv", "anna.json"])
def test_the_same_again_changes_nothing(load, write, content, counts):
    path = {
        "people.jsonl": lambda: write(content, [{"id": str(n), "text": f"Nurse {n}"} for n in range(250)]),
        "people.csv": lambda: write(
            content, "id,name,job,note\n" + "".join(f"{n % 200},N,Job {n},x\n" for n in range(250))
        ),
        "anna.json": lambda: write(content, '[{"basics": {"name": "Anna"}}, {"basics": {"email": "bo@example.com"}}]'),
    }[content]()
    people = load(path).created
    before = load.events()
    created, changed, unchanged, _ = counts(load(path))
    assert (created, changed, unchanged) == (0, 0, people)
    assert load.events() == before


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


class Mortal:
    """A ledger whose process is killed at its n-th write."""

    def __init__(self, ledger, at):
        self._ledger, self._left = ledger, at

    def reader(self, viewer):
        return self._ledger.reader(viewer)

    def writer(self, workspace, actor):
        writer, mortal = self._ledger.writer(workspace, actor), self

        class Writer:
            def __getattr__(self, name):
                mortal._left -= 1
                if not mortal._left:
                    raise Killed
                return getattr(writer, name)

        return Writer()


@pytest.mark.parametrize("at", range(1, 12))
def test_killed_at_any_write_it_goes_on_and_nothing_is_lost_or_twice(load, ledger, cvs, write, fake_reader, at):
    write("cvs/empty.json", "")
    try:
        run.run_import(cvs, Mortal(ledger, at), documents=lambda: fake_reader)
        done = True
    except Killed:
        done = False
    first = len(fake_reader.opened)
    load(cvs, documents=lambda: fake_reader)
    assert done == (at > 8)  # 3 batches of records and marks, one reason and its list
    assert set(load.people()) == {f"{n:02}.txt" for n in range(51)}
    assert len(fake_reader.opened) <= 51 + run.BATCH_FILES
    assert first or at < 3
    assert load.parked() == {"empty.json": "The file is not JSON."}
    assert sorted(p for e in load.reader.events() for p in e.ids) == sorted(load.reader.person_ids())


def test_what_a_killed_import_parked_is_put_right_by_the_next(load, ledger, write):
    path = write("p.jsonl", ["oops", *({"id": str(n)} for n in range(250))])

    def killed(done, total):
        if done:
            raise Killed

    with pytest.raises(Killed):
        load(path, on_progress=killed)
    assert list(load.parked()) == ["p.jsonl line 1"]
    assert load(write("p.jsonl", [{"id": str(n)} for n in range(250)])).created == 151
    assert load.parked() == {}


def test_one_path_settles_nothing_of_another(load, write):
    load(write("a.jsonl", ["oops"]), connection="crm")
    load(write("b.jsonl", ["oops"]), connection="crm")
    load(write("b.jsonl", []), connection="crm")
    assert list(load.parked()) == ["a.jsonl line 1"]


def test_the_bar_only_moves_on_and_ends_full(load, write):
    seen = []
    load(write("p.jsonl", [{"id": str(n)} for n in range(250)]), on_progress=lambda *at: seen.append(at))
    assert seen == [(0, 250), (100, 250), (200, 250), (250, 250), (250, 250)]


def test_a_world_s_export_is_imported_whole(load, tmp_path):
    world = build(tmp_path / "world", people=12, seed=5)
    result = load(tmp_path / "world")
    assert (result.created, result.jobs, result.parked, result.remarks) == (12, len(world.jobs), [], [])
    people = load.people()
    for record in world.records:
        found = people[record.id]
        assert found.model_copy(update={"documents": ()}) == with_job_names("world", record)
        assert record.name.split()[-1] in found.documents[0].text
    named = [job.model_copy(update={"id": f"world:{job.id}"}) for job in world.jobs]
    assert {job.id: job for job in load.reader.jobs()} == {job.id: job for job in named}


def test_the_source_s_own_words_are_kept(load, write):
    load(write("p.jsonl", ['{"id": "1", "name": "Anna", "shoe_size": 42}']))
    (person,) = load.reader.person_ids()
    assert json.loads(load.reader.person_versions(person)[0].raw)["shoe_size"] == 42
