"""Columns filled by hand or at random: what verdicts, levels, priors and names are pure functions of."""

from types import SimpleNamespace

import pytest

from engine.index.columns import Columns


def columns_of(people):
    """Payload dicts -> columns; row n is person n."""
    columns = Columns()
    for n, fields in enumerate(people):
        columns.put(1000 + n, f"person-{n:04}", {"source": "ats", **fields}, n + 1)
    return columns


@pytest.fixture(scope="session")
def fill():
    """Payload dicts -> something with ``columns``, as verdicts take it."""

    def make(*people):
        return SimpleNamespace(columns=columns_of(people))

    return make


@pytest.fixture(scope="session")
def random_columns(make_world):
    """seed, n -> (the payload of each row, an index-like holder of their columns)"""

    def make(seed, n):
        people = [p.draft.fields for p in make_world(seed, n)]
        return people, SimpleNamespace(columns=columns_of(people))

    return make
