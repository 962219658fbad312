"""The engines that one contract holds for: Edge, qdrant-client's local mode, and a server where one is named."""

import os
import warnings
from uuid import uuid4

import pytest
from qdrant_client import QdrantClient

from engine.index import open_folder
from engine.index.server import ServerIndex

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
