"""The event log -> the index. Whatever wrote to the ledger (an import, the API, a sync), this brings it to search.

The place reached is a checkpoint of its own for each index stamp: an index of another encoder or recipe
starts at the first event, so a rebuild is nothing but following from the start.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from datetime import date

from engine.index import Index
from engine.lexicon import Lexicon
from engine.records import Viewer
from indexer.embed import BATCH, Indexed, index_people
from indexer.ledger import Ledger
from models import Encoder

_KINDS = ("person.changed", "person.erased")


def follow(
    ledger: Ledger,
    index: Index,
    encoder: Encoder,
    lexicon: Lexicon,
    *,
    today: date,
    workspace: str = "default",
    on_progress: Callable[[int, int], None] | None = None,
) -> Indexed:
    """Bring the index up to the newest event. Killed at any point, it goes on from its last checkpoint."""
    reader, writer = ledger.reader(Viewer(workspace=workspace, user="indexer")), ledger.writer(workspace, "indexer")
    name = checkpoint_name(index)
    after = int(reader.checkpoint(name) or 0)
    if index.count() == 0:
        after = 0  # the index is new or was lost: all of it again
        writer.forget_indexed()
    seqs: dict[str, int] = {}
    newest = after
    while events := reader.events(newest):
        newest = events[-1].seq
        for event in events:
            if event.kind in _KINDS:
                seqs |= dict.fromkeys(event.ids, event.seq)
    total = Indexed()
    ids = list(seqs)
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        total += index_people(ledger, index, encoder, lexicon, part, today=today, workspace=workspace)
        if on_progress:
            on_progress(start + len(part), len(ids))
    if newest != after:
        writer.save_checkpoint(name, newest)
    return total


def checkpoint_name(index: Index) -> str:
    stamp = repr(sorted(asdict(index.stamp).items()))
    return "index:" + hashlib.sha256(stamp.encode()).hexdigest()[:16]
