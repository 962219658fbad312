"""A learned ranking keeps the laws that weights keep, and says what is wrong with a file."""

import json

import lightgbm
import numpy as np
import pytest

from engine.errors import NeedsOperator
from engine.ranking.learned import Learned, load_ranking
from engine.ranking.relevance import SIGNALS, Weights


@pytest.fixture(scope="module")
def trees():
    """Learned from people whose worth rises with each signal, most with `text`."""
    rng = np.random.default_rng(3)
    rows = rng.random((2_000, len(SIGNALS)))
    worth = rows @ np.array([1, 1, 1, 1, 4, 1, 1])
    data = lightgbm.Dataset(rows, np.digitize(worth, np.quantile(worth, [0.5, 0.8, 0.95])), group=[50] * 40)
    settings = {"objective": "lambdarank", "monotone_constraints": [1] * len(SIGNALS), "verbose": -1, "num_threads": 1}
    return lightgbm.train(settings, data, num_boost_round=30).model_to_string()


def some(rows, seed=1, names=SIGNALS):
    rng = np.random.default_rng(seed)
    return {name: rng.random(rows) for name in names}


def test_parts_are_never_below_0_and_sum_to_a_relevance_of_0_to_1(trees):
    parts = Learned(trees).parts(some(500))
    total = sum(parts.values())
    assert min(part.min() for part in parts.values()) >= 0
    assert 0 <= total.min() <= total.max() <= 1 + 1e-9
    assert set(parts) == set(SIGNALS)


def test_whoever_has_more_of_a_signal_never_stands_lower(trees):
    learned, before = Learned(trees), some(300)
    for name in SIGNALS:
        after = {**before, name: np.minimum(1.0, before[name] + 0.3)}
        rise = sum(learned.parts(after).values()) - sum(learned.parts(before).values())
        assert rise.min() >= -1e-9


def test_who_has_all_is_at_1_and_who_has_nothing_at_0(trees):
    learned = Learned(trees)
    ends = {name: np.array([0.0, 1.0]) for name in SIGNALS}
    assert sum(learned.parts(ends).values()).tolist() == pytest.approx([0.0, 1.0])


def test_a_leg_that_was_not_asked_is_as_one_that_knows_nobody(trees):
    learned, signals = Learned(trees), some(50)
    without = {name: values for name, values in signals.items() if name != "history"}
    zero = {**signals, "history": np.zeros(50)}
    assert sum(learned.parts(without).values()).tolist() == pytest.approx(sum(learned.parts(zero).values()).tolist())


def test_of_nobody_there_is_nothing(trees):
    assert {name: part.tolist() for name, part in Learned(trees).parts(some(0)).items()} == {n: [] for n in SIGNALS}
    assert Learned(trees).parts({}) == {}


def test_either_kind_of_file_is_loaded_and_named_by_its_content(tmp_path, trees):
    said = {"version": 1, "signals": list(SIGNALS)}
    (tmp_path / "trees.json").write_text(json.dumps({**said, "trees": trees}))
    (tmp_path / "weights.json").write_text(json.dumps({**said, "weights": {"text": 1.0, "title": 0.0}}))
    found = load_ranking(tmp_path / "trees.json")
    assert found.name.startswith("trees@")
    assert sum(found.relevance.parts(some(3)).values()).tolist() == sum(Learned(trees).parts(some(3)).values()).tolist()
    assert load_ranking(tmp_path / "weights.json").relevance == Weights(text=1.0, title=0.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read"),
        ("[]", "another version"),
        (json.dumps({"version": 2, "signals": list(SIGNALS)}), "another version"),
        (json.dumps({"version": 1, "signals": ["text"]}), "another version"),
        (json.dumps({"version": 1, "signals": list(SIGNALS), "trees": "nonsense"}), "cannot be read"),
        (json.dumps({"version": 1, "signals": list(SIGNALS), "weights": {"text": -1}}), "text: "),
        (json.dumps({"version": 1, "signals": list(SIGNALS)}), "cannot be used"),
    ],
)
def test_a_file_that_is_none_is_said(tmp_path, text, said):
    (tmp_path / "ranking.json").write_text(text)
    with pytest.raises(NeedsOperator, match=said):
        load_ranking(tmp_path / "ranking.json")


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(NeedsOperator, match="FileNotFoundError"):
        load_ranking(tmp_path / "nowhere.json")
