"""Who may write next: whoever has waited longest, and nobody for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from engine.errors import Busy
from indexer.ledger import database
from indexer.ledger.turns import OneInTurn, Turns


def _waiting(turns: Turns, ended: list[str], name: str, *, sync: bool = False) -> threading.Thread:
    """A thread that stands in the line by the time this returns."""
    before = len(turns._lines[sync])
    thread = threading.Thread(target=lambda: (turns.take(30, sync=sync), ended.append(name), turns.give()))
    thread.start()
    while len(turns._lines[sync]) == before:
        pass
    return thread


def test_turns_come_in_the_order_they_were_asked_for() -> None:
    turns, ended = Turns(), list[str]()
    assert turns.take(0)
    threads = [_waiting(turns, ended, name) for name in "abcde"]
    turns.give()
    for thread in threads:
        thread.join()
    assert ended == list("abcde")
    assert turns.take(0)


def test_every_second_turn_is_sync_s_while_it_waits() -> None:
    turns, ended = Turns(), list[str]()
    assert turns.take(0)
    threads = [_waiting(turns, ended, name, sync=name in "xy") for name in "abcxy"]
    turns.give()
    for thread in threads:
        thread.join()
    assert ended == ["x", "a", "y", "b", "c"]
    assert turns.take(0)


def test_who_gives_a_turn_back_does_not_get_it_again_before_those_that_wait() -> None:
    turns, ended = Turns(), list[str]()
    assert turns.take(0)
    thread = _waiting(turns, ended, "other")
    turns.give()
    assert turns.take(30)
    assert ended == ["other"]
    thread.join()


def test_who_did_not_get_a_turn_in_time_leaves_the_line() -> None:
    turns = Turns()
    assert turns.take(0)
    assert not turns.take(0.01)
    turns.give()
    assert turns.take(0)


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[database.Engine]]:
    """(reading, writing) of one process and of another, both of little patience."""
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    monkeypatch.setitem(database._ONE, "pool_timeout", 0.05)
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    made = [*database.connect(url), *database.connect(url)]
    yield made
    for engine in made:
        engine.dispose()


def test_while_another_thread_writes_a_writer_is_told_that_the_ledger_is_busy(engines: list[database.Engine]) -> None:
    with engines[1].begin(), pytest.raises(Busy, match="being written"), engines[1].begin():
        pass
    with engines[1].begin():
        pass


def test_while_another_process_writes_a_writer_is_told_that_the_ledger_is_busy(engines: list[database.Engine]) -> None:
    with engines[1].begin(), pytest.raises(Busy, match="being written"), engines[3].begin():
        pass
    with engines[3].begin():
        pass


def test_a_connection_that_cannot_be_made_gives_its_turn_back() -> None:
    def creator() -> None:
        raise OSError("no such server")

    engine = create_engine("sqlite://", creator=creator, poolclass=OneInTurn, pool_timeout=0.01)
    for _ in range(2):
        with pytest.raises(OSError, match="no such server"), closing(engine.connect()):
            pass
