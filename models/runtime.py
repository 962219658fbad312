"""The fast CPU runtime: tokens -> unit vectors through OpenVINO. Never imports torch.

The weights are converted once, in a child process (convert.py), into a cache folder named by their hash
and the runtime's version; a half-written conversion is never seen, since it is renamed into place.
bf16 arithmetic where the CPU has it. Texts are batched by length, so that short ones do not wait for long.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.catalog import CatalogEntry
from models.encoder import Kind, Vectors
from models.errors import BadOutput, ModelError

TOKENS_PER_BATCH = 4096
"""Padded tokens in one inference call: enough to fill two cores, small enough for their cache."""


def converted(entry: CatalogEntry, cache_dir: Path) -> Path:
    """The folder with the converted model, made when absent. Raises WrongWeights, MissingModel, ModelError."""
    final = cache_dir / "encoders" / f"{entry.name}-{entry.sha256[:12]}-ov{ov.__version__.split('-')[0]}"
    if (final / "model.xml").is_file():
        return final
    source = entry.verify()
    final.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".converting-", dir=final.parent))
    try:
        child = subprocess.run(  # noqa: S603 - our own module, our own interpreter
            [sys.executable, "-m", "models.convert", entry.name, str(scratch)],
            capture_output=True,
            text=True,
            cwd=Path(__file__).resolve().parents[1],
            timeout=600,
            check=False,
        )
        if child.returncode:
            last = (child.stderr.strip().splitlines() or ["no output"])[-1]
            raise ModelError(f"converting the encoder {entry.name!r} failed: {last}. Run `make setup` and try again.")
        shutil.copyfile(source / "tokenizer.json", scratch / "tokenizer.json")
        if final.exists() and not (final / "model.xml").is_file():  # someone emptied the cache by half
            shutil.rmtree(final)
        try:
            scratch.rename(final)
        except OSError:  # another process was first: its conversion is as good as ours
            if not (final / "model.xml").is_file():
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return final


class OpenVinoEncoder:
    """An Encoder over a converted model. One inference request per thread."""

    def __init__(self, entry: CatalogEntry, folder: Path, *, threads: int | None = None) -> None:
        self.key = entry.key
        self.dim = entry.dim
        self.max_tokens = entry.max_tokens
        self._prefix = {"query": entry.query_prefix, "passage": entry.passage_prefix}
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_length=entry.max_tokens)
        self._tokenizer.no_padding()
        self._pad = self._tokenizer.token_to_id("[PAD]") or self._tokenizer.token_to_id("<pad>") or 0
        core = ov.Core()
        capabilities = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        config = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if "BF16" in capabilities else "f32",
            "INFERENCE_NUM_THREADS": threads or os.cpu_count() or 1,
        }
        self.precision = config["INFERENCE_PRECISION_HINT"]
        self._model = core.compile_model(folder / "model.xml", "CPU", config)
        self._local = threading.local()

    def encode(self, texts: Sequence[str], *, kind: Kind = "passage") -> Vectors:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        prefix = self._prefix[kind]
        # 20 characters a token is far beyond any language's mean: cutting first keeps a huge text cheap.
        limit = self.max_tokens * 20
        encodings = self._tokenizer.encode_batch([prefix + text[:limit] for text in texts])
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for rows in _batches([len(e.ids) for e in encodings]):
            width = len(encodings[rows[-1]].ids)
            ids = np.full((len(rows), width), self._pad, dtype=np.int64)
            mask = np.zeros((len(rows), width), dtype=np.int64)
            for place, row in enumerate(rows):
                own = encodings[row].ids
                ids[place, : len(own)] = own
                mask[place, : len(own)] = 1
            vectors[rows] = self._infer(ids, mask)
        if not np.isfinite(vectors).all():
            raise BadOutput(
                f"the encoder {self.key!r} gave a number that is not finite: run `headwater models verify`."
            )
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / norms, dtype=np.float32)

    def _infer(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Vectors:
        request = getattr(self._local, "request", None)
        if request is None:
            request = self._local.request = self._model.create_infer_request()
        result = request.infer({"input_ids": ids, "attention_mask": mask}, share_inputs=True)
        return np.asarray(result[0], dtype=np.float32)


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Row numbers in batches of like length, shortest first; the last of a batch is its longest."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[row] > TOKENS_PER_BATCH:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
