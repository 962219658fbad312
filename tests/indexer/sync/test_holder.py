"""A worker that was killed is known to be dead on its own machine; of others nothing is claimed."""

import os
import signal
import subprocess
import sys

from indexer.sync.holder import is_dead, new_holder


def test_a_living_process_is_not_dead_and_a_killed_one_is():
    code = "from indexer.sync.holder import new_holder; print(new_holder(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        holder = child.stdout.readline().strip()
        assert not is_dead(holder)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert is_dead(holder)
    assert not is_dead(new_holder())


def test_a_number_that_was_given_to_another_process_is_not_taken_for_the_dead_one():
    place, pid, started, end = new_holder().split(".")
    assert is_dead(f"{place}.{pid}.{int(started) - 1}.{end}")


def test_of_another_machine_and_of_anything_else_nothing_is_known():
    _, *rest = new_holder().split(".")
    for holder in (".".join(["elsewhere", *rest]), "", "one", "a.b.c.d", f"{new_holder().split('.')[0]}.1..x"):
        assert not is_dead(holder)


def test_the_lease_of_a_dead_worker_is_taken_at_once_and_its_token_is_worth_nothing(quick):
    connections = quick.ledger.connections
    before = connections.lease("default", "ats", "dead one", seconds=60)
    assert connections.lease("default", "ats", "next", seconds=60) is None
    after = connections.lease("default", "ats", "next", seconds=60, is_dead=lambda holder: holder == "dead one")
    assert after == before + 1
