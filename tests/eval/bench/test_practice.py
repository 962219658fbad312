"""Short versions of what takes minutes by command: schedules, kills of a real process, many writers."""

from eval.bench import kill, sync, writers


def test_schedules_are_run_in_processes_and_counted():
    found = sync.run(schedules=4, twice=2, processes=2)
    assert {name: found[name] for name in ("schedules", "violations", "same_trace", "met")} == {
        "schedules": 4, "violations": 0, "same_trace": "2 of 2", "met": True,
    }  # fmt: skip
    assert found["reached"]


def test_a_process_that_is_killed_loses_and_doubles_nothing():
    found = kill.run(kills=3, people=12)
    assert (found["lost"], found["doubled"], found["still_owed"]) == (0, 0, 0)
    assert found["actions"] > 0


def test_each_of_many_writers_sees_their_edit_at_once_and_none_is_lost():
    found = writers.run(writers=4, edits=6)
    assert (found["lost"], found["not_seen_at_once"], found["same_here_and_there"]) == (0, 0, True)
