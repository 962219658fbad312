"""A suite measured end to end over the very engine, with an encoder that needs no model."""

import json

import pytest

from engine.errors import BadFile, BadInput
from eval.dataset import open_suite
from eval.formats import read_run
from eval.metrics import measure
from eval.rankers import NAMES, setup_of
from eval.results import check_same, load
from eval.run import judge, make_stamp, run_suite
from models.errors import MissingModel
from tests.eval.conftest import QRELS, QUERIES, TOML, write_suite
from tests.models.crossencoder import write_model


def test_the_engine_is_measured_as_users_get_it(measured):
    _, results = measured
    found = results["headwater"]
    assert found.metrics == {"ndcg@10": 1.0, "map": 1.0, "p@1": 1.0}
    assert found.by_query["p@1"] == {"q1": 1.0, "q2": 1.0, "q3": 1.0}
    assert found.violations == {}
    assert found.level_accuracy == 1.0
    assert found.latency.queries == 2  # the first is for warming up
    assert found.slices["language"]["sv"] == {"queries": 1.0, "ndcg@10": 1.0, "map": 1.0, "p@1": 1.0}


def test_what_is_kept_gives_the_same_numbers_again(measured, tiny):
    folder, results = measured
    for name, result in results.items():
        at = folder / "tiny" / name
        assert load(at) == result
        run = {query: [d for d, _ in order] for query, order in read_run(at / "run.trec").items()}
        assert measure(run, tiny.qrels, list(result.metrics)) == result.by_query


def test_a_second_run_is_the_same_but_for_the_time_it_took(measured, tiny):
    folder, results = measured
    again = run_suite(tiny, ["headwater"], folder=folder, cache_dir=folder, encoder="fake")["headwater"]
    assert again.model_copy(update={"latency": None}) == results["headwater"].model_copy(update={"latency": None})


def test_whoever_must_not_be_shown_and_is_is_counted_by_query(tmp_path):
    """BM25 knows no filter: the words of everyone who says Lund, and of nobody else, though mei is forbidden for q1."""
    qrels = [row for row in QRELS if row[1] != "mei"] + [("q1", "mei", -1)]
    suite = open_suite(write_suite(tmp_path, qrels=qrels))
    found = run_suite(suite, ["bm25"], folder=tmp_path / "out", cache_dir=tmp_path, encoder="fake")["bm25"]
    assert found.violations == {"q1": ("mei",)}
    assert found.level_accuracy is None
    assert "Levels: bm25 gives none." in found.not_measured


def test_where_only_the_judged_may_be_shown_everyone_else_counts(tmp_path):
    suite = open_suite(write_suite(tmp_path, qrels=[row for row in QRELS if row[:2] != ("q3", "omar")]))
    found = run_suite(suite, ["headwater"], folder=tmp_path / "out", cache_dir=tmp_path, encoder="fake")["headwater"]
    assert found.violations == {"q3": ("omar",)}


def test_a_wrong_level_is_seen(tmp_path):
    qrels = [("q1", "omar", 2), ("q1", "mei", 2), *QRELS[2:]]
    suite = open_suite(write_suite(tmp_path, qrels=qrels))
    found = run_suite(suite, ["headwater"], folder=tmp_path / "out", cache_dir=tmp_path, encoder="fake")["headwater"]
    assert found.level_confusion["2>3"] == 1
    assert found.level_accuracy < 1.0


def test_where_no_true_level_is_known_of_anyone_found_there_is_no_share(tmp_path):
    suite = open_suite(write_suite(tmp_path, qrels=[("q2", "anna", -1), ("q2", "erik", 1)], queries=QUERIES[1:2]))
    shown, levels = {"q2": [("anna", 1.0)]}, {"q2": {"anna": 3}}
    found = judge(suite, "x", shown, levels, [], 10, ["ndcg@10"], make_stamp(None, None))
    assert (found.level_accuracy, found.level_confusion) == (None, {})


@pytest.mark.parametrize("name", [name for name in NAMES if name != "encoder"])
def test_every_ranker_can_be_run(name, measured, tiny):
    folder, _ = measured
    found = run_suite(tiny, [name], folder=folder, cache_dir=folder, encoder="fake")[name]
    assert found.measured == 3
    run = read_run(folder / "tiny" / name / "run.trec")
    assert all(0 < len(order) <= 4 for order in run.values())


