"""How fast our encoder is beside plain sentence-transformers on the same weights, and how near its vectors are.

Plain is sentence-transformers as its documentation shows it, over the very same weights: for the packed encoder those
that were unpacked, so that the vectors can be compared.

``headwater bench embed``. Each runs in its own process, so that neither's threads disturb the other's, and they
take turns on the same passages of the real CVs.
"""

from __future__ import annotations

import tempfile
import time
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInput
from eval.bench.encoder_tasks import cv_passages
from models import CATALOG, DEFAULT, Encoder, load_encoder
from models.catalog import CatalogEntry


def run(
    *,
    shared: Path = Path("../shared/data"),
    encoder_dir: Path = Path("data/models"),
    encoder: str = DEFAULT,
    passages: int = 400,
    rounds: int = 5,
) -> dict[str, Any]:
    """Embedding beside plain sentence-transformers, over passages of the real CVs in the reference data.

    They take turns; medians over the rounds. ratio: ours to plain within a round. Raises BadInput without the data.
    """
    if not (shared / "resumes" / "resumes.jsonl.gz").is_file():
        raise BadInput(f"There is no reference data in {str(shared)!r}.", "Name its folder: --shared FOLDER.")
    if encoder not in CATALOG:
        raise BadInput(f"{encoder!r} is not in the catalog.", f"It has: {', '.join(sorted(CATALOG))}.")
    texts, _, _ = cv_passages(shared, per_category=None)
    every = max(1, len(texts) // passages)
    return bench_embed(texts[::every][:passages], encoder_dir, encoder=encoder, rounds=rounds)


def bench_embed(texts: list[str], cache_dir: Path, *, encoder: str = DEFAULT, rounds: int = 5) -> dict[str, Any]:
    """Medians over ``rounds``: passages a second of ours and of plain, their ratio in the same round, mean and least
    cosine between them, milliseconds for one query of 12 words, memory of the process that embeds."""
    entry = CATALOG[encoder]
    ours = load_encoder(encoder, cache_dir=cache_dir)
    context = get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=_plain, args=(entry, there), daemon=True)
    child.start()
    there.close()
    try:
        theirs = _ask(here, texts)[1]  # the first round of both warms up
        cosine = np.sum(ours.encode(texts) * theirs, axis=1)
        fast: list[float] = []
        plain: list[float] = []
        for _ in range(rounds):
            start = time.perf_counter()
            ours.encode(texts)
            fast.append(len(texts) / (time.perf_counter() - start))
            plain.append(len(texts) / _ask(here, texts)[0])
        waits = _query_ms(ours, texts)
        here.send(None)
        child.join(timeout=30)
    finally:
        here.close()
        if child.is_alive():
            child.kill()
    return {
        "encoder": ours.key,
        "precision": getattr(ours, "precision", None),
        "passages": len(texts),
        "rounds": rounds,
        "per_s": round(float(np.median(fast)), 1),
        "plain_per_s": round(float(np.median(plain)), 1),
        "ratio": round(float(np.median(np.array(fast) / np.array(plain))), 2),
        "cosine_mean": round(float(cosine.mean()), 5),
        "cosine_min": round(float(cosine.min()), 5),
        "rss_mb": _rss_mb(),
        "query_ms": {f"p{p}": round(float(np.percentile(waits, p)), 2) for p in (50, 95)},
    }


def _query_ms(encoder: Encoder, texts: list[str], *, queries: int = 200) -> list[float]:
    waits = []
    for number in range(queries):
        words = texts[number % len(texts)].split()
        query = " ".join(words[number % 7 : number % 7 + 12])
        start = time.perf_counter()
        encoder.encode([query], kind="query")
        waits.append(1000 * (time.perf_counter() - start))
    return waits[20:]


def _rss_mb() -> int:
    """Of this process, which holds our encoder and not plain's."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * 4096 / 1e6)


def _ask(pipe: Connection, texts: list[str]) -> tuple[float, Any]:
    """Seconds that plain took for the texts, and its vectors."""
    pipe.send(texts)
    seconds, vectors = pipe.recv()
    return float(seconds), vectors


def _plain(entry: CatalogEntry, pipe: Connection) -> None:
    """In the child: answers each list of texts with (seconds, vectors) until None comes."""
    with tempfile.TemporaryDirectory() as folder:
        model = _sentence_transformer(entry, Path(folder))
        while (texts := pipe.recv()) is not None:
            start = time.perf_counter()
            vectors = model.encode([entry.passage_prefix + text for text in texts], normalize_embeddings=True)
            pipe.send((time.perf_counter() - start, vectors))


def _sentence_transformer(entry: CatalogEntry, scratch: Path) -> Any:
    """The entry's own weights as a plain sentence-transformers model."""
    from sentence_transformers import SentenceTransformer

    source = entry.verify()
    if entry.form == "packed":
        from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
        from transformers import PreTrainedTokenizerFast

        from models.convert import bert_of, write_tokenizer
        from models.packed import read_packed

        packed = read_packed(source / entry.weights)
        bert_of(packed).save_pretrained(scratch)
        write_tokenizer(packed, scratch / "tokenizer.json")
        tokenizer: Any = PreTrainedTokenizerFast
        special = {"pad_token": "<pad>", "unk_token": "<unk>", "model_max_length": entry.max_tokens}
        tokenizer(tokenizer_file=str(scratch / "tokenizer.json"), **special).save_pretrained(scratch)
        transformer = Transformer(str(scratch))
        model: Any = SentenceTransformer(
            modules=[transformer, Pooling(entry.dim, pooling_mode=entry.pooling)], device="cpu"
        )
    else:
        model = SentenceTransformer(str(source), device="cpu", local_files_only=True)
    model.max_seq_length = entry.max_tokens
    return model
