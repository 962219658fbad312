"""``headwater eval`` from the outside: what it prints, what it keeps, how it ends."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from engine.errors import BadInput
from tests.eval.conftest import QUERIES, TOML, write_suite

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    return write_suite(tmp_path_factory.mktemp("suite"))


@pytest.fixture
def cli(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADWATER_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def call(*arguments, code=0):
        done = CliRunner().invoke(app, ["eval", *map(str, arguments)], env={"COLUMNS": "80"})
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.stdout

    return call


def test_one_command_measures_and_keeps(cli, suite, tmp_path):
    said = json.loads(cli("run", suite, "--encoder", "fake", "--json"))
    assert said["metrics"] == {"ndcg@10": 1.0, "map": 1.0, "p@1": 1.0}
    assert said["suites"][0]["results"]["headwater"]["level_accuracy"] == 1.0
    assert (tmp_path / "eval" / "tiny" / "headwater" / "run.trec").read_text().count("\n") >= 4


def test_the_shape_others_build_on_is_the_golden_one(cli, suite):
    said = json.loads(cli("run", suite, "--encoder", "fake", "--json"))
    [one] = said["suites"]
    found = {
        "top": sorted(said),
        "metrics": list(said["metrics"]),
        "suite": sorted(one),
        "result": sorted(one["results"]["headwater"]),
    }
    assert found == json.loads((GOLDEN / "eval_run_shape.json").read_text("utf-8"))


def test_no_number_is_cut_short_on_a_narrow_terminal(cli, suite):
    shown = cli("run", suite, "--encoder", "fake", "--ranker", "headwater", "--ranker", "bm25")
    assert "…" not in shown
    assert [line.split()[:4] for line in shown.splitlines() if line.startswith("headwater")] == [
        ["headwater", "1.000", "1.000", "1.000"]
    ]


def test_two_are_compared_gated_and_reported(cli, suite, tmp_path):
    cli("run", suite, "--encoder", "fake", "--ranker", "headwater", "--ranker", "bm25")
    at = tmp_path / "eval" / "tiny"
    assert json.loads(cli("compare", at / "headwater", at / "bm25", "--json"))["differences"][0]["metric"] == "ndcg@10"
    assert "too few queries to tell" in cli("compare", at / "headwater", at / "bm25")
    assert json.loads(cli("gate", at / "headwater", at / "headwater", "--json"))["passed"]
    refused = json.loads(cli("gate", at / "headwater", at / "headwater", "--floor", "map=1.1", "--json", code=1))
    assert refused["refused"] == ["map is 1.000, under its floor of 1.1."]
    cli("report", at / "headwater", at / "bm25", "-o", tmp_path / "out" / "r.html")
    assert "<svg" in (tmp_path / "out" / "r.html").read_text()
    assert json.loads((tmp_path / "out" / "r.json").read_text())["suite"] == "tiny"


def test_the_recruiting_suite_is_made_and_measured_by_its_name(cli, tmp_path):
    said = json.loads(cli("run", "recruiting", "--people", "600", "--encoder", "fake", "--ranker", "bm25", "--json"))
    assert said["metrics"]["ndcg@10"] > 0.3
    assert (tmp_path / "eval" / "suites" / "recruiting-600-2026-test" / "suite.toml").is_file()
    cli("build", "recruiting", "-o", tmp_path / "own", "--people", "600", "--split", "dev")
    assert 'split = "dev"' in (tmp_path / "own" / "suite.toml").read_text()
    with pytest.raises(BadInput, match="no split 'train'"):
        cli("build", "recruiting", "-o", tmp_path / "own", "--split", "train")
    with pytest.raises(BadInput, match="'films' is no suite"):
        cli("build", "films")


def test_a_ranking_is_learned_and_then_measured(cli, tmp_path):
    queries = [
        {"_id": f"q{n}", "text": ("backend developer", "nurse", "welder")[n % 3] + f" number {n}"} for n in range(12)
    ]
    qrels = [(f"q{n}", ("omar", "anna", "erik")[n % 3], 1) for n in range(12)]
    toml = TOML.replace('slices = ["language"]', "").replace('grades = "levels"', "")
    own = write_suite(tmp_path / "own", queries=queries, qrels=qrels, toml=toml)
    said = json.loads(cli("tune", own, "--encoder", "fake", "-o", tmp_path / "r.json", "--json"))
    assert 0 <= said["default"] <= said["tuned"] + 0.5
    assert "usual weights" in cli("tune", own, "--encoder", "fake", "-o", tmp_path / "r.json")
    ranker = f"headwater:ranking={tmp_path / 'r.json'}"
    assert json.loads(cli("run", own, "--encoder", "fake", "--ranker", ranker, "--json"))["ranker"] == ranker
    cli("export", own, "--encoder", "fake", "-o", tmp_path / "x.parquet")
    assert (tmp_path / "x.parquet").stat().st_size > 0
    with pytest.raises(BadInput, match="too few for trees"):
        cli("tune", own, "--encoder", "fake", "--trees")


def test_what_is_there_is_listed(cli):
    said = json.loads(cli("list", "--json"))
    assert {"cranfield", "scifact", "talentclef", "cv_categories", "recruiting"} <= {
        one["name"] for one in said["suites"]
    }
    assert "bm25" in said["rankers"]
    assert "cranfield" in cli("list")


def test_what_cannot_be_measured_is_said_before_anything_is(cli, suite, tmp_path):
    with pytest.raises(BadInput, match="'nothing'"):
        cli("run", "nothing")
    with pytest.raises(BadInput, match="no ranker 'best'"):
        cli("run", suite, "--ranker", "best", "--encoder", "fake")
    with pytest.raises(BadInput, match="no measure 'ndcg10'"):
        cli("run", suite, "--metric", "ndcg10", "--encoder", "fake")
    with pytest.raises(BadInput, match="--floor 'map'"):
        cli("gate", suite, suite, "--floor", "map")
    other = write_suite(tmp_path / "other", queries=[*QUERIES[:2], {**QUERIES[2], "text": "place:Oslo"}])
    cli("run", suite, "--encoder", "fake", "--folder", tmp_path / "a")
    cli("run", other, "--encoder", "fake", "--folder", tmp_path / "b")
    with pytest.raises(BadInput, match="two versions of tiny"):
        cli("compare", tmp_path / "a" / "tiny" / "headwater", tmp_path / "b" / "tiny" / "headwater")
