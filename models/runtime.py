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
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from tokenizers import Tokenizer

from models.catalog import CatalogEntry, sha256_of
from models.encoder import Kind, Pending, Vectors
from models.errors import BadOutput, ModelError

RECIPE = 2
"""Raised when convert.py makes another graph of the same weights, so that the old conversion is left behind."""
TOKENS_PER_BATCH = 1024
"""Padded tokens in one inference call: more is no faster on a few cores, and takes more memory."""
WIDTH_STEP = {"query": 4, "passage": 16}
"""Batches are padded to a multiple of this, since the runtime compiles anew for each new shape. A question is short
and waited for, and every column of padding costs it time."""


_MEETING = threading.Lock()


def meet_numpy() -> None:
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
    # Whole: the child works in a folder of its own, where a relative path is another one.
    final = cache_dir.resolve() / "encoders" / f"{entry.name}-{entry.sha256[:12]}-r{RECIPE}-ov{version}"
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
            raise ModelError(f"converting the model {entry.name!r} failed: {last}. Run `make setup` and try again.")
        if not _intact(scratch):
            raise ModelError(f"converting the model {entry.name!r} left nothing whole. Is the disk full?")
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
    """An Encoder over a converted model. An inference request serves one call at a time and then the next.

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
        meet_numpy()
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
        self._free: dict[Kind, deque[ov.InferRequest]] = {"query": deque(), "passage": deque()}

    def encode(self, texts: Sequence[str], *, kind: Kind = "passage") -> Vectors:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        encodings = self._tokens(texts, kind)
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for rows, width in batches([len(e.ids) for e in encodings], self.max_tokens, WIDTH_STEP[kind]):
            vectors[rows] = self._start([encodings[row].ids for row in rows], width, kind)()
        return self._checked(vectors)

    def begin(self, text: str) -> Pending:
        encodings = self._tokens([text], "query")
        ((_, width),) = batches([len(encodings[0].ids)], self.max_tokens, WIDTH_STEP["query"])
        wait = self._start([encodings[0].ids], width, "query")
        return lambda: np.asarray(self._checked(wait())[0])

    def _tokens(self, texts: Sequence[str], kind: Kind) -> list[Any]:
        prefix = self._prefix[kind]
        # 20 characters a token is far beyond any language's mean: cutting first keeps a huge text cheap.
        limit = self.max_tokens * 20
        return list(self._tokenizer.encode_batch([prefix + text[:limit].strip() for text in texts]))

    def _start(self, tokens: Sequence[Sequence[int]], width: int, kind: Kind) -> Callable[[], Vectors]:
        """Begin an inference on the runtime's own threads. Returns what waits for its rows, not yet of unit length."""
        ids = np.full((len(tokens), width), self._pad, dtype=np.int64)
        mask = np.zeros((len(tokens), width), dtype=np.int64)
        for place, own in enumerate(tokens):
            ids[place, : len(own)] = own
            mask[place, : len(own)] = 1
        free = self._free[kind]
        try:
            request = free.pop()
        except IndexError:
            request = self._compiled(kind).create_infer_request()
        request.start_async({"input_ids": ids, "attention_mask": mask}, share_inputs=True)

        def wait() -> Vectors:
            request.wait()
            rows = np.array(request.get_output_tensor(0).data, dtype=np.float32)
            free.append(request)  # one that nobody waited for is not used again: it may still be at work
            return rows

        return wait

    def _checked(self, vectors: Vectors) -> Vectors:
        if not np.isfinite(vectors).all():
            raise BadOutput(
                f"the encoder {self.key!r} gave a number that is not finite: run `headwater models verify`."
            )
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / norms, dtype=np.float32)

    def _compiled(self, kind: Kind) -> ov.CompiledModel:
        with self._compiling:
            if kind not in self._models:
                self._models[kind] = self._core.compile_model(self._path, "CPU", self._config)
            return self._models[kind]


def batches(lengths: list[int], longest: int, step: int = 16) -> Iterator[tuple[list[int], int]]:
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
