"""Outgoing webhooks: events of the ledger, sent to the addresses product teams subscribed."""

from indexer.outgoing.http import Answered, Http, checked
from indexer.outgoing.kinds import KINDS
from indexer.outgoing.secrets import Secrets, new_secret
from indexer.outgoing.sender import Sender
from indexer.outgoing.step import SCHEDULE_S, Done, Work, next_at, step

__all__ = [
    "KINDS",
    "SCHEDULE_S",
    "Answered",
    "Done",
    "Http",
    "Secrets",
    "Sender",
    "Work",
    "checked",
    "new_secret",
    "next_at",
    "step",
]
