"""What importing and indexing the real CVs costs beside embedding alone, and what a second import costs.

``headwater bench index``. From nothing to searchable, through the import and the follower that users have; then the
very texts that were embedded, once more, with nothing around them; then the same import again, unchanged.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.index import index_folder, open_folder
from engine.lexicon import Lexicon
from eval.bench.figures import machine
from eval.bench.installation import TODAY, database_of, load, stamp_of
from indexer.embed import Indexed
from indexer.follower import follow
from indexer.imports import run_import
from indexer.ledger import Ledger
from models import DEFAULT, Encoder
from models.encoder import Kind, Pending, Vectors

BARS = {"indexing_to_embedding": 1.3, "second_import_share": 0.05}


class _Noting:
    """An encoder that keeps what it was asked for, call by call, and how long that took."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.key, self.dim, self.max_tokens = encoder.key, encoder.dim, encoder.max_tokens
        self.calls: list[list[str]] = []

    def encode(self, texts: Sequence[str], *, kind: Kind = "passage") -> Vectors:
        self.calls.append(list(texts))
        return self._encoder.encode(texts, kind=kind)

    def begin(self, text: str) -> Pending:
        return self._encoder.begin(text)


def run(
    shared: Path, folder: Path, cache_dir: Path, *, rounds: int = 1, encoder: str = DEFAULT, file: Path | None = None
) -> dict[str, Any]:
    """file: what to import; the real CVs of the reference data when not given."""
    loaded, lexicon = load(encoder, cache_dir), Lexicon.default()
    loaded.encode(["warm " * 200])
    source = file or shared / "resumes" / "resumes.jsonl.gz"
    found = [_round(source, folder / "index", loaded, lexicon) for _ in range(rounds)]
    middle = {name: round(float(np.median([one[name] for one in found])), 3) for name in found[0]}
    return middle | {"rounds": rounds, "encoder": loaded.key, "machine": machine(), "bars": BARS}


def _round(source: Path, home: Path, encoder: Encoder, lexicon: Lexicon) -> dict[str, float]:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    noting = _Noting(encoder)
    first_s, done = _import(source, home, noting, lexicon)
    start = time.perf_counter()
    for texts in noting.calls:
        encoder.encode(texts)
    alone_s = time.perf_counter() - start
    second_s, again = _import(source, home, noting, lexicon)
    if again.embedded or again.indexed:
        raise RuntimeError(f"the second import embedded {again.embedded} texts; it should have found all as it was")
    shutil.rmtree(home)
    return {
        "people": done.indexed,
        "texts": done.embedded,
        "indexing_s": first_s,
        "embedding_alone_s": alone_s,
        "indexing_to_embedding": first_s / alone_s,
        "second_import_s": second_s,
        "second_import_share": second_s / first_s,
    }


def _import(source: Path, home: Path, encoder: Encoder, lexicon: Lexicon) -> tuple[float, Indexed]:
    """Seconds from opening to closed, and what was done."""
    start = time.perf_counter()
    stamp = stamp_of(encoder, lexicon)
    ledger = Ledger.open(database_of(home))
    index = open_folder(index_folder(home / "index", stamp), stamp)
    try:
        run_import(source, ledger)
        done = follow(ledger, index, encoder, lexicon, today=TODAY)
    finally:
        index.close()
        ledger.close()
    return time.perf_counter() - start, done
