"""Weights become a served model once: atomic, checked again at each load, made anew when anything differs."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from models import load_encoder
from models.catalog import CATALOG, CatalogEntry, sha256_of
from models.errors import MissingModel, ModelError, WrongWeights
from models.runtime import converted

MINILM = CATALOG["minilm"]


@pytest.fixture
def cache(model_cache, tmp_path):
    """A copy of the converted MiniLM that a test may damage."""
    folder = converted(MINILM, model_cache)
    shutil.copytree(folder, tmp_path / "encoders" / folder.name)
    return tmp_path


@pytest.fixture
def conversions(monkeypatch):
    """Counts the children that would convert, and lets each write a small stand-in."""
    import models.runtime

    made = []

    def run(command, *, cwd, **_):
        entry, target = CatalogEntry.from_json(command[-2]), Path(cwd) / command[-1]
        target.mkdir(parents=True, exist_ok=True)
        made.append(entry.name)
        (target / "model.xml").write_text("<graph/>")
        (target / "manifest.json").write_text(f'{{"model.xml": "{sha256_of(target / "model.xml")}"}}')
        return type("Done", (), {"returncode": 0, "stderr": ""})()

    monkeypatch.setattr(models.runtime.subprocess, "run", run)
    return made


def test_an_entry_survives_the_way_to_the_child():
    for entry in CATALOG.values():
        assert CatalogEntry.from_json(entry.to_json()) == entry


def test_keys_name_weights_and_recipe():
    keys = {entry.key for entry in CATALOG.values()}
    assert len(keys) == len(CATALOG)
    assert replace(MINILM, max_tokens=128).key != MINILM.key
    assert replace(MINILM, pooling="cls").key != MINILM.key
    assert replace(MINILM, query_prefix="query: ").key != MINILM.key
    assert replace(MINILM, sha256="1" * 64).key != MINILM.key


@pytest.mark.model
def test_a_conversion_is_used_again_and_leaves_no_scratch(cache, conversions):
    folder = converted(MINILM, cache)
    assert conversions == []
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]


@pytest.mark.model
@pytest.mark.parametrize("name", ["model.bin", "model.xml", "tokenizer.json", "manifest.json"])
def test_a_damaged_conversion_is_made_again(cache, conversions, name):
    damaged = next((cache / "encoders").iterdir()) / name
    damaged.write_bytes(damaged.read_bytes()[:-7])
    converted(MINILM, cache)
    assert conversions == ["minilm"]


def test_other_weights_are_converted_beside_the_old_ones(tmp_path, conversions):
    source = tmp_path / "source"
    source.mkdir()
    entries = []
    for number in range(2):
        (source / "model.safetensors").write_bytes(bytes([number]) * 100)
        digest = sha256_of(source / "model.safetensors")
        entries.append(replace(MINILM, package=str(source), folder="", sha256=digest))
        converted(entries[-1], tmp_path)
    assert conversions == ["minilm", "minilm"]
    assert len(list((tmp_path / "encoders").iterdir())) == 2


def test_from_any_folder_the_conversion_lands_where_it_was_asked_for(tmp_path, conversions, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = converted(MINILM, Path("data") / "models")
    assert folder.is_relative_to(tmp_path / "data" / "models")
    assert (folder / "model.xml").read_text() == "<graph/>"


def test_a_child_that_writes_nothing_is_told(tmp_path, monkeypatch):
    import models.runtime

    done = type("Done", (), {"returncode": 0, "stderr": ""})()
    monkeypatch.setattr(models.runtime.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(ModelError, match="left nothing whole"):
        converted(MINILM, tmp_path)
    assert list((tmp_path / "encoders").iterdir()) == []


def test_weights_of_another_hash_are_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(WrongWeights, match="reinstall"):
        converted(replace(MINILM, sha256="0" * 64), tmp_path)
    assert list(tmp_path.rglob("*")) == []


def test_a_child_that_fails_is_told_with_its_last_word_and_leaves_nothing(tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "broken.bin").write_bytes(b"no weights at all")
    digest = sha256_of(tmp_path / "source" / "broken.bin")
    entry = replace(
        CATALOG["multilingual"], package=str(tmp_path / "source"), folder="", weights="broken.bin", sha256=digest
    )
    with pytest.raises(ModelError, match=r"converting the model 'multilingual' failed: .*broken\.bin"):
        converted(entry, tmp_path / "cache")
    assert list((tmp_path / "cache" / "encoders").iterdir()) == []


def test_a_package_without_its_weights_is_named(tmp_path):
    with pytest.raises(MissingModel, match="reinstall"):
        replace(MINILM, package=str(tmp_path), folder="").verify()


@pytest.mark.model
def test_a_catalog_name_loads_what_the_catalog_says(model_cache):
    encoder = load_encoder("minilm", cache_dir=model_cache)
    assert (encoder.key, encoder.dim, encoder.max_tokens) == (MINILM.key, 384, 256)
