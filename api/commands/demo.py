"""``headwater demo``: a made-up world built, imported, searched and served. Its data has a folder of its own."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.rule import Rule
from rich.text import Text

from api.answers import Answers
from api.commands import imports
from api.commands.look import find, show_answer
from api.commands.serve import listen, run
from api.console import err, out, progress
from api.local import Own
from api.runtime import open_runtime
from api.settings import Settings

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
    """Build a made-up world of 300 people, import it, search it, serve it on this machine until Ctrl-C."""
    given = Settings()
    settings = given.model_copy(
        update={
            "data_dir": folder / "data", "database_url": None, "qdrant_url": None, "host": "127.0.0.1",
            "public_url": None, "port": given.port if port is None else port,
        }
    )  # fmt: skip
    listening = None if once else listen(settings)
    world = build_world(folder / "world")
    err.print("Opening (the encoder is converted for this CPU the first time)…")
    with open_runtime(settings) as runtime:
        imports.show_result(imports.read_in(runtime.ledger, world))
        imports.index(runtime)
        with closing(Answers(runtime)) as answers:
            for question in QUESTIONS:
                out.print()
                out.print(Rule(Text(question), align="left"))
                show_answer(find(Own(answers), question, 3) | {"cursor": None})
        if listening is not None:
            run(runtime, settings, listening)


def build_world(folder: Path) -> Path:
    """Everything in it is made up. The same people each time; built once, whole or again."""
    done = folder / ".built"
    mark = f"{PEOPLE} {SEED}"
    if done.is_file() and done.read_text("utf-8") == mark:
        return folder
    from eval.world import build  # here, not above: serving a real installation has no use for it

    with progress("Building a made-up world") as report:
        build(folder, people=PEOPLE, seed=SEED, on_progress=report)
    done.write_text(mark, "utf-8")
    return folder
