"""Many workspaces under one virtual clock, in short. The whole of it: `headwater bench workspaces`."""

from eval.bench import workspaces
from indexer.sync import step

SHORT = {"people": 6_000, "workspaces": 6, "each_s": 2.0, "slower": 4.0}
"""Computing is made to weigh more than the constants beside it: then its share is the same on a fast machine."""


def test_the_first_sync_of_another_workspace_holds_nobody_up_unless_it_writes_thousands_at_once(monkeypatch):
    found = workspaces.run(**SHORT)
    monkeypatch.setattr(workspaces, "PAGE", 2_000)
    monkeypatch.setattr(step, "BATCH", 2_000)
    greedy = workspaces.run(**SHORT)
    for one in (found, greedy):
        assert (one["records"], one["never_written"], one["too_many_requests"]) == (6_000, 0, 0)
        assert one["writes_busy"] >= 5
    assert found["p95_ratio"] < greedy["p95_ratio"] / 1.5
    assert not greedy["met"]
