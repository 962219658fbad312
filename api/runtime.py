"""The rooms wired together, once, from settings: what the app and the command line both stand on.

Holds the ledger, the index, the encoder and the lexicon, and the lock on the data directory. Decides nothing.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

import structlog

from api.gate import Gate
from api.lock import DataLock
from api.secret import Secret, secret_of
from api.settings import Settings
from engine.errors import HeadwaterError, NeedsOperator
from engine.index import Index, IndexStamp, PersonPoint, open_folder, open_server
from engine.index import index_folder as folder_of
from engine.lexicon import Lexicon
from engine.query.criteria import Query
from engine.ranking.relevance import Weights
from engine.ranking.results import SearchResult
from engine.records import Policy, Viewer, Vocabulary
from engine.search import rank, search
from indexer.embed import Indexed
from indexer.follower import checkpoint_name, follow
from indexer.ledger import Ledger, Reader, Writer
from models import Encoder, ModelError, load_encoder

log = structlog.get_logger(__name__)

WORKSPACE = "default"
WATCH_S = 2.0
"""Seconds between two looks at the event log."""
VOCABULARY_S = 30.0
"""How old the workspace's words may be when another process wrote them. Our own writes renew them at once."""


class Runtime:
    """An open installation. Close it, or use it as a context."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        index: Index,
        encoder: Encoder,
        lexicon: Lexicon,
        secret: Secret,
        lock: DataLock | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.ledger, self.index, self.encoder, self.lexicon = ledger, index, encoder, lexicon
        self.secret, self.lock, self.clock = secret, lock, clock
        self.gate = Gate()
        self._vocabularies: dict[tuple[str, frozenset[str]], tuple[float, Vocabulary]] = {}
        self._following = ThreadPoolExecutor(max_workers=1, thread_name_prefix="follow")
        self._stopping = threading.Event()

    def behind(self) -> bool:
        """Whether something written, by whatever process, is not searchable yet."""
        reader = self.ledger.reader(Viewer(workspace=WORKSPACE, user="indexer"))
        return bool(reader.events(int(reader.checkpoint(checkpoint_name(self.index)) or 0), limit=1))

    @property
    def today(self) -> date:
        return self.clock().date()

    def reader(self, viewer: Viewer) -> Reader:
        return self.ledger.reader(viewer)

    def writer(self, viewer: Viewer) -> Writer:
        return self.ledger.writer(viewer.workspace, viewer.user)

    def vocabulary(self, viewer: Viewer) -> Vocabulary:
        key = (viewer.workspace, viewer.audiences)
        found = self._vocabularies.get(key)
        if found is None or monotonic() - found[0] > VOCABULARY_S:
            found = (monotonic(), self.reader(viewer).vocabulary())
            self._vocabularies[key] = found
        return found[1]

    def search(
        self,
        query: Query,
        *,
        viewer: Viewer,
        policy: Policy,
        weights: Weights,
        limit: int,
        levels: Collection[int] | None = None,
    ) -> SearchResult:
        vocabulary = self.vocabulary(viewer)
        with self.gate.shared():
            return search(
                query, viewer=viewer, policy=policy, weights=weights, index=self.index, encoder=self.encoder,
                lexicon=self.lexicon, vocabulary=vocabulary, today=self.today, limit=limit, levels=levels,
            )  # fmt: skip

    def rank(
        self, query: Query, ids: Sequence[str], *, viewer: Viewer, policy: Policy, weights: Weights
    ) -> SearchResult:
        vocabulary = self.vocabulary(viewer)
        with self.gate.shared():
            return rank(
                query, ids, viewer=viewer, policy=policy, weights=weights, index=self.index, encoder=self.encoder,
                lexicon=self.lexicon, vocabulary=vocabulary, today=self.today,
            )  # fmt: skip

    def follow(self, on_progress: Callable[[int, int], None] | None = None) -> Indexed:
        """Bring the index up to the ledger, now."""
        done = follow(
            self.ledger, _Alone(self.index, self.gate), self.encoder, self.lexicon, today=self.today,
            workspace=WORKSPACE, on_progress=on_progress,
        )  # fmt: skip
        self._vocabularies.clear()
        return done

    def follow_soon(self) -> Future[None]:
        """The same in the background, one run after another."""
        self._vocabularies.clear()
        return self._following.submit(self._follow_logged)

    def _follow_logged(self) -> None:
        try:
            if self._stopping.is_set():
                return
            done = self.follow()
            if done != Indexed():
                log.info("indexed", people=done.indexed, removed=done.removed, embedded=done.embedded)
        except HeadwaterError as error:
            log.error("indexing stopped", kind=type(error).__name__, what=error.what)
            raise
        except Exception as error:
            log.error("indexing stopped", kind=type(error).__name__)
            raise

    def warm(self) -> None:
        """Make the first question as quick as the next: the encoder compiles at its first use."""
        self.encoder.encode(["warm"], kind="query")

    def watch(self) -> None:
        """From now on follow what other processes write (an import, a worker), until closed."""
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def _watch(self) -> None:
        while not self._stopping.wait(WATCH_S):
            try:
                if self.behind():
                    self.follow_soon().result()
            except Exception as error:
                log.error("watching failed", kind=type(error).__name__)

    def close(self) -> None:
        self._stopping.set()
        self._following.shutdown(wait=True)
        self.index.close()
        self.ledger.close()
        if self.lock:
            self.lock.close()

    def __enter__(self) -> Runtime:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Alone:
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


def open_runtime(settings: Settings, *, create: bool = True, url: str | None = None) -> Runtime:
    """Take the lock and open everything. create False: there must be data already.

    Raises Busy when another process has the data directory, NeedsOperator.
    """
    if not create and settings.database_url is None and not (settings.data_dir / "headwater.db").exists():
        raise NeedsOperator("There is no Headwater data here.", "Import something first: `headwater import PATH`.")
    lock = DataLock(settings.data_dir, url)
    try:
        secret = secret_of(
            settings.data_dir,
            settings.secret_key.get_secret_value() if settings.secret_key else None,
            loopback=settings.loopback,
        )
        ledger = Ledger.open(settings.database, create=create)
        encoder = encoder_of(settings)
        lexicon = Lexicon.default()
        index = index_of(settings, stamp_of(encoder, lexicon))
        return Runtime(ledger=ledger, index=index, encoder=encoder, lexicon=lexicon, secret=secret, lock=lock)
    except BaseException:
        lock.close()
        raise


def encoder_of(settings: Settings) -> Encoder:
    """Raises NeedsOperator for a model that is unknown, missing or not what it should be."""
    try:
        return load_encoder(settings.encoder, cache_dir=settings.model_dir)
    except ModelError as error:
        raise NeedsOperator(str(error), "`headwater models verify` checks them all.") from error


class Keyed(Protocol):
    """An encoder, or its entry in the catalog: what a stamp needs to know."""

    @property
    def key(self) -> str: ...
    @property
    def dim(self) -> int: ...


def stamp_of(encoder: Keyed, lexicon: Lexicon) -> IndexStamp:
    return IndexStamp(encoder=encoder.key, dim=encoder.dim, lexicon=lexicon.version)


def index_folder(settings: Settings, stamp: IndexStamp) -> Path:
    return folder_of(settings.index_dir, stamp, workspace=WORKSPACE)


def index_of(settings: Settings, stamp: IndexStamp) -> Index:
    if settings.qdrant_url:
        key = settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None
        return open_server(settings.qdrant_url, stamp, workspace=WORKSPACE, api_key=key)
    return open_folder(index_folder(settings, stamp), stamp)


def drop_other_indexes(settings: Settings, stamp: IndexStamp) -> int:
    """Remove the embedded indexes of other stamps, once ours is whole. Returns how many."""
    ours = index_folder(settings, stamp)
    others = [path for path in ours.parent.glob("*") if path.is_dir() and path != ours]
    for path in others:
        shutil.rmtree(path)
    return len(others)
