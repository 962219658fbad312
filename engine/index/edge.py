"""The embedded engine: Qdrant Edge, one shard in a folder. One process at a time, no server to run.

Traps it lives with: the engine holds Python's lock while it works, so ``optimize`` (minutes) is never called
and search is exact, without a graph; it is not fork-safe; ids must be numbers or UUIDs; a NaN is accepted in
silence, so vectors are checked before; whom ``delete`` removed still counts in how rare a word is until the
index is opened again. The WAL is on: a killed process loses nothing that ``upsert`` returned.

The engine's own ``flush`` writes some thirty files and holds Python's lock until the disk has them all: a tenth of a
second in which nobody is served. So after each write the log alone is brought to the disk, by us and without that lock,
which is all that a power cut needs; the rest is flushed once in FLUSH_EVERY points.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np
import qdrant_edge as edge
from numpy.typing import NDArray
from pyroaring import BitMap

from engine.errors import Busy, IndexMismatch, NeedsOperator
from engine.index.card import Card
from engine.index.columns import Columns
from engine.index.engine import Leg, Scores
from engine.index.payload import card_of, check, pack_sparse, payload_of, sparse_of, unpack_sparse
from engine.index.point import PersonPoint
from engine.index.schema import IndexStamp, Sparse, SparseField, point_id
from engine.index.snapshot import load, save
from engine.index.where import ALL, Between, Condition, Empty, Ids, Match, Near, Phrase, Where
from engine.index.words import Words

_U = edge.UpdateOperation
_NO_GRAPH = 1_000_000_000
_PAGE = 5_000
_STRETCH = 1 << 22
SNAPSHOT_EVERY = 5_000
"""Points upserted between two snapshots of the columns: what a kill makes the next open read again."""
FLUSH_EVERY = 500
"""Points written between two flushes: what the next open replays after a kill."""


class EdgeIndex:
    """An Index over one folder: ``stamp.json``, ``columns.bin``, ``shard/``."""

    names_up_to = 1_000_000
    """More than one process will hold. A filter by payload would read everyone's: only ``seq`` is indexed."""

    def __init__(self, folder: Path, stamp: IndexStamp) -> None:
        self.stamp = stamp
        self._folder = folder
        shard = folder / "shard"
        stamp_file = folder / "stamp.json"
        if stamp_file.is_file():
            _same_stamp(stamp, stamp_file)
        elif shard.exists():
            raise NeedsOperator(
                f"the index in {folder.name!r} has lost its stamp, so nobody can say what built it.",
                "Rebuild it from the ledger: `headwater doctor --rebuild`.",
            )
        else:
            folder.mkdir(parents=True, exist_ok=True)
            scratch = folder / "stamp.new"
            scratch.write_text(json.dumps(asdict(stamp), indent=1))
            scratch.replace(stamp_file)
        if not shard.exists():
            _create(shard, stamp.dim)
        self._shard = _load(shard)
        self.columns, self._words = load(folder / "columns.bin") or (Columns(), Words())
        self._since_snapshot = 0
        """Changes that the snapshot does not hold."""
        self._since_flush = 0
        """Changes that only the log holds for sure."""
        self._catch_up()

    def upsert(self, points: Sequence[PersonPoint]) -> None:
        for point in points:
            check(point, self.stamp.dim)
        if not points:
            return
        rows = []
        for seq, point in enumerate(points, self.columns.seq + 1):
            sparse = sparse_of(point)
            rows.append((point, payload_of(point, seq) | {"lexical": pack_sparse(sparse)}, sparse))
        self._shard.update(_U.upsert_points([_edge_point(point, payload) for point, payload, _ in rows]))
        self._keep(len(rows))
        for point, payload, sparse in rows:
            self._put(point_id(point.draft.person_id), payload, sparse)
        self._since_snapshot += len(points)

    def delete(self, person_ids: Iterable[str]) -> None:
        points = [point_id(person_id) for person_id in person_ids]
        if points:
            self._shard.update(_U.delete_points(list(points)))
            self._keep(len(points))
            self._since_snapshot += len(points)
            for point in points:
                self.columns.drop(point)
                if (row := self.columns.row_of.get(point)) is not None:
                    self._words.drop(row)

    def _keep(self, points: int) -> None:
        """So many changes are on the disk, in the log at least."""
        self._since_flush += points
        if self._since_flush >= FLUSH_EVERY:
            self._shard.flush()
            self._since_flush = 0
            return
        sync_folder(self._folder / "shard" / "wal")

    def ask(self, legs: Sequence[Leg]) -> list[Scores]:
        dense = [leg for leg in legs if leg.sparse is None]
        # Legs share a filter, at times of thousands of ids.
        filters = {id(leg.where): self._filter(leg.where) for leg in dense}
        requests = [_request(leg, filters[id(leg.where)]) for leg in dense]
        answers = iter(self._shard.query_batch(edge.QueryBatchRequest(requests)) if requests else [])
        return [
            [(hit.id, hit.score) for hit in next(answers)] if leg.sparse is None else self._best_words(leg)
            for leg in legs
        ]

    def everyone(self, leg: Leg) -> NDArray[np.float32] | None:
        if leg.sparse is None:
            return None
        return self._words.postings[cast(SparseField, leg.using)].scores(leg.sparse, len(self.columns.ids))

    def _best_words(self, leg: Leg) -> Scores:
        scores = self.everyone(leg)
        assert scores is not None
        rows = np.flatnonzero(scores > 0)
        if leg.where != ALL:
            kept = self.columns.rows(self.matching(leg.where))
            rows = rows[np.isin(rows, np.array(kept, dtype=np.int64))]
        found = scores[rows]
        if len(rows) > leg.limit:
            best = np.argpartition(-found, leg.limit - 1)[: leg.limit]
            rows, found = rows[best], found[best]
        order = np.argsort(-found, kind="stable")
        ids = self.columns.ids
        return [(ids[row], score) for row, score in zip(rows[order].tolist(), found[order].tolist(), strict=True)]

    def matching(self, where: Where) -> list[int]:
        if len(where.must) == 1 and not (where.any_of or where.must_not) and isinstance(where.must[0], Ids):
            return [point for point in where.must[0].ids if self.columns.rows((point,))]
        return [record.id for record in self._scroll(self._filter(where), payload=False)]

    def saying(self, phrase: str) -> BitMap:
        return self._words.texts.saying(phrase) & self.columns.live

    def cards(self, points: Sequence[int]) -> dict[int, dict[str, Any]]:
        return {point: dict(card.body) for point, card in self.shown(points).items()}

    def passage_vectors(self, points: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        return {point: card.passages for point, card in self.shown(points).items() if len(card.passages)}

    def shown(self, points: Sequence[int]) -> dict[int, Card]:
        found = self._shard.retrieve(list(points), with_payload=["card", "near"], with_vector=False)
        return {record.id: card_of(record.payload, self.stamp.dim) for record in found if record.payload}

    def warm(self) -> None:
        """Have the system hold what cards are read from: read page by page from a disk, they take most of a search."""
        for file in (self._folder / "shard").rglob("payload_storage/*"):
            if file.is_file():
                with file.open("rb", buffering=0) as opened:
                    while opened.read(_STRETCH):
                        pass

    def count(self) -> int:
        return int(self._shard.count(edge.CountRequest(exact=True)))

    def catch_up(self) -> None:
        """Nothing: no other process can write here, and our own writes are in the columns when they return."""

    def _catch_up(self) -> None:
        """Read what the snapshot does not hold: the points after it, or all where the counts differ."""
        newer = edge.Filter(must=[edge.FieldCondition(key="seq", range=edge.RangeFloat(gt=self.columns.seq))])
        self._read(newer)
        if len(self.columns) != self.count():
            seq = self.columns.seq
            self.columns, self._words = Columns(), Words()
            # Not counted anew: a number that a deleted point held must not be given again, or a point that
            # gets it looks older than a snapshot which does not hold it.
            self.columns.seq = seq
            self._read(None)

    def tidy(self) -> None:
        if self._since_snapshot >= SNAPSHOT_EVERY:
            self._save_columns()

    def close(self) -> None:
        if self._since_snapshot:
            self._save_columns()
        self._shard.close()

    def _save_columns(self) -> None:
        save(self.columns, self._words, self._folder / "columns.bin")
        self._since_snapshot = 0

    def _read(self, where: Any) -> None:
        for record in self._scroll(where, payload=edge.PayloadSelector.Exclude(["card", "near"])):
            payload = record.payload
            self._put(record.id, payload, unpack_sparse(payload["lexical"]))
            self._since_snapshot += 1

    def _put(self, point: int, payload: dict[str, Any], sparse: dict[SparseField, Sparse]) -> None:
        self.columns.put(point, payload["person_id"], payload, payload["seq"])
        self._words.put(self.columns.row_of[point], payload.get("words", ""), sparse)

    def _filter(self, where: Where) -> Any:
        """None where it keeps everyone. Phrases are ours to find: the engine is given the points."""

        def known(condition: Condition) -> Condition:
            if isinstance(condition, Phrase):
                return Ids(tuple(self.columns.ids[row] for row in self.saying(condition.words)))
            return condition

        if not (where.must or where.any_of or where.must_not):
            return None
        must = [_condition(known(c)) for c in where.must]
        must += [edge.Filter(should=[_condition(known(c)) for c in group]) for group in where.any_of]
        return edge.Filter(must=must or None, must_not=[_condition(known(c)) for c in where.must_not] or None)

    def _scroll(self, where: Any, *, payload: Any) -> Iterable[Any]:
        offset = None
        while True:
            request = edge.ScrollRequest(
                offset=offset, limit=_PAGE, filter=where, with_payload=payload, with_vector=False
            )
            found, offset = self._shard.scroll(request)
            yield from found
            if offset is None:
                return


def _same_stamp(stamp: IndexStamp, file: Path) -> None:
    try:
        found = IndexStamp(**json.loads(file.read_text()))
    except (ValueError, TypeError) as error:
        raise NeedsOperator(
            f"{file.name} of the index cannot be read.", "Rebuild it: `headwater doctor --rebuild`."
        ) from error
    if different := stamp.differs(found):
        raise IndexMismatch(
            f"the index was built by something else ({'; '.join(different)}).",
            "Rebuild it beside the old one: `headwater doctor --rebuild`.",
        )


def _load(shard: Path) -> Any:
    try:
        return edge.EdgeShard.load(str(shard))
    except Exception as error:
        if "WouldBlock" in str(error):
            raise Busy(
                "another process has this index open.", "Stop it, or use its API (`headwater serve`)."
            ) from error
        raise NeedsOperator(
            f"the index in {shard.parent.name!r} cannot be opened ({type(error).__name__}).",
            "Rebuild it from the ledger: `headwater doctor --rebuild`.",
        ) from error


def _create(shard: Path, dim: int) -> None:
    """An empty shard, whole or not at all: a kill on the way leaves one of another name, made anew next time."""
    dense: dict[str, Any] = {
        "size": dim,
        "distance": edge.Distance.Cosine,
        "datatype": edge.VectorStorageDatatype.Float16,
    }
    graphless = edge.HnswIndexConfig(m=0, ef_construct=4, full_scan_threshold=_NO_GRAPH)
    best = edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim)
    unfinished = shard.with_name("shard.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    made = edge.EdgeShard.create(
        str(unfinished),
        edge.EdgeConfig(
            vectors={
                "profile": edge.EdgeVectorParams(**dense, hnsw_config=graphless),
                "passages": edge.EdgeVectorParams(**dense, multivector_config=best, hnsw_config=graphless),
            },
            optimizers=edge.EdgeOptimizersConfig(indexing_threshold=_NO_GRAPH),
        ),
    )
    # Nothing else is indexed: sets, numbers and phrases are kept in memory, and an index of the engine's own is made
    # anew at every start.
    made.update(_U.create_field_index("seq", edge.IntegerIndexParams(lookup=True, range=True)))
    made.flush()
    made.close()
    unfinished.rename(shard)


