"""The rooms wired together, once, from settings: what the app and the command line both stand on.

Holds the ledger, the index, the encoder and the lexicon, and the lock on the data directory. Decides nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from time import monotonic

import structlog

from api.gate import Gate
from api.indexes import Alone, Source, open_indexes, open_reranker, stamp_of
from api.lock import DataLock
from api.secret import Secret, secret_of
from api.settings import Settings
from api.switch import Interruptible, Stopped, Switch
from engine.errors import HeadwaterError, NeedsOperator
from engine.index import Index, Shelf
from engine.lexicon import Lexicon
from engine.query.criteria import Query
from engine.ranking.learned import Ranking, load_ranking
from engine.ranking.relevance import Relevance, Weights
from engine.ranking.reranked import Rerank
from engine.ranking.results import SearchResult
from engine.records import Policy, Viewer, Vocabulary
from engine.search import rank, search
from indexer.embed import Indexed, index_name
from indexer.follower import checkpoint_name, follow
from indexer.ledger import Event, Ledger, Reader, Writer
from indexer.sync import Worker
from models import Encoder

__all__ = ["Runtime", "open_runtime", "stamp_of"]

log = structlog.get_logger(__name__)

WATCH_S = 2.0
"""Seconds between two looks at the event log."""
VOCABULARY_S = 30.0
"""How old the workspace's words may be when another process wrote them."""
QUICK_S, VOCABULARY_COST = 0.02, 50.0
"""After our own writes they are read anew at once where that is quick; else no sooner than so many times as long as it
takes, every few seconds in a large workspace into which records stream."""


