"""What goes wrong at the vendor's: it is said where an operator looks, costs nobody else anything, and is made good."""

from dataclasses import replace
from itertools import pairwise

import pytest

from engine.errors import BadFile, NotFound
from indexer.connectors.errors import BadAnswer, TryLater
from indexer.documents import ReadText
from indexer.ledger import LeaseLost
from indexer.sync.replay import replay
from indexer.sync.step import next_at, step
from tests.indexer.sync.fake import truth

NEVER = 10**9


def replayed(world, *places):
    return replay(world.store, world.connector.roots, places)


def walk_of(world, feed, mode="backfill"):
    [walk] = [w for w in world.store.walks() if (w.mode, w.feed) == (mode, feed)]
    return walk


def state(world):
    return world.ledger.connections.get("default", "ats")


def asked(world, since, kind):
    return [at for at, what in world.ats.requests[since:] if what.split("/")[0] == kind]


# The vendor


def test_after_a_refusal_for_asking_too_often_nobody_asks_until_the_vendor_said(quick, filled):
    ats = filled(quick)
    ats.limit = 3
    ats._window = (quick.clock(), 3)  # another program of the customer's has used the limit up
    step(quick.work)
    assert ats.too_many == 1
    asked_at = ats.requests[0][0]
    quick.run(60)
    assert ats.too_many == 1
    assert (ats.requests[1][0] - asked_at).total_seconds() >= 10
    quick.run(600)
    assert quick.people() == truth(ats)


def test_a_listing_that_fails_is_asked_for_at_growing_distances_and_then_goes_on(quick, filled):
    ats = filled(quick)
    ats.broken = {"jobs": 6}
    quick.run(900)
    times = asked(quick, 0, "jobs")[:6]
    gaps = [(b - a).total_seconds() for a, b in pairwise(times)]
    assert gaps[-1] > 4 * gaps[0] > 0
    assert quick.people() == truth(ats)
    assert walk_of(quick, "jobs").problem == ""


def test_a_vendor_that_is_down_for_a_day_parks_nobody(quick, filled, monkeypatch):
    ats = filled(quick)
    request = ats.request

    def down(http, what):
        ats.requests.append((quick.clock(), what))
        raise TryLater("No answer from the vendor.", status=503)

    monkeypatch.setattr(ats, "request", down)
    quick.hook("candidates", "p03")
    quick.run(86_400)
    assert quick.store.parked() == []
    assert len(ats.requests) < 1500
    monkeypatch.setattr(ats, "request", request)
    quick.run(2000)
    assert quick.people() == truth(ats)


def test_a_key_that_is_not_known_any_more_stops_everything_until_there_is_another(quick, filled):
    ats = filled(quick)
    quick.run(2)
    ats.denied = {"candidates": 401, "changed": 401, "notes": 401}
    quick.run(400)
    assert (state(quick).state, len(asked(quick, 0, "candidates")) > 0) == ("stopped", True)
    assert "may not be read" in state(quick).reason
    before = len(ats.requests)
    quick.run(4000)
    assert len(ats.requests) == before
    ats.denied = {}
    quick.ledger.connections.start("default", "ats")
    quick.start()
    quick.run(400)
    assert quick.people() == truth(ats)


def test_a_listing_that_may_not_be_read_leaves_the_others_going_and_comes_with_the_right(quick, filled):
    ats = filled(quick)
    ats.denied = {"notes": 403}
    quick.run(400)
    whole = truth(ats)
    assert {key: row[:3] for key, row in quick.people().items()} == {key: row[:3] for key, row in whole.items()}
    assert walk_of(quick, "notes").state == "denied"
    assert state(quick).state == "active"
    ats.denied = {}
    quick.run(4000)
    assert quick.people() == whole
    assert walk_of(quick, "notes").state == "over"


def test_an_answer_that_is_none_is_asked_for_again_and_nothing_of_it_is_kept(quick, filled, monkeypatch):
    ats = filled(quick)
    page, left = quick.connector.page, [3]

    def sometimes_html(http, feed, at, since):
        found = page(http, feed, at, since)
        if feed == "candidates" and at and left[0]:
            left[0] -= 1
            raise BadAnswer("The vendor answered HTML where JSON was due.")
        return found

    monkeypatch.setattr(quick.connector, "page", sometimes_html)
    quick.run(600)
    assert left == [0]
    assert quick.people() == truth(ats)


# One record


@pytest.mark.parametrize("number", range(4))
def test_one_bad_record_at_any_place_of_a_page_is_parked_and_the_others_come(quick, filled, number):
    ats = filled(quick)
    bad = f"p{number:02}"
    ats.bad = {bad}
    quick.run(400)
    assert quick.people() == {key: row for key, row in truth(ats).items() if key != bad}
    [parked] = quick.store.parked()
    assert (parked.place, parked.what, parked.fix) == (
        f"candidates/{bad}",
        f"candidates {bad} has no name.",
        "Look there.",
    )
    assert parked.raw == f'{{"id": "{bad}"}}'


