"""From an ATS into the ledger: pull, read, apply, sweep as steps that never sleep, and a worker that calls them."""

from indexer.sync.opening import Opener
from indexer.sync.work import Work
from indexer.sync.worker import Worker, first_sync_done

__all__ = ["Opener", "Work", "Worker", "first_sync_done"]
