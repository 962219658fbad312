"""The sync simulator: the real steps over a real ledger and a practice ATS, under a clock that only moves when told."""
