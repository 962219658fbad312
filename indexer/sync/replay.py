"""What is parked is tried once more: after a repair in the ATS, a new right of the key, a better connector."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.errors import NotFound
from indexer.connectors.connector import Root
from indexer.ledger import HOOK, SyncStore


def replay(store: SyncStore, roots: Mapping[str, Root], places: Collection[str] = ()) -> int:
    """Ask for it; the worker does it at its next step. What comes through leaves the list, what fails again stays.

    roots: the connector's. places: as ``sync parked`` shows them; none: all there are. Returns how many.
    Raises NotFound: nothing is parked at one of the places.
    """
    rows = [row.place for row in store.parked() if not places or row.place in places]
    if missing := sorted(set(places) - set(rows)):
        raise NotFound(
            f"Nothing is parked at {missing[0]}.", f"`headwater sync parked {store.connection}` shows what is."
        )
    person = next((kind for kind, root in roots.items() if root == "person"), None)
    with store.write() as tx:
        for place in rows:
            kind, _, item_id = place.partition("/")
            if kind == "file" and person is not None:
                owner = item_id.partition("/")[0]
                tx.want_files_again(owner)
                tx.want(person, owner, HOOK, expect={"files": True})
            elif kind in ("person", "job") and kind not in roots:
                tx.touch(kind, item_id, HOOK)
            else:
                tx.want(kind, item_id, HOOK)
    return len(rows)
