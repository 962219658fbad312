"""Learning finds what is there to be found, and says honestly what it is worth."""

import numpy as np
import pyarrow.parquet as parquet
import pytest

from engine.errors import BadInput
from engine.ranking.learned import Learned, load_ranking
from engine.ranking.relevance import SIGNALS
from eval.dataset import open_suite
from eval.features import PRIOR, QueryTable, export, table
from eval.installed import installed
from eval.learn import save as save_trees
from eval.learn import told, train
from eval.metrics import Measure
from eval.tune import default, gain, learn, save, tune
from models import FakeEncoder
from tests.eval.conftest import QRELS, write_suite


def made(queries, *, signal="text", seed=1, people=60):
    """Queries whose relevant people stand out by one signal; all the others are noise."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(queries):
        signals = rng.random((people, len(SIGNALS)))
        grades = (signals[:, SIGNALS.index(signal)] + 0.1 * rng.standard_normal(people) > 0.85).astype(np.int64)
        grades[0] = 1
        best = tuple([1] * int(grades.sum()))
        found.append(QueryTable(
            f"q{number:03d}", tuple(f"d{n:03d}" for n in range(people)), np.zeros(people), signals,
            np.zeros((people, len(PRIOR))), grades, np.ones(people, dtype=bool), best,
        ))  # fmt: skip
    return found


def test_the_signal_that_tells_is_found_and_helps_on_queries_not_seen():
    found = tune(made(40), suite="s", digest="d")
    weights = found.weights.model_dump()
    assert max(weights, key=weights.get) == "text"
    assert found.tuned > found.default + 0.1
    assert found.low > 0
    assert len(found.fold_weights) == 5


def test_where_nothing_tells_nothing_is_gained():
    noise = made(30)
    rng = np.random.default_rng(5)
    shuffled = [
        QueryTable(a.query, a.documents, a.level, rng.random(a.signals.shape), a.prior, a.grades, a.judged, a.best)
        for a in noise
    ]
    found = tune(shuffled, suite="s", digest="d")
    assert found.low <= 0
    assert found.learned_from > found.tuned  # on what it has seen it seems to


def test_a_gain_is_the_measure_itself():
    for one in made(12):
        for weights in (default(), np.eye(len(SIGNALS))[4]):
            relevance = one.signals @ weights
            order = sorted(range(len(one.documents)), key=lambda row: (-relevance[row], one.documents[row]))
            grades = dict(zip(one.documents, one.grades.tolist(), strict=True))
            assert gain(one, weights) == pytest.approx(
                Measure.named("ndcg@10").of([one.documents[r] for r in order], grades)
            )


def test_levels_stand_above_whatever_is_learned():
    [one] = made(1)
    level = np.zeros(60)
    level[5] = 3.0
    risen = QueryTable(
        one.query, one.documents, level, one.signals, one.prior, np.eye(60, dtype=np.int64)[5], one.judged, (1,)
    )
    assert gain(risen, default()) == 1.0


def test_a_signal_that_nobody_has_keeps_its_usual_weight():
    asked = made(20)
    for one in asked:
        one.signals[:, SIGNALS.index("history")] = 0.0
    weights = learn(asked)
    assert weights[SIGNALS.index("history")] == pytest.approx(default()[SIGNALS.index("history")])
    assert weights.sum() == pytest.approx(1.0)


def test_the_same_seed_learns_the_same():
    asked = made(20)
    assert learn(asked, seed=3).tolist() == learn(asked, seed=3).tolist()
    assert train(asked, rounds=10) == train(asked, rounds=10)


def test_trees_learn_it_too_and_are_written_for_the_engine(tmp_path):
    asked = made(50)
    worth = told(asked)
    assert worth.trees > worth.default + 0.1
    save_trees(tmp_path / "trees.json", train(asked), worth)
    assert isinstance(load_ranking(tmp_path / "trees.json").relevance, Learned)


def test_weights_are_written_for_the_engine(tmp_path):
    found = tune(made(20), suite="s", digest="d")
    save(tmp_path / "weights.json", found)
    assert load_ranking(tmp_path / "weights.json").relevance == found.weights


def test_too_little_to_learn_from_is_said(tmp_path):
    with pytest.raises(BadInput, match="3 queries are too few"):
        tune(made(3), suite="s", digest="d")
    with pytest.raises(BadInput, match="20 queries are too few for trees"):
        told(made(20))
    alike = [
        QueryTable(a.query, a.documents, a.level, a.signals, a.prior, np.ones(60, dtype=np.int64), a.judged, a.best)
        for a in made(3)
    ]
    with pytest.raises(BadInput, match="tells two people of one level apart"):
        train(alike)
    with pytest.raises(BadInput, match="nothing to learn from"):
        export([], tmp_path / "x.parquet")


def test_the_table_is_the_engines_own_and_goes_out_as_parquet(tmp_path):
    suite = open_suite(write_suite(tmp_path / "suite", qrels=[row for row in QRELS if row[1] != "mei"]))
    with installed(suite, FakeEncoder(), tmp_path) as at:
        asked = table(suite, at)
    assert [one.query for one in asked] == ["q1", "q2", "q3"]
    first = asked[0]
    assert dict(zip(first.documents, first.level.tolist(), strict=True))["omar"] == 3.0
    assert first.signals.min() >= 0
    assert first.signals.max() <= 1
    rows = export(asked, tmp_path / "x.parquet")
    read = parquet.read_table(tmp_path / "x.parquet").to_pydict()
    assert len(read["query"]) == rows == sum(len(one.documents) for one in asked)
    assert set(read) == {"query", "document", "level", "grade", *SIGNALS, *(f"prior: {name}" for name in PRIOR)}
    grades = {(q, d): g for q, d, g in zip(read["query"], read["document"], read["grade"], strict=True)}
    assert grades["q1", "omar"] == 3
    assert grades["q3", "anna"] == 3
    assert grades["q1", "mei"] is None
