"""The tables of sync, in the one metadata: connections, what arrived, what the ATS said, how far each walk is.

Times are ISO 8601 in UTC as text, as everywhere. Nothing of a wait is in memory: what is due stands in ``due_at``.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from indexer.ledger.tables import SEALED, metadata


def _own() -> list[Column[str]]:
    return [
        Column("workspace", String(100), primary_key=True),
        Column("connection", String(100), primary_key=True),
    ]


connection = Table(
    "connection",
    metadata,
    Column("workspace", String(100), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("vendor", String(60), nullable=False),
    Column("origin", String(300), nullable=False),
    Column("credential", Text, nullable=False, info=SEALED),
    Column("secrets", Text, nullable=False, info=SEALED),  # JSON list of webhook secrets; "" for none
    Column("token", String(64), nullable=False, unique=True),  # the last part of the webhook address
    Column("settings", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("state", String(10), nullable=False),  # active or stopped
    Column("reason", Text, nullable=False),  # what an operator has to do; "" when there is nothing
    Column("lag_s", Float, nullable=False),  # how long the vendor's reads trail its webhooks, as measured
    Column("created_at", String(32), nullable=False),
)

lease = Table(
    "lease",
    metadata,
    *_own(),
    Column("holder", String(100), nullable=False),
    Column("token", Integer, nullable=False),  # grows with each holder: an older one changes nothing any more
    Column("until", String(32), nullable=False),
)

budget = Table(
    "budget",
    metadata,
    *_own(),
    Column("limit", Integer, nullable=False),
    Column("remaining", Integer, nullable=False),
    Column("resets_at", String(32), nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    *_own(),
    Column("event_id", String(64), primary_key=True),
    Column("received_at", String(32), nullable=False),
    Column("hint", Text, nullable=False),
    Column("state", String(10), nullable=False),  # new, done, ignored
    Index("ix_inbox_state", "workspace", "connection", "state", "received_at"),
)

mirror = Table(
    "mirror",
    metadata,
    *_own(),
    Column("kind", String(60), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("root", String(10), nullable=False),
    Column("owner", String(200), nullable=False),
    Column("version", String(40)),
    Column("hash", String(64), nullable=False),
    Column("read_at", String(32), nullable=False),  # when the request began that saw it last
    Column("deleted_at", String(32)),
    Column("body", Text, nullable=False),
    Index("ix_mirror_owner", "workspace", "connection", "root", "owner"),
)

root = Table(
    "root",
    metadata,
    *_own(),
    Column("root", String(10), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("dirty", Integer, nullable=False),  # changes not applied yet; 0: none
    Column("urgency", Integer, nullable=False),
    Column("deleted_at", String(32)),
    Column("purged_at", String(32)),
    Column("merged_into", String(200)),  # of a person: who has what was theirs, after the ATS made one of two
    Column("erased", Integer, nullable=False),  # 1: nothing of it is kept any more, whatever the ATS says
    Column("missed", Text, nullable=False),  # what its record looked up and did not find: " kind/id kind/id "
    Column("looked", Text, nullable=False),  # what it found, the same way
    Index("ix_root_dirty", "workspace", "connection", "dirty", "urgency"),
)

outbox = Table(
    "outbox",
    metadata,
    *_own(),
    Column("id", String(36), primary_key=True),
    Column("seq", Integer, nullable=False),  # 1, 2, 3 … in each connection: of one person the first goes first
    Column("person", String(200), nullable=False),  # id of the record; of a new one ours, until the ATS gave its own
    Column("kind", String(20), nullable=False),
    Column("action", Text, nullable=False),
    Column("draft", Text, nullable=False),
    Column("state", String(10), nullable=False),  # waiting, sending, unknown; applied, conflict, parked, cancelled
    Column("actor", String(200), nullable=False),
    Column("as_user", String(200)),  # the user of the ATS in whose name
    Column("why", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("due_at", String(32), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", String(32)),  # when the first request began that may have been carried out
    Column("looked", Text),  # where a search for its effect goes on
    Column("done_at", String(32)),
    Column("remote_id", String(200)),
    Column("problem", Text, nullable=False),
    Column("theirs", Text, nullable=False),  # JSON: of what is in conflict, the ATS's values
    Column("undoes", String(36)),
    Index("ix_outbox_seq", "workspace", "connection", "seq", unique=True),
    Index("ix_outbox_state", "workspace", "connection", "state", "seq"),
    Index("ix_outbox_person", "workspace", "connection", "person", "seq"),
)

file = Table(
    "file",
    metadata,
    *_own(),
    Column("owner", String(200), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("fingerprint", String(200), nullable=False),
    Column("filename", String(300), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("state", String(10), nullable=False),  # wanted, held, parked
    Column("text", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
)

walk = Table(
    "walk",
    metadata,
    *_own(),
    Column("mode", String(10), primary_key=True),  # backfill, poll, sweep
    Column("feed", String(60), primary_key=True),
    Column("place", Integer, nullable=False),  # its place in the plan
    Column("state", String(10), nullable=False),  # idle, running, over, judging, asks, denied
    Column("cursor", Text),
    Column("since", String(32)),
    Column("started_at", String(32)),
    Column("next_since", String(32)),  # where the next round begins: when the last finished one began
    Column("finished_at", String(32)),
    Column("pages", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer),
    Column("due_at", String(32), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("allowed", Integer, nullable=False),  # sweep: 1, an operator allowed it; else short rounds
    Column("problem", Text, nullable=False),
    Index("ix_walk_due", "workspace", "connection", "state", "due_at"),
)

fetch = Table(
    "fetch",
    metadata,
    *_own(),
    Column("kind", String(60), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("priority", Integer, nullable=False),  # 0 webhook, 1 poll, 2 backfill, 3 sweep
    Column("asked_at", String(32), nullable=False),
    Column("due_at", String(32), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("expect", Text, nullable=False),  # what the read has to show, as JSON; "" for nothing
    Index("ix_fetch_due", "workspace", "connection", "priority", "due_at"),
)

drift = Table(
    "drift",
    metadata,
    *_own(),
    Column("what", String(300), primary_key=True),
    Column("first_at", String(32), nullable=False),
    Column("last_at", String(32), nullable=False),
)
