"""The simulator in the suite: a part of the schedules, the same trace for the same seed, and the sharpest planted faults.

Many more, all faults, and what was measured: `headwater bench sync`, docs/performance.md.
"""

import contextlib
from itertools import islice

import pytest

from eval.simulate.planted import FAULTS, planted
from eval.simulate.run import counted, outcomes

PARTS, EACH = 20, 25
SHARP = {
    "strict-cursor": 30, "blind-retry": 20, "whole-record": 20, "edit-clobbered": 20, "no-sweep": 20, "no-fence": 30,
    "older-replaces-newer": 40, "answered-before-kept": 20, "for-ever": 20, "impatient": 30, "blind-overwrite": 20,
    "cancelled-and-sent": 40, "echo": 20, "tags-as-a-whole": 30, "settled-by-news": 40, "conflict-swallowed": 20,
    "no-budget": 20, "send-unsaid": 40, "missing-is-gone": 30, "denied-is-empty": 30,
}  # fmt: skip


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_goes_wrong_nothing_is_lost_doubled_or_overwritten(part):
    _, seen, bad = counted(outcomes(range(part * EACH, (part + 1) * EACH)))
    assert [(one.seed, one.violations) for one in bad] == []
    # Had it not got there, the run would prove nothing.
    for state in ("crash", "applied note", "applied contact", "conflict contact", "a stale worker was refused"):
        assert seen[state], state


@pytest.mark.postgres
@pytest.mark.parametrize("part", range(PARTS))
def test_the_same_on_postgresql(postgres, part):
    _, seen, bad = counted(outcomes(range(500 + part * EACH, 500 + (part + 1) * EACH), url=postgres()))
    assert [(one.seed, one.violations) for one in bad] == []
    assert seen["crash"]


def test_the_same_seed_gives_the_same_trace_on_either_database(postgres):
    seeds = range(40, 46)
    first, again = ([one.trace for one in outcomes(seeds)] for _ in range(2))
    other = [one.trace for one in outcomes(seeds, url=postgres())]
    assert first == again == other
    assert len(set(first)) == len(first)


@pytest.mark.parametrize(("fault", "most"), SHARP.items())
def test_a_planted_fault_is_caught(fault, most):
    with planted(fault), contextlib.closing(outcomes(range(most))) as found:
        assert any(one.violations for one in islice(found, most)), f"{fault} went unseen through {most} schedules"


def test_at_least_two_dozen_faults_can_be_planted_and_each_says_what_it_is():
    assert len(FAULTS) >= 24
    assert all(fault.__doc__ for fault in FAULTS.values())
