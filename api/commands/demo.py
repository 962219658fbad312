"""``headwater demo``: a made-up account in a sandbox ATS, synced over HTTP, searched and served.

Its data has a folder of its own.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated

import typer
from rich.rule import Rule
from rich.text import Text

from api.answers import Answers
from api.commands import imports
from api.commands.look import find, show_answer
from api.commands.sandbox import SANDBOX, connect_to
from api.commands.serve import listen, run
from api.commands.sync import teller
from api.console import err, out, progress
from api.local import Own
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from api.syncing import worker_of
from indexer.sync import first_sync_done

PEOPLE = 300
SEED = 2026
FOLDER = Path("demo-data")
QUESTIONS = (
    "nurse in Göteborg with 3 years, fluent Swedish",
    "backend developer in Stockholm with Python and PostgreSQL",
    "lärare i Stockholm som nått slutintervju",
)


def demo(
    port: Annotated[int | None, typer.Option(min=0, max=65_535)] = None,
    once: Annotated[bool, typer.Option("--once", help="Stop after the searches.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the demo's data goes.")] = FOLDER,
) -> None:
    """Connect to a sandbox ATS with 300 made-up people, sync it, search it, serve it on this machine until Ctrl-C."""
    from eval.sandbox import Teamtailor, make_account  # here: serving a real installation has no use for it
    from eval.sandbox.clock import system_clock
    from eval.sandbox.serve import serving

    given = Settings()
    settings = given.model_copy(
        update={
            "data_dir": folder / "data", "database_url": None, "qdrant_url": None, "host": "127.0.0.1",
            "public_url": None, "port": given.port if port is None else port,
        }
    )  # fmt: skip
    listening = None if once else listen(settings)
    err.print(f"Making up {PEOPLE} people and their history in a sandbox ATS…")
    vendor = Teamtailor(make_account(PEOPLE, seed=SEED), clock=system_clock)
    err.print("Opening (the encoder is converted for this CPU the first time)…")
    with open_runtime(settings) as runtime, ExitStack() as stack:
        port_used = listening.getsockname()[1] if listening else 0
        token = connect_to(runtime.ledger, runtime.secret, settings, vendor, "http://127.0.0.1:1").rpartition("/")[2]
        webhook = f"http://127.0.0.1:{port_used}/v1/hooks/{token}" if listening else None
        site = stack.enter_context(serving(vendor, webhook=webhook))
        connect_to(runtime.ledger, runtime.secret, settings, vendor, site.url)
        out.print(f"A sandbox of Teamtailor's API answers at {site.url}; the connector reads it over HTTP.")
        read_in(runtime, settings)
        imports.index(runtime)
        with closing(Answers(runtime)) as answers:
            for question in QUESTIONS:
                out.print()
                out.print(Rule(Text(question), align="left"))
                show_answer(find(Own(answers, settings.workspace), question, 3) | {"cursor": None})
        if listening is not None:
            run(runtime, settings, listening)


def read_in(runtime: Runtime, settings: Settings) -> None:
    """The first sync, with a bar; none of it again where it was through before."""
    with (
        worker_of(runtime.ledger, runtime.secret, settings, on_change=runtime.follow_soon) as worker,
        progress("Syncing") as report,
    ):
        worker.run(settings.workspace, SANDBOX, until=first_sync_done, on_step=teller(report))
    counts = runtime.ledger.sync(settings.workspace, SANDBOX).counts()
    out.print(f"Synced: {counts['people']} people, {counts['jobs']} jobs, {counts['files']} files.")
