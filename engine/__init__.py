"""ASK. What a record is, the index, the search. Never reads the ledger."""
