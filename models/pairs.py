"""A cross-encoder on the fast CPU runtime: (question, text) -> one number. Never imports torch. See reranker.py."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.catalog import CatalogEntry
from models.convert import PAIR_INPUTS
from models.errors import BadOutput
from models.runtime import batches, meet_numpy

LETTERS = 20
"""Of a token at most, in any language's mean: a huge text is cut before it is looked at."""


class OpenVinoReranker:
    """A Reranker over a converted model. One call at a time: a second waits, since each uses every core."""

    def __init__(self, entry: CatalogEntry, folder: Path) -> None:
        self.key = f"{entry.name}#{entry.max_tokens}"
        self._longest = entry.max_tokens
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_length=entry.max_tokens, strategy="longest_first")
        self._tokenizer.no_padding()
        self._pad = self._tokenizer.token_to_id("[PAD]") or self._tokenizer.token_to_id("<pad>") or 0
        meet_numpy()
        config = {
            "PERFORMANCE_HINT": "LATENCY",
            # Not bf16: its eight bits make ties of good answers.
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": len(os.sched_getaffinity(0)),
        }
        model = ov.Core().compile_model(folder / "model.xml", "CPU", config)
        self._inputs = [port.get_any_name() for port in model.inputs]
        self._request = model.create_infer_request()
        self._turn = threading.Lock()

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        found = np.zeros(len(texts))
        if not texts:
            return found
        limit = LETTERS * self._longest
        pairs = self._tokenizer.encode_batch([(question[:limit], text[:limit]) for text in texts])
        for rows, width in batches([len(pair.ids) for pair in pairs], self._longest):
            given = {name: np.zeros((len(rows), width), dtype=np.int64) for name in PAIR_INPUTS}
            given["input_ids"][:] = self._pad
            for place, row in enumerate(rows):
                length = len(pairs[row].ids)
                given["input_ids"][place, :length] = pairs[row].ids
                given["attention_mask"][place, :length] = 1
                given["token_type_ids"][place, :length] = pairs[row].type_ids
            with self._turn:
                self._request.infer({name: given[name] for name in self._inputs})
                found[rows] = np.array(self._request.get_output_tensor(0).data, dtype=np.float64)
        if not np.isfinite(found).all():
            raise BadOutput(f"the reranker {self.key!r} gave a number that is not finite: take it out of the settings.")
        return np.asarray(1 / (1 + np.exp(-np.clip(found, -30.0, 30.0))))
