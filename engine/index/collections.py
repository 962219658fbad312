"""The shelf on a Qdrant server: a collection for each stamp, and an alias that names the current one.

A server (or cluster) belongs to one installation: its collections are named ``headwater-`` and the stamp's letters.
"""

from __future__ import annotations

import re

from qdrant_client import QdrantClient
from qdrant_client import models as qdrant

from engine.index.engine import Index
from engine.index.schema import IndexStamp
from engine.index.server import ServerIndex, stamp_in
from engine.index.shelf import Standing

ALIAS = "headwater"
_OURS = re.compile(rf"{ALIAS}-[0-9a-f]{{12}}")


class CollectionShelf:
    """A Shelf. The client is closed with it, not with its indexes."""

    def __init__(self, client: QdrantClient, *, workspace: str) -> None:
        self._client = client
        self._workspace = workspace

    def current(self) -> Standing | None:
        name = self._aliased()
        return None if name is None else Standing(name, stamp_in(self._client, name))

    def standing(self) -> list[Standing]:
        return [Standing(name, stamp_in(self._client, name)) for name in self._names()]

    def open(self, stamp: IndexStamp) -> Index:
        name = _name(stamp)
        if self._client.collection_exists(name) and stamp_in(self._client, name) is None:
            self._client.delete_collection(name)  # killed while it was made: the stamp is written last
        return ServerIndex(self._client, stamp, workspace=self._workspace, collection=name, keep_client=True)

    def choose(self, stamp: IndexStamp) -> None:
        new = qdrant.CreateAlias(collection_name=_name(stamp), alias_name=ALIAS)
        steps: list[qdrant.AliasOperations] = [qdrant.CreateAliasOperation(create_alias=new)]
        if self._aliased():
            steps.insert(0, qdrant.DeleteAliasOperation(delete_alias=qdrant.DeleteAlias(alias_name=ALIAS)))
        self._client.update_collection_aliases(steps)  # the server does them as one

    def drop(self, stamp: IndexStamp) -> None:
        if self._client.collection_exists(_name(stamp)):
            self._client.delete_collection(_name(stamp))  # its alias goes with it

    def drop_others(self, stamp: IndexStamp) -> int:
        others = [name for name in self._names() if name != _name(stamp)]
        for name in others:
            self._client.delete_collection(name)
        return len(others)

    def close(self) -> None:
        self._client.close()

    def _names(self) -> list[str]:
        found = (collection.name for collection in self._client.get_collections().collections)
        return sorted(name for name in found if _OURS.fullmatch(name))

    def _aliased(self) -> str | None:
        found = self._client.get_aliases().aliases
        return next((alias.collection_name for alias in found if alias.alias_name == ALIAS), None)


def _name(stamp: IndexStamp) -> str:
    return f"{ALIAS}-{stamp.name}"
