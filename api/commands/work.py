"""``headwater work``: sync without serving, beside ``headwater serve --no-worker``, on this or another machine."""

from __future__ import annotations

import logging
import signal
import threading

from api.console import log_to_stderr, out
from api.local import open_ledger, secret
from api.settings import Settings
from api.syncing import sender_of, worker_of


def work() -> None:
    """Sync the connections until Ctrl-C. Several may run: each connection is worked on by one at a time."""
    settings = Settings()
    log_to_stderr(logging.INFO)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with (
        open_ledger(settings, create=False) as ledger,
        worker_of(ledger, secret(settings), settings, on_change=lambda: None) as worker,
        sender_of(ledger, secret(settings), settings) as sender,
    ):
        worker.start()
        sender.start()
        out.print("Syncing. Ctrl-C stops.")
        stop.wait()
    out.print("Stopped.")
