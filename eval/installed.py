"""A suite's people put into a ledger and an index as an import would put them, once, and opened for asking.

Kept below a folder by what shaped them (suite, encoder, lexicon, recipe), so that only the first run embeds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from engine.index import Index, IndexStamp, index_folder, open_folder
from engine.lexicon import Lexicon
from engine.records import SourceRecord, Viewer, Vocabulary
from eval.dataset import Suite
from eval.world import TODAY
from indexer.follower import follow
from indexer.ledger import Ledger
from models import Encoder, FakeEncoder, load_encoder

VIEWER = Viewer(workspace="default", user="eval")
CONNECTION = "suite"
BATCH = 500
Report = Callable[[str, int, int], None]
"""(what, done, of how many)"""


@dataclass(frozen=True)
class Installed:
    """What a search needs, and which document of the suite each person is."""

    ledger: Ledger
    index: Index
    encoder: Encoder
    lexicon: Lexicon
    vocabulary: Vocabulary
    today: date
    document: Mapping[str, str] = field(default_factory=dict)
    """person id -> document id; one that is not in it is their own."""
    viewer: Viewer = VIEWER


def stamp_of(encoder: Encoder, lexicon: Lexicon) -> IndexStamp:
    return IndexStamp(encoder=encoder.key, dim=encoder.dim, lexicon=lexicon.version)


def database_of(folder: Path) -> str:
    return f"sqlite:///{(folder / 'headwater.db').resolve()}"


def load(encoder: str, cache_dir: Path) -> Encoder:
    """``fake``: no model at all, for trying the measurement itself."""
    return FakeEncoder() if encoder == "fake" else load_encoder(encoder, cache_dir=cache_dir)


@contextmanager
def installed(suite: Suite, encoder: Encoder, folder: Path, *, report: Report = lambda *_: None) -> Iterator[Installed]:
    """Below ``folder``, made when absent; a run that was killed goes on."""
    lexicon = Lexicon.default()
    home = folder / f"{suite.name}-{suite.digest}"
    home.mkdir(parents=True, exist_ok=True)
    stamp, today = stamp_of(encoder, lexicon), suite.manifest.today or TODAY
    ledger = Ledger.open(database_of(home))
    index = open_folder(index_folder(home / "index", stamp), stamp)
    try:
        document = _fill(ledger, suite, home, report)
        follow(ledger, index, encoder, lexicon, today=today, on_progress=lambda done, of: report("indexing", done, of))
        index.warm()
        vocabulary = ledger.reader(VIEWER).vocabulary()
        yield Installed(ledger, index, encoder, lexicon, vocabulary, today, document)
    finally:
        index.close()
        ledger.close()


def _fill(ledger: Ledger, suite: Suite, home: Path, report: Report) -> dict[str, str]:
    mark = home / "people.json"
    if mark.is_file():
        found: dict[str, str] = json.loads(mark.read_text("utf-8"))
        return found
    writer, document = ledger.writer(VIEWER.workspace, VIEWER.user), dict[str, str]()
    if jobs := suite.jobs():
        writer.put_jobs(CONNECTION, jobs)
    part: list[SourceRecord] = []

    def put() -> None:
        document.update((one.person_id, one.record_id) for one in writer.put_records(CONNECTION, part))
        report("filling the ledger", len(document), len(document))
        part.clear()

    for record in suite.records():
        part.append(record)
        if len(part) == BATCH:
            put()
    put()
    mark.write_text(json.dumps(document), "utf-8")
    return document
