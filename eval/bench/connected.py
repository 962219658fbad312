"""An installation and a sandbox ATS that it is connected to, both running: the server in a child, the vendor in here.

The vendor's webhooks wait in its queue until somebody brings them: ``Postman`` does, or a measurement by itself.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.bench.installation import VIEWER, database_of
from eval.bench.served import Client, Served, serving
from eval.sandbox import Delivery, Teamtailor, make_account
from eval.sandbox import serve as sandbox
from eval.sandbox.clock import system_clock
from indexer.ledger import Ledger
from indexer.vault import Vault

NAME = "sandbox"
LOOK_S = 0.02
FIRST_SYNC_S = 1800.0
UNLIMITED = 100_000


@dataclass(frozen=True)
class Connected:
    vendor: Teamtailor
    served: Served
    ledger: Ledger
    door: str
    """Path of the server that takes this connection's webhooks."""
    people: tuple[str, ...]
    """Ids at the vendor."""

    def act(self, name: str, *whom: str, **given: Any) -> tuple[float, list[Delivery]]:
        """Somebody at the vendor does something: when, and the webhooks that are due then."""
        with self.vendor.lock:
            at = time.perf_counter()
            getattr(self.vendor.recruiter, name)(*whom, **given)
            return at, self.vendor.deliveries()

    def send(self, client: Client, delivery: Delivery) -> int:
        """The status it was answered with."""
        return client.send(self.door, delivery.body, delivery.headers)[0]

    def settle(self, seconds: float = FIRST_SYNC_S) -> None:
        """Wait until all that the ATS told of is read, taken over and searchable. Raises RuntimeError."""
        store, until = self.ledger.sync(VIEWER.workspace, NAME), time.monotonic() + seconds
        with closing(self.served.connect()) as client:
            while time.monotonic() < until:
                counts = store.counts()
                walks = [walk for walk in store.walks() if walk.mode == "backfill"]
                idle = not (counts["inbox"] or counts["to_read"] or counts["to_apply"] or counts["files_wanted"])
                read = idle and bool(walks) and all(walk.state == "over" for walk in walks)
                if read and json.loads(client.ask("GET", "/v1/health")[1])["index"] == "ready":
                    return
                time.sleep(0.2)
        raise RuntimeError(f"the account is not synced after {seconds:g} s: {store.counts()}")


@contextmanager
def connected(home: Path, cache_dir: Path, encoder: str, *, people: int, seed: int = 2026) -> Iterator[Connected]:
    """A new installation below ``home``, its first sync done. For that alone the vendor's limit is lifted."""
    home.mkdir(parents=True)
    secret = secrets.token_hex(32)
    vault = Vault([secret])
    vendor = Teamtailor(make_account(people, seed=seed), clock=system_clock)
    limit, vendor.window.limit = vendor.window.limit, UNLIMITED
    with ExitStack() as stack:
        site = stack.enter_context(sandbox.serving(vendor))
        ledger = stack.enter_context(closing(Ledger.open(database_of(home))))
        row = ledger.connections.add(
            VIEWER.workspace, NAME, vendor="teamtailor", origin=site.url, credential=vault.seal("sandbox-admin"),
            secrets_sealed=vault.seal(json.dumps([vendor.webhooks.key])),
        )  # fmt: skip
        served = stack.enter_context(serving(home, cache_dir, encoder, secret=secret))
        everyone = tuple(row.id for row in vendor.store.rows("candidates"))
        made = Connected(vendor, served, ledger, f"/v1/hooks/{row.token}", everyone)
        made.settle()
        vendor.window.limit = limit
        yield made


class Background:
    """Calls something again and again in a thread of its own, every so often, until the block ends.

    What it raises is raised at the block's end. step: is given a connection to the server and the number of the call.
    """

    def __init__(self, served: Served, every_s: float, step: Callable[[Client, int], object]) -> None:
        self._client, self._every_s, self._step = served.connect(), every_s, step
        self._stop = threading.Event()
        self._failed: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Background:
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._client.close()
        if self._failed is not None and kind is None:
            raise self._failed

    def _run(self) -> None:
        due, number = time.perf_counter(), 0
        while not self._stop.wait(max(0.0, due - time.perf_counter())):
            try:
                self._step(self._client, number)
            except Exception as error:
                self._failed = error
                return
            number += 1
            due = max(due + self._every_s, time.perf_counter())


def postman(to: Connected) -> Background:
    """Brings the vendor's webhooks as they become due, one after another, each once."""

    def step(client: Client, _number: int) -> None:
        with to.vendor.lock:
            due = to.vendor.deliveries()
        for delivery in due:
            status = to.send(client, delivery)
            if status != 202:
                raise RuntimeError(f"a webhook was answered {status}")

    return Background(to.served, LOOK_S, step)
