"""``headwater users``: who may come in, with which role. A password is asked for, never an argument."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.table import Table

from api.admin import change_user, checked, make_user, user_out
from api.commands.look import JSON
from api.console import out, show_json
from api.local import open_ledger
from api.roles import ROLES
from api.schemas_admin import UserChange, UserIn
from api.settings import Settings
from engine.errors import NotFound

app = typer.Typer(no_args_is_help=True, help="Who may come in.")
EMAIL = Annotated[str, typer.Argument(metavar="EMAIL")]
ROLE = typer.Option(help=", ".join(ROLES))


@app.command()
def add(
    email: EMAIL,
    name: Annotated[str, typer.Option(help="As colleagues know them.")],
    role: Annotated[str, ROLE] = "recruiter",
    audience: Annotated[list[str] | None, typer.Option(help="A restricted text they may read; repeatable.")] = None,
    job: Annotated[list[str] | None, typer.Option(help="A hiring manager's job, as often as needed.")] = None,
    as_json: JSON = False,
) -> None:
    """Add someone. The password is asked for, or read from standard input."""
    given = checked(
        UserIn, email=email, name=name, role=role, password=_password(), audiences=tuple(audience or ()),
        jobs=tuple(job or ()),
    )  # fmt: skip
    settings = Settings()
    with open_ledger(settings) as ledger:
        made = make_user(ledger.accounts, settings.workspace, given)
    if as_json:
        show_json(made.model_dump())
    else:
        out.print(f"Added {made.email} as {made.role}.")


@app.command("list")
def list_users(as_json: JSON = False) -> None:
    """Everyone, disabled ones too."""
    settings = Settings()
    with open_ledger(settings, create=False) as ledger:
        found = [user_out(ledger.accounts, one) for one in ledger.accounts.list(settings.workspace)]
    if as_json:
        show_json({"users": [one.model_dump() for one in found]})
        return
    table = Table("e-mail", "name", "role", "may also read", "jobs", "state", box=None)
    for one in found:
        state = "disabled" if one.disabled_at else "waits" if one.locked_until else ""
        table.add_row(one.email, one.name, one.role, ", ".join(one.audiences), ", ".join(one.jobs), state)
    out.print(table)


@app.command()
def role(email: EMAIL, role: Annotated[str, typer.Argument(help=", ".join(ROLES))]) -> None:
    """Give another role."""
    _change(email, role=role)


@app.command()
def password(email: EMAIL) -> None:
    """Set a new password; it is asked for, or read from standard input. Ends a wait too."""
    _change(email, password=_password())


@app.command()
def jobs(email: EMAIL, job: Annotated[list[str] | None, typer.Argument(help="Ids; none: no job.")] = None) -> None:
    """The jobs whose people a hiring manager may see, instead of those until now."""
    _change(email, jobs=tuple(job or ()))


@app.command()
def audiences(
    email: EMAIL, name: Annotated[list[str] | None, typer.Argument(help="None: no restricted text.")] = None
) -> None:
    """The restricted texts someone may read, instead of those until now: private-notes, private-fields, a job's."""
    _change(email, audiences=tuple(name or ()))


@app.command("map")
def map_user(
    email: EMAIL,
    connection: Annotated[str, typer.Argument(help="As `headwater connect list` shows it.")],
    user_id: Annotated[str | None, typer.Argument(help="The vendor's id of the same recruiter; none: nobody.")] = None,
) -> None:
    """Say who someone is in an ATS."""
    settings = Settings()
    with open_ledger(settings, create=False) as ledger:
        ledger.connections.get(settings.workspace, connection)
    _change(email, ats_users={connection: user_id})


@app.command()
def disable(email: EMAIL) -> None:
    """Shut someone out, at once; what they did stays."""
    _change(email, disabled=True)


@app.command()
def enable(email: EMAIL) -> None:
    """Let them in again."""
    _change(email, disabled=False)


def _change(email: str, **values: Any) -> None:
    given = checked(UserChange, **values)
    settings = Settings()
    with open_ledger(settings, create=False) as ledger:
        accounts = ledger.accounts
        found = accounts.by_email(settings.workspace, email)
        if found is None:
            raise NotFound("There is no user of that e-mail address.", "`headwater users list` shows them.")
        change_user(accounts, settings.workspace, found.id, given)
    out.print("Done. It counts at once: their sessions have ended.")


def _password() -> str:
    """Never an argument: others on the machine could read those."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")
