"""The truth in SQL: people, their records, jobs, events, searches. The only code that speaks to the database."""

from indexer.ledger.accounts import Account, Accounts, SessionRow
from indexer.ledger.acted import Acted, ActionLog
from indexer.ledger.briefs import Brief, headline_of
from indexer.ledger.connections import Connections
from indexer.ledger.embeddings import EmbeddingCache, text_hash
from indexer.ledger.keys import Keys
from indexer.ledger.ledger import Ledger
from indexer.ledger.marks import Mark
from indexer.ledger.mirror import TRAILS_S
from indexer.ledger.outgoing_queue import OutgoingQueue
from indexer.ledger.outgoing_subscriptions import Subscriptions
from indexer.ledger.outgoing_values import Claimed, DeliveryRow, Outcome, Replay, SubscriptionRow
from indexer.ledger.reader import Reader
from indexer.ledger.sealed import Resealed
from indexer.ledger.subjects import Subjects
from indexer.ledger.sync_store import SyncStore
from indexer.ledger.sync_values import (
    BACKFILL,
    HOOK,
    OPEN,
    OURS,
    POLL,
    SWEEP,
    WRITE,
    BudgetRow,
    ConnectionRow,
    DirtyRoot,
    FetchRow,
    FileRow,
    InboxRow,
    LeaseLost,
    MirrorItem,
    Mode,
    OutboxRow,
    State,
    Taken,
    WalkRow,
)
from indexer.ledger.sync_write import SyncWrite
from indexer.ledger.values import Answer, Event, KeyRow, ParkedRow, Put, RecordVersion, SearchNote
from indexer.ledger.writer import Writer

__all__ = [
    "BACKFILL",
    "HOOK",
    "OPEN",
    "OURS",
    "POLL",
    "SWEEP",
    "TRAILS_S",
    "WRITE",
    "Account",
    "Accounts",
    "Acted",
    "ActionLog",
    "Answer",
    "Brief",
    "BudgetRow",
    "Claimed",
    "ConnectionRow",
    "Connections",
    "DeliveryRow",
    "DirtyRoot",
    "EmbeddingCache",
    "Event",
    "FetchRow",
    "FileRow",
    "InboxRow",
    "KeyRow",
    "Keys",
    "LeaseLost",
    "Ledger",
    "Mark",
    "MirrorItem",
    "Mode",
    "OutboxRow",
    "Outcome",
    "OutgoingQueue",
    "ParkedRow",
    "Put",
    "Reader",
    "RecordVersion",
    "Replay",
    "Resealed",
    "SearchNote",
    "SessionRow",
    "State",
    "Subjects",
    "SubscriptionRow",
    "Subscriptions",
    "SyncStore",
    "SyncWrite",
    "Taken",
    "WalkRow",
    "Writer",
    "headline_of",
    "text_hash",
]  # fmt: skip
