"""Person -> point: only what changed is made again, and what is made is what the ledger says."""

from datetime import date
from uuid import UUID

import numpy as np
import pytest

from engine.errors import BadVector
from engine.index.schema import point_id
from engine.records import Activity, Viewer
from indexer.embed import Indexed, index_people

TODAY = date(2026, 11, 24)


@pytest.fixture
def run(a_ledger, index, encoder, lexicon):
    def index_them(*records, ids=None):
        puts = a_ledger.writer().put_records("test", records)
        wanted = [put.person_id for put in puts] if ids is None else ids
        encoder.seen.clear()
        return index_people(a_ledger, index, encoder, lexicon, wanted, today=TODAY)

    return index_them


def test_the_index_holds_each_person_with_their_passages(run, index, record, a_ledger):
    done = run(record(1), record(2, title="Welder"))
    assert (done.indexed, done.unchanged, done.removed) == (2, 0, 0)
    points = [point_id(person_id) for person_id in a_ledger.reader(Viewer()).person_ids()]
    assert index.count() == 2
    vectors = index.passage_vectors(points)
    assert all(len(vectors[point]) == len(index.cards([point])[point]["passages"]) > 0 for point in points)


def test_the_vectors_are_those_of_the_texts_they_stand_for(run, index, record, a_ledger, encoder):
    run(record(1))
    [person_id] = a_ledger.reader(Viewer()).person_ids()
    point = point_id(person_id)
    texts = [passage[0] for passage in index.cards([point])[point]["passages"]]
    made = encoder.encode(texts)
    assert np.allclose(index.passage_vectors([point])[point], made, atol=2e-3)  # kept as float16


def test_an_unchanged_person_is_neither_read_for_facts_nor_embedded(run, record, encoder):
    run(record(1), record(2))
    assert run(record(1), record(2)) == Indexed(unchanged=2)
    assert encoder.seen == []


def test_only_the_changed_text_is_embedded(run, record, encoder):
    run(record(1))
    before = record(1, text="Led the night shift of a large surgical ward in Uppsala.")
    done = run(before)
    assert (done.indexed, done.embedded) == (1, len(encoder.seen))
    assert encoder.seen
    assert all("night shift" in text or "Earlier" in text or "Person" in text for text in encoder.seen)


def test_a_new_note_embeds_nothing(run, record, encoder):
    run(record(1))
    done = run(record(1, activities=(Activity(id="n", text="Would like to work nights."),)))
    assert (done.indexed, done.embedded, encoder.seen) == (1, 0, [])


def test_people_with_the_same_texts_are_both_there_and_share_their_vectors(run, record, index, encoder):
    twin = record(1).model_copy(update={"id": "twin"})
    assert run(record(1), twin).indexed == 2
    assert index.count() == 2
    assert len(encoder.seen) == len(set(encoder.seen))


def test_who_is_erased_leaves_the_index_and_the_same_run_goes_on(run, record, index, a_ledger):
    run(record(1), record(2))
    one, two = list(a_ledger.reader(Viewer()).person_ids())
    a_ledger.writer().erase(one)
    done = run(ids=[one, two, str(UUID(int=7))])
    assert (done.removed, done.unchanged, index.count()) == (2, 1, 1)
    assert list(index.cards([point_id(one), point_id(two)])) == [point_id(two)]


def test_what_is_for_some_only_never_reaches_the_index(run, record, index, a_ledger):
    secret = Activity(id="n", text="zebrafinch", audience="leads")
    run(record(1, activities=(secret,)))
    [person_id] = a_ledger.reader(Viewer()).person_ids()
    assert "zebrafinch" not in repr(index.cards([point_id(person_id)]))


def test_a_vector_that_is_no_number_is_refused_and_the_person_is_not_marked_as_indexed(
    run, record, index, encoder, monkeypatch
):
    broken = lambda texts, kind="passage": np.full((len(texts), encoder.dim), np.nan, dtype=np.float32)  # noqa: E731
    with monkeypatch.context() as patch:
        patch.setattr(encoder, "encode", broken)
        with pytest.raises(BadVector):
            run(record(1))
    assert index.count() == 0
    assert run(record(1)).indexed == 1
    assert index.count() == 1


def test_progress_is_told_in_people(a_ledger, index, encoder, lexicon, record):
    puts = a_ledger.writer().put_records("test", [record(n) for n in range(70)])
    told = []
    index_people(
        a_ledger, index, encoder, lexicon, [p.person_id for p in puts], today=TODAY,
        on_progress=lambda done, of: told.append((done, of)),
    )  # fmt: skip
    assert told == [(64, 70), (70, 70)]
