"""Models from outside the catalog: a folder is served as it is, a hub out of reach is told in one sentence."""

import numpy as np
import pytest

from models import load_encoder
from models.catalog import CATALOG
from models.errors import MissingModel, UnknownModel
from models.hub import entry_from


@pytest.mark.model
@pytest.mark.slow
def test_a_folder_is_served_like_a_catalog_model(tmp_path, model_cache):
    folder = CATALOG["minilm"].path()
    own = load_encoder(str(folder), cache_dir=tmp_path)
    known = load_encoder("minilm", cache_dir=model_cache)
    texts = ["welder in Luleå", "registered nurse"]
    assert np.sum(own.encode(texts) * known.encode(texts), axis=1).min() > 0.9999
    assert own.key != known.key
    assert own.max_tokens == known.max_tokens


@pytest.mark.model
def test_a_hub_out_of_reach_is_told_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    with pytest.raises(MissingModel, match=r"out of reach.*headwater models list"):
        load_encoder("sentence-transformers/no-such-model", cache_dir=tmp_path)
    assert list((tmp_path / "hub").iterdir()) == []


@pytest.mark.parametrize("name", ["a/b/c", "../x", "org/", "org/model@", "org/mo del", "org/-x"])
def test_a_name_that_is_none_is_refused_before_anything_is_fetched(tmp_path, name):
    with pytest.raises(UnknownModel):
        entry_from(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_weights_is_named(tmp_path):
    with pytest.raises(MissingModel, match=r"model\.safetensors"):
        entry_from(str(tmp_path), tmp_path / "cache")