@dataclass(frozen=True)
class _Words:
    """A workspace's vocabulary, when it was read and how long that took."""

    words: Vocabulary
    read_at: float
    took_s: float

    def until(self, written: float) -> float:
        """When it is to be read anew. written: when we last wrote."""
        if written < self.read_at:
            return self.read_at + VOCABULARY_S
        costly = self.took_s > QUICK_S
        return self.read_at + (min(VOCABULARY_S, VOCABULARY_COST * self.took_s) if costly else 0.0)


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
        workspace: str = "default",
        lock: DataLock | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        shelf: Shelf | None = None,
        switch: Switch | None = None,
        remark: str | None = None,
        ranking: Ranking | None = None,
        rerank: Rerank | None = None,
    ) -> None:
        self.ledger, self.index, self.encoder, self.lexicon = ledger, index, encoder, lexicon
        self.secret, self.lock, self.clock = secret, lock, clock
        self.workspace = workspace
        self.switch, self.remark, self.ranking, self.rerank = switch, remark, ranking, rerank
        self.worker: Worker | None = None
        """Set by whoever starts one in this process: deliveries wake it."""
        self.gate = Gate()
        self._shelf, self._settled = shelf, False
        self._turn = threading.Lock()
        """One follower at a time, and no change of the index under it."""
        self._switching: threading.Thread | None = None
        self._vocabularies: dict[tuple[str, frozenset[str], frozenset[str] | None], _Words] = {}
        self._written = 0.0
        self._following = ThreadPoolExecutor(max_workers=1, thread_name_prefix="follow")
        self._next_follow: Future[None] | None = None
        self._stopping = threading.Event()

    def behind(self) -> bool:
        """Whether something written, by whatever process, is not searchable yet."""
        return bool(self._unread(limit=1))

    def waiting(self) -> int:
        """How many people and jobs were written, by whatever process, and are not searchable yet."""
        return len({name for event in self._unread(limit=1_000) for name in event.ids})

    def _unread(self, limit: int) -> Sequence[Event]:
        reader = self.ledger.reader(Viewer(workspace=self.workspace, user="indexer"))
        return reader.events(int(reader.checkpoint(checkpoint_name(self.index)) or 0), limit=limit)

    @property
    def today(self) -> date:
        return self.clock().date()

    def reader(self, viewer: Viewer) -> Reader:
        return self.ledger.reader(viewer)

    def writer(self, viewer: Viewer) -> Writer:
        return self.ledger.writer(viewer.workspace, viewer.user)

    def vocabulary(self, viewer: Viewer) -> Vocabulary:
        key = (viewer.workspace, viewer.audiences, viewer.jobs)
        found, now = self._vocabularies.get(key), monotonic()
        if found is None or now > found.until(self._written):
            words = self.reader(viewer).vocabulary()
            found = self._vocabularies[key] = _Words(words, now, monotonic() - now)
        return found.words

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
        vocabulary, reach = self.vocabulary(viewer), self.reader(viewer).reach()
        with self.gate.shared():
            return search(
                query, viewer=viewer, policy=policy, weights=self._relevance(weights), index=self.index,
                encoder=self.encoder, lexicon=self.lexicon, vocabulary=vocabulary, today=self.today, limit=limit,
                levels=levels, reach=reach, rerank=self.rerank,
            )  # fmt: skip

    def rank(
        self, query: Query, ids: Sequence[str], *, viewer: Viewer, policy: Policy, weights: Weights,
        reranked: Collection[str] | None = None,
    ) -> SearchResult:  # fmt: skip
        vocabulary, reach = self.vocabulary(viewer), self.reader(viewer).reach()
        with self.gate.shared():
            return rank(
                query, ids, viewer=viewer, policy=policy, weights=self._relevance(weights), index=self.index,
                encoder=self.encoder, lexicon=self.lexicon, vocabulary=vocabulary, today=self.today, reach=reach,
                rerank=self.rerank, reranked=reranked,
            )  # fmt: skip

    def _relevance(self, asked: Weights) -> Relevance:
        """What was learned here, unless other weights than the usual ones are asked for."""
        return self.ranking.relevance if self.ranking and asked == Weights() else asked

    def seen_by(self, viewer: Viewer) -> int:
        """How many people a search of this viewer goes over."""
        reach = self.reader(viewer).reach()
        return len(self.index.columns) if reach is None else len(frozenset[str]().union(*reach.values()))

    def follow(self, on_progress: Callable[[int, int], None] | None = None) -> Indexed:
        """Bring the index up to the ledger, now."""
        with self._turn:
            done = follow(
                self.ledger, Alone(self.index, self.gate), Interruptible(self.encoder, self._go_on), self.lexicon,
                today=self.today, workspace=self.workspace, on_progress=on_progress,
            )  # fmt: skip
            if self._shelf and not self.switch and not self._settled:  # whole, so what else stands there may go
                self._shelf.choose(self.index.stamp)
                self._shelf.drop_others(self.index.stamp)
                self._settled = True
        self._written = monotonic()
        return done

    def follow_soon(self) -> Future[None]:
        """The same in the background, one run after another. One that has not begun yet is enough for all who ask."""
        self._written = monotonic()
        waiting = self._next_follow
        if waiting is None or waiting.running() or waiting.done():
            waiting = self._next_follow = self._following.submit(self._follow_logged)
        return waiting

    def _follow_logged(self) -> None:
        try:
            if self._stopping.is_set():
                return
            done = self.follow()
            if done != Indexed():
                log.info("indexed", people=done.indexed, removed=done.removed, embedded=done.embedded)
        except Stopped:
            raise
        except HeadwaterError as error:
            log.error("indexing stopped", kind=type(error).__name__, what=error.what)
            raise
        except Exception as error:
            log.error("indexing stopped", kind=type(error).__name__)
            raise

    def _go_on(self) -> None:
        """Before each embedding. Raises Stopped once we are closing: the next start goes on from there."""
        if self._stopping.is_set():
            raise Stopped("Headwater is closing.", "Ask again once it serves.")

    def switch_now(self, on_progress: Callable[[int, int], None] | None = None) -> None:
        """Where another index is due: build it beside the one that answers and let it take over."""
        if self.switch:
            self.switch.build(
                self.ledger, self.lexicon, workspace=self.workspace, today=self.today, take_over=self._take_over,
                go_on=self._go_on, on_progress=on_progress,
            )  # fmt: skip
            self.follow(on_progress)

    def _take_over(self, index: Index, encoder: Encoder) -> None:
        """From now on ``index`` answers, in one step; the one before is closed."""
        with self._turn:
            # All written until now is in it, and nothing is brought to the old one meanwhile.
            follow(self.ledger, index, encoder, self.lexicon, today=self.today, workspace=self.workspace)
            if self._shelf:
                self._shelf.choose(index.stamp)
            with self.gate.alone():  # no search is under way
                before, self.index, self.encoder, self.switch = self.index, index, encoder, None
            try:
                before.close()
                self.ledger.writer(self.workspace, "indexer").forget_indexed(
                    index_name(before), checkpoint_name(before)
                )
            except Exception as error:  # the new one answers: what is left of the old one goes at the next start
                log.warning("the old index is not closed", kind=type(error).__name__)

    def warm(self) -> None:
        """Make the first question as quick as the next: the encoder compiles at its first use."""
        self.encoder.encode(["warm"], kind="query")
        self.index.warm()

    def watch(self) -> None:
        """From now on follow what other processes write (an import, a worker), until closed.

        Where another index is due it is built meanwhile.
        """
        threading.Thread(target=self._watch, name="watch", daemon=True).start()
        if self.switch:
            arguments = (self.switch_now, self._stopping)
            self._switching = threading.Thread(
                target=self.switch.keep_trying, args=arguments, name="switch", daemon=True
            )
            self._switching.start()

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
        if self._switching:
            self._switching.join()
        self.index.close()
        if self._shelf:
            self._shelf.close()
        self.ledger.close()
        if self.lock:
            self.lock.close()

    def __enter__(self) -> Runtime:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_runtime(
    settings: Settings, *, create: bool = True, url: str | None = None, encoders: Source | None = None
) -> Runtime:
    """Take the lock and open everything. create False: there must be data already. encoders: all we have.

    Raises Busy when another process has the data directory, NeedsOperator.
    """
    if not create and settings.database_url is None and not (settings.data_dir / "headwater.db").exists():
        raise NeedsOperator("There is no Headwater data here.", "Import something first: `headwater import PATH`.")
    lock = DataLock(settings.data_dir, url)
    try:
        secret = secret_of(settings.data_dir, loopback=settings.loopback, **settings.secrets())
        ledger = Ledger.open(settings.database, create=create)
        lexicon = Lexicon.default()
        ranking = load_ranking(settings.ranking) if settings.ranking else None
        rerank = open_reranker(settings)
        opened = open_indexes(settings, lexicon, encoders)
        return Runtime(
            ledger=ledger, index=opened.index, encoder=opened.encoder, lexicon=lexicon, secret=secret, lock=lock,
            workspace=settings.workspace, shelf=opened.shelf, switch=opened.switch, remark=opened.remark,
            ranking=ranking, rerank=rerank,
        )  # fmt: skip
    except BaseException:
        lock.close()
        raise
