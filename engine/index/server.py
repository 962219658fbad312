"""The same index on a Qdrant server or cluster, or in qdrant-client's local mode (tests). One collection a stamp.

A workspace is a payload field with a tenant index, and stands in every filter; there is no call without it,
and the rarity of a word (IDF) is that within the workspace. One process at a time writes a workspace (the
worker that holds its lease); any number read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from time import time_ns
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap
from qdrant_client import QdrantClient
from qdrant_client import models as qdrant

from engine.errors import IndexMismatch
from engine.index.card import Card
from engine.index.columns import Columns
from engine.index.engine import Leg, Scores
from engine.index.payload import FLOATS, HIDDEN, INTEGERS, KEYWORDS, card_of, check, payload_of
from engine.index.point import PersonPoint
from engine.index.schema import SPARSE, IndexStamp, document_vector, point_id
from engine.index.where import Between, Condition, Empty, Ids, Match, Near, Phrase, Where

_PAGE = 1_000
_STAMP_POINT = 1
"""Holds the stamp in a payload of its own: a collection has no place for notes."""


class ServerIndex:
    """An Index over a collection. ``client`` is closed with it unless ``keep_client``."""

    names_up_to = 10_000
    """Beyond, a filter by payload is less to send."""

    def __init__(
        self,
        client: QdrantClient,
        stamp: IndexStamp,
        *,
        workspace: str,
        collection: str = "headwater",
        keep_client: bool = False,
    ) -> None:
        self.stamp = stamp
        self._client = client
        self._keep_client = keep_client
        self._collection = collection
        self._workspace = workspace
        if client.collection_exists(collection):
            self._same_stamp()
        else:
            self._create()
        self.columns = Columns()
        self.catch_up()

    def upsert(self, points: Sequence[PersonPoint]) -> None:
        for point in points:
            check(point, self.stamp.dim)
        if not points:
            return
        self.catch_up()
        rows = []
        # By the clock: the next writer must not use a number again after the point that held it was deleted.
        for seq, point in enumerate(points, max(self.columns.seq + 1, time_ns() // 1000)):
            rows.append((point, {**payload_of(point, seq), "workspace": self._workspace}, seq))
        self._client.upsert(self._collection, [_server_point(p, payload) for p, payload, _ in rows], wait=True)
        for point, _, seq in rows:
            self.columns.put(point_id(point.draft.person_id), point.draft.person_id, point.draft.fields, seq)

    def delete(self, person_ids: Iterable[str]) -> None:
        points = tuple(point_id(person_id) for person_id in person_ids)
        if points:
            own = qdrant.FilterSelector(filter=self._filter(Where(must=(Ids(points),))))
            self._client.delete(self._collection, own, wait=True)
            for point in points:
                self.columns.drop(point)

    def ask(self, legs: Sequence[Leg]) -> list[Scores]:
        if not legs:
            return []
        answers = self._client.query_batch_points(self._collection, [self._request(leg) for leg in legs])
        return [[(int(hit.id), hit.score) for hit in answer.points] for answer in answers]

    def everyone(self, leg: Leg) -> NDArray[np.float32] | None:  # noqa: ARG002 - the protocol's
        """Never: a server gives its best, and everyone's scores are too much to send."""
        return None

    def matching(self, where: Where) -> list[int]:
        return [int(record.id) for record in self._scroll(where, payload=False)]

    def saying(self, phrase: str) -> BitMap:
        return BitMap(self.columns.rows(self.matching(Where(must=(Phrase(phrase),)))))

    def cards(self, points: Sequence[int]) -> dict[int, dict[str, Any]]:
        return {point: dict(card.body) for point, card in self.shown(points).items()}

    def passage_vectors(self, points: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        return {point: card.passages for point, card in self.shown(points).items() if len(card.passages)}

    def shown(self, points: Sequence[int]) -> dict[int, Card]:
        found = self._own(points, with_payload=["card", "near"])
        return {int(r.id): card_of(r.payload, self.stamp.dim) for r in found if r.payload}

    def _own(self, points: Sequence[int], **wanted: Any) -> list[Any]:
        """Records by id, those of other workspaces left out: retrieve() knows no filter, scroll() does."""
        if not points:
            return []
        own = self._filter(Where(must=(Ids(tuple(points)),)))
        return self._client.scroll(self._collection, own, limit=len(points), **wanted)[0]

    def count(self) -> int:
        return self._client.count(self._collection, count_filter=self._filter(Where()), exact=True).count

    def catch_up(self) -> None:
        self._read(Where(must=(Between("seq", low=self.columns.seq + 1),)))
        if len(self.columns) != self.count():
            self.columns = Columns()
            self._read(Where())

    def warm(self) -> None:
        """Nothing: a server keeps its own house."""

    def tidy(self) -> None:
        """Nothing, as ``warm``."""

    def close(self) -> None:
        if not self._keep_client:
            self._client.close()

    def _read(self, where: Where) -> None:
        for record in self._scroll(where, payload=qdrant.PayloadSelectorExclude(exclude=list(HIDDEN))):
            payload = record.payload
            self.columns.put(int(record.id), payload["person_id"], payload, payload["seq"])

    def _scroll(self, where: Where, *, payload: Any) -> Iterable[Any]:
        offset = None
        while True:
            found, offset = self._client.scroll(
                self._collection, self._filter(where), limit=_PAGE, offset=offset, with_payload=payload
            )
            yield from found
            if offset is None:
                return

    def _request(self, leg: Leg) -> qdrant.QueryRequest:
        query: Any
        if leg.sparse is not None:
            query = qdrant.SparseVector(indices=leg.sparse[0], values=leg.sparse[1])
        else:
            assert leg.dense is not None
            query = [leg.dense.tolist()] if leg.using == "passages" else leg.dense.tolist()
        corpus = qdrant.IdfCorpusParams(corpus=self._filter(Where())) if leg.sparse is not None else None
        return qdrant.QueryRequest(
            query=query,
            using=leg.using,
            filter=self._filter(leg.where),
            limit=leg.limit,
            params=qdrant.SearchParams(idf=corpus) if corpus else None,
        )

    def _filter(self, where: Where) -> qdrant.Filter:
        own = Match("workspace", (self._workspace,))
        must = [_condition(c) for c in (own, *where.must)]
        must += [qdrant.Filter(should=[_condition(c) for c in group]) for group in where.any_of]
        return qdrant.Filter(must=must, must_not=[_condition(c) for c in where.must_not] or None)

    def _same_stamp(self) -> None:
        stored = stamp_in(self._client, self._collection)
        if stored is None or (different := self.stamp.differs(stored)):
            reason = "; ".join(different) if stored else "it carries no stamp"
            raise IndexMismatch(
                f"the collection {self._collection!r} was built by something else ({reason}).",
                "Rebuild it beside the old one: `headwater doctor --rebuild`.",
            )

    def _create(self) -> None:
        dense = {"size": self.stamp.dim, "distance": qdrant.Distance.COSINE, "datatype": qdrant.Datatype.FLOAT16}
        best = qdrant.MultiVectorConfig(comparator=qdrant.MultiVectorComparator.MAX_SIM)
        self._client.create_collection(
            self._collection,
            vectors_config={
                "profile": qdrant.VectorParams(**dense),
                "passages": qdrant.VectorParams(
                    **dense, multivector_config=best, hnsw_config=qdrant.HnswConfigDiff(m=0)
                ),
            },
            sparse_vectors_config={f: qdrant.SparseVectorParams(modifier=qdrant.Modifier.IDF) for f in SPARSE},
        )
        kinds: dict[str, Any] = {
            "workspace": qdrant.KeywordIndexParams(type=qdrant.KeywordIndexType.KEYWORD, is_tenant=True),
            **dict.fromkeys(KEYWORDS, qdrant.PayloadSchemaType.KEYWORD),
            **dict.fromkeys(FLOATS, qdrant.PayloadSchemaType.FLOAT),
            **dict.fromkeys(INTEGERS, qdrant.PayloadSchemaType.INTEGER),
            "geo": qdrant.PayloadSchemaType.GEO,
            "words": qdrant.TextIndexParams(
                type=qdrant.TextIndexType.TEXT,
                tokenizer=qdrant.TokenizerType.WORD,
                lowercase=True,
                phrase_matching=True,
            ),
        }
        for field, kind in kinds.items():
            self._client.create_payload_index(self._collection, field, kind)
        stamp = qdrant.PointStruct(id=_STAMP_POINT, vector={}, payload={"stamp": self.stamp.to_json()})
        self._client.upsert(self._collection, [stamp], wait=True)


def stamp_in(client: QdrantClient, collection: str) -> IndexStamp | None:
    """What a collection is stamped with; None where nothing readable is."""
    found = client.retrieve(collection, [_STAMP_POINT], with_payload=["stamp"])
    return IndexStamp.from_json(found[0].payload["stamp"]) if found and found[0].payload else None


def _server_point(point: PersonPoint, payload: dict[str, Any]) -> qdrant.PointStruct:
    vectors: dict[str, Any] = {"profile": point.profile.tolist()}
    if len(point.passages):
        vectors["passages"] = point.passages.tolist()
    for field, found in point.draft.tokens.items():
        if found:
            ids, weights = document_vector(field, found)
            vectors[field] = qdrant.SparseVector(indices=ids, values=weights)
    return qdrant.PointStruct(id=point_id(point.draft.person_id), vector=vectors, payload=payload)


def _condition(condition: Condition) -> Any:
    match condition:
        case Match(field, values):
            return qdrant.FieldCondition(key=field, match=qdrant.MatchAny(any=list(values)))
        case Between(field, low, high):
            return qdrant.FieldCondition(key=field, range=qdrant.Range(gte=low, lte=high))
        case Near(latitude, longitude, radius_km):
            circle = qdrant.GeoRadius(center=qdrant.GeoPoint(lat=latitude, lon=longitude), radius=radius_km * 1000)
            return qdrant.FieldCondition(key="geo", geo_radius=circle)
        case Empty(field):
            return qdrant.IsEmptyCondition(is_empty=qdrant.PayloadField(key=field))
        case Phrase(words):
            return qdrant.FieldCondition(key="words", match=qdrant.MatchPhrase(phrase=words))
        case Ids(ids):
            return qdrant.HasIdCondition(has_id=list(ids))
