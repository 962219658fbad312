"""The ledger's tests run on both databases."""

import pytest

from indexer.ledger import Ledger


@pytest.fixture
def ledger(database_url):
    opened = Ledger.open(database_url)
    yield opened
    opened.close()
