"""A real process that syncs and writes, killed with -9 again and again: nothing lost, nothing done twice.

``headwater bench kill``. The process runs the worker over a real database and a sandbox ATS on a socket, and accepts
actions that this one hands it line by line, repeating what it has no answer to, as a browser does.
"""

from __future__ import annotations

import json
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from uuid import UUID

from pydantic import TypeAdapter

from eval.bench.connected import UNLIMITED
from eval.bench.figures import percentiles
from eval.bench.sync import started_databases
from eval.sandbox import Teamtailor, make_account
from eval.sandbox import serve as sandbox
from eval.sandbox.clock import system_clock
from indexer.connectors.actions import Action
from indexer.ledger import OPEN, Ledger
from indexer.sync import Opener, Worker
from indexer.sync.desk import By, Desk
from indexer.vault import Vault

WORKSPACE, NAME = "default", "ats"
BACK_S, FIRST_S = 5.0, 120.0
PATIENCE_S = 1_800.0
"""At the end: what may have been sent is looked for that long before it is sent again."""


def run(
    kills: int = 100, seed: int = 0, database: Literal["sqlite", "postgresql"] = "sqlite", people: int = 30
) -> dict[str, Any]:
    rng = random.Random(seed)
    vendor = Teamtailor(make_account(people), clock=system_clock)
    vendor.window.limit = UNLIMITED
    secret = secrets.token_hex(32)
    vault = Vault([secret])
    with _database(database) as url, sandbox.serving(vendor) as site:
        with closing(Ledger.open(url)) as ledger:
            ledger.connections.add(
                WORKSPACE, NAME, vendor="teamtailor", origin=site.url, credential=vault.seal("sandbox-admin"),
                secrets_sealed="",
            )  # fmt: skip
        asked = _Asked(rng, sorted(row.id for row in vendor.store.rows("candidates"))[:10])
        back: list[float] = []
        child = _Child(url, secret)
        child.first_sync(url)
        for _ in range(kills):
            asked.hand(child, rng.randint(1, 4))
            time.sleep(rng.uniform(0.0, 0.6))
            child.kill()
            start = time.perf_counter()
            child = _Child(url, secret)
            child.at_work.wait(60)
            back.append(time.perf_counter() - start)
        asked.hand(child, 0)
        left = child.settle(url)
        child.kill()
        with closing(Ledger.open(url)) as ledger:
            found = asked.judged(ledger, vendor)
    met = not (left or found["lost"] or found["doubled"]) and max(back) <= BACK_S
    return {
        "kills": kills, "database": database, **found, "still_owed": left,
        "back_at_work_s": percentiles(back, 50, 95, 100), "bar_s": BACK_S, "met": met,
    }  # fmt: skip


class _Asked:
    """The recruiter: what was asked, and what of it was answered."""

    def __init__(self, rng: random.Random, people: list[str]) -> None:
        self._rng, self._people = rng, people
        self.asked: dict[str, dict[str, Any]] = {}
        self._waiting: dict[str, dict[str, Any]] = {}
        self.phones: dict[str, str] = {}

    def hand(self, child: _Child, number: int) -> None:
        for _ in range(number):
            n, action_id = len(self.asked), str(UUID(int=self._rng.getrandbits(128)))
            person = self._rng.choice(self._people)
            action: dict[str, Any] = self._rng.choice([
                {"kind": "note", "text": f"Note {n}."}, {"kind": "note", "text": f"Note {n}."},
                {"kind": "contact", "set": {"phone": f"+46 {n}"}}, {"kind": "tags", "add": [f"tag-{n}"]},
                {"kind": "candidate", "first_name": "New", "last_name": f"N{n}", "email": f"new{n}@example.com"},
            ])  # fmt: skip
            line = {"id": action_id, "person": None if action["kind"] == "candidate" else person, "action": action}
            self.asked[action_id] = self._waiting[action_id] = line
        for answer in child.ask(list(self._waiting.values())):
            self._waiting.pop(answer, None)

    def judged(self, ledger: Ledger, vendor: Teamtailor) -> dict[str, Any]:
        rows = {row.id: row for row in ledger.sync(WORKSPACE, NAME).actions(limit=100_000)}
        accepted = [line for line in self.asked.values() if line["id"] in rows]
        unanswered = [line["id"] for line in self.asked.values() if line["id"] not in rows]
        notes = [row.attributes["note"] for row in vendor.store.rows("notes")]
        people = {row.id: row.attributes for row in vendor.store.rows("candidates")}
        lost, doubled = [i for i in unanswered if i not in self._waiting], list[str]()
        last: dict[str, str] = {}
        for line in sorted(accepted, key=lambda line: rows[line["id"]].seq):
            action = line["action"]
            if action["kind"] == "contact":
                last[line["person"]] = action["set"]["phone"]
                continue
            if action["kind"] == "note":
                number = sum(note.partition("\n")[0] == action["text"] for note in notes)
            elif action["kind"] == "candidate":
                number = sum(said["email"] == action["email"] for said in people.values())
            else:
                number = people[line["person"]]["tags"].count(action["add"][0])
            (lost if number == 0 else doubled if number > 1 else []).append(line["id"])
        lost += [person for person, phone in last.items() if people[person]["phone"] != phone]
        states = {row.state for row in rows.values()}
        return {"actions": len(accepted), "lost": len(lost), "doubled": len(doubled), "states": sorted(states)}


