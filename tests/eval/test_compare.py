"""Comparisons, the gate and the report say what is so, and what cannot be told."""

import json
import random

import pytest

from engine.errors import BadInput
from eval.compare import compare
from eval.gate import gate
from eval.report import report
from tests.eval.conftest import result_of


def scores(number, seed, shift=0.0):
    rng = random.Random(seed)
    return [min(1.0, max(0.0, rng.betavariate(2, 3) + shift)) for _ in range(number)]


def test_what_is_better_on_every_query_is_better():
    better = [value + 0.05 + 0.01 * (place % 7) for place, value in enumerate(scores(60, 1))]
    found = compare(result_of(scores(60, 1)), result_of(better, ranker="b"))
    [one] = found.differences
    assert (one.verdict, one.won, one.lost) == ("better", 60, 0)
    assert 0 < one.low < one.difference < one.high
    assert one.p_holm < 0.001


def test_two_that_are_the_same_are_not_told_apart():
    found = compare(result_of(scores(60, 1)), result_of(scores(60, 1), ranker="b"))
    [one] = found.differences
    assert (one.difference, one.p, one.effect, one.verdict) == (0.0, 1.0, 0.0, "no difference seen")


def test_a_set_too_small_to_tell_says_so_with_its_half_width():
    found = compare(result_of(scores(8, 1)), result_of(scores(8, 2), ranker="b"))
    assert found.differences[0].verdict == "too few queries to tell"
    assert "8 queries tell a difference to ±0." in found.warnings[0]


def test_of_several_measures_each_pays_for_all():
    more = {"map": {f"q{n}": value for n, value in enumerate(scores(40, 3))}}
    other = {"map": {f"q{n}": value for n, value in enumerate(scores(40, 4))}}
    found = compare(result_of(scores(40, 1), more=more), result_of(scores(40, 5), more=other))
    assert all(one.p_holm >= one.p for one in found.differences)
    assert len(found.differences) == 2


def test_the_queries_that_changed_most_are_named_on_both_sides():
    found = compare(result_of([0.1, 0.5, 0.9]), result_of([0.8, 0.5, 0.2], ranker="b"))
    assert [(q.query, q.text, q.a, q.b) for q in found.won] == [("q0", "query 0", 0.1, 0.8)]
    assert [q.query for q in found.lost] == ["q2"]


def test_people_who_came_or_went_between_two_runs_are_said():
    def of(people):
        return result_of([0.1, 0.2]).model_copy(update={"stamp": stamp.model_copy(update={"people": people})})

    stamp = result_of([0.1]).stamp
    assert any("of 900 and of 950 people" in line for line in compare(of(900), of(950)).warnings)
    assert not any("people" in line for line in compare(of(900), of(900)).warnings)


def test_results_that_do_not_belong_together_are_refused():
    with pytest.raises(BadInput, match="s and t"):
        compare(result_of([0.1]), result_of([0.1], suite="t"))
    with pytest.raises(BadInput, match="Only one of them has map"):
        compare(result_of([0.1]), result_of([0.1], more={"map": {"q0": 1.0}}))
    with pytest.raises(BadInput, match="different queries"):
        compare(result_of([0.1, 0.2]), result_of([0.1]))
    with pytest.raises(BadInput, match="Neither has the measure 'map'"):
        compare(result_of([0.1]), result_of([0.1]), metrics=["map"])


def test_the_gate_lets_pass_what_is_no_worse_and_what_may_be_luck():
    assert gate(result_of(scores(60, 1)), result_of(scores(60, 1, 0.02))).passed
    unlucky = gate(result_of(scores(6, 1)), result_of([*scores(6, 1)[:-1], 0.0]))
    assert unlucky.passed
    assert "may be luck" in "".join(unlucky.remarks)


def test_the_gate_refuses_a_fall_and_names_the_queries():
    found = gate(result_of(scores(80, 1, 0.1)), result_of(scores(80, 1)))
    assert not found.passed
    assert "ndcg@10 fell by 0.1" in found.refused[0]
    assert "Most on q" in found.refused[0]


@pytest.mark.parametrize(
    ("new", "options", "said"),
    [
        (result_of([0.5] * 20), {"floors": {"ndcg@10": 0.6}}, "ndcg@10 is 0.500, under its floor of 0.6"),
        (result_of([0.5] * 20), {"floors": {"recall@100": 0.6}}, "recall@100 has a floor of 0.6 and was not measured"),
        (result_of([0.5] * 20, violations={"q3": ("x", "y")}), {}, "2 people are shown against a filter, in q3"),
        (result_of([0.5] * 20, latency={"p50": 3, "p95": 80, "queries": 19}), {"p95_ms": 50}, "p95 is 80.0 ms"),
        (result_of([0.5] * 20), {"p95_ms": 50}, "p95 was not measured"),
        (
            result_of([0.5] * 20, slices={"language": {"sv": {"queries": 12.0, "ndcg@10": 0.4}}}),
            {},
            "ndcg@10 of language=sv fell by 0.100",
        ),
    ],
)
def test_the_gate_refuses_what_no_mean_shows(new, options, said):
    old = result_of([0.5] * 20, slices={"language": {"sv": {"queries": 12.0, "ndcg@10": 0.5}}})
    found = gate(old, new, **options)
    assert not found.passed
    assert any(said in line for line in found.refused)


def test_a_slice_of_a_few_queries_is_no_reason():
    old = result_of([0.5] * 20, slices={"language": {"sv": {"queries": 3.0, "ndcg@10": 0.9}}})
    new = result_of([0.5] * 20, slices={"language": {"sv": {"queries": 3.0, "ndcg@10": 0.1}}})
    assert gate(old, new).passed


def test_the_report_shows_each_ranker_and_stands_alone(measured):
    _, results = measured
    page, data = report(list(results.values()))
    for namespace in ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"):
        page = page.replace(namespace, "")
    assert page.count("<svg") == 5  # means, two comparisons, one slice, latency
    assert "blend against headwater" in page
    assert "everything in it made up" in page
    assert "://" not in page
    assert data["baseline"] == "headwater"
    json.dumps(data, allow_nan=False)


def test_the_same_results_are_the_same_report(measured):
    _, results = measured
    assert report(list(results.values())) == report(list(results.values()))


def test_what_was_asked_is_text_in_the_report_whatever_it_says():
    nasty = "<script>alert(1)</script>"
    a = result_of([0.1, 0.9], texts={"q0": nasty, "q1": nasty})
    page, _ = report([a, result_of([0.9, 0.1], ranker="b", texts={"q0": nasty, "q1": nasty})])
    assert nasty not in page
    assert "&lt;script&gt;" in page


def test_a_report_of_nothing_is_refused():
    with pytest.raises(BadInput, match="nothing to report"):
        report([])
    with pytest.raises(BadInput, match="no result of 'c'"):
        report([result_of([0.1])], baseline="c")
