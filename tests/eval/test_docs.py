"""docs/eval.md is true: its Python runs, its rankers and settings are those there are."""

import re
from pathlib import Path

import pytest

from engine.errors import BadInput
from eval.dataset import Fields, Manifest
from eval.rankers import NAMES, setup_of
from tests.eval.conftest import write_suite

TEXT = (Path(__file__).parents[2] / "docs" / "eval.md").read_text("utf-8")


def test_the_python_of_the_guide_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    queries = [{"_id": "q1", "text": "nurse"}, {"_id": "q17", "text": "backend developer with Python"}]
    qrels = [("q1", "anna", 1), ("q17", "omar", 1)]
    write_suite(tmp_path / "mine" / "jobs-or-any-folder", queries=queries, qrels=qrels)
    [code] = re.findall(r"```python\n(.*?)```", TEXT, re.S)
    code = code.replace('cache_dir=Path("models"))', 'cache_dir=Path("models"), encoder="fake")')
    found = {}
    exec(compile(code, "docs/eval.md", "exec"), found)  # our own guide
    assert found["found"]["headwater"].by_query["ndcg@10"]["q17"] == 1.0


def test_every_ranker_of_the_guide_is_there_and_every_one_there_is_in_it():
    table = TEXT.partition("## Rankers")[2].partition("## Compare")[0]
    said = set(re.findall(r"`([a-z0-9+-]+)`", table))
    for name in ("headwater", "blend", "strict", "no-criteria", "no-expansion", "no-prior", "legs-rrf", "legs-dbsf",
                 "bm25", "bm25s", "rank-bm25", "encoder", "bm25+encoder"):  # fmt: skip
        assert name in said
        assert name in NAMES
    for leg in ("profile", "passages", "title", "skills", "text", "history", "current"):
        assert leg in said
        assert setup_of(f"no-{leg}")
    with pytest.raises(BadInput):
        setup_of("no-such")


def test_every_setting_of_a_suite_is_in_the_guide():
    table = TEXT.partition("| `suite.toml` |")[2].partition("Everything is checked")[0]
    said = set(re.findall(r"`\[?([a-z_]+)\]?`", table))
    written_by_us = {"seed", "split", "people"}
    assert set(Manifest.model_fields) - written_by_us - {"fields", "grades"} <= said
    assert {"fields", "grades"} <= said
    assert {"id", "title", "text", "query_id", "query"} == set(Fields.model_fields)
