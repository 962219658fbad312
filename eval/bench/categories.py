"""P@10 of 24 plain-words questions over the real CVs: ``headwater bench categories``.

The path a user's own CVs take: import, ledger, index, search. A CV counts when its category is the question's; the
category is never indexed. What the number can and cannot say: ``eval/suites/cv_categories/README.md``.
"""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.index import IndexStamp, open_folder
from engine.lexicon import Lexicon
from engine.ranking.relevance import Weights
from engine.records import Policy, Viewer, Vocabulary
from engine.search import search
from indexer.follower import follow
from indexer.imports import run_import
from indexer.ledger import Ledger
from models import DEFAULT, load_encoder

QUERIES = Path(__file__).resolve().parents[1] / "suites" / "cv_categories" / "queries.jsonl"
TODAY = date(2026, 11, 1)
DEPTH = 10


def run(
    shared: Annotated[Path, typer.Option(help="Folder of the reference data.")] = Path("../shared/data"),
    folder: Annotated[Path, typer.Option(help="Where the ledger and index of this bench are kept.")] = Path(
        "data/bench/categories"
    ),
    encoder: Annotated[str, typer.Option(help="A name of `headwater models list`.")] = DEFAULT,
    cache: Annotated[Path, typer.Option(help="Folder of converted models.")] = Path("data/models"),
) -> dict[str, Any]:
    """Mean P@10 and that of each question. The first run embeds the CVs; later ones only what changed."""
    source = shared / "resumes" / "resumes.jsonl.gz"
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        category = {row["id"]: row["category"] for row in map(json.loads, lines)}
    model, lexicon = load_encoder(encoder, cache_dir=cache), Lexicon.default()
    stamp = IndexStamp(encoder=model.key, dim=model.dim, lexicon=lexicon.version)
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}")
    index = open_folder(folder / f"{encoder}-{lexicon.version}-{stamp.recipe}", stamp)
    try:
        run_import(source, ledger)
        follow(ledger, index, model, lexicon, today=TODAY)
        reader = ledger.reader(Viewer())
        found: dict[str, float] = {}
        for row in map(json.loads, QUERIES.read_text("utf-8").splitlines()):
            result = search(
                row["query"], viewer=Viewer(), policy=Policy(), weights=Weights(), index=index, encoder=model,
                lexicon=lexicon, vocabulary=Vocabulary(), today=TODAY, limit=DEPTH,
            )  # fmt: skip
            people = reader.people([hit.person_id for hit in result.hits])
            right = sum(category[person.records[0].id] == row["category"] for person in people.values())
            found[row["category"]] = right / DEPTH
    finally:
        index.close()
        ledger.close()
    return {"p@10": round(sum(found.values()) / len(found), 3), "by_category": found, "encoder": model.key}
