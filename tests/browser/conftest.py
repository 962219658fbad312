"""A real server on loopback over a made-up installation, and Debian's chromium to look at it."""

import shutil
import socket
import threading
import time
from datetime import UTC, datetime
from random import Random

import pytest
import uvicorn
from playwright.sync_api import sync_playwright

from api.app import make_app
from api.runtime import Runtime, stamp_of
from api.secret import Secret
from api.settings import Settings
from engine.index import open_folder
from engine.lexicon import Lexicon
from engine.records import Document
from eval.world import make_world
from eval.world.prose import plain_text
from indexer.ledger import Ledger
from models import FakeEncoder

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """(address, the app) of a world of sixty people."""
    folder = tmp_path_factory.mktemp("served")
    settings, encoder, lexicon = Settings(data_dir=folder, _env_file=None), FakeEncoder(), Lexicon.default()
    runtime = Runtime(
        ledger=Ledger.open(settings.database),
        index=open_folder(settings.index_dir, stamp_of(encoder, lexicon)),
        encoder=encoder,
        lexicon=lexicon,
        secret=Secret(bytes(Random(1).randbytes(32))),
        clock=lambda: datetime(2026, 11, 24, tzinfo=UTC),
    )
    world = make_world(60)
    writer = runtime.ledger.writer()
    writer.put_jobs("world", world.jobs)
    writer.put_records(
        "world",
        [
            r.model_copy(update={"documents": (Document(id="cv", text=plain_text(cv), filename=f"{r.id}.pdf"),)})
            for r, cv in zip(world.records, world.cvs, strict=True)
        ],
    )
    runtime.follow()
    app = make_app(runtime, settings)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", app
    server.should_exit = True
    thread.join()
    listening.close()
    runtime.close()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(served, chromium):
    """Opens signed-in pages; at the end none may have complained or asked another host for anything."""
    address, app = served
    contexts, complaints = [], []

    def opened(**options):
        context = chromium.new_context(base_url=address, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith(address) else complaints.append(f"asked {r.url}"))
        page.goto(f"/sign-in/{app.state.access.link_token()}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_page):
    return open_page()
