"""What is wrong in a suite is named with file and line, before anything is measured."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadFile, BadInput
from eval.dataset import here, open_suite
from eval.formats import in_order, read_qrels, read_run, ties, write_qrels, write_run
from tests.eval.conftest import PEOPLE, QRELS, QUERIES, TOML, write_suite


def test_a_suite_is_read_whole(tiny):
    assert [q.id for q in tiny.queries] == ["q1", "q2", "q3"]
    assert tiny.qrels["q1"] == {"omar": 3, "mei": 2}
    assert tiny.queries[2].only
    assert [record.name for record in tiny.records()] == [person["name"] for person in PEOPLE]


@pytest.mark.parametrize(
    ("qrels", "said"),
    [
        ([*QRELS, ("q1", "nobody", 1)], "test.tsv, line 7: there is no document 'nobody'"),
        ([*QRELS, ("q9", "omar", 1)], "test.tsv, line 7: there is no query 'q9'"),
        ([*QRELS, ("q1", "omar", 3)], "test.tsv, line 7: query 'q1' and document 'omar' a second time"),
        ([*QRELS, ("q1", "erik", "0.5")], "test.tsv, line 7: the grade '0.5' is no whole number"),
        ([*QRELS, ("q1", "erik", "nan")], "test.tsv, line 7: the grade 'nan'"),
        ([], "No query has a judgement"),
    ],
)
def test_a_wrong_judgement_is_named_with_its_line(tmp_path, qrels, said):
    with pytest.raises(BadFile, match=said.replace("(", r"\(")):
        open_suite(write_suite(tmp_path, qrels=qrels))


@pytest.mark.parametrize(
    ("queries", "said"),
    [
        ([*QUERIES, {"_id": "q4", "text": "  "}], "queries.jsonl, line 4: query 'q4' has no text"),
        ([*QUERIES, {"_id": "q1", "text": "again"}], "queries.jsonl, line 4: no id, or 'q1' a second time"),
        ([*QUERIES, {"text": "no id"}], "queries.jsonl, line 4: no id"),
        ([*QUERIES, {"_id": "q4", "text": "x", "metadata": "en"}], "line 4: metadata is no object"),
    ],
)
def test_a_wrong_query_is_named_with_its_line(tmp_path, queries, said):
    with pytest.raises(BadFile, match=said):
        open_suite(write_suite(tmp_path, queries=queries))


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("name = 'x", "suite.toml cannot be read"),
        (TOML + "colour = 'red'\n", "suite.toml, colour"),
        (TOML.replace('"tiny"', '"Tiny suite"'), "suite.toml, name"),
        (TOML.replace('"people"', '"crowd"'), "suite.toml, kind"),
        (TOML.replace('grades = "levels"', "grades = {high = 3}"), "suite.toml, grades"),
    ],
)
def test_a_wrong_manifest_says_where(tmp_path, toml, said):
    with pytest.raises(BadFile, match=said):
        open_suite(write_suite(tmp_path, toml=toml))


def test_a_measure_that_there_is_not_stops_it_at_once(tmp_path):
    with pytest.raises(BadInput, match="'ndgc@10'"):
        open_suite(write_suite(tmp_path, toml=TOML.replace("ndcg@10", "ndgc@10")))


def test_a_person_who_is_no_record_is_named_with_their_line(tmp_path):
    suite = open_suite(write_suite(tmp_path, people=[*PEOPLE[:3], {"id": "erik", "shoe": 43}]))
    with pytest.raises(BadFile, match=r"people.jsonl, line 4: shoe"):
        list(suite.records())


def test_a_person_twice_is_named_with_their_line(tmp_path):
    with pytest.raises(BadFile, match=r"people.jsonl, line 5: the id anna a second time"):
        open_suite(write_suite(tmp_path, people=[*PEOPLE, {**PEOPLE[0], "name": "Somebody else"}]))
    with pytest.raises(BadFile, match=r"people.jsonl, line 5: no id"):
        open_suite(write_suite(tmp_path, people=[*PEOPLE, {"name": "Nobody"}]))


def test_a_suite_that_is_not_there_is_said_with_those_that_are():
    with pytest.raises(BadInput, match=r"'nowhere'.*cranfield"):
        open_suite("nowhere")
    with pytest.raises(BadInput, match=r"retrieval/cranfield.*--data"):
        open_suite("cranfield")


def test_another_word_anywhere_is_another_suite(tmp_path):
    digests = {
        open_suite(write_suite(tmp_path / str(number), **given)).digest
        for number, given in enumerate([
            {}, {"people": [*PEOPLE[:3], {**PEOPLE[3], "location": "Lund"}]}, {"qrels": [*QRELS, ("q1", "erik", 0)]},
            {"queries": [*QUERIES[:2], {**QUERIES[2], "text": "place:Oslo"}]},
            {"queries": [*QUERIES[:2], {**QUERIES[2], "metadata": {"only": True, "hide_history": True}}]}, {"toml": TOML.replace("2026-11-01", "2026-11-02")},
        ])
    }  # fmt: skip
    assert len(digests) == 6
    assert open_suite(write_suite(tmp_path / "again")).digest in digests


def test_qrels_in_trecs_form_and_gzipped_are_the_same(tmp_path):
    beir, trec = tmp_path / "b.tsv", tmp_path / "t.txt.gz"
    write_qrels(beir, {"q1": {"a": 2, "b": -1}})
    with gzip.open(trec, "wt") as out:
        out.write("q1 0 a 2\nq1 0 b -1\n")
    assert read_qrels(beir, queries=None, documents=None) == read_qrels(trec, queries=None, documents=None)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("q1 a nan\nq1 b 1\n", "line 1: the grade 'nan'"),
        ("q1 a 0.5\n", "line 1: the grade '0.5'"),
        ("q1 0 a high\n", "line 1: the grade 'high'"),
        ("q1 a 1\nquery-id corpus-id score\n", "line 2: the grade 'score'"),
        ("q1 a --1\n", "line 1: the grade '--1'"),
        ("q1 a 1 2 3\n", "line 1: 5 columns"),
    ],
)
def test_only_a_head_is_a_head(tmp_path, lines, said):
    """Whatever else stands in the first line is a judgement, and wrong: it is not left out in silence."""
    (tmp_path / "q.tsv").write_text("\nquery-id\tcorpus-id\tscore\nq1\ta\t1\n")
    assert read_qrels(tmp_path / "q.tsv", queries=None, documents=None) == {"q1": {"a": 1}}
    (tmp_path / "q.tsv").write_text(lines)
    with pytest.raises(BadFile, match=said):
        read_qrels(tmp_path / "q.tsv", queries=None, documents=None)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("q1 Q0 a 1 0.5 x\nq1 Q0 b 2 nan x\n", "line 2: the score is nan"),
        ("q1 Q0 a 1 inf x\n", "line 1: the score is inf"),
        ("q1 Q0 a 1 high x\n", "line 1: the score 'high' is no number"),
        ("q1 Q0 a 1 0.5 x\nq1 Q0 a 2 0.4 x\n", "line 2: document 'a' a second time"),
        ("q1 a 1 0.5\n", "line 1: 4 columns"),
    ],
)
def test_a_wrong_line_of_a_run_is_named(tmp_path, lines, said):
    (tmp_path / "run.trec").write_text(lines)
    with pytest.raises(BadFile, match=said):
        read_run(tmp_path / "run.trec")


def test_a_run_of_other_ids_is_refused_with_its_line(tmp_path):
    (tmp_path / "run.trec").write_text("q1 Q0 a 1 0.5 x\nq1 Q0 zzz 2 0.4 x\nq9 Q0 a 1 0.5 x\n")
    with pytest.raises(BadFile, match="line 2: there is no document 'zzz'"):
        read_run(tmp_path / "run.trec", documents={"a"})
    with pytest.raises(BadFile, match="line 3: there is no query 'q9'"):
        read_run(tmp_path / "run.trec", queries={"q1"})


def test_ties_are_counted():
    assert ties({"q": [("a", 2.0), ("b", 1.0), ("c", 1.0), ("d", 1.0)], "r": [("a", 1.0)]}) == 2


def test_a_run_goes_by_its_scores_and_ties_as_trec_eval_has_them(tmp_path):
    (tmp_path / "run.trec").write_text("q Q0 a 1 0.2 x\nq Q0 b 2 0.9 x\nq Q0 c 3 0.9 x\n")
    assert [document for document, _ in read_run(tmp_path / "run.trec")["q"]] == ["c", "b", "a"]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_what_is_written_is_read_in_the_same_order(tmp_path_factory, scores):
    run = {"q": [(f"d{n}", score) for n, score in enumerate(sorted(scores, reverse=True))]}
    path = tmp_path_factory.mktemp("run") / "run.trec"
    write_run(path, run, "x")
    assert [document for document, _ in read_run(path)["q"]] == [document for document, _ in run["q"]]


def test_a_score_that_is_no_number_has_no_place_in_an_order():
    with pytest.raises(ValueError, match="'b'"):
        in_order({"a": 1.0, "b": float("nan")})


@pytest.mark.data
@pytest.mark.parametrize("name", [name for name in here() if name != "recruiting"])
def test_the_suites_that_come_with_headwater_can_be_opened(name, shared_data):
    suite = open_suite(name, data=shared_data)
    assert suite.queries
    assert next(suite.records()).id
