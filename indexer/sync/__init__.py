"""From an ATS into the ledger: pull, read, apply, sweep as steps that never sleep, and a runner that calls them."""

from indexer.sync.work import Work

__all__ = ["Work"]
