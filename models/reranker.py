"""The seam between a question with texts and how well they fit: one small Protocol. Real: pairs.py.

A reranker reads question and text together, which is finer than comparing two vectors and takes a model run for each
person. None comes with Headwater, and none is used unless a folder with a cross-encoder is named.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.catalog import CatalogEntry, sha256_of
from models.errors import MissingModel

FILES = ("model.safetensors", "config.json", "tokenizer.json")
LONGEST = 512
"""Tokens of a question and a text together, where the model could read more."""


class Reranker(Protocol):
    """``key`` names the weights. Thread-safe."""

    @property
    def key(self) -> str: ...

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts,) in 0..1, in the order given; a text that is too long is cut at its end. Raises BadOutput."""
        ...


def load_reranker(folder: Path, *, cache_dir: Path) -> Reranker:
    """A cross-encoder with one output, as sentence-transformers or transformers saves one; converted at first use.

    Raises MissingModel: a file is absent; ModelError: it is of a form that cannot be served.
    """
    from models.pairs import OpenVinoReranker  # OpenVINO takes a second to import
    from models.runtime import converted

    found = describe(folder)
    return OpenVinoReranker(found, converted(found, cache_dir))


def describe(folder: Path) -> CatalogEntry:
    """Raises MissingModel."""
    if absent := [name for name in FILES if not (folder / name).is_file()]:
        raise MissingModel(
            f"{folder} holds no {absent[0]}: name a folder with a cross-encoder that sentence-transformers saved."
        )
    digest = sha256_of(folder / FILES[0])
    config = json.loads((folder / "config.json").read_text("utf-8"))
    # RoBERTa's numbers of places begin behind its padding's.
    places = int(config.get("max_position_embeddings") or LONGEST) - 2 * (config.get("type_vocab_size", 2) < 2)
    return CatalogEntry(
        name=f"reranker-{digest[:12]}", package=str(folder.resolve()), folder="", weights=FILES[0], sha256=digest,
        revision="", dim=1, max_tokens=min(LONGEST, places), languages=(), licence="see the model's card", form="pairs",
    )  # fmt: skip
