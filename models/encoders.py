"""Encoders by name or by key: what the settings name, and what made an index that stands since before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from models.catalog import CATALOG, CatalogEntry, entry
from models.encoder import Encoder
from models.errors import UnknownModel
from models.hub import ENTRY, entry_from


class Encoders:
    """All that can be loaded here: the catalog, folders, and what was fetched from a hub into ``cache_dir``."""

    def __init__(self, cache_dir: Path) -> None:
        self._cache_dir = cache_dir

    def find(self, name: str) -> CatalogEntry:
        """The entry of a name as the settings give it. Loads no model; a hub name is fetched when it is not here.

        ``name``: one of the catalog; the absolute path of a folder that sentence-transformers saved; or
        ``organisation/model[@revision]`` on the model hub. Raises UnknownModel, MissingModel, ModelError.
        """
        return entry_from(name, self._cache_dir) if "/" in name else entry(name)

    def made(self, key: str) -> CatalogEntry:
        """The entry whose vectors carry this key. Fetches nothing. Raises UnknownModel."""
        for found in [*CATALOG.values(), *self._fetched()]:
            if found.key == key:
                return found
        raise UnknownModel(f"the encoder {key!r} is neither in the catalog nor in {self._cache_dir.name!r} any more.")

    def load(self, found: CatalogEntry) -> Encoder:
        """Converted into the cache folder on first use (half a minute, in a child process).

        Raises MissingModel, WrongWeights, ModelError.
        """
        from models.runtime import OpenVinoEncoder, converted  # OpenVINO takes a second to import

        return OpenVinoEncoder(found, converted(found, self._cache_dir))

    def _fetched(self) -> list[CatalogEntry]:
        entries = []
        for file in sorted((self._cache_dir / "hub").glob(f"*/{ENTRY}")):
            try:
                found = CatalogEntry.from_json(file.read_text(encoding="utf-8"))
            except (OSError, ValueError, TypeError, KeyError):
                continue
            entries.append(replace(found, package=str(file.parent.resolve())))
        return entries
