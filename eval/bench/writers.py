"""Many recruiters writing about one person at the same moment: each sees their own edit at once, and none is lost.

``headwater bench writers``. Real steps over a real database; the ATS is the practice one, which answers at once.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from engine.records import SourceRecord, Viewer
from eval.bench.figures import percentiles
from eval.simulate.ats import Ats, Http
from eval.simulate.connector import PracticeConnector
from indexer.connectors.actions import Action, ChangeTags, EditContact
from indexer.ledger import Ledger
from indexer.ledger.database import system_clock
from indexer.sync.desk import By, Desk
from indexer.sync.step import plan, step
from indexer.sync.work import Work

NAME, PERSON = "ats", "p1"
IDLE_S = 0.01


def run(writers: int = 50, edits: int = 200) -> dict[str, Any]:
    ats = Ats(system_clock, limit=1_000_000)
    ats.put(PERSON, phone="0")
    with (
        TemporaryDirectory(prefix="headwater-writers-") as folder,
        closing(Ledger.open(f"sqlite:///{Path(folder) / 'ledger.db'}")) as ledger,
    ):
        return _measured(ledger, ats, Path(folder), writers, edits)


def _measured(ledger: Ledger, ats: Ats, folder: Path, writers: int, edits: int) -> dict[str, Any]:
    connector = PracticeConnector(ats)
    ledger.connections.add(
        "default", NAME, vendor="fake", origin="https://ats.example.com", credential="sealed", secrets_sealed=""
    )
    work = Work(
        store=ledger.sync("default", NAME), connector=connector, http=Http(), clock=system_clock,  # type: ignore[arg-type]  # no wire
        rng=random.Random(0), documents=lambda _: [], folder=folder,
    )  # fmt: skip
    plan(work)
    while step(work):
        pass
    stop, took, unseen = threading.Event(), list[float](), list[str]()

    def working() -> None:
        while not stop.is_set():
            if step(work) is None:
                time.sleep(IDLE_S)

    def writing(writer: int) -> None:
        for number in range(edits):
            tag = f"t{writer}-{number}"
            phone = number == edits - 1
            action: Action = EditContact(set={"phone": tag}) if phone else ChangeTags(add=(tag,))
            start = time.perf_counter()
            Desk(ledger.sync("default", NAME), connector).accept(PERSON, action, By(f"writer {writer}"))
            took.append((time.perf_counter() - start) * 1000)
            if not phone and tag not in _shown(ledger).tags:
                unseen.append(tag)

    worker = threading.Thread(target=working)
    start = time.perf_counter()
    worker.start()
    _together(writing, writers)
    accepted_s = time.perf_counter() - start
    while ledger.sync("default", NAME).owed_at():
        time.sleep(IDLE_S)
    written_s = time.perf_counter() - start
    stop.set()
    worker.join()
    row = ats.people[PERSON]
    wanted = {f"t{writer}-{number}" for writer in range(writers) for number in range(edits - 1)}
    lost = len(wanted - set(row.tags)) + (row.phone not in {f"t{writer}-{edits - 1}" for writer in range(writers)})
    same = _shown(ledger).tags == row.tags
    return {
        "writers": writers, "edits": writers * edits, "lost": lost, "not_seen_at_once": len(unseen),
        "same_here_and_there": same, "requests_to_write": len(ats.effects), "accepted_ms": percentiles(took, 50, 95),
        "accepted_s": round(accepted_s, 1), "written_s": round(written_s, 1), "met": not (lost or unseen) and same,
    }  # fmt: skip


def _shown(ledger: Ledger) -> SourceRecord:
    reader = ledger.reader(Viewer())
    return reader.person(reader.ids_of(NAME, [PERSON])[PERSON]).records[0]


def _together(act: Callable[[int], None], number: int) -> None:
    threads = [threading.Thread(target=act, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
