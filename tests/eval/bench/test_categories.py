"""P@10 over categories: counted by the category that is never indexed."""

import gzip
import json

from engine.index import IndexStamp, open_folder
from engine.lexicon import Lexicon
from eval.bench.categories import SUITE, TODAY, precision
from indexer.follower import follow
from indexer.imports import run_import
from indexer.ledger import Ledger
from models import FakeEncoder

QUERIES = [json.loads(line) for line in (SUITE / "queries.jsonl").read_text("utf-8").splitlines()]


def test_each_category_has_one_question():
    assert len({row["category"] for row in QUERIES}) == len(QUERIES) == 24


def test_a_hit_counts_when_its_category_is_the_questions(tmp_path):
    source = tmp_path / "resumes.jsonl.gz"
    with gzip.open(source, "wt", encoding="utf-8") as out:
        for row in QUERIES[:12]:  # two CVs each that say the very words; of the other twelve categories there is nobody
            for number in range(2):
                cv = {"id": f"{row['id']}-{number}", "category": row["category"], "text": f"Summary\n{row['query']}\n"}
                out.write(json.dumps(cv) + "\n")
    ledger, encoder, lexicon = Ledger.open(f"sqlite:///{tmp_path / 'headwater.db'}"), FakeEncoder(), Lexicon.default()
    stamp = IndexStamp(encoder=encoder.key, dim=encoder.dim, lexicon=lexicon.version)
    index = open_folder(tmp_path / "index", stamp)
    try:
        run_import(source, ledger)
        follow(ledger, index, encoder, lexicon, today=TODAY)
        assert index.columns.sets["tags"] == {}  # nothing of the category went in
        found = precision(source, ledger, index, encoder, lexicon)
    finally:
        index.close()
        ledger.close()
    assert [found[row["category"]] for row in QUERIES] == [0.2] * 12 + [0.0] * 12
