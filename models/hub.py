"""A model that is not in the catalog: a folder as sentence-transformers saves one, or a name on the model hub.

The hub is reached in a child process, once; what came is kept under the cache folder, described by a catalog entry
of its own (weights' hash, pooling, prefixes, length) and from then on served like any other, without the hub.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.catalog import CatalogEntry, sha256_of
from models.errors import MissingModel, ModelError, UnknownModel

NAME = re.compile(r"(?P<model>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(@(?P<revision>[\w.-]+))?")
"""``organisation/model`` or ``organisation/model@revision``."""
ENTRY = "headwater.json"


def entry_from(name: str, cache_dir: Path) -> CatalogEntry:
    """The entry of a folder (absolute path) or of a hub name, fetched when it is not in the cache.

    Raises UnknownModel, MissingModel (no way to the hub), ModelError (a form that cannot be served).
    """
    if Path(name).is_absolute():
        return _of_folder(Path(name), cache_dir)
    match = NAME.fullmatch(name)
    if match is None:
        raise UnknownModel(f"{name!r} is no catalog name, absolute folder or `organisation/model@revision`.")
    folder = cache_dir / "hub" / name.replace("/", "--")
    if not (folder / ENTRY).is_file():
        _in_child(match["model"], match["revision"] or "main", folder)
    found = CatalogEntry.from_json((folder / ENTRY).read_text(encoding="utf-8"))
    return replace(found, package=str(folder.resolve()))


def _of_folder(source: Path, cache_dir: Path) -> CatalogEntry:
    """Described anew whenever the weights are others: a fine-tuned model is often saved over the last one."""
    weights = source / "model.safetensors"
    if not weights.is_file():
        raise MissingModel(f"{source} holds no model.safetensors: name a folder that sentence-transformers saved.")
    digest = sha256_of(weights)
    folder = cache_dir / "hub" / f"folder-{digest[:12]}"
    if not (folder / ENTRY).is_file():
        _in_child(str(source), "", folder)
    return replace(CatalogEntry.from_json((folder / ENTRY).read_text(encoding="utf-8")), package=str(folder.resolve()))


def _in_child(model: str, revision: str, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".fetching-", dir=folder.parent))
    try:
        child = subprocess.run(  # noqa: S603 - our own module, our own interpreter
            [sys.executable, "-m", "models.hub", model, revision, str(scratch)],
            capture_output=True,
            text=True,
            cwd=Path(__file__).resolve().parents[1],
            env={**os.environ, "HF_HUB_DISABLE_TELEMETRY": "1"},
            timeout=3600,
            check=False,
        )
        if child.returncode == _UNFIT:
            raise ModelError(child.stderr.strip().splitlines()[-1])
        if child.returncode:
            raise MissingModel(
                f"the encoder {model!r} could not be fetched: the model hub is out of reach, or has no such model. "
                "Use an encoder of `headwater models list`, which need no hub, or name a folder you copied."
            )
        shutil.rmtree(folder, ignore_errors=True)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


_UNFIT = 3


def fetch(model: str, revision: str, target: Path) -> None:
    """In the child: saves the model into ``target`` with its entry beside it. Exits with 3 where it is unfit."""
    from sentence_transformers import SentenceTransformer

    if Path(model).is_absolute():
        loaded: Any = SentenceTransformer(model, device="cpu", local_files_only=True)
    else:
        loaded = SentenceTransformer(model, revision=revision, device="cpu")
    steps = [type(step).__name__ for step in loaded]
    pooling = str(getattr(loaded[1], "pooling_mode", "")) if len(steps) > 1 else ""
    if steps not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]) or pooling not in (
        "mean",
        "cls",
    ):
        print(f"the encoder {model!r} is made of {steps} {pooling}: mean or cls pooling can be served", file=sys.stderr)
        raise SystemExit(_UNFIT)
    loaded.save(str(target))
    if not (target / "tokenizer.json").is_file() or not (target / "model.safetensors").is_file():
        print(f"the encoder {model!r} has no fast tokenizer or no safetensors: it cannot be served", file=sys.stderr)
        raise SystemExit(_UNFIT)
    prompts = loaded.prompts or {}
    digest = sha256_of(target / "model.safetensors")
    entry = CatalogEntry(
        name=f"folder-{digest[:12]}" if Path(model).is_absolute() else model.replace("/", "--"),
        package="",
        folder="",
        weights="model.safetensors",
        sha256=digest,
        revision=revision,
        dim=int(loaded.get_embedding_dimension()),
        max_tokens=int(loaded.max_seq_length or 512),
        languages=(),
        licence="see the model's card",
        pooling="cls" if pooling == "cls" else "mean",
        query_prefix=prompts.get("query") or "",
        passage_prefix=prompts.get("passage") or prompts.get("document") or "",
    )
    (target / ENTRY).write_text(entry.to_json(), encoding="utf-8")


if __name__ == "__main__":
    fetch(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
