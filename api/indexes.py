"""Which index answers, and the change to another: the new one is built beside it and takes its place when whole.

An index answers only with the encoder that made it. Decides nothing about people; the runtime holds what is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from api.gate import Gate
from api.settings import Settings
from api.switch import Switch
from engine.errors import NeedsOperator
from engine.index import Index, IndexStamp, PersonPoint, Shelf, Standing, open_shelf
from engine.lexicon import Lexicon
from engine.ranking.reranked import Rerank
from models import Encoder, Encoders, ModelError, load_reranker
from models.catalog import CatalogEntry


class Keyed(Protocol):
    """An encoder, or its entry in the catalog: what a stamp needs to know."""

    @property
    def key(self) -> str: ...
    @property
    def dim(self) -> int: ...


class Source(Protocol):
    """Where encoders come from: models.Encoders, or what a test puts in its place."""

    def find(self, name: str) -> CatalogEntry: ...
    def made(self, key: str) -> CatalogEntry: ...
    def load(self, found: CatalogEntry) -> Encoder: ...


def stamp_of(encoder: Keyed, lexicon: Lexicon) -> IndexStamp:
    return IndexStamp(encoder=encoder.key, dim=encoder.dim, lexicon=lexicon.version)


def shelf_of(settings: Settings) -> Shelf:
    key = settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None
    return open_shelf(settings.index_dir, workspace=settings.workspace, url=settings.qdrant_url, api_key=key)


class Alone:
    """The index, with every write behind the gate."""

    def __init__(self, index: Index, gate: Gate) -> None:
        self._index, self._gate = index, gate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def upsert(self, points: Sequence[PersonPoint]) -> None:
        with self._gate.alone():
            self._index.upsert(points)

    def delete(self, person_ids: Iterable[str]) -> None:
        with self._gate.alone():
            self._index.delete(person_ids)


@dataclass
class Opened:
    shelf: Shelf
    index: Index
    encoder: Encoder
    switch: Switch | None = None
    remark: str | None = None
    """Why an index that stands there cannot answer meanwhile."""


def open_indexes(settings: Settings, lexicon: Lexicon, source: Source | None = None) -> Opened:
    """The newest whole index with its own encoder; a Switch with it where the settings or the code ask for another.

    Raises NeedsOperator (an encoder that is unknown, missing or not what it should be), Busy.
    """
    source = source or Encoders(settings.model_dir)
    entry = entry_of(settings, source)
    wanted = stamp_of(entry, lexicon)
    shelf = shelf_of(settings)
    try:
        before = shelf.current()
        remark = None
        if before is not None and before.stamp != wanted:
            try:
                return _answer_from(before, wanted, entry, shelf, source)
            except (ModelError, NeedsOperator) as error:
                remark = f"The index built before cannot answer meanwhile: {getattr(error, 'what', error)}"
        return Opened(shelf, shelf.open(wanted), _load(source, entry), remark=remark)
    except BaseException:
        shelf.close()
        raise


def _answer_from(before: Standing, wanted: IndexStamp, entry: CatalogEntry, shelf: Shelf, source: Source) -> Opened:
    """Raises ModelError, NeedsOperator: why it cannot."""
    stamp = before.stamp
    if stamp is None:
        raise NeedsOperator("its stamp cannot be read.")
    if stamp.schema != wanted.schema:
        raise NeedsOperator(f"schema: it has {stamp.schema}, the code wants {wanted.schema}.")
    encoder = source.load(source.made(stamp.encoder))
    index = shelf.open(stamp)
    load = (lambda: encoder) if stamp.encoder == wanted.encoder else (lambda: _load(source, entry))
    return Opened(shelf, index, encoder, Switch(shelf, wanted, wanted.differs(stamp), load))


def entry_of(settings: Settings, source: Source | None = None) -> CatalogEntry:
    """What the settings name; loads no model. Raises NeedsOperator."""
    try:
        return (source or Encoders(settings.model_dir)).find(settings.encoder)
    except ModelError as error:
        raise NeedsOperator(str(error), "`headwater models list` shows them all.") from error


def _load(source: Source, entry: CatalogEntry) -> Encoder:
    try:
        return source.load(entry)
    except ModelError as error:
        raise NeedsOperator(str(error), "`headwater models verify` checks them all.") from error


def open_reranker(settings: Settings) -> Rerank | None:
    """What the settings name, if anything. Raises NeedsOperator."""
    if settings.reranker is None:
        return None
    try:
        return Rerank(load_reranker(settings.reranker, cache_dir=settings.model_dir))
    except ModelError as error:
        raise NeedsOperator(str(error), "HEADWATER_RERANKER names it; docs/models.md says what it may be.") from error


def drop_wanted(settings: Settings, lexicon: Lexicon, source: Source | None = None) -> None:
    """Remove the index the settings ask for, so that it is built anew. Raises NeedsOperator."""
    stamp = stamp_of(entry_of(settings, source), lexicon)
    shelf = shelf_of(settings)
    try:
        shelf.drop(stamp)
    finally:
        shelf.close()


def report(settings: Settings, lexicon: Lexicon, source: Source | None = None) -> dict[str, Any]:
    """For ``doctor``: the stamp the settings ask for, whether its index is whole, and what stands beside it."""
    wanted: IndexStamp | None = None
    problem: str | None = None
    try:
        wanted = stamp_of(entry_of(settings, source), lexicon)
    except NeedsOperator as error:
        problem = str(error)
    shelf = shelf_of(settings)
    try:
        current, standing = shelf.current(), shelf.standing()
    finally:
        shelf.close()
    ours = [one for one in standing if wanted is not None and one.stamp == wanted]
    return {
        "engine": "server" if settings.qdrant_url else "embedded",
        "running": asdict(wanted) if wanted else None,
        "problem": problem,
        "built": bool(ours) and current == ours[0],
        "begun": bool(ours) and current != ours[0],
        "others": [
            {"name": one.name, "answers": one == current, "differs": _differs(wanted, one.stamp)}
            for one in standing
            if one not in ours
        ],
    }


def _differs(wanted: IndexStamp | None, found: IndexStamp | None) -> list[str]:
    if found is None:
        return ["its stamp cannot be read"]
    return wanted.differs(found) if wanted else []
