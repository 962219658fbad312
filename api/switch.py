"""The change from the index that answers to another one: built beside it, then in its place in one step.

Where it was killed it goes on: the new index keeps its own place in the event log. Knows no door and no setting.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date

import structlog

from engine.errors import Busy, HeadwaterError
from engine.index import Index, IndexStamp, Shelf
from engine.lexicon import Lexicon
from engine.records import Viewer
from indexer.follower import rebuild
from indexer.ledger import Ledger
from models import Encoder, Kind, Vectors
from models.encoder import Pending

log = structlog.get_logger(__name__)

RETRY_S = 60.0
"""Between two tries after a failure: a full disk or a locked database may pass."""


class Stopped(Busy):
    """We are closing. The next start goes on from there."""


class Interruptible:
    """An encoder that asks before each call whether to go on: closing need not wait for a whole batch of people."""

    def __init__(self, encoder: Encoder, go_on: Callable[[], None]) -> None:
        self.key, self.dim, self.max_tokens = encoder.key, encoder.dim, encoder.max_tokens
        self._encoder, self._go_on = encoder, go_on

    def encode(self, texts: Sequence[str], *, kind: Kind = "passage") -> Vectors:
        self._go_on()
        return self._encoder.encode(texts, kind=kind)

    def begin(self, text: str) -> Pending:
        return self._encoder.begin(text)


class Switch:
    """The change that is due, and how far it is."""

    def __init__(self, shelf: Shelf, stamp: IndexStamp, differs: list[str], load: Callable[[], Encoder]) -> None:
        self.stamp = stamp
        """Of the index to come."""
        self.differs = differs
        """What the index that answers says differently."""
        self.done = self.total = 0
        """People put into the new index in this run, of how many."""
        self.problem: str | None = None
        """Why the last try ended; there will be another."""
        self._shelf, self._load = shelf, load

    @property
    def remark(self) -> str:
        return (
            f"Answered from the index built before ({'; '.join(self.differs)}). "
            "`headwater serve` builds the new one meanwhile, `headwater doctor --rebuild` at once."
        )

    def build(
        self,
        ledger: Ledger,
        lexicon: Lexicon,
        *,
        workspace: str,
        today: date,
        take_over: Callable[[Index, Encoder], None],
        go_on: Callable[[], None],
        on_progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Fill the new index from the ledger, then ``take_over``. ``go_on`` may raise, to end it early."""
        self.total = ledger.reader(Viewer(workspace=workspace, user="indexer")).counts()["people"]
        encoder = self._load()
        encoder.encode(["warm"], kind="query")  # it compiles at its first use: the first question shall not wait
        index = self._shelf.open(self.stamp)
        taken = False

        def report(done: int, total: int) -> None:
            self.done, self.total = done, total
            if on_progress:
                on_progress(done, total)

        def swap(new: Index) -> None:
            nonlocal taken
            take_over(new, encoder)
            taken = True

        try:
            rebuild(
                ledger, index, Interruptible(encoder, go_on), lexicon, today=today, workspace=workspace, swap=swap,
                on_progress=report,
            )  # fmt: skip
        finally:
            if not taken:
                index.close()

    def keep_trying(self, build: Callable[[], None], stopping: threading.Event, *, retry_s: float = RETRY_S) -> None:
        """Run ``build`` until it is done or ``stopping`` is set. Never raises."""
        log.info("building another index beside", differs=self.differs)
        while not stopping.is_set():
            try:
                build()
            except Stopped:
                return
            except Exception as error:
                self.problem = error.what if isinstance(error, HeadwaterError) else type(error).__name__
                log.error("building the other index stopped", kind=type(error).__name__, what=self.problem)
                stopping.wait(retry_s)
            else:
                log.info("the other index answers now", encoder=self.stamp.encoder)
                return