class _Child:
    """The process. ``at_work``: it did its first step."""

    def __init__(self, url: str, secret: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "eval.bench.kill", url, secret], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        self.at_work, self._answers = threading.Event(), list[str]()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip() == "at work":
                self.at_work.set()
            else:
                self._answers.append(line.strip())

    def ask(self, lines: list[dict[str, Any]]) -> list[str]:
        """Hands over what has no answer yet, and waits for none. Returns the answers so far."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            for line in lines:
                self._process.stdin.write(json.dumps(line) + "\n")
            self._process.stdin.flush()
        return list(self._answers)

    def first_sync(self, url: str) -> None:
        """Wait for it, so that there is somebody to write to."""
        until = time.monotonic() + FIRST_S
        with closing(Ledger.open(url)) as ledger:
            store = ledger.sync(WORKSPACE, NAME)
            while time.monotonic() < until:
                walks = [walk for walk in store.walks() if walk.mode == "backfill"]
                if walks and all(walk.state == "over" for walk in walks) and not store.counts()["to_apply"]:
                    return
                time.sleep(0.1)

    def settle(self, url: str) -> int:
        """Until nothing is owed. Returns how much still is."""
        until = time.monotonic() + PATIENCE_S
        with closing(Ledger.open(url)) as ledger:
            while time.monotonic() < until:
                owed = ledger.sync(WORKSPACE, NAME).actions(states=OPEN, limit=10_000)
                if not owed:
                    return 0
                time.sleep(1)
        return len(owed)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()


@contextmanager
def _database(kind: str) -> Iterator[str]:
    with TemporaryDirectory(prefix="headwater-kill-") as folder:
        if kind == "sqlite":
            yield f"sqlite:///{Path(folder) / 'ledger.db'}"
            return
        with started_databases(1, durable=True) as [url]:
            yield url


def _serve(url: str, secret: str) -> None:
    """The process that is killed: works, and accepts what comes in by its standard input."""
    ledger, opener = Ledger.open(url), Opener(Vault([secret]))
    read: TypeAdapter[Action] = TypeAdapter(Action)
    user: str | None = None
    with TemporaryDirectory() as folder:
        worker = Worker(ledger, opener, folder=Path(folder), on_change=lambda: None, workspace=WORKSPACE)

        def work() -> None:
            told = threading.Event()

            def tell(*_: object) -> None:
                if not told.is_set():
                    told.set()
                    print("at work", flush=True)

            worker.run(WORKSPACE, NAME, on_step=tell)

        threading.Thread(target=work, daemon=True).start()
        for text in sys.stdin:
            line = json.loads(text)
            store = ledger.sync(WORKSPACE, NAME)
            user = user or next(iter(store.every("users")), None)
            connector = opener.connector(ledger.connections.get(WORKSPACE, NAME))
            Desk(store, connector).accept(
                line["person"], read.validate_python(line["action"]), By("bench", user), action_id=line["id"]
            )
            worker.wake(WORKSPACE, NAME)
            print(line["id"], flush=True)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
