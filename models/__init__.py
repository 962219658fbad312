"""TEXT -> NUMBERS. Knows no person, workspace or database."""

from __future__ import annotations

from pathlib import Path

from models.catalog import CATALOG, DEFAULT
from models.encoder import Encoder, Kind, Vectors
from models.encoders import Encoders
from models.errors import ModelError
from models.fake import FakeEncoder, FakeReranker
from models.reranker import Reranker, load_reranker

__all__ = [
    "CATALOG", "DEFAULT", "Encoder", "Encoders", "FakeEncoder", "FakeReranker", "Kind", "ModelError", "Reranker",
    "Vectors", "load_encoder", "load_reranker",
]  # fmt: skip


def load_encoder(name: str = DEFAULT, *, cache_dir: Path) -> Encoder:
    """The encoder of that name: see Encoders. Raises UnknownModel, MissingModel, WrongWeights, ModelError."""
    encoders = Encoders(cache_dir)
    return encoders.load(encoders.find(name))
