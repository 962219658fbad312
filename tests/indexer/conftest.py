"""A ledger, an embedded index and an encoder that counts, for whatever brings one to the other."""

import pytest

from engine.index import IndexStamp, open_folder
from engine.lexicon import Lexicon
from engine.records import Document, Position, SourceRecord
from indexer.ledger import Ledger
from models import FakeEncoder


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


class CountingEncoder(FakeEncoder):
    """Remembers every text it was asked to embed."""

    def __init__(self, dim: int = 64) -> None:
        super().__init__(dim)
        self.seen: list[str] = []

    def encode(self, texts, *, kind="passage"):
        self.seen += texts
        return super().encode(texts, kind=kind)


class Mortal:
    """An index whose process is killed before or after its n-th write."""

    def __init__(self, index, *, at: int, after: bool) -> None:
        self._index, self._left, self._after = index, at, after

    def __getattr__(self, name):
        return getattr(self._index, name)

    def _write(self, method, given):
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Killed
        method(given)
        if self._left == 0:
            raise Killed

    def upsert(self, points):
        self._write(self._index.upsert, points)

    def delete(self, ids):
        self._write(self._index.delete, ids)


def make_record(key, *, title="Nurse", text="Cared for patients at night, for many years.", **more):
    return SourceRecord(
        id=str(key),
        name=f"Person {key}",
        positions=(Position(title=title, employer=f"Employer {key} AB", start="2015", current=True, text=text),),
        documents=(Document(id="cv", text=f"Profile {key}\n{title} with a long history of work in many wards."),),
        **more,
    )


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return request.getfixturevalue("postgres")()


@pytest.fixture
def a_ledger(tmp_path):
    opened = Ledger.open(f"sqlite:///{tmp_path / 'data' / 'headwater.db'}")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def lexicon():
    return Lexicon.default()


@pytest.fixture
def encoder():
    return CountingEncoder()


@pytest.fixture
def new_index(tmp_path, lexicon):
    """folder name, encoder -> an open index."""
    opened = []

    def make(name, encoder):
        stamp = IndexStamp(encoder=encoder.key, dim=encoder.dim, lexicon=lexicon.version)
        opened.append(open_folder(tmp_path / name, stamp))
        return opened[-1]

    yield make
    for index in opened:
        index.close()


@pytest.fixture
def index(new_index, encoder):
    return new_index("index", encoder)


@pytest.fixture
def record():
    return make_record


@pytest.fixture
def mortal():
    return Mortal


@pytest.fixture
def killed():
    return Killed
