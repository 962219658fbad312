"""Files a user has -> source records: CV folders, JSONL, CSV, JSON Resume."""

from indexer.imports.columns import HEADS
from indexer.imports.run import run_import
from indexer.imports.source import check_path
from indexer.imports.tables import suggest_mapping
from indexer.imports.values import Bad, ImportResult

__all__ = ["HEADS", "Bad", "ImportResult", "check_path", "run_import", "suggest_mapping"]
