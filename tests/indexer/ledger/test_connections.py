"""The inbox's front: what arrived is there once, and can be told from what did not."""

import pytest


@pytest.fixture
def connections(ledger):
    for name in ("ats", "other"):
        ledger.connections.add("default", name, vendor="v", origin=f"https://{name}.example.com", credential="sealed")
    return ledger.connections


def test_what_arrived_is_told_from_what_did_not_also_once_it_was_taken(connections, ledger):
    ids = [f"e{n}" for n in range(1200)]
    connections.receive([("default", "ats", event_id, {"kind": "k", "id": "1"}) for event_id in ids])
    connections.receive([("default", "ats", "e7", {"kind": "k", "id": "1"}), ("default", "other", "x", {})])
    with ledger.sync("default", "ats").write() as tx:
        tx.taken(ids[:600], "done")
    assert connections.received("default", "ats", [*ids, "x", "never"]) == set(ids)
    assert connections.waiting("default", "ats") == 600
    assert connections.received("default", "other", ids) == set()
