"""A whole installation with a fake encoder and a dozen made-up people, and clients with and without a key."""

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from api.app import make_app
from api.runtime import Runtime, stamp_of
from api.secret import Secret, new_key
from api.settings import Settings
from engine.index import open_folder
from engine.lexicon import Lexicon
from engine.records import Activity, Application, Document, Job, SourceRecord
from indexer.ledger import Ledger

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CV = """{name}
{title}
{city}

EXPERIENCE
{title}, {employer}
2015-01 - present
{duties}

SKILLS
{skills}

LANGUAGES
Swedish (native), English (fluent)
"""
PEOPLE = [
    ("p1", "Anna Almroth", "Backend Developer", "Stockholm", "Ljung AB", "Python, PostgreSQL, Kubernetes", "ats"),
    ("p2", "Erik Ekdahl", "Backend Developer", "Uppsala", "Kvist AB", "Python, Django", "ats"),
    ("p3", "Mei Zhang", "Backend Developer", "Stockholm", "Norrby AB", "Python, PostgreSQL, Kubernetes", "outside"),
    ("p4", "Olena Shevchuk", "Nurse", "Göteborg", "Region Väst", "Intensive care", "ats"),
    ("p5", "Nils Norrby", "Nurse", "Malmö", "Region Syd", "Geriatric care", "outside"),
    ("p6", "Sara Sjöholm", "Accountant", "Lund", "Siffran AB", "Bookkeeping, Excel", "ats"),
]


def record(key, name, title, city, employer, skills, source):
    history = {}
    if source == "ats":
        history = {
            "applications": (
                Application(
                    id=f"a-{key}", job_id="j1", stage="Final interview", furthest_stage="Final interview", stage_rank=3,
                    outcome="rejected", reason="Position put on hold (headcount)", reopenable=True,
                    applied_at="2024-02-01", updated_at="2024-04-01",
                ),
            ),
            "activities": (
                Activity(id=f"n-{key}", text="Calm and clear on the phone.", author="Karl", at="2024-03-05"),
                Activity(id=f"m-{key}", kind="message", text="Still interested!", at="2024-05-06", inbound=True),
                Activity(id=f"s-{key}", text="Confidential salary remark", at="2024-03-06", audience="leads"),
            ),
        }  # fmt: skip
    duties = f"Worked with {skills} every day."
    text = CV.format(name=name, title=title, city=city, employer=employer, skills=skills, duties=duties)
    return SourceRecord(
        id=key,
        source=source,
        name=name,
        emails=(f"{key}@example.com",),
        location=city,
        documents=(Document(id="cv", text=text, filename=f"{key}.pdf"),),
        updated_at="2024-06-01",
        **history,
    )


JOBS = [
    Job(id="j1", title="Backend Developer", department="IT", location="Stockholm", opened_at="2024-01-10"),
    Job(id="j2", title="Nurse", status="closed", location="Göteborg", opened_at="2023-01-10", closed_at="2023-05-01"),
    Job(id="j3", title="Secret Director", audience="leads"),
]


@pytest.fixture(scope="session")
def lexicon():
    return Lexicon.default()


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path, _env_file=None)


@pytest.fixture
def runtime(settings, lexicon, fake_encoder):
    ledger = Ledger.open(settings.database)
    opened = Runtime(
        ledger=ledger,
        index=open_folder(settings.index_dir, stamp_of(fake_encoder, lexicon)),
        encoder=fake_encoder,
        lexicon=lexicon,
        secret=Secret(b"a secret for the tests, long enough"),
        clock=lambda: NOW,
    )
    writer = ledger.writer()
    writer.put_jobs("test", JOBS)
    writer.put_records("test", [record(*row) for row in PEOPLE])
    opened.follow()
    yield opened
    opened.close()


@pytest.fixture
def key(runtime):
    made = new_key()
    runtime.ledger.keys.add("default", "tests", runtime.secret.digest("key", made), made[:7])
    return made


@pytest.fixture
def app(runtime, settings):
    return make_app(runtime, settings)


@pytest.fixture
def stranger(app):
    """A client without a key. Errors of ours stay errors: a 5xx answer would be one."""
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=True) as client:
        yield client


@pytest.fixture
def client(app, key):
    with TestClient(app, base_url="http://127.0.0.1", headers={"Authorization": f"Bearer {key}"}) as client:
        yield client


@pytest.fixture
def visitor(app):
    """A browser that has signed in by the one-time link."""
    with TestClient(app, base_url="http://127.0.0.1") as client:
        answer = client.get(f"/sign-in/{app.state.access.link_token()}")
        assert answer.url.path == "/search"
        yield client
