"""What is owed laid over what the ATS says: different values both survive, of one value the ATS's stands, none is lost."""

import itertools
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from indexer.connectors.actions import Draft, Edit
from indexer.connectors.connector import Item
from indexer.sync.overlay import at, compare, overlay, put

VALUES = st.sampled_from([None, "a", "b", "c"])
NAMES = ("phone", "email", "name")
BODIES = st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES))
EDITS = st.dictionaries(st.sampled_from(NAMES), st.tuples(VALUES, VALUES), max_size=3)
TAGS = st.lists(st.sampled_from("abcdef"), unique=True, max_size=5)


@dataclass
class Owed:
    id: str
    draft: dict


def draft(edits):
    return Draft(
        item_kind="people",
        item_id="p1",
        edits={path: Edit(name=path, before=b, after=a) for path, (b, a) in edits.items()},
    )


@given(BODIES, EDITS)
def test_each_value_by_itself_is_written_kept_or_in_conflict(theirs, edits):
    found = compare(theirs, [draft(edits)])
    for path, (before, after) in edits.items():
        now = theirs[path]
        assert (path in found.write) == (now == before and now != after)
        assert (path in found.conflicts) == (now not in (before, after))
    assert {**found.write, **found.conflicts}.keys() <= edits.keys()
    assert all(found.write[path] == edits[path][1] for path in found.write)
    assert all(found.conflicts[path] == theirs[path] for path in found.conflicts)


@given(BODIES, EDITS)
def test_written_once_there_is_nothing_more_to_write(theirs, edits):
    written = put(theirs, compare(theirs, [draft(edits)]).write)
    again = compare(written, [draft(edits)])
    assert again.write == {}
    assert again.conflicts == compare(theirs, [draft(edits)]).conflicts


@given(BODIES, st.lists(VALUES, min_size=2, max_size=6), st.integers(0, 5))
def test_of_edits_one_after_the_other_the_last_counts_wherever_the_ats_got_to(theirs, steps, reached):
    drafts = [draft({"phone": pair}) for pair in itertools.pairwise(steps)]
    found = compare({**theirs, "phone": steps[min(reached, len(steps) - 1)]}, drafts)
    assert found.conflicts == {}
    assert found.write.get("phone", steps[-1]) == steps[-1]


@given(BODIES, EDITS)
def test_where_our_word_wins_there_is_no_conflict(theirs, edits):
    found = compare(theirs, [draft(edits)], ours_wins=frozenset(NAMES))
    assert found.conflicts == {}
    assert {path: found.write.get(path, theirs[path]) for path in edits} == {
        p: after for p, (_, after) in edits.items()
    }


@given(TAGS, TAGS, TAGS)
def test_what_somebody_there_tagged_in_the_meantime_stays(theirs, add, remove):
    change = Draft(item_kind="people", item_id="p1", sets={"tags": {"add": tuple(add), "remove": tuple(remove)}})
    found = compare({"tags": theirs}, [change])
    assert found.conflicts == {}
    now = set(found.write.get("tags", theirs))
    assert now == (set(theirs) - set(remove)) | set(add)


def test_when_somebody_was_rejected_each_side_writes_in_its_own_way():
    edit = Edit(name="outcome", before=None, after="2026-11-26T10:00:00Z", presence=True)
    change = Draft(item_kind="applications", item_id="a1", edits={"attributes.rejected-at": edit})
    assert compare({"attributes": {"rejected-at": "2026-11-26T11:00:00.000+01:00"}}, [change]) == compare({}, [])
    assert compare({"attributes": {"rejected-at": None}}, [change]).write


@given(BODIES)
def test_putting_a_value_leaves_the_given_body_alone(body):
    before = dict(body)
    assert at(put(body, {"refs.stage": "s1"}), "refs.stage") == "s1"
    assert body == before


def laid(items, rows):
    return {i.id: i.body for i in overlay(items, rows, "p1", lambda i, d, a: i.body.get("mark") == a, roots={"people"})}


def test_what_is_made_here_is_seen_until_the_ats_s_own_comes():
    person, note = Item("people", "p1", "person", "p1", {}), {"text": "Called."}
    owed = [Owed("o1", {"item_kind": "notes", "body": note})]
    assert laid([person], owed) == {"p1": {}, "o1": note}
    theirs = Item("notes", "n7", "person", "p1", {"text": "Called.", "mark": "o1"})
    assert laid([person, theirs], owed) == {"p1": {}, "n7": theirs.body}


def test_a_value_in_conflict_is_shown_as_the_ats_has_it():
    person = Item("people", "p1", "person", "p1", {"phone": "theirs", "email": "a"})
    owed = [Owed("o1", draft({"phone": ("a", "b"), "email": ("a", "b")}).model_dump(mode="json"))]
    assert laid([person], owed)["p1"] == {"phone": "theirs", "email": "b"}


def test_what_is_to_be_taken_away_is_not_shown():
    items = [Item("people", "p1", "person", "p1", {}), Item("notes", "n1", "person", "p1", {})]
    assert laid(items, [Owed("o1", {"item_kind": "notes", "item_id": "n1", "delete": True})]) == {"p1": {}}
