"""``headwater``: the command line. Puts the commands together and turns errors into one sentence and an exit code."""

from __future__ import annotations

import sys

import typer
from pydantic import ValidationError
from rich.text import Text

from api.commands import (
    acts,
    bench,
    connect,
    demo,
    doctor,
    evaluate,
    imports,
    keys,
    learning,
    look,
    models,
    sandbox,
    serve,
    sync,
    users,
    work,
)
from api.console import err, log_to_stderr
from api.errors import first_sentence
from engine.errors import BadInput, HeadwaterError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback would print values: CVs, names, keys
    help="Search and rank people over a company's whole recruiting history.",
)
app.command()(demo.demo)
app.command()(serve.serve)
app.command()(work.work)
app.command()(connect.connect)
app.command("import")(imports.import_)
app.command()(look.search)
app.command()(look.person)
app.command()(doctor.doctor)
for command in (
    acts.act, acts.file, acts.actions, acts.cancel, acts.retry, acts.undo, acts.writes, acts.wins, acts.user,
    acts.restored,
):  # fmt: skip
    sync.app.command()(command)
app.add_typer(sync.app, name="sync")
evaluate.app.command()(learning.build)
evaluate.app.command()(learning.tune)
evaluate.app.command()(learning.export)
app.add_typer(users.app, name="users")
app.add_typer(keys.app, name="keys")
app.add_typer(models.app, name="models")
app.add_typer(bench.app, name="bench")
app.add_typer(evaluate.app, name="eval")
app.add_typer(sandbox.app, name="sandbox")


def main() -> None:
    """Ends with 0 when done, 1 on our side, 2 when what was given cannot be used, 130 on Ctrl-C."""
    log_to_stderr()
    try:
        app()
    except HeadwaterError as error:
        err.print(Text(f"{error.what} {error.fix}".strip()), soft_wrap=True)
        sys.exit(2 if isinstance(error, BadInput) else 1)
    except ValidationError as error:  # only settings are read without a door of their own
        for item in error.errors():
            name = "HEADWATER_" + "_".join(map(str, item["loc"])).upper()
            err.print(Text(f"{name}: {first_sentence(item['msg'])}. See docs/settings.md."), soft_wrap=True)
        sys.exit(2)
    except KeyboardInterrupt:
        err.print("Stopped.")
        sys.exit(130)


if __name__ == "__main__":
    main()
