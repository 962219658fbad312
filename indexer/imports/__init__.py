"""Files a user has -> source records: CV folders, JSONL, CSV, JSON Resume."""
