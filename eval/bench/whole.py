"""Is everything of a made-up account in a ledger, and once? Compared with the account itself, not with the wire."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise

from engine.records import SourceRecord, Viewer
from eval.world.account import Account, Answer, Note
from indexer.ledger import Ledger
from indexer.ledger.reader import Reader

AT_A_TIME = 200
EVERYTHING = frozenset({"private-notes", "private-fields"})
Piece = tuple[str, str, str]
"""(kind, whose, id)"""


@dataclass
class Compared:
    """By kind: how many were looked for, are not there, or are there more than once."""

    compared: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)


def compare(account: Account, ledger: Ledger, workspace: str, connection: str) -> Compared:
    """A version of a record that says the same as the one before is doubled too."""
    reader = ledger.reader(Viewer(workspace=workspace, audiences=EVERYTHING))
    held = Counter(("jobs", "", job.id.removeprefix(f"{connection}:")) for job in reader.jobs())
    found = Compared()
    for record, said in _records(reader, connection):
        held.update(_pieces(record))
        found.doubled["versions"] += sum(one == other for one, other in pairwise(said))
    for piece in _there(account):
        found.compared[piece[0]] += 1
        found.missing[piece[0]] += piece not in held
    for piece, count in held.items():
        found.doubled[piece[0]] += count - 1
    return found


def _records(reader: Reader, connection: str) -> Iterator[tuple[SourceRecord, list[SourceRecord]]]:
    """Each record with all versions of it."""
    ids = iter(reader.person_ids())
    while some := list(islice(ids, AT_A_TIME)):
        for person_id, person in reader.people(some).items():
            said = [one.record for one in reader.person_versions(person_id) if one.connection == connection]
            for of, record in zip(person.connections, person.records, strict=True):
                if of == connection:
                    yield record, said


def _pieces(record: SourceRecord) -> Iterator[Piece]:
    yield "people", "", record.id
    yield from (("applications", record.id, one.id) for one in record.applications)
    yield from (("activities", record.id, one.id) for one in record.activities)
    yield from (("documents", record.id, one.id) for one in record.documents if one.text.strip())
    yield from (("tags", record.id, tag) for tag in record.tags)


def _there(account: Account) -> Iterator[Piece]:
    """What must be in the ledger, each piece once."""
    yield from (("jobs", "", job.id) for job in account.jobs)
    for candidate in account.candidates:
        yield "people", "", candidate.id
        yield from (("tags", candidate.id, tag) for tag in candidate.tags)
        if candidate.cv:
            yield "documents", candidate.id, "resume"
    yield from (("applications", one.candidate, one.id) for one in account.applications)
    letters = [one for one in account.applications if one.cover_letter]
    yield from (("documents", one.candidate, f"letter-{one.id}") for one in letters)
    yield from (("documents", one.candidate, f"upload-{one.id}") for one in account.uploads if one.candidate)
    yield from _named("note", account.notes)
    yield from _named("answer", account.answers)


def _named(word: str, rows: Iterable[Note | Answer]) -> Iterator[Piece]:
    return (("activities", row.candidate, f"{word}-{row.id}") for row in rows)
