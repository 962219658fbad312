"""The truth in SQL: people, their records, jobs, events, searches. The only code that speaks to the database."""

from indexer.ledger.briefs import Brief, headline_of
from indexer.ledger.embeddings import EmbeddingCache, text_hash
from indexer.ledger.keys import Keys
from indexer.ledger.ledger import Ledger
from indexer.ledger.reader import Reader
from indexer.ledger.sealed import Resealed
from indexer.ledger.values import Answer, Event, KeyRow, ParkedRow, Put, RecordVersion, SearchNote
from indexer.ledger.writer import Writer

__all__ = [
    "Answer", "Brief", "EmbeddingCache", "Event", "KeyRow", "Keys", "Ledger", "ParkedRow", "Put", "Reader",
    "RecordVersion", "Resealed", "SearchNote", "Writer", "headline_of", "text_hash",
]  # fmt: skip
