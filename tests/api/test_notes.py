"""Notes of searches: written together, each once, in order, however many add them."""

import threading

from api.notes import MOST, Notes
from engine.records import Viewer
from indexer.ledger import SearchNote


def note(number):
    return SearchNote(Viewer(), {"number": number})


def test_notes_added_while_one_is_written_are_written_together():
    written, go_on, begun = [], threading.Event(), threading.Event()

    def write(notes):
        begun.set()
        go_on.wait(10)
        written.append([one.body["number"] for one in notes])

    notes = Notes(write)
    notes.add(note(0))
    assert begun.wait(10)
    for number in (1, 2, 3):
        notes.add(note(number))
    go_on.set()
    notes.settle()
    assert written == [[0], [1, 2, 3]]
    notes.close()


def test_a_write_that_fails_does_not_end_the_ones_after_it():
    written = []

    def write(notes):
        if not written:
            written.append("failed")
            raise OSError("the disk is full")
        written.extend(one.body["number"] for one in notes)

    notes = Notes(write)
    notes.add(note(1))
    notes.settle()
    notes.add(note(2))
    notes.close()
    assert written == ["failed", 2]


def test_closing_writes_what_eight_threads_added_each_once():
    written = []
    notes = Notes(lambda some: written.extend(one.body["number"] for one in some))
    threads = [
        threading.Thread(target=lambda own=own: [notes.add(note((own, n))) for n in range(MOST)]) for own in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    notes.close()
    assert sorted(written) == [(own, n) for own in range(8) for n in range(MOST)]
    for own in range(8):
        assert [n for one, n in written if one == own] == list(range(MOST))


def test_what_is_added_after_closing_is_written_as_well():
    written = []
    notes = Notes(lambda some: written.extend(one.body["number"] for one in some))
    for number in range(3):
        notes.add(note(number))
        notes.close()
        notes.settle()
        notes.close()
    notes.add(note(3))
    notes.add(note(4))
    notes.settle()
    assert written == [0, 1, 2, 3, 4]
