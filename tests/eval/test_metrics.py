"""Every measure against an independent implementation (trec_eval through pytrec_eval) and against its own laws."""

import math
import random

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadInput
from eval.formats import in_order
from eval.metrics import Measure, mean, measurable, measure, percentile

OURS = {
    "ndcg": "ndcg", "ndcg@5": "ndcg_cut_5", "ndcg@10": "ndcg_cut_10", "map": "map", "mrr": "recip_rank", "p@5": "P_5",
    "p@10": "P_10", "recall@10": "recall_10", "recall@100": "recall_100", "map@10": "map_cut_10",
}  # fmt: skip


def random_lists(number: int, seed: int):
    """(qrels, run scores) with ties, unjudged documents, grades of 0, and lists shorter than any cut."""
    rng = random.Random(seed)
    qrels, run = {}, {}
    for query in range(number):
        pool = [f"d{n}" for n in range(rng.randint(1, 160))]
        qrels[f"q{query}"] = {d: rng.choice((0, 0, 0, 1, 1, 2, 3)) for d in rng.sample(pool, rng.randint(1, len(pool)))}
        shown = rng.sample(pool, rng.randint(1, len(pool)))
        run[f"q{query}"] = {d: rng.choice((rng.random() * 30, float(rng.randint(0, 5)))) for d in shown}
    return qrels, run


def test_a_thousand_random_lists_measure_as_trec_eval_measures_them():
    qrels, scores = random_lists(1_000, seed=7)
    theirs = pytrec_eval.RelevanceEvaluator(
        qrels, {"ndcg", "ndcg_cut", "map", "map_cut", "recip_rank", "P", "recall"}
    ).evaluate(scores)
    run = {query: [document for document, _ in in_order(of)] for query, of in scores.items()}
    ours = measure(run, qrels, list(OURS))
    able = measurable(qrels)
    assert len(able) > 900
    worst = max(abs(ours[name][query] - theirs[query][their]) for name, their in OURS.items() for query in able)
    assert worst < 1e-9


@given(st.data())
def test_the_best_order_there_is_has_every_measure_at_its_highest(data):
    grades = data.draw(st.dictionaries(st.text("abcdef", min_size=1), st.integers(-1, 3), min_size=1))
    if not any(grade > 0 for grade in grades.values()):
        return
    ranked = sorted(grades, key=lambda d: -grades[d])
    worse = data.draw(st.permutations(ranked))
    for name in ("ndcg@3", "map", "mrr", "p@2", "recall@2"):
        assert Measure.named(name).of(ranked, grades) >= Measure.named(name).of(worse, grades) - 1e-12
    assert Measure.named("ndcg").of(ranked, grades) == pytest.approx(1.0)


@given(
    st.lists(st.sampled_from("abcdefgh"), unique=True), st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 2))
)
def test_judged_only_measures_do_not_see_what_nobody_judged(ranked, grades):
    condensed = [document for document in ranked if document in grades]
    for name in ("ndcg@3", "map", "p@3"):
        assert Measure.named(f"{name}:judged").of(ranked, grades) == Measure.named(name).of(condensed, grades)


def test_a_query_without_an_answer_counts_as_zero_and_one_without_judgements_of_worth_not_at_all():
    qrels = {"q1": {"a": 1}, "q2": {"b": 2}, "q3": {"c": 0}}
    assert measure({"q1": ["a"]}, qrels, ["map"]) == {"map": {"q1": 1.0, "q2": 0.0}}


def test_judged_says_of_how_much_of_what_was_shown_anything_is_known():
    assert Measure.named("judged@4").of(["a", "x", "b", "y", "z"], {"a": 0, "b": 1}) == 0.5
    assert Measure.named("judged@4").of([], {"a": 1}) == 0.0


@pytest.mark.parametrize("name", ["ndcg@0", "p", "rbp", "ndcg@ten", "", "map:pooled", "recall@-1"])
def test_a_measure_that_there_is_not_is_named(name):
    with pytest.raises(BadInput, match=f"no measure {name!r}"):
        Measure.named(name)


def test_a_document_twice_in_a_list_is_an_error_and_so_is_a_query_nobody_judged():
    with pytest.raises(BadInput, match="twice"):
        measure({"q": ["a", "b", "a"]}, {"q": {"a": 1}})
    with pytest.raises(BadInput, match=r"'q9'.*not in the judgements"):
        measure({"q9": ["a"]}, {"q": {"a": 1}})


def test_of_nothing_there_is_no_mean():
    assert math.isnan(mean([]))
    assert math.isnan(percentile([], 0.5))
    assert percentile([3, 1, 2, 4], 0.5) == 2
    assert percentile([3, 1, 2, 4], 0.95) == 4
