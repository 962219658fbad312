"""A ledger to import into, and readers that count or forbid the opening of files."""

import json

import pytest

from engine.records import Viewer
from indexer.documents import DocumentReader, ReadText
from indexer.imports import run_import
from indexer.ledger import Ledger


class FakeReader(DocumentReader):
    """A file's text is what stands in it. Remembers what was opened."""

    def __init__(self):
        self.opened = []

    def read_many(self, paths):
        for path in paths:
            self.opened.append(path.name)
            yield path, ReadText(path.read_text("utf-8"))

    def close(self):
        pass


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger' / 'headwater.db'}")
    yield opened
    opened.close()


@pytest.fixture
def fake_reader():
    return FakeReader()


@pytest.fixture
def load(ledger):
    """Imports a path; ``load.people``, ``load.parked``: what the ledger then holds, by id and by place."""

    def call(path, **more):
        return run_import(path, ledger, **more)

    reader = ledger.reader(Viewer())
    call.reader = reader
    call.people = lambda: {
        record.id: record for person in reader.people(reader.person_ids()).values() for record in person.records
    }
    call.parked = lambda: {row.place: row.what for row in reader.parked()}
    call.events = lambda: len(reader.events())
    return call


@pytest.fixture
def write(tmp_path):
    """name, content (text, bytes or a list of JSON lines) -> its path."""

    def made(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            content = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in content) + "\n"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return made


@pytest.fixture
def counts():
    return lambda result: (result.created, result.changed, result.unchanged, result.jobs)
