"""A cross-encoder from a folder gives the numbers its own library gives, and what cannot be served is said."""

import shutil

import numpy as np
import pytest

from models.errors import MissingModel, ModelError
from models.reranker import LONGEST, describe, load_reranker
from tests.models.crossencoder import write_model

QUESTION = "registered nurse in Lund"
TEXTS = ["nurse at a clinic in Lund", "", "welder", "registered nurse, intensive care " * 200, "nurse"]


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("bert"), "bert")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_scores_are_those_of_the_library_the_model_is_of(tmp_path, kind):
    from sentence_transformers import CrossEncoder

    folder = write_model(tmp_path / "model", kind)
    own = load_reranker(folder, cache_dir=tmp_path / "cache").score(QUESTION, TEXTS)
    theirs = CrossEncoder(str(folder), device="cpu", local_files_only=True, max_length=128)
    expected = theirs.predict([(QUESTION, text) for text in TEXTS], convert_to_numpy=True)
    assert own.shape == (len(TEXTS),)
    assert np.abs(own - expected).max() < 0.002  # the weights are kept as 16 bits
    assert np.ptp(own) > 0.03  # else anything would be near


@pytest.mark.slow
def test_it_is_converted_once_and_a_batch_changes_no_number(bert, tmp_path):
    reranker = load_reranker(bert, cache_dir=tmp_path)
    together = reranker.score(QUESTION, TEXTS)
    alone = [float(reranker.score(QUESTION, [text])[0]) for text in TEXTS]
    assert together == pytest.approx(alone, abs=0.0001)
    assert reranker.score(QUESTION, []).shape == (0,)
    made = sorted(path.stat().st_mtime_ns for path in tmp_path.rglob("model.xml"))
    assert load_reranker(bert, cache_dir=tmp_path).key == reranker.key
    assert sorted(path.stat().st_mtime_ns for path in tmp_path.rglob("model.xml")) == made


@pytest.mark.parametrize("absent", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_file_that_is_absent_is_named(bert, tmp_path, absent):
    folder = shutil.copytree(bert, tmp_path / "model")
    (folder / absent).unlink()
    with pytest.raises(MissingModel, match=f"no {absent}"):
        describe(folder)


@pytest.mark.slow
def test_a_model_that_tells_classes_apart_is_refused(tmp_path):
    folder = write_model(tmp_path / "model", "bert", labels=3)
    with pytest.raises(ModelError, match="3 classes"):
        load_reranker(folder, cache_dir=tmp_path / "cache")
    assert list((tmp_path / "cache" / "encoders").iterdir()) == []


def test_it_reads_no_more_tokens_than_the_model_has_places_for(bert, tmp_path):
    assert describe(bert).max_tokens == 128
    assert describe(write_model(tmp_path / "model", "roberta")).max_tokens == 128 <= LONGEST
