"""TEXT -> NUMBERS. Knows no person, workspace or database."""

from __future__ import annotations

from pathlib import Path

from models.catalog import CATALOG, DEFAULT, entry
from models.encoder import Encoder, Kind, Vectors
from models.errors import ModelError
from models.fake import FakeEncoder
from models.hub import entry_from

__all__ = ["CATALOG", "DEFAULT", "Encoder", "FakeEncoder", "Kind", "ModelError", "Vectors", "load_encoder"]


def load_encoder(name: str = DEFAULT, *, cache_dir: Path) -> Encoder:
    """The encoder of that name, converted into ``cache_dir`` on first use (half a minute, in a child process).

    ``name``: one of the catalog; the absolute path of a folder that sentence-transformers saved; or
    ``organisation/model[@revision]`` on the model hub. Raises UnknownModel, MissingModel, WrongWeights, ModelError.
    """
    from models.runtime import OpenVinoEncoder, converted  # OpenVINO takes a second to import

    found = entry_from(name, cache_dir) if "/" in name else entry(name)
    return OpenVinoEncoder(found, converted(found, cache_dir))
