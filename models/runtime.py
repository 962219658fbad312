"""The fast CPU runtime: tokens -> unit vectors through OpenVINO. Never imports torch.

The weights are converted once, in a child process (convert.py), into a cache folder named by their hash
and the runtime's version; a half-written conversion is never seen, since it is renamed into place.
bf16 arithmetic where the CPU has it. Texts are batched by length, so that short ones do not wait for long.
"""

from __future__ import annotations

import json
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

from models.catalog import CatalogEntry, sha256_of
from models.encoder import Kind, Vectors
from models.errors import BadOutput, ModelError

RECIPE = 2
"""Raised when convert.py makes another graph of the same weights, so that the old conversion is left behind."""
TOKENS_PER_BATCH = 1024
"""Padded tokens in one inference call: more is no faster on a few cores, and takes more memory."""
WIDTH_STEP = {"query": 4, "passage": 16}
"""Batches are padded to a multiple of this, since the runtime compiles anew for each new shape. A question is short
and waited for, and every column of padding costs it time."""


_MEETING = threading.Lock()


def _meet_numpy() -> None:
    """Let OpenVINO's binding look numpy up once, in one thread.

    It does so at the first array it is given, under a lock of its own that it takes while holding the interpreter's:
    two threads whose first arrays come at the same moment wait for each other for ever.
    """
    with _MEETING:
        _ = ov.Tensor(np.zeros(1, dtype=np.int64), shared_memory=True).data


def converted(entry: CatalogEntry, cache_dir: Path) -> Path:
    """The folder with the converted model, made when absent or damaged.

    Raises WrongWeights, MissingModel, ModelError.
    """
    version = ov.__version__.split("-")[0]
    final = cache_dir / "encoders" / f"{entry.name}-{entry.sha256[:12]}-r{RECIPE}-ov{version}"
    if _intact(final):
        return final
    entry.verify()
    final.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".converting-", dir=final.parent))
    try:
        child = subprocess.run(  # noqa: S603 - our own module, our own interpreter
            [sys.executable, "-m", "models.convert", entry.to_json(), str(scratch)],
            capture_output=True,
            text=True,
            cwd=Path(__file__).resolve().parents[1],
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
            timeout=600,
            check=False,
        )
        if child.returncode:
            last = (child.stderr.strip().splitlines() or ["no output"])[-1]
            raise ModelError(f"converting the encoder {entry.name!r} failed: {last}. Run `make setup` and try again.")
        if final.exists() and not _intact(final):  # someone emptied or damaged the cache
            shutil.rmtree(final)
        try:
            scratch.rename(final)
        except OSError:  # another process was first: its conversion is as good as ours
            if not _intact(final):
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return final


def _intact(folder: Path) -> bool:
    """Whether every file of a conversion is there and hashes to what was written then."""
    try:
        manifest: dict[str, str] = json.loads((folder / "manifest.json").read_text())
        return all(sha256_of(folder / name) == digest for name, digest in manifest.items())
    except (OSError, ValueError):
        return False


class OpenVinoEncoder:
    """An Encoder over a converted model. One inference request per thread.

    The model is compiled twice: queries and passages have their own streams, so that a query never waits for a
    batch of passages to end, only shares the processor with it.
    """

    def __init__(self, entry: CatalogEntry, folder: Path, *, threads: int | None = None) -> None:
        self.key = entry.key
        self.dim = entry.dim
        self.max_tokens = entry.max_tokens
        self._prefix = {"query": entry.query_prefix, "passage": entry.passage_prefix}
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_length=entry.max_tokens)
        self._tokenizer.no_padding()
        _meet_numpy()
        self._pad = self._tokenizer.token_to_id("[PAD]") or self._tokenizer.token_to_id("<pad>") or 0
        self._core = ov.Core()
        capabilities = self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self.precision = "bf16" if "BF16" in capabilities else "f32"
        self._config = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": self.precision,
            "INFERENCE_NUM_THREADS": threads or len(os.sched_getaffinity(0)),
        }
        self._path = folder / "model.xml"
        self._compiling = threading.Lock()
        self._models: dict[Kind, ov.CompiledModel] = {}
        self._local = threading.local()

    def encode(self, texts: Sequence[str], *, kind: Kind = "passage") -> Vectors:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        prefix = self._prefix[kind]
        # 20 characters a token is far beyond any language's mean: cutting first keeps a huge text cheap.
        limit = self.max_tokens * 20
        encodings = self._tokenizer.encode_batch([prefix + text[:limit].strip() for text in texts])
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for rows, width in _batches([len(e.ids) for e in encodings], self.max_tokens, WIDTH_STEP[kind]):
            ids = np.full((len(rows), width), self._pad, dtype=np.int64)
            mask = np.zeros((len(rows), width), dtype=np.int64)
            for place, row in enumerate(rows):
                own = encodings[row].ids
                ids[place, : len(own)] = own
                mask[place, : len(own)] = 1
            vectors[rows] = self._infer(ids, mask, kind)
        if not np.isfinite(vectors).all():
            raise BadOutput(
                f"the encoder {self.key!r} gave a number that is not finite: run `headwater models verify`."
            )
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / norms, dtype=np.float32)

    def _infer(self, ids: NDArray[np.int64], mask: NDArray[np.int64], kind: Kind) -> Vectors:
        request = getattr(self._local, kind, None)
        if request is None:
            request = self._compiled(kind).create_infer_request()
            setattr(self._local, kind, request)
        result = request.infer({"input_ids": ids, "attention_mask": mask}, share_inputs=True)
        return np.asarray(result[0], dtype=np.float32)

    def _compiled(self, kind: Kind) -> ov.CompiledModel:
        with self._compiling:
            if kind not in self._models:
                self._models[kind] = self._core.compile_model(self._path, "CPU", self._config)
            return self._models[kind]


def _batches(lengths: list[int], longest: int, step: int = 16) -> Iterator[tuple[list[int], int]]:
    """Row numbers in batches of like length, shortest first, with the width to pad them to."""
    batch: list[int] = []
    width = 0
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        wider = min(-(-lengths[row] // step) * step, max(longest, lengths[row]))
        if batch and (len(batch) + 1) * wider > TOKENS_PER_BATCH:
            yield batch, width
            batch = []
        batch.append(row)
        width = wider
    if batch:
        yield batch, width
