"""Many recruiters writing about one person at the same moment: each sees their own edit at once, and none is lost.

``headwater bench writers``. Real steps over a real database; the ATS is the practice one, which answers at once.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from engine.errors import HeadwaterError
from engine.records import SourceRecord, Viewer
from eval.bench.figures import percentiles
from eval.bench.sync import started_databases
from eval.simulate.ats import Ats, Http
from eval.simulate.connector import SIGN, PracticeConnector
from indexer.connectors.actions import Action, AddNote, ChangeTags, EditContact
from indexer.ledger import Ledger
from indexer.ledger.database import system_clock
from indexer.sync.desk import By, Desk
from indexer.sync.step import plan, step
from indexer.sync.work import Work

NAME, PERSON = "ats", "p1"
IDLE_S = 0.01
NOTE_EVERY = 50


def run(
    writers: int = 50, edits: int = 200, database: Literal["sqlite", "postgresql"] = "sqlite"
) -> dict[str, Any]:  # fmt: skip
    """Each writer goes from tag to tag, leaves a note now and then, and ends with the phone number."""
    ats = Ats(system_clock, limit=1_000_000)
    ats.put(PERSON, phone="0")
    with TemporaryDirectory(prefix="headwater-writers-") as name, ExitStack() as stack:
        folder = Path(name)
        url = f"sqlite:///{folder / 'ledger.db'}"
        if database == "postgresql":
            url = stack.enter_context(started_databases(1, durable=True))[0]
        ledger = stack.enter_context(closing(Ledger.open(url)))
        return {"database": database} | _measured(ledger, ats, folder, writers, edits)


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
    before, stop = len(ats.effects), threading.Event()
    took, unseen, refused = list[float](), list[str](), list[str]()

    def working() -> None:
        while not stop.is_set():
            if step(work) is None:
                time.sleep(IDLE_S)

    def writing(writer: int) -> None:
        for number in range(edits):
            action = _action(writer, number, edits)
            start = time.perf_counter()
            try:
                Desk(ledger.sync("default", NAME), connector).accept(PERSON, action, By(f"writer {writer}"))
            except HeadwaterError as error:
                refused.append(error.what)
                continue
            took.append((time.perf_counter() - start) * 1000)
            if not _is_shown(ledger, action):
                unseen.append(f"{writer}/{number}")

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
    every = [_action(writer, number, edits) for writer in range(writers) for number in range(edits)]
    notes = Counter(action.text for action in every if isinstance(action, AddNote))
    there = Counter(text.split(SIGN)[0] for owner, text in ats.notes.values() if owner == PERSON)
    row, last = ats.people[PERSON], {f"t{writer}-{_last_tag(edits)}" for writer in range(writers)}
    phones = {action.set["phone"] for action in every if isinstance(action, EditContact)}
    lost = len(last - set(row.tags)) + (notes - there).total() + (row.phone not in phones)
    doubled = (there - notes).total() + len(set(row.tags) - last) + len(row.tags) - len(set(row.tags))
    states = Counter(one.state for one in ledger.sync("default", NAME).actions(limit=writers * edits + 1))
    same = sorted(_record(ledger).tags) == sorted(row.tags)
    met = same and states == {"applied": writers * edits} and not (lost or doubled or unseen or refused)
    return {
        "writers": writers, "edits": writers * edits, "lost": lost, "doubled": doubled, "refused": len(refused),
        "not_seen_at_once": len(unseen), "same_here_and_there": same, "states": dict(states),
        "requests_to_write": len(ats.effects) - before, "accepted_ms": percentiles(took, 50, 95, 100),
        "accepted_s": round(accepted_s, 1), "written_s": round(written_s, 1), "met": met,
    }  # fmt: skip


def _action(writer: int, number: int, edits: int) -> Action:
    if number == edits - 1:
        return EditContact(set={"phone": f"+46 {writer}"})
    if number % NOTE_EVERY == NOTE_EVERY - 1:
        return AddNote(text=f"Note {number} of {writer}.")
    before = number - 1 if number % NOTE_EVERY else number - 2
    return ChangeTags(add=(f"t{writer}-{number}",), remove=(f"t{writer}-{before}",) if number else ())


def _last_tag(edits: int) -> int:
    return next(n for n in range(edits - 2, -1, -1) if isinstance(_action(0, n, edits), ChangeTags))


def _is_shown(ledger: Ledger, action: Action) -> bool:
    """Their own edit; of the phone another's later one may stand there by now."""
    record = _record(ledger)
    if isinstance(action, AddNote):
        return any(action.text in one.text for one in record.activities)
    if isinstance(action, ChangeTags):
        return set(action.add) <= set(record.tags) and not set(action.remove) & set(record.tags)
    return any(phone.startswith("+46") for phone in record.phones)


def _record(ledger: Ledger) -> SourceRecord:
    reader = ledger.reader(Viewer())
    return reader.person(reader.ids_of(NAME, [PERSON])[PERSON]).records[0]


def _together(act: Callable[[int], None], number: int) -> None:
    threads = [threading.Thread(target=act, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
