"""The three-way merge: what either side changed survives, the ATS's word stands where both did, ours is never lost."""

import json

from hypothesis import given
from hypothesis import strategies as st

from engine.records import Activity, SourceRecord
from indexer.sync.merge import merge
from tests.indexer.sync.fake import truth

WORDS = st.sampled_from(["", "Nurse", "Developer", "Cook"])
TAGS = st.lists(st.sampled_from("abcdef"), unique=True, max_size=5).map(tuple)
NOTES = st.dictionaries(st.sampled_from(["n1", "n2", "n3"]), st.sampled_from(["Called.", "Met.", "Wrote."])).map(
    lambda found: tuple(Activity(id=key, text=text) for key, text in sorted(found.items()))
)
RECORDS = st.builds(
    lambda name, headline, tags, emails, notes: SourceRecord(
        id="p1", name=name, headline=headline or None, tags=tags, emails=emails, activities=notes
    ),
    st.sampled_from(["Ann", "Bo", "Cy"]), WORDS, TAGS,
    st.lists(st.sampled_from(["a@example.com", "b@example.com"]), unique=True).map(tuple), NOTES,
)  # fmt: skip
SINGLE = ("name", "headline")


def notes(record):
    return {one.id: one for one in record.activities}


@given(RECORDS, RECORDS)
def test_with_nothing_changed_here_the_ats_is_taken_word_for_word(base, theirs):
    assert merge(base, base, theirs) == (theirs, {})
    assert merge(base, None, theirs) == (theirs, {})
    assert merge(None, None, theirs) == (theirs, {})


@given(RECORDS, RECORDS)
def test_with_nothing_changed_there_what_is_held_here_stays(base, ours):
    merged, conflicts = merge(base, ours, base)
    assert conflicts == {}
    for name in SINGLE:
        assert getattr(merged, name) == getattr(ours, name)
    assert set(merged.tags) == set(ours.tags)
    assert notes(merged) == notes(ours)


@given(RECORDS, RECORDS, RECORDS)
def test_changes_of_different_fields_both_survive(base, ours, theirs):
    ours = ours.model_copy(update={"name": base.name, "activities": base.activities})
    theirs = theirs.model_copy(update={"headline": base.headline, "tags": base.tags})
    merged, conflicts = merge(base, ours, theirs)
    assert merged.headline == ours.headline
    assert merged.name == theirs.name
    assert set(merged.tags) == set(ours.tags)
    assert notes(merged) == notes(theirs)
    assert conflicts == {}


@given(RECORDS, RECORDS, RECORDS)
def test_a_field_changed_on_both_sides_is_the_ats_s_and_ours_is_told(base, ours, theirs):
    merged, conflicts = merge(base, ours, theirs)
    for name in SINGLE:
        b, o, t = (getattr(side, name) for side in (base, ours, theirs))
        if o != b and t not in (b, o):
            assert getattr(merged, name) == t
            assert [json.loads(value) for value in conflicts[name]] == [o, t]
        else:
            assert name not in conflicts
            assert getattr(merged, name) == (t if o == b else o)


@given(RECORDS, RECORDS, RECORDS)
def test_in_a_list_of_words_what_either_added_is_in_and_what_either_took_out_is_out(base, ours, theirs):
    merged, conflicts = merge(base, ours, theirs)
    for name in ("tags", "emails"):
        b, o, t = (set(getattr(side, name)) for side in (base, ours, theirs))
        assert set(getattr(merged, name)) == (b & o & t) | (o - b) | (t - b)
        assert len(set(getattr(merged, name))) == len(getattr(merged, name))
        assert name not in conflicts


@given(RECORDS, RECORDS, RECORDS)
def test_what_has_an_id_is_merged_by_it(base, ours, theirs):
    merged, conflicts = merge(base, ours, theirs)
    b, o, t, m = (notes(side) for side in (base, ours, theirs, merged))
    for key in {*b, *o, *t}:
        expected = t.get(key) if o.get(key) == b.get(key) or t.get(key) != b.get(key) else o.get(key)
        assert m.get(key) == expected
        both = o.get(key) != b.get(key) and t.get(key) != b.get(key) and o.get(key) != t.get(key)
        assert (f"activities/{key}" in conflicts) == both
    assert len(m) == len(merged.activities)


@given(RECORDS, RECORDS, RECORDS)
def test_merged_once_more_nothing_changes(base, ours, theirs):
    merged, _ = merge(base, ours, theirs)
    assert merge(theirs, merged, theirs) == (merged, {})


@given(RECORDS, RECORDS)
def test_the_same_change_on_both_sides_is_no_conflict(base, ours):
    merged, conflicts = merge(base, ours, ours)
    assert conflicts == {}
    assert merged.name == ours.name
    assert notes(merged) == notes(ours)


def edit(world, **changed):
    """As a recruiter here does."""
    [record] = world.store.records(["p01"]).values()
    world.ledger.writer().put_records("ats", [record.model_copy(update=changed)])


def test_an_edit_made_here_outlives_every_reading_of_the_ats(quick, filled):
    filled(quick, people=3)
    quick.run(30)
    edit(quick, location="Oslo", tags=("ours",))
    quick.ats.put("p01", name="Renamed There")
    quick.run(200)
    [held] = quick.store.records(["p01"]).values()
    assert (held.name, held.location, held.tags) == ("Renamed There", "Oslo", ("ours",))
    quick.ats.put("p01", tags=("t1", "theirs"))
    quick.run(200)
    [held] = quick.store.records(["p01"]).values()
    assert (held.location, set(held.tags)) == ("Oslo", {"ours", "theirs"})
    assert quick.store.conflicts() == []


def test_an_edit_that_the_ats_contradicts_is_kept_beside_its_word(quick, filled):
    filled(quick, people=3)
    quick.run(30)
    edit(quick, name="Our Name")
    quick.ats.put("p01", name="Their Name")
    quick.run(200)
    quick.ats.put("p01", tags=("later",))
    quick.run(200)
    assert quick.people() == truth(quick.ats)
    [conflict] = quick.store.conflicts()
    assert (conflict.record_id, conflict.field) == ("p01", "name")
    assert (json.loads(conflict.ours), json.loads(conflict.theirs)) == ("Our Name", "Their Name")
