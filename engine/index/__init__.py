"""The schema and its stamp; one plan of legs, two engines. The only place that imports Qdrant."""

from __future__ import annotations

from pathlib import Path

from engine.index.engine import Index, Leg, Scores
from engine.index.point import Passage, PersonDraft, PersonPoint, build_point
from engine.index.schema import IndexStamp
from engine.index.shelf import FolderShelf, Shelf, Standing

__all__ = [
    "Index",
    "IndexStamp",
    "Leg",
    "Passage",
    "PersonDraft",
    "PersonPoint",
    "Scores",
    "Shelf",
    "Standing",
    "build_point",
    "index_folder",
    "open_folder",
    "open_server",
    "open_shelf",
]


def index_folder(base: Path, stamp: IndexStamp, *, workspace: str = "default") -> Path:
    """Where an embedded index goes: a folder for each stamp, so that another encoder's stands beside, untouched."""
    return base / workspace / stamp.name


def open_folder(folder: Path, stamp: IndexStamp) -> Index:
    """The embedded index in a folder, made when absent. Raises IndexMismatch, Busy, NeedsOperator."""
    from engine.index.edge import EdgeIndex

    return EdgeIndex(folder, stamp)


def open_server(url: str, stamp: IndexStamp, *, workspace: str, api_key: str | None = None) -> Index:
    """The index on a Qdrant server; ``:memory:`` is qdrant-client's local mode. Raises IndexMismatch."""
    from qdrant_client import QdrantClient

    from engine.index.server import ServerIndex

    client = QdrantClient(location=url) if url == ":memory:" else QdrantClient(url=url, api_key=api_key)
    return ServerIndex(client, stamp, workspace=workspace)


def open_shelf(base: Path, *, workspace: str, url: str | None = None, api_key: str | None = None) -> Shelf:
    """The workspace's indexes below ``base``, or those on the Qdrant server at ``url``."""
    if not url:
        return FolderShelf(base / workspace)
    from qdrant_client import QdrantClient

    from engine.index.collections import CollectionShelf

    client = QdrantClient(location=url) if url == ":memory:" else QdrantClient(url=url, api_key=api_key)
    return CollectionShelf(client, workspace=workspace)
