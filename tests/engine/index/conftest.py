"""The engines that one contract holds for: Edge, qdrant-client's local mode, and a server where one is named."""

import math
import os
import warnings
from uuid import uuid4

import pytest
from qdrant_client import QdrantClient

from engine.index import open_folder
from engine.index.columns import NUMBER_FIELDS
from engine.index.server import ServerIndex
from engine.query.criteria import Criterion, Identity, Query
from engine.ranking.names import find_named
from engine.ranking.verdicts import judge

SKILLS = [f"skill:s{n}" for n in range(10)]
LANGUAGES = ["lang:sv", "lang:en", "lang:fi"]

KINDS = [
    "edge",
    "local-memory",
    "local-path",
    pytest.param("server", marks=pytest.mark.server),
]


class Engines:
    """Opens indexes of one kind. ``open(name)`` twice gives the same data; close before opening again."""

    def __init__(self, kind, folder):
        self.kind, self._folder = kind, folder
        self._client = None
        self._opened, self._collections = [], set()

    def open(self, stamp, name="index", workspace="one"):
        if self.kind == "edge":
            index = open_folder(self._folder / name / workspace, stamp)
        else:
            self._collections.add(name)
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Payload indexes have no effect in the local Qdrant")
                index = ServerIndex(self._connect(), stamp, workspace=workspace, collection=name)
        self._opened.append(index)
        return index

    def _connect(self):
        if self.kind == "server":
            return QdrantClient(url=os.environ["HEADWATER_TEST_QDRANT_URL"])
        # Local mode: the data live as long as the client, so one client serves all; only the engine's is closed.
        self._client = self._client or QdrantClient(
            **({"location": ":memory:"} if self.kind == "local-memory" else {"path": str(self._folder / "local")})
        )
        return self._client

    def reopen(self, index, stamp, name="index", workspace="one"):
        """The index as another process finds it later."""
        if self.kind == "local-memory":
            self._opened.remove(index)  # in memory: closing would be losing
        else:
            self.close(index)
        return self.open(stamp, name, workspace)

    def close(self, index):
        self._opened.remove(index)
        index.close()
        self._client = None

    def close_all(self):
        if self.kind == "server":
            client = self._connect()
            for name in self._collections:
                client.delete_collection(name)
            client.close()
        for index in self._opened:
            index.close()


@pytest.fixture
def engines_of():
    return Engines


@pytest.fixture(params=KINDS)
def engines(request, tmp_path):
    made = Engines(request.param, tmp_path)
    yield made
    made.close_all()


@pytest.fixture
def name():
    """A collection of its own: a server outlives the test."""
    return f"headwater-test-{uuid4().hex[:8]}"


@pytest.fixture(params=KINDS, scope="module")
def filled(request, tmp_path_factory, make_world, stamp):
    """(index, its points): 250 people, written once for all tests that only read."""
    made = Engines(request.param, tmp_path_factory.mktemp("filled"))
    index = made.open(stamp, f"headwater-test-{uuid4().hex[:8]}")
    points = make_world(11, 250)
    index.upsert(points[:200])
    index.upsert(points[200:])
    yield index, points
    made.close_all()


def view_of(index):
    """All that the columns say, by person: what a search, a count or a verdict can see. No row numbers."""
    columns = index.columns
    rows = {row: columns.people[row] for row in columns.live}
    seen = {person: {"name": columns.names[row], "id": columns.ids[row]} for row, person in rows.items()}

    def note(key, found):
        for row in found:
            seen[rows[row]][key] = True  # a row that is not live fails here

    for field, sets in columns.sets.items():
        for value, found in sets.items():
            note((field, value), found)
    for field, found in columns.stated.items():
        note(("stated", field), found)
    for flag, found in columns.flags.items():
        note(("flag", flag), found)
    for field in NUMBER_FIELDS:
        numbers = columns.number(field)
        for row, person in rows.items():
            if not math.isnan(numbers[row]):
                seen[person]["number", field] = float(numbers[row])
    for kind, values in (("skill", SKILLS), ("language", LANGUAGES)):
        for value in values:
            for low in (0.1, 1, 2, 3, 4, 5, 6, 7, 8):
                judged = judge(Criterion(kind=kind, values=(value,), label=value, low=low), index)
                note((kind, value, low, "yes"), judged.yes)
                note((kind, value, low, "close"), judged.close)
                note((kind, value, low, "no"), judged.no)
    for number in range(1, 60):
        address = f"p{number}@example.com"
        note(("contact", address), find_named(Query(identity=Identity(kind="email", value=address)), columns))
    return seen


@pytest.fixture(scope="session")
def view():
    return view_of
