"""Dying at every place of every operation, in part. The whole of it: `headwater bench sync --points`."""

import pytest

from eval.simulate.operations import OPERATIONS, Operation
from eval.simulate.planted import planted
from eval.simulate.points import sweep
from indexer.connectors.teamtailor import writes

EACH = 40
ACTIONS = {"contact", "note", "message", "move", "reject", "reopen", "tags", "candidate", "application", "file"}


def test_every_kind_of_action_is_among_the_operations():
    assert writes.ACTIONS == ACTIONS <= OPERATIONS.keys()


@pytest.mark.parametrize("half", [0, 1])
def test_whoever_dies_anywhere_in_an_operation_ends_as_if_nothing_had_been(half):
    for found in sweep(list(OPERATIONS.values())[half::2], each=EACH):
        assert found.broken == [], found.name
        assert found.tried == found.died > 0, found.name


@pytest.mark.postgres
def test_the_same_on_postgresql(postgres):
    for found in sweep([OPERATIONS["candidate"], OPERATIONS["changed there"]], url=postgres(), each=EACH // 4):
        assert found.broken == [], found.name
        assert found.tried == found.died > 0, found.name


def test_a_second_message_after_a_lost_answer_is_seen():
    with planted("blind-retry"):
        [found] = sweep([OPERATIONS["message"]], most=12)
    assert any("written" in what for _, what in found.broken)


def test_what_has_no_effect_proves_nothing_and_says_so():
    [found] = sweep([Operation("nothing", lambda at: None)], most=0)
    assert found.broken == [(0, "it has no effect, and so proves nothing")]
