"""What docs/decisions/0001-encoder.md rests on, on the small tasks: Swedish is found, English hardly loses."""

import pytest

from eval.bench.encoder_tasks import _keywords, _swedish_to_english, _talentclef
from eval.bench.encoders import measure, scores
from models import DEFAULT, load_encoder

pytestmark = [pytest.mark.model, pytest.mark.data, pytest.mark.slow]


@pytest.fixture(scope="module")
def encoders(model_cache):
    return {name: load_encoder(name, cache_dir=model_cache) for name in ("minilm", DEFAULT)}


def precision(task, encoder):
    queries = encoder.encode(task.queries, kind="query")
    return measure(task, scores(task, queries, encoder.encode(task.texts)))["map"]


def test_the_default_finds_swedish_and_keeps_english(encoders, shared_data):
    english = _talentclef(shared_data)
    english_map = {name: precision(english, encoder) for name, encoder in encoders.items()}
    assert english_map[DEFAULT] >= english_map["minilm"] - 0.05
    for task in (_keywords(shared_data), _swedish_to_english(english.texts)):
        assert precision(task, encoders[DEFAULT]) >= 2 * precision(task, encoders["minilm"])
