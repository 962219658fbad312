"""Writing to the ATS: seen here at once, written there once, and nobody's edit overwritten, whatever goes wrong."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from engine.errors import BadInput, NotFound
from engine.records import SourceRecord
from indexer.connectors.actions import AddCandidate, AddNote, Apply, ChangeTags, EditContact, MoveStage
from indexer.connectors.errors import Refused, TryLater
from indexer.sync.desk import By, Desk
from indexer.sync.step import step
from tests.indexer.sync.conftest import Killed

ANNA = By("anna@example.com", "u1", "asked on the phone")


def desk(world, **more):
    return Desk(world.ledger.sync("default", "ats"), world.connector, **more)


def do(world, action, person="p01", **more):
    return desk(world).accept(person, action, ANNA, **more)[0]


def state(world, row):
    found = world.store.action(row.id)
    return found.state, found.problem


def record(world, person="p01"):
    return world.shown(person)


def phone(value="+46700000001"):
    return EditContact(set={"phone": value})


def lose(world, times=1, status=None):
    """The write is carried out and its answer never comes."""
    left = [times]

    def cut(_what):
        if left[0]:
            left[0] -= 1
            error = TryLater("The connection broke.", status=status)
            error.happened = True
            raise error

    world.ats.after_write.append(cut)


def writes(world):
    return [effect.what for effect in world.ats.effects]


def until(world, holds):
    """Step by step, so that it is the moment it holds for the first time."""
    for _ in range(500):
        if holds():
            return
        world.run(0.02)
    raise AssertionError("it never came to that")


def ready(world, filled, people=3):
    filled(world, people=people)
    world.run(30)
    return world


def test_an_edit_is_seen_here_at_once_and_there_soon(world, filled):
    ready(world, filled)
    row = do(world, phone())
    assert record(world).phones == ("+46700000001",)
    assert world.ats.people["p01"].phone is None
    world.run(5)
    assert world.ats.people["p01"].phone == "+46700000001"
    assert state(world, row) == ("applied", "")
    assert record(world).phones == ("+46700000001",)


def test_only_what_differs_is_written_and_one_write_makes_no_echo(quick, filled):
    ready(quick, filled)
    do(quick, phone())
    quick.run(2000)
    [effect] = quick.ats.effects
    assert effect.values == {"phone": "+46700000001"}
    do(quick, phone())
    quick.run(2000)
    assert len(quick.ats.effects) == 1


def test_edits_of_different_values_on_both_sides_survive(quick, filled):
    ready(quick, filled)
    row = do(quick, phone())
    quick.ats.put("p01", name="Renamed There", tags=("theirs",))
    do(quick, ChangeTags(add=("ours",)))
    quick.run(200)
    there = quick.ats.people["p01"]
    assert (there.name, there.phone, there.tags) == ("Renamed There", "+46700000001", ("theirs", "ours"))
    assert record(quick).name == "Renamed There"
    assert state(quick, row)[0] == "applied"


def test_of_one_value_the_ats_s_stands_and_ours_is_kept_as_a_conflict(world, filled):
    ready(world, filled)
    row = do(world, phone("ours"))
    world.ats.put("p01", phone="theirs")
    world.run(200)
    assert world.ats.people["p01"].phone == "theirs"
    assert record(world).phones == ("theirs",)
    found = world.store.action(row.id)
    assert (found.state, found.theirs) == ("conflict", {"phone": "theirs"})
    assert "phone" in found.problem
    desk(world).retry(row.id, ANNA)
    assert record(world).phones == ("ours",)
    world.run(200)
    assert world.ats.people["p01"].phone == "ours"
    assert state(world, row)[0] == "applied"


def test_giving_way_in_a_conflict_ends_it(quick, filled):
    ready(quick, filled)
    row = do(quick, phone("ours"))
    quick.ats.put("p01", phone="theirs")
    quick.run(200)
    desk(quick).cancel(row.id, ANNA)
    assert state(quick, row)[0] == "cancelled"
    quick.run(200)
    assert quick.ats.people["p01"].phone == "theirs"


def test_a_value_that_we_win_is_written_over_theirs(quick, filled):
    ready(quick, filled)
    from dataclasses import replace

    quick.work = replace(quick.work, ours_wins=frozenset({"phone"}))
    do(quick, phone("ours"))
    quick.ats.put("p01", phone="theirs")
    quick.run(200)
    assert quick.ats.people["p01"].phone == "ours"


def test_edits_of_many_recruiters_become_few_writes_and_none_is_lost(quick, filled):
    ready(quick, filled)
    rows = [do(quick, phone(f"{n}")) for n in range(20)]
    rows += [do(quick, ChangeTags(add=(f"tag{n}",))) for n in range(20)]
    assert record(quick).phones == ("19",)
    quick.run(100)
    assert quick.ats.people["p01"].phone == "19"
    assert {f"tag{n}" for n in range(20)} <= set(quick.ats.people["p01"].tags)
    assert {state(quick, row)[0] for row in rows} == {"applied"}
    assert len(quick.ats.effects) <= 2


def test_a_note_is_written_once_though_its_answer_was_lost(world, filled):
    ready(world, filled)
    lose(world)
    row = do(world, AddNote(text="Met on Monday."))
    assert [a.text for a in record(world).activities if a.text.startswith("Met")] == ["Met on Monday."]
    world.run(3)
    assert state(world, row)[0] == "unknown"
    world.run(2000)
    assert state(world, row)[0] == "applied"
    assert writes(world) == ["note"]
    assert [a.text for a in record(world).activities if a.text.startswith("Met")] == ["Met on Monday."]


def test_a_note_that_never_arrived_is_sent_again_once_that_is_certain(quick, filled):
    ready(quick, filled)
    quick.ats.broken["write-notes"] = 1
    row = do(quick, AddNote(text="Met on Monday."))
    quick.run(60)
    assert state(quick, row)[0] == "unknown"
    quick.run(2500)
    assert (state(quick, row)[0], writes(quick)) == ("applied", ["note"])


@pytest.mark.parametrize("lag_s", [0, 45, 600])
def test_reads_that_trail_do_not_make_a_second_note(quick, filled, lag_s):
    ready(quick, filled)
    quick.run(700)
    quick.ats.lag_s = lag_s
    lose(quick)
    row = do(quick, AddNote(text="Met on Monday."))
    quick.run(4000)
    assert (state(quick, row)[0], writes(quick)) == ("applied", ["note"])


def test_what_was_read_too_early_to_be_seen_is_not_made_again(quick, filled):
    ready(quick, filled)
    quick.run(700)
    quick.ats.lag_s = 40  # and nobody has found that out yet
    lose(quick)
    row = do(quick, AddNote(text="Met on Monday."))
    quick.run(1)
    quick.hook("notes", quick.ats.effects[-1].item)
    quick.run(15)
    quick.clock.pass_(4000)  # the next look comes when it is certain
    quick.run(4000)
    assert (state(quick, row)[0], writes(quick)) == ("applied", ["note"])
    assert [a.text for a in record(quick).activities if a.text.startswith("Met")] == ["Met on Monday."]


@pytest.mark.parametrize("step", range(1, 10))
def test_a_kill_at_any_moment_writes_a_note_once(world, filled, step):
    ready(world, filled)
    row = do(world, AddNote(text="Met on Monday."))
    world.left[0] = step
    with pytest.raises(Killed):
        world.run(60)
    world.left[0] = None
    world.start()
    world.run(3000)
    assert (state(world, row)[0], writes(world)) == ("applied", ["note"])
    assert sum(text.startswith("Met") for _, text in world.ats.notes.values()) == 1


def test_a_new_person_is_here_at_once_and_keeps_their_place_when_the_ats_gives_an_id(world, filled):
    ready(world, filled)
    action = AddCandidate(first_name="Siri", last_name="Ny", email="siri@example.com", job="j1", tags=("found",))
    made, applied = desk(world).accept(None, action, ANNA)
    before = world.person_of(made.person)
    assert before.records[0].name == "Siri"
    assert [a.job_id for a in before.records[0].applications] == ["ats:j1"]
    world.run(600)
    [there] = [key for key, row in world.ats.people.items() if row.email == "siri@example.com"]
    assert [a[1] for a in world.ats.people[there].applied] == ["j1"]
    after = world.person_of(there)
    assert after.id == before.id
    assert [r.id for r in after.records] == [there]
    assert state(world, made)[0] == state(world, applied)[0] == "applied"
    assert writes(world) == ["add", "apply"]


@pytest.mark.parametrize("email", ["siri@example.com", None])
def test_a_new_person_is_made_once_though_the_answer_was_lost_and_a_page_brought_them_first(quick, filled, email):
    ready(quick, filled)
    lose(quick)
    [row] = desk(quick).accept(None, AddCandidate(first_name="Siri", last_name="Ny", email=email), ANNA)
    first = quick.person_of(row.person).id
    quick.run(3000)
    assert writes(quick) == ["add"]
    [there] = [key for key, one in quick.ats.people.items() if one.name == "Siri"]
    assert quick.person_of(there).id == first
    assert len(quick.people()) == 4


@pytest.mark.parametrize("here", [True, False])
def test_a_new_person_whose_address_is_changed_before_they_were_looked_up_is_made_once(quick, filled, here):
    """The answer is lost, a webhook brings them, and the address they are known by is changed: by us, or there."""
    ready(quick, filled)
    lose(quick)
    new = AddCandidate(first_name="Siri", last_name="Ny", email="siri@example.com")
    [row] = desk(quick).accept(None, new, ANNA)
    until(quick, lambda: writes(quick) == ["add"])
    [there] = [key for key, one in quick.ats.people.items() if one.name == "Siri"]
    with quick.store.write() as tx:  # the ATS is in trouble: when it is asked next, that is some time off
        tx.settle(quick.store.action(row.id), due_at=quick.work.after(120.0))
    quick.hook("candidates", there)
    until(quick, lambda: there in quick.people())
    if here:
        do(quick, EditContact(set={"email": "other@example.com"}), person=there)
    else:
        quick.ats.put(there, email="other@example.com")
    quick.run(3000)
    assert writes(quick) == (["add", "edit"] if here else ["add"])
    assert state(quick, row)[0] == "applied"
    assert quick.ats.people[there].email == "other@example.com"
    assert len(quick.people()) == 4


def test_an_address_that_somebody_has_there_already_is_parked_with_the_vendor_s_words(quick, filled):
    ready(quick, filled)
    quick.ats.put("p02", email="siri@example.com")
    action = AddCandidate(first_name="Siri", last_name="Ny", email="siri@example.com", job="j1")
    made, applied = desk(quick).accept(None, action, ANNA)
    quick.run(300)
    assert state(quick, made)[0] == "parked"
    assert "already been taken" in state(quick, made)[1]
    assert state(quick, applied)[0] == "parked"
    desk(quick).cancel(made.id, ANNA)
    assert len(quick.ats.people) == 3


@pytest.mark.parametrize(
    ("what", "action"), [("edit", phone()), ("note", AddNote(text="Met.")), ("apply", Apply(job="j1"))]
)
def test_what_the_vendor_refuses_is_parked_with_its_words_and_can_be_tried_again(quick, filled, what, action):
    ready(quick, filled)
    quick.ats.refused[what] = "is frozen by an auditor"
    row = do(quick, action)
    quick.run(300)
    assert state(quick, row)[0] == "parked"
    assert "frozen by an auditor" in state(quick, row)[1]
    asked = len(quick.ats.requests)
    quick.run(30)
    assert not any("write" in what for _, what in quick.ats.requests[asked:])
    quick.ats.refused.clear()
    desk(quick).retry(row.id, ANNA)
    quick.run(100)
    assert state(quick, row)[0] == "applied"
    assert writes(quick) == [what]


def test_what_a_key_may_not_write_is_parked_and_reading_goes_on(quick, filled):
    ready(quick, filled)
    quick.ats.denied["write-notes"] = 403
    row = do(quick, AddNote(text="Met."))
    quick.run(300)
    assert state(quick, row)[0] == "parked"
    quick.ats.put("p01", name="Renamed There")
    quick.run(300)
    assert record(quick).name == "Renamed There"


def test_a_key_that_is_not_known_any_more_stops_the_connection_and_what_is_owed_waits(quick, filled):
    ready(quick, filled)
    quick.ats.denied["candidates"] = 401
    row = do(quick, phone())
    quick.run(300)
    assert quick.ledger.connections.get("default", "ats").state == "stopped"
    assert state(quick, row)[0] == "waiting"
    quick.ats.denied.clear()
    quick.ledger.connections.start("default", "ats")
    quick.run(300)
    assert state(quick, row)[0] == "applied"


def test_who_is_gone_there_is_not_written_to(quick, filled):
    ready(quick, filled)
    row = do(quick, AddNote(text="Met."))
    other = do(quick, phone())
    quick.ats.remove("p01")
    quick.run(300)
    assert state(quick, row)[0] == state(quick, other)[0] == "parked"
    assert "p01" not in quick.people()


def test_what_is_owed_to_one_of_two_that_became_one_goes_to_that_one(quick, filled):
    ready(quick, filled)
    quick.ats.lag_s = 0
    note = do(quick, AddNote(text="Met."), person="p01")
    quick.ats.merge("p02", "p01")
    quick.hook("candidates", "p02")
    quick.ats.denied["write-notes"] = 401  # nothing is written until the merge was seen
    quick.run(20)
    quick.ats.denied.clear()
    quick.ledger.connections.start("default", "ats")
    quick.run(2000)
    assert state(quick, note)[0] == "applied"
    assert ("p02", "Met.") in [(owner, text.partition(" #")[0]) for owner, text in quick.ats.notes.values()]


def test_what_is_owed_does_not_go_round_between_two_of_whom_each_had_what_is_the_other_s(quick, filled):
    ready(quick, filled)
    row = do(quick, phone())
    [applied] = [i for i in quick.store.items("person", ["p01"])["p01"] if i.kind == "applications"]
    for owner in ("p02", "p01", "p02", "p01"):
        with quick.store.write() as tx:
            tx.take([replace(applied, owner=owner)], read_at=quick.work.now(), direct=True, urgency=1)
        quick.clock.pass_(0.1)
    for person in ("p01", "p02"):
        quick.ats.remove(person)
    quick.run(300)
    assert state(quick, row)[0] == "parked"


def test_however_often_recruiters_come_between_what_they_did_is_written(quick, filled):
    ready(quick, filled)
    here = quick.work.store

    class Busy(type(here)):
        left = here.left
        turns = 0

        def write(self, **more):
            Busy.turns += 1  # before whatever the worker writes somebody is first
            do(quick, ChangeTags(add=(f"b{Busy.turns}",)))
            return super().write(**more)

    do(quick, ChangeTags(add=("b0",)))
    quick.work.store.__class__ = Busy
    for _ in range(12):
        step(quick.work)
        quick.clock.pass_(0.05)
    assert writes(quick)
    assert "b0" in quick.ats.people["p01"].tags
    assert f"b{Busy.turns}" in record(quick).tags


def test_one_person_s_actions_go_in_their_order_and_wait_for_each_other(quick, filled):
    ready(quick, filled)
    quick.ats.broken["write-notes"] = 3
    first, then = do(quick, AddNote(text="First.")), do(quick, phone())
    other = do(quick, phone(), person="p02")
    quick.run(60)
    assert state(quick, other)[0] == "applied"
    assert state(quick, then)[0] == "waiting"
    quick.run(6000)
    assert [effect.what for effect in quick.ats.effects if effect.item != "p02"] == ["note", "edit"]
    assert state(quick, first)[0] == "applied"


def test_cancelled_before_it_was_sent_nothing_of_it_is_left(quick, filled):
    ready(quick, filled)
    row = do(quick, phone())
    desk(quick).cancel(row.id, ANNA)
    assert record(quick).phones == ()
    quick.run(300)
    assert quick.ats.effects == []
    assert state(quick, row) == ("cancelled", "Cancelled by anna@example.com.")
    with pytest.raises(Refused):
        desk(quick).cancel(row.id, ANNA)


def test_what_may_have_been_sent_cannot_be_cancelled(quick, filled):
    ready(quick, filled)
    lose(quick)
    row = do(quick, AddNote(text="Met."))
    quick.run(1)
    with pytest.raises(Refused, match="carried out"):
        desk(quick).cancel(row.id, ANNA)


def test_what_nobody_can_look_up_may_be_given_up_and_is_said_to_be_unsure(quick, filled):
    ready(quick, filled)
    lose(quick)
    row = do(quick, AddNote(text="Met."))
    quick.ats.denied["notes"] = 403
    quick.run(200)
    assert state(quick, row)[0] == "parked"
    desk(quick).cancel(row.id, ANNA)
    assert state(quick, row)[0] == "cancelled"
    assert "Whether it was carried out is not known" in state(quick, row)[1]


def test_what_was_applied_can_be_taken_back(quick, filled):
    ready(quick, filled)
    rows = [do(quick, phone()), do(quick, AddNote(text="Met.")), do(quick, ChangeTags(add=("x",), remove=("t1",))),
            do(quick, MoveStage(application="a1", stage="Interview"))]  # fmt: skip
    quick.run(100)
    assert quick.ats.people["p01"].applied[0][2] == "Interview"
    for row in rows:
        undone = desk(quick).undo(row.id, ANNA)
        assert undone.undoes == row.id
    quick.run(300)
    there = quick.ats.people["p01"]
    assert (there.phone, there.tags, there.applied[0][2]) == (None, ("t1",), "Inbox")
    assert not any(text.startswith("Met") for _, text in quick.ats.notes.values())
    assert not any(a.text.startswith("Met") for a in record(quick).activities)


def test_what_is_taken_back_twice_is_taken_back_once(quick, filled):
    ready(quick, filled)
    row = do(quick, AddNote(text="Met."))
    quick.run(60)
    first, again = desk(quick).undo(row.id, ANNA), desk(quick).undo(row.id, ANNA)
    quick.run(60)
    assert first.id == again.id == desk(quick).undo(row.id, ANNA).id
    assert writes(quick) == ["note", "unnote"]


def test_a_note_whose_deletion_got_no_answer_is_taken_back(quick, filled):
    ready(quick, filled)
    row = do(quick, AddNote(text="Met."))
    quick.run(200)
    lose(quick)
    back = desk(quick).undo(row.id, ANNA)
    quick.run(2000)
    assert (state(quick, back), writes(quick)) == (("applied", ""), ["note", "unnote"])


def test_what_somebody_changed_after_it_is_not_taken_back_over_their_word(quick, filled):
    ready(quick, filled)
    row = do(quick, phone("ours"))
    quick.run(100)
    quick.ats.put("p01", phone="later, there")
    quick.run(200)
    undone = desk(quick).undo(row.id, ANNA)
    quick.run(300)
    assert quick.ats.people["p01"].phone == "later, there"
    assert state(quick, undone)[0] == "conflict"


def test_a_dry_run_tells_and_writes_nothing(quick, filled):
    from dataclasses import replace

    ready(quick, filled)
    quick.work = replace(quick.work, writes="dry")
    rows = [do(quick, phone()), do(quick, AddNote(text="Met."))]
    quick.run(300)
    assert quick.ats.effects == []
    assert [state(quick, row)[0] for row in rows] == ["cancelled", "cancelled"]
    assert "phone would have been written" in state(quick, rows[0])[1]
    assert record(quick).phones == ()


def test_where_writing_is_off_what_is_owed_waits(quick, filled):
    from dataclasses import replace

    ready(quick, filled)
    on = quick.work
    quick.work = replace(on, writes="off")
    row = do(quick, phone())
    quick.run(300)
    assert (state(quick, row)[0], quick.ats.effects) == ("waiting", [])
    quick.work = on
    quick.run(300)
    assert state(quick, row)[0] == "applied"


def test_a_request_that_comes_twice_is_one_action(quick, filled):
    ready(quick, filled)
    one = do(quick, AddNote(text="Met."), action_id="00000000-0000-0000-0000-000000000001")
    two = do(quick, AddNote(text="Met."), action_id="00000000-0000-0000-0000-000000000001")
    assert one == two
    quick.run(100)
    assert writes(quick) == ["note"]


def test_a_request_that_comes_many_times_at_once_is_one_action(world, filled):
    ready(world, filled)
    once = "00000000-0000-0000-0000-000000000001"
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda _: do(world, AddNote(text="Met."), action_id=once), range(16)))
    assert {row.seq for row in rows} == {1}
    assert len(world.store.actions()) == 1


def test_after_a_restored_backup_nothing_is_sent_that_was_sent_before(quick, filled):
    ready(quick, filled)
    rows = [do(quick, AddNote(text="Met.")), do(quick, phone(), person="p02")]
    with quick.store.write() as tx:  # what the backup held: both waiting, though both are written since
        before = [quick.store.action(row.id) for row in rows]
    quick.run(100)
    assert writes(quick) == ["note", "edit"]
    with quick.store.write() as tx:
        tx.owe(before)
        assert tx.doubt() == 2
    quick.run(3000)
    assert writes(quick) == ["note", "edit"]
    assert {state(quick, row)[0] for row in rows} == {"applied"}


def test_whom_reads_do_not_show_yet_is_waited_for_and_the_action_can_still_be_cancelled(quick, filled):
    ready(quick, filled)
    quick.run(700)
    quick.ats.lag_s = 40
    desk(quick).accept(None, AddCandidate(first_name="Siri", last_name="Ny", email="siri@example.com"), ANNA)
    quick.run(2)
    [there] = [key for key, one in quick.ats.people.items() if one.name == "Siri"]
    first, then = do(quick, phone("1"), person=there), do(quick, phone("2"), person=there)
    quick.run(5)
    assert state(quick, first)[0] == state(quick, then)[0] == "waiting"
    desk(quick).cancel(first.id, ANNA)
    quick.run(400)
    assert state(quick, then)[0] == "conflict"  # it was made on top of what never came to be
    assert "Siri" in {one[0] for one in quick.people().values()}


def test_nobody_and_nothing_are_named(quick, filled):
    ready(quick, filled)
    with pytest.raises(NotFound):
        do(quick, phone(), person="nobody")
    with pytest.raises(BadInput):
        desk(quick).accept(None, phone(), ANNA)
    with pytest.raises(NotFound):
        desk(quick).cancel("nothing", ANNA)
    with pytest.raises(Refused, match="no such application"):
        do(quick, MoveStage(application="a99", stage="Interview"))
    assert quick.store.actions() == []


def test_records_of_a_connected_ats_are_not_put_past_it(quick, filled):
    ready(quick, filled)
    with pytest.raises(BadInput, match="kept by its ATS"):
        quick.ledger.writer().put_records("ats", [SourceRecord(id="p01", name="Past It")])


def test_writes_go_first_and_keep_within_the_limit(quick, filled):
    filled(quick, people=40)
    quick.ats.limit = 6
    quick.run(25)
    row = do(quick, phone(), person=next(iter(quick.people())))
    asked = len(quick.ats.requests)
    quick.run(12)
    assert state(quick, row)[0] == "applied"
    kinds = [what.split("/")[0] for _, what in quick.ats.requests[asked:]]
    assert kinds[:2] == ["candidates", "write-candidates"]
    quick.run(400)
    assert quick.ats.too_many == 0


def test_what_is_owed_of_a_person_whose_making_was_refused_is_parked_without_a_request(quick, filled):
    ready(quick, filled)
    quick.ats.refused["add"] = "is frozen"
    made = do(quick, AddCandidate(first_name="Siri", last_name="Ny", email="siri@example.com"), person=None)
    owed = [do(quick, phone(), person=made.person), do(quick, AddNote(text="Met."), person=made.person)]
    quick.run(300)
    assert [state(quick, row) for row in owed] == [("parked", "The person is not in the ATS.")] * 2
    assert not any(made.person in what for _, what in quick.ats.requests if "write-" not in what)
    assert quick.ats.effects == []
