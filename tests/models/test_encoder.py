"""Encoders: unit rows, one order, verified weights, and no torch in the process that serves."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import FakeEncoder, load_encoder
from models.catalog import CATALOG, entry
from models.errors import BadOutput, MissingModel, UnknownModel, WrongWeights
from models.runtime import TOKENS_PER_BATCH, batches, converted

TEXTS = ["nurse", "", "backend developer in Go and Kubernetes " * 40, "sjuksköterska i Göteborg", "a b c " * 900]


@pytest.fixture(scope="session")
def minilm(model_cache):
    return load_encoder("minilm", cache_dir=model_cache)


@pytest.fixture(scope="session")
def multilingual(model_cache):
    return load_encoder("multilingual", cache_dir=model_cache)


@pytest.fixture(params=["minilm", "multilingual"])
def encoder(request):
    return request.getfixturevalue(request.param)


@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_fake_gives_unit_rows_and_the_same_for_the_same_text(texts):
    encoder = FakeEncoder()
    vectors = encoder.encode(texts)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors, FakeEncoder().encode(texts))


def test_fake_puts_texts_that_share_words_nearer():
    a, b, c = FakeEncoder().encode(["python developer", "senior python developer", "pastry chef"])
    assert a @ b > a @ c


@given(st.lists(st.integers(1, 256), max_size=300))
def test_batches_hold_every_row_once_and_stay_within_the_budget(lengths):
    found = list(batches(lengths, 256))
    assert sorted(row for rows, _ in found for row in rows) == list(range(len(lengths)))
    assert all(len(rows) == 1 or len(rows) * width <= TOKENS_PER_BATCH for rows, width in found)
    assert all(max(lengths[row] for row in rows) <= width <= 256 for rows, width in found)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(UnknownModel, match="minilm"):
        entry("gpt-9")


def test_weights_of_another_hash_are_refused(tmp_path):
    with pytest.raises(WrongWeights, match="reinstall"):
        converted(replace(CATALOG["minilm"], sha256="0" * 64), tmp_path)


def test_a_package_that_is_not_there_is_named():
    with pytest.raises(MissingModel, match="no_such_package"):
        replace(CATALOG["minilm"], package="no_such_package").path()


@pytest.mark.model
def test_rows_are_unit_finite_and_in_the_order_given(encoder):
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dim)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    turned = encoder.encode(TEXTS[::-1])[::-1]
    assert (np.sum(vectors * turned, axis=1) > 0.9999).all()


@pytest.mark.model
def test_a_text_has_the_same_vector_alone_and_in_a_batch(encoder):
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert (np.sum(together * alone, axis=1) > 0.999).all()


@pytest.mark.model
def test_no_texts_give_no_rows(encoder):
    assert encoder.encode([]).shape == (0, encoder.dim)


@pytest.mark.model
def test_spaces_at_the_ends_change_nothing(encoder):
    bare, padded = encoder.encode(["welder", "  welder \n"])
    assert bare @ padded > 0.9999


@pytest.mark.model
def test_threads_at_once_get_their_own_vectors(encoder):
    texts = [f"{trade} in {town}" for trade in ("nurse", "welder", "chef") for town in ("Malmö", "Oslo", "Bergen")]
    alone = encoder.encode(texts, kind="query")
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda text: encoder.encode([text], kind="query")[0], texts * 5))
    assert (np.sum(np.array(found) * np.tile(alone, (5, 1)), axis=1) > 0.999).all()


@pytest.mark.model
def test_numbers_that_are_not_finite_never_come_out(minilm, monkeypatch):
    nothing = np.full((1, minilm.dim), np.nan, dtype=np.float32)
    monkeypatch.setattr(minilm, "_start", lambda tokens, width, kind: lambda: nothing)
    with pytest.raises(BadOutput, match="finite"):
        minilm.encode(["nurse"])
    with pytest.raises(BadOutput, match="finite"):
        minilm.begin("nurse")()


@pytest.mark.model
def test_a_question_begun_is_the_one_that_was_asked_whatever_was_begun_meanwhile(encoder):
    texts = [f"{trade} in {town}" for trade in ("nurse", "welder") for town in ("Malmö", "Oslo", "Bergen")]
    begun = [encoder.begin(text) for text in texts]
    encoder.begin("left alone")  # nobody waits for it
    for text, wait in reversed(list(zip(texts, begun, strict=True))):
        assert encoder.encode([text], kind="query")[0] @ wait() > 0.999


@pytest.mark.model
def test_the_multilingual_one_brings_swedish_and_english_together(multilingual):
    wishes = ["sjuksköterska på ett sjukhus", "mekaniker som lagar bilar", "programmerare, webb och databaser"]
    swedish = multilingual.encode(wishes, kind="query")
    english = multilingual.encode(["hospital nurse", "car mechanic", "programmer, web and databases"])
    assert (np.argmax(swedish @ english.T, axis=1) == [0, 1, 2]).all()


@pytest.mark.model
def test_a_query_and_a_passage_carry_the_prefixes_of_the_catalog(multilingual):
    assert CATALOG["multilingual"].query_prefix == "query: "
    asked = multilingual.encode(["nurse"], kind="query")
    told = multilingual.encode(["nurse"], kind="passage")
    assert 0.5 < float((asked @ told.T).item()) < 0.9999


@pytest.mark.model
def test_a_text_beyond_the_limit_is_cut_at_its_end(encoder):
    long = "accountant with ledger experience " * 200
    one, other = encoder.encode([long, long + " pastry chef"])
    assert one @ other > 0.9999


@pytest.mark.model
def test_vectors_agree_with_sentence_transformers(minilm, tmp_path):
    np.save(tmp_path / "ours.npy", minilm.encode(TEXTS))
    code = (
        "import sys, numpy as np; from sentence_transformers import SentenceTransformer as S;"
        "m = S(sys.argv[1], device='cpu', local_files_only=True); m.max_seq_length = 256;"
        "v = m.encode(eval(sys.argv[3]), normalize_embeddings=True); o = np.load(sys.argv[2]);"
        "print((v * o).sum(1).min())"
    )
    arguments = [str(CATALOG["minilm"].path()), str(tmp_path / "ours.npy"), repr(TEXTS)]
    out = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert float(out.stdout.split()[-1]) >= 0.999


@pytest.mark.model
@pytest.mark.parametrize("name", sorted(CATALOG))
def test_serving_does_not_import_torch(minilm, multilingual, model_cache, name):
    code = (
        "import sys; from pathlib import Path; from models import load_encoder;"
        f"load_encoder({name!r}, cache_dir=Path(sys.argv[1])).encode(['x']);"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[2]
    out = subprocess.run(
        [sys.executable, "-c", code, str(model_cache)], capture_output=True, text=True, check=True, cwd=root
    )
    assert out.stdout.strip() == "[]"


@settings(max_examples=20)
@given(st.text(max_size=500))
def test_fake_never_raises(text):
    assert np.isfinite(FakeEncoder().encode([text])).all()