def _edge_point(point: PersonPoint, payload: dict[str, Any]) -> Any:
    vectors: dict[str, Any] = {"profile": point.profile}
    if len(point.passages):
        vectors["passages"] = point.passages
    return edge.Point(point_id(point.draft.person_id), vectors, payload)


def _request(leg: Leg, where: Any) -> Any:
    vector: Any = [leg.dense] if leg.using == "passages" else leg.dense
    return edge.QueryRequest(limit=leg.limit, query=edge.Query.Nearest(vector, using=leg.using), filter=where)


def _condition(condition: Condition) -> Any:
    match condition:
        case Match(field, values):
            return edge.FieldCondition(key=field, match=edge.MatchAny(list(values)))
        case Between(field, low, high):
            return edge.FieldCondition(key=field, range=edge.RangeFloat(gte=low, lte=high))
        case Near(latitude, longitude, radius_km):
            circle = edge.GeoRadius(edge.GeoPoint(longitude, latitude), radius_km * 1000)
            return edge.FieldCondition(key="geo", geo_radius=circle)
        case Empty(field):
            return edge.IsEmptyCondition(field)
        case Phrase():
            raise AssertionError("EdgeIndex._filter has turned phrases into points")
        case Ids(ids):
            return edge.HasIdCondition(set(ids))


def sync_folder(folder: Path) -> None:
    """All files of a folder are on the disk, and their names.

    The engine makes the next piece of its log beside our work, and gives it its name when it is ready: a name that is
    gone by the time we come to it has become another, so the folder is looked through once more.
    """
    while True:
        try:
            for path in (*folder.iterdir(), folder):
                opened = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(opened)
                finally:
                    os.close(opened)
            return
        except FileNotFoundError:
            if not folder.is_dir():
                raise
