"""Files a user has -> source records: CV folders, JSONL, CSV, JSON Resume."""

from indexer.imports.run import run_import
from indexer.imports.tables import suggest_mapping
from indexer.imports.values import Bad, ImportResult

__all__ = ["Bad", "ImportResult", "run_import", "suggest_mapping"]
