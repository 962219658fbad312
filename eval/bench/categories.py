"""P@10 of 24 plain-words questions over the real CVs: ``headwater bench categories``.

The path a user's own CVs take: import, ledger, index, search. A CV counts when its category is the question's; the
category is never indexed. What the number can and cannot say: ``eval/suites/cv_categories/README.md``.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from engine.index import Index, index_folder, open_folder
from engine.lexicon import Lexicon
from engine.ranking.relevance import Weights
from engine.records import Policy, Vocabulary
from engine.search import search
from eval.bench.installation import TODAY, VIEWER, database_of, load, shown, stamp_of
from indexer.follower import follow
from indexer.imports import run_import
from indexer.ledger import Ledger
from models import DEFAULT, Encoder

SUITE = Path(__file__).resolve().parents[1] / "suites" / "cv_categories"
DEPTH = 10
BARS = {"p@10": 0.7}


def run(shared: Path, folder: Path, cache_dir: Path, *, encoder: str = DEFAULT) -> dict[str, Any]:
    """Mean P@10 and that of each question. The first run embeds the CVs and keeps them below ``folder``."""
    source = shared / "resumes" / "resumes.jsonl.gz"
    loaded, lexicon = load(encoder, cache_dir), Lexicon.default()
    home = folder / "recall"  # the same CVs that the recall is measured over
    home.mkdir(parents=True, exist_ok=True)
    stamp = stamp_of(loaded, lexicon)
    ledger = Ledger.open(database_of(home))
    index = open_folder(index_folder(home / "index", stamp), stamp)
    try:
        run_import(source, ledger)
        follow(ledger, index, loaded, lexicon, today=TODAY, on_progress=lambda done, of: shown("indexing", done, of))
        found = precision(source, ledger, index, loaded, lexicon)
    finally:
        index.close()
        ledger.close()
    mean = round(sum(found.values()) / len(found), 3)
    return {"p@10": mean, "by_category": found, "encoder": loaded.key, "bars": BARS}


def precision(source: Path, ledger: Ledger, index: Index, encoder: Encoder, lexicon: Lexicon) -> dict[str, float]:
    """Category -> share of the first ten that are filed under it."""
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        category = {row["id"]: row["category"] for row in map(json.loads, lines)}
    reader = ledger.reader(VIEWER)
    found: dict[str, float] = {}
    for row in map(json.loads, (SUITE / "queries.jsonl").read_text("utf-8").splitlines()):
        result = search(
            row["query"], viewer=VIEWER, policy=Policy(), weights=Weights(), index=index, encoder=encoder,
            lexicon=lexicon, vocabulary=Vocabulary(), today=TODAY, limit=DEPTH,
        )  # fmt: skip
        people = reader.people([hit.person_id for hit in result.hits]).values()
        found[row["category"]] = sum(category[p.records[0].id] == row["category"] for p in people) / DEPTH
    return found
