"""The event log -> the index. Whatever wrote to the ledger (an import, the API, a sync), this brings it to search.

The place reached is a checkpoint of its own for each index stamp: an index of another encoder or recipe
starts at the first event, so a rebuild is nothing but following from the start.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from engine.index import Index
from engine.lexicon import Lexicon
from engine.records import Viewer
from indexer.embed import BATCH, Indexed, index_name, index_people
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
    """Bring the index up to the newest event. Killed at any point, it goes on from its last checkpoint.

    A checkpoint is saved only after the index has flushed all up to it. An index that holds fewer people than
    it was given (lost, or put back from an older copy) is filled again from the first event.
    """
    reader, writer = ledger.reader(Viewer(workspace=workspace, user="indexer")), ledger.writer(workspace, "indexer")
    name = index_name(index)
    checkpoint = checkpoint_name(index)
    if reader.indexed_count(name) > index.count():
        writer.forget_indexed(name, checkpoint)
    after = int(reader.checkpoint(checkpoint) or 0)
    newest = after
    last: dict[str, int] = {}
    while events := reader.events(newest):
        newest = events[-1].seq
        for event in events:
            if event.kind in _KINDS:
                last |= dict.fromkeys(event.ids, event.seq)
    ids = sorted(last, key=last.__getitem__)
    total = Indexed()
    for start in range(0, len(ids), BATCH):
        end = start + BATCH
        total += index_people(ledger, index, encoder, lexicon, ids[start:end], today=today, workspace=workspace)
        reached = last[ids[end]] - 1 if end < len(ids) else newest
        if reached > after:
            writer.save_checkpoint(checkpoint, reached)
        if on_progress:
            on_progress(min(end, len(ids)), len(ids))
    if not ids and newest > after:
        writer.save_checkpoint(checkpoint, newest)
    return total


def checkpoint_name(index: Index) -> str:
    """Where the sequence number reached for this index is kept, in ``Reader.checkpoint``."""
    return f"index:{index_name(index)}"


def rebuild(
    ledger: Ledger,
    index: Index,
    encoder: Encoder,
    lexicon: Lexicon,
    *,
    today: date,
    swap: Callable[[Index], None],
    workspace: str = "default",
    on_progress: Callable[[int, int], None] | None = None,
) -> Indexed:
    """Fill ``index``, a new one of another stamp, while the old one goes on serving; then ``swap`` to it.

    What is written meanwhile is followed too, until a round finds no more than a batch: where people are written
    all the time, none finds nothing. ``swap`` follows the new one once more, with the old one at rest. Killed, it
    goes on where it was.
    """
    total = follow(ledger, index, encoder, lexicon, today=today, workspace=workspace, on_progress=on_progress)
    while True:
        more = follow(ledger, index, encoder, lexicon, today=today, workspace=workspace)
        total += more
        if more.indexed + more.removed <= BATCH:
            break
    swap(index)
    return total
