"""What webhooks told of -> what is to be read. A hint is believed in nothing but that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.connectors.connector import Hint, Item, Root
from indexer.ledger import HOOK, InboxRow
from indexer.sync.lag import first_look
from indexer.sync.pages import kept
from indexer.sync.work import Work


def hint_json(hint: Hint) -> dict[str, Any]:
    """As the inbox keeps it."""
    found: dict[str, Any] = {"kind": hint.kind, "id": hint.id, "gone": hint.gone, "at": hint.at}
    if hint.proofs:
        found["proofs"] = [
            {"kind": p.kind, "id": p.id, "body": dict(p.body), "version": p.version} for p in hint.proofs
        ]
    return found


def take_inbox(work: Work, rows: list[InboxRow]) -> None:
    """Many deliveries about one person become one read."""
    done: dict[str, list[str]] = {"done": [], "ignored": []}
    found: list[tuple[InboxRow, tuple[str, str] | None]] = []
    for row in rows:
        root = work.connector.root_of(_hint(row.hint), work.store.body) if row.hint.get("kind") else None
        done["done" if root else "ignored"].append(row.event_id)
        found.append((row, root))
    with work.store.write() as tx:
        for row, root in found:
            if root is None:
                continue
            kind, item_id = root
            expect = {**row.hint, "received": row.received_at}
            name = work.connector.roots.get(kind)
            if name is not None and expect.pop("proofs", None):
                items = [kept(_owned(proof, name, item_id), False) for proof in row.hint["proofs"]]
                tx.take(items, read_at=row.received_at, direct=False, urgency=HOOK)
            tx.want(kind, item_id, HOOK, due_at=first_look(work, row.received_at), expect=expect)
        for state, ids in done.items():
            tx.taken(ids, state)


def _hint(said: Mapping[str, Any]) -> Hint:
    return Hint(said["kind"], said["id"], gone=bool(said.get("gone")), at=said.get("at"))


def _owned(proof: Mapping[str, Any], root: Root, owner: str) -> Item:
    return Item(proof["kind"], proof["id"], root, owner, proof["body"], proof.get("version"))