@pytest.mark.slow
def test_a_reranker_is_switched_on_by_naming_it(tiny, tmp_path):
    """Its weights mean nothing, so only that it has its say: the two who are on one level may change places."""
    folder = write_model(tmp_path / "model", "bert")
    on = f"headwater:reranker={folder},rerank_share=1,rerank_depth=3"
    found = run_suite(tiny, ["headwater", on], folder=tmp_path / "out", cache_dir=tmp_path, encoder="fake")
    assert found["headwater"].stamp.reranker is None
    assert found[on].stamp.reranker.startswith("reranker-")
    runs = {load(path.parent).ranker: read_run(path) for path in (tmp_path / "out").rglob("run.trec")}
    assert {q: len(order) for q, order in runs[on].items()} == {q: len(order) for q, order in runs["headwater"].items()}
    assert runs[on] != runs["headwater"]
    with pytest.raises(MissingModel, match="cross-encoder"):
        run_suite(tiny, [f"headwater:reranker={tmp_path}"], folder=tmp_path / "out", cache_dir=tmp_path, encoder="fake")


def test_what_another_system_ranked_is_measured_from_its_file(tiny, tmp_path):
    lines = "q1 Q0 mei 1 2.5 other\nq1 Q0 omar 2 2.5 other\nq2 Q0 anna 1 0.1 other\n"
    (tmp_path / "run.trec").write_text(lines)
    name = f"run:{tmp_path / 'run.trec'}"
    found = run_suite(tiny, [name], folder=tmp_path / "out", cache_dir=tmp_path, encoder="fake")[name]
    assert found.by_query["p@1"] == {"q1": 1.0, "q2": 1.0, "q3": 0.0}
    assert found.zero_results == pytest.approx(1 / 3)
    assert found.stamp.encoder is None
    assert any(f"1 places of {name} are ties" in line for line in found.not_measured)
    (tmp_path / "run.trec").write_text(lines + "q1 Q0 stranger 3 0.5 other\n")
    with pytest.raises(BadFile, match="line 4: there is no document 'stranger'"):
        run_suite(tiny, [name], folder=tmp_path / "out", cache_dir=tmp_path, encoder="fake")


def test_a_part_that_is_taken_out_is_out():
    assert setup_of("no-text").weights.text == 0.0
    assert [name for name, value in setup_of("only-title").weights.model_dump().items() if value] == ["title"]
    said = setup_of("headwater:policy=blend,prior_max=0.1,criteria=off,text=0.5")
    assert (said.policy.name, said.policy.prior_max, said.criteria, said.weights.text) == ("blend", 0.1, False, 0.5)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("headwatre", "no ranker 'headwatre'"),
        ("no-brain", "no ranker 'no-brain'"),
        ("headwater:text=much", "text cannot be 'much'"),
        ("headwater:text=-1", "text: .*greater than or equal to 0"),
        ("headwater:colour=red", "'colour' is nothing to set"),
        ("headwater:criteria=maybe", "criteria cannot be 'maybe'"),
        ("headwater:policy=best", "name: "),
        ("headwater:rerank_share=2", "rerank_share cannot be '2'"),
        ("headwater:rerank_depth=0", "rerank_depth cannot be '0'"),
    ],
)
def test_a_ranker_that_there_is_not_is_named(name, said):
    with pytest.raises(BadInput, match=said):
        setup_of(name)


def test_results_of_two_suites_are_not_compared(measured, tmp_path):
    _, results = measured
    other = open_suite(write_suite(tmp_path, queries=[*QUERIES[:2], {**QUERIES[2], "text": "place:Oslo"}]))
    found = run_suite(other, ["headwater"], folder=tmp_path / "out", cache_dir=tmp_path, encoder="fake")["headwater"]
    with pytest.raises(BadInput, match="two versions of tiny"):
        check_same(results["headwater"], found)
    with pytest.raises(BadInput, match="the other 10"):
        check_same(results["headwater"], results["headwater"].model_copy(update={"depth": 10}))


def test_a_result_that_is_none_is_said(tmp_path):
    with pytest.raises(BadFile, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "result.json").write_text(json.dumps({"suite": "x"}))
    with pytest.raises(BadFile, match="digest"):
        load(tmp_path)


@pytest.mark.data
@pytest.mark.parametrize("name", ["cranfield", "scifact"])
def test_plain_bm25_is_that_of_an_independent_library(name, shared_data, tmp_path):
    suite = open_suite(name, data=shared_data)
    found = run_suite(
        suite, ["bm25", "bm25s"], folder=tmp_path, cache_dir=tmp_path, encoder="fake", metrics=["ndcg@10"]
    )
    assert abs(found["bm25"].metrics["ndcg@10"] - found["bm25s"].metrics["ndcg@10"]) <= 0.005


def test_a_title_of_a_corpus_becomes_a_position(tmp_path):
    (tmp_path / "corpus.jsonl").write_text('{"_id": "1", "text": "recording engineer"}\n')
    write_suite(tmp_path, toml=TOML.replace('"people"', '"texts"').replace("people.jsonl", "corpus.jsonl") + 'text_is = "title"\n',
                qrels=[("q1", "1", 1)])  # fmt: skip
    [record] = open_suite(tmp_path).records()
    assert record.positions[0].title == "recording engineer"
