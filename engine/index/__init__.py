"""The schema and its stamp; one plan of legs, two engines. The only place that imports Qdrant."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path

from engine.index.engine import Index, Leg, Scores
from engine.index.point import Passage, PersonDraft, PersonPoint, build_point
from engine.index.schema import IndexStamp

__all__ = [
    "Index",
    "IndexStamp",
    "Leg",
    "Passage",
    "PersonDraft",
    "PersonPoint",
    "Scores",
    "build_point",
    "index_folder",
    "open_folder",
    "open_server",
]


def index_folder(base: Path, stamp: IndexStamp, *, workspace: str = "default") -> Path:
    """Where an embedded index goes: a folder for each stamp, so that another encoder's stands beside, untouched."""
    name = hashlib.sha256(repr(sorted(asdict(stamp).items())).encode()).hexdigest()[:12]
    return base / workspace / name


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
