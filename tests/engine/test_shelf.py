"""The shelf of indexes: one contract for folders and for collections on a server."""

import json
import shutil
from dataclasses import replace

import pytest
from qdrant_client import QdrantClient

from engine.index import IndexStamp, open_shelf
from engine.index.collections import CollectionShelf

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")

OLD = IndexStamp(encoder="old@1", dim=8, lexicon="words")
NEW = replace(OLD, encoder="new@1", dim=16)


@pytest.fixture(params=["folders", "collections"])
def shelf(request, tmp_path):
    opened = open_shelf(tmp_path, workspace="default", url=":memory:" if request.param == "collections" else None)
    yield opened
    opened.close()


def stand(shelf, *stamps):
    for stamp in stamps:
        shelf.open(stamp).close()


def stamps(shelf):
    return {one.stamp for one in shelf.standing()}


def test_nothing_answers_before_one_was_whole(shelf):
    assert (shelf.current(), shelf.standing()) == (None, [])
    stand(shelf, OLD)
    assert (shelf.current(), stamps(shelf)) == (None, {OLD})


def test_the_current_one_changes_in_one_step_and_the_others_can_go(shelf):
    stand(shelf, OLD, NEW)
    shelf.choose(OLD)
    assert shelf.current().stamp == OLD
    shelf.choose(NEW)
    assert (shelf.current().stamp, stamps(shelf)) == (NEW, {OLD, NEW})
    assert shelf.drop_others(NEW) == 1
    assert (shelf.current().stamp, stamps(shelf)) == (NEW, {NEW})
    assert shelf.drop_others(NEW) == 0


def test_one_that_is_dropped_is_not_current_and_is_made_anew(shelf):
    stand(shelf, OLD)
    shelf.choose(OLD)
    shelf.drop(OLD)
    shelf.drop(OLD)  # nothing to do
    assert (shelf.current(), shelf.standing()) == (None, [])
    index = shelf.open(OLD)
    assert index.count() == 0
    index.close()


def test_closing_an_index_leaves_the_shelf_open(shelf):
    first, second = shelf.open(OLD), shelf.open(NEW)
    first.close()
    assert second.count() == 0
    second.close()
    assert stamps(shelf) == {OLD, NEW}


def test_a_folder_killed_while_it_was_made_is_made_again(tmp_path):
    shelf = open_shelf(tmp_path, workspace="default")
    stand(shelf, OLD)
    (tmp_path / "default" / OLD.name / "stamp.json").unlink()  # it is written last
    index = shelf.open(OLD)
    assert index.count() == 0
    index.close()
    assert stamps(shelf) == {OLD}


def test_a_collection_killed_while_it_was_made_is_made_again():
    client = QdrantClient(":memory:")
    shelf = CollectionShelf(client, workspace="default")
    stand(shelf, OLD)
    client.delete(f"headwater-{OLD.name}", points_selector=[1])  # the stamp is written last
    stand(shelf, OLD)
    assert stamps(shelf) == {OLD}


def test_collections_of_others_on_the_server_are_left_alone():
    client = QdrantClient(":memory:")
    client.create_collection("headwater-notes", vectors_config={})
    shelf = CollectionShelf(client, workspace="default")
    stand(shelf, OLD, NEW)
    assert stamps(shelf) == {OLD, NEW}
    assert shelf.drop_others(NEW) == 1
    assert client.collection_exists("headwater-notes")


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"encoder": "x", "dim": 8, "lexicon": "y", "colour": 1})])
def test_a_stamp_that_cannot_be_read_is_told_from_none(tmp_path, text):
    shelf = open_shelf(tmp_path, workspace="default")
    stand(shelf, OLD)
    shelf.choose(OLD)
    (tmp_path / "default" / OLD.name / "stamp.json").write_text(text, "utf-8")
    assert shelf.current().stamp is None


def test_a_pointer_to_what_is_gone_points_nowhere(tmp_path):
    shelf = open_shelf(tmp_path, workspace="default")
    stand(shelf, OLD)
    shelf.choose(OLD)
    shutil.rmtree(tmp_path / "default" / OLD.name)
    assert shelf.current() is None
