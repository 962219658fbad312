"""Pieces of the real CVs, what they state and their vectors: what a crowd for measuring is put together from.

A piece is up to 650 letters of one CV, cut at line ends; the 2,484 CVs give over 20,000 distinct ones. Each is
read and embedded once. The vectors are kept in a file named by the encoder, since they take minutes to make.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import Encoder

LETTERS = 650
LEAST = 80
"""A shorter piece is left out: a page number, a lone head."""
_STEP = 512

Progress = Callable[[int, int], None]


def read_resumes(shared: Path) -> Iterator[dict[str, str]]:
    """``{id, category, text}`` of each real CV under the reference data."""
    with gzip.open(shared / "resumes" / "resumes.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def cut_resumes(shared: Path) -> dict[str, tuple[str, ...]]:
    """category -> distinct pieces, in the order of the file."""
    found: dict[str, dict[str, None]] = {}
    seen: set[str] = set()
    for resume in read_resumes(shared):
        own = found.setdefault(resume["category"], {})
        for piece in cut(resume["text"]):
            key = " ".join(piece.split())
            if key not in seen:
                seen.add(key)
                own[piece] = None
    return {category: tuple(pieces) for category, pieces in sorted(found.items())}


def cut(text: str) -> Iterator[str]:
    """A text in pieces of LEAST to LETTERS letters, whole lines where lines are short enough."""
    start = 0
    while start < len(text):
        end = min(len(text), start + LETTERS)
        if end < len(text):
            line = text.rfind("\n", start + LEAST, end)
            end = line if line > 0 else max(text.rfind(" ", start + LEAST, end), start + LEAST)
        piece = text[start:end].strip()
        if len(piece) >= LEAST:
            yield piece
        start = end + 1


def embedded(
    texts: Sequence[str], encoder: Encoder, folder: Path, *, on_progress: Progress | None = None
) -> dict[str, NDArray[np.float32]]:
    """text -> vector. Kept in ``folder``; a killed run goes on, a text that is new is added."""
    name = hashlib.sha256(encoder.key.encode()).hexdigest()[:12]
    file = folder / f"vectors-{name}.npz"
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, NDArray[np.float32]] = {}
    if file.is_file():
        with np.load(file) as stored:
            known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
    keys = {hashlib.sha256(text.encode()).hexdigest(): text for text in texts}
    missing = [key for key in keys if key not in known]
    for start in range(0, len(missing), _STEP):
        part = missing[start : start + _STEP]
        known |= zip(part, encoder.encode([keys[key] for key in part]), strict=True)
        last = start + _STEP >= len(missing)
        if last or start // _STEP % 8 == 7:
            scratch = file.with_suffix(".new.npz")
            np.savez(scratch, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
            scratch.replace(file)
        if on_progress:
            on_progress(min(start + _STEP, len(missing)), len(missing))
    return {text: known[key] for key, text in keys.items()}