def test_a_record_that_was_good_before_keeps_its_last_good_state(quick, filled):
    ats = filled(quick)
    quick.run(400)
    before = quick.people()
    ats.put("p03", name="New")
    ats.bad = {"p03"}
    quick.hook("candidates", "p03")
    quick.run(100)
    assert quick.people() == before
    assert [row.place for row in quick.store.parked()] == ["candidates/p03"]
    ats.bad = set()
    assert replayed(quick) == 1
    quick.run(5)
    assert quick.people() == truth(ats)
    assert quick.store.parked() == []


def test_what_the_connector_cannot_make_a_record_of_is_parked_with_all_its_words_and_replayed(quick, filled):
    ats = filled(quick)
    ats.unassembled = {"p01", "p02"}
    quick.run(400)
    assert quick.people().keys() == ats.people.keys() - {"p01", "p02"}
    one, two = quick.store.parked()
    assert (one.place, two.place) == ("person/p01", "person/p02")
    assert "Called p01." in one.raw
    ats.unassembled = {"p02"}  # a better connector
    before = len(ats.requests)
    assert replayed(quick, "person/p01") == 1
    quick.run(1)
    assert len(ats.requests) == before
    assert quick.people().keys() == ats.people.keys() - {"p02"}
    assert [row.place for row in quick.store.parked()] == ["person/p02"]


def test_a_connector_s_own_fault_parks_that_record_alone_and_says_nothing_of_what_it_holds(quick, filled, monkeypatch):
    ats = filled(quick)
    assemble = quick.connector.assemble

    def faulty(person_id, items, look):
        if person_id == "p05":
            raise KeyError("Person p05")
        return assemble(person_id, items, look)

    monkeypatch.setattr(quick.connector, "assemble", faulty)
    quick.run(400)
    assert quick.people().keys() == ats.people.keys() - {"p05"}
    [parked] = quick.store.parked()
    assert parked.what == "No record can be made of it (KeyError)."


def test_a_record_that_is_answered_wrongly_eight_times_is_parked_and_the_others_go_on(quick, filled):
    ats = filled(quick)
    quick.run(400)
    ats.broken = {"candidates/p03": NEVER}
    ats.put("p03", name="New")
    ats.put("p04", name="Other")
    for key in ("p03", "p04"):
        quick.hook("candidates", key)
    quick.work.connector.plan = replace(quick.work.connector.plan, poll=(), sweep=())
    with quick.store.write() as tx:
        for walk in quick.store.walks():
            tx.drop_walk(walk)
    quick.run(5000)
    assert quick.people()["p04"][0] == "Other"
    assert [row.place for row in quick.store.parked()] == ["candidates/p03"]
    assert len([1 for _, what in ats.requests if what == "candidates/p03"]) == 8
    assert next_at(quick.work) is None
    ats.broken = {}
    replayed(quick)
    quick.run(5)
    assert quick.people() == truth(ats)
    assert quick.store.parked() == []


def test_a_file_that_cannot_be_read_is_parked_the_person_comes_without_it_and_a_replay_reads_it(quick, filled):
    ats = filled(quick)
    quick.text_of = lambda path: (
        BadFile("The file is no PDF.") if path.read_text() == "CV of p01" else filled_text(path)
    )
    quick.run(400)
    assert quick.people() == {key: row if key != "p01" else (*row[:4], None) for key, row in truth(ats).items()}
    [parked] = quick.store.parked()
    assert (parked.place, parked.what) == ("file/p01/resume", "The file is no PDF.")
    assert "sync replay" in parked.fix
    before = len(ats.downloads)
    quick.run(4000)
    assert len(ats.downloads) == before  # it is not tried for ever
    quick.text_of = filled_text
    replayed(quick, "file/p01/resume")
    quick.run(5)
    assert quick.people() == truth(ats)
    assert ats.downloads[before:] == ["p01"]
    assert quick.store.parked() == []


def test_to_replay_what_is_not_parked_is_an_error(quick, filled):
    filled(quick)
    quick.run(400)
    assert replayed(quick) == 0
    with pytest.raises(NotFound, match="candidates/p77"):
        replayed(quick, "candidates/p77")


# Drift, and a worker too many


def test_a_field_nobody_knew_is_noted_once_with_when_it_was_first_and_last_seen(quick, filled):
    ats = filled(quick)
    ats.drift = ["candidates: favourite_colour"]
    quick.run(400)
    ats.drift = []
    quick.run(400)
    [(what, first, last)] = quick.store.drift()
    assert what == "candidates: favourite_colour"
    assert first < last < quick.store.now()
    assert quick.people() == truth(ats)


def test_a_worker_whose_lease_was_taken_over_writes_nothing_any_more(quick, filled):
    ats = filled(quick)
    quick.run(400)
    before = quick.people()
    connections = quick.ledger.connections
    token = connections.lease("default", "ats", "first", seconds=60)
    stale = replace(quick.work, store=quick.ledger.sync("default", "ats", fence=token))
    quick.clock.pass_(61)
    assert connections.lease("default", "ats", "second", seconds=60) not in (None, token)
    ats.put("p01", name="New")
    quick.hook("candidates", "p01")
    with pytest.raises(LeaseLost):
        step(stale)
    assert quick.people() == before


def filled_text(path):
    return ReadText(path.read_text())
