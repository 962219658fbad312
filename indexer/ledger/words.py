"""The workspace's own words, as records say them, each with the job it was said about. Knows no viewer."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from engine.records import SourceRecord
from indexer.ledger import tables as t
from indexer.ledger.database import upsert
from indexer.ledger.jobs import job_name

Word = tuple[str, str, str]
"""(kind, value, the job's name or "")"""


def words_of(connection: str, records: Iterable[SourceRecord]) -> set[Word]:
    words: set[Word] = set()
    for record in records:
        words |= {("tag", tag, "") for tag in record.tags}
        words |= {("employer", p.employer, "") for p in record.positions if p.employer}
        for a in record.applications:
            job = job_name(connection, a.job_id)
            words |= {("stage", stage, job) for stage in (a.stage, a.furthest_stage) if stage}
            words |= {("reason", a.reason, job)} if a.reason else set()
    return words


def add_words(conn: Connection, workspace: str, words: Iterable[Word]) -> None:
    cleaned = {(kind, value[:300].replace("\x00", ""), job_id) for kind, value, job_id in words}
    rows = [
        {"workspace": workspace, "kind": kind, "value": value, "job_id": job_id}
        for kind, value, job_id in sorted(cleaned)
    ]
    upsert(conn, t.word, rows, update=False)
