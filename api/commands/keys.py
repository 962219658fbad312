"""``headwater keys``: API keys, made, listed, revoked. A key is shown once; only its digest is kept."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from api.admin import checked, key_out, make_key
from api.commands.look import JSON
from api.console import out, show_json
from api.local import open_ledger, secret
from api.roles import ROLES
from api.schemas_admin import KeyIn
from api.settings import Settings

app = typer.Typer(no_args_is_help=True, help="API keys.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Who or what uses it.", metavar="NAME")],
    role: Annotated[str, typer.Option(help=", ".join(ROLES))] = "service",
    scope: Annotated[list[str] | None, typer.Option(help="Cut it to this permission of its role; repeatable.")] = None,
    audience: Annotated[list[str] | None, typer.Option(help="A restricted text it may read; repeatable.")] = None,
    days: Annotated[float | None, typer.Option(min=0.01, max=3650, help="Until it is over. Default: never.")] = None,
    as_json: JSON = False,
) -> None:
    """Make a key and show it, once."""
    settings = Settings()
    scopes = tuple(scope) if scope else None
    given = checked(KeyIn, name=name[:100], role=role, scopes=scopes, audiences=tuple(audience or ()), days=days)
    with open_ledger(settings) as ledger:
        made = make_key(ledger.keys, secret(settings), settings.workspace, given)
    if as_json:
        show_json(made.model_dump())
        return
    out.print(made.key, soft_wrap=True)
    out.print("Keep it now: it is not shown again. Send it as `Authorization: Bearer …`.")


@app.command("list")
def list_keys(as_json: JSON = False) -> None:
    """All keys, by their first characters; revoked ones too."""
    settings = Settings()
    with open_ledger(settings, create=False) as ledger:
        rows = ledger.keys.list(settings.workspace)
    if as_json:
        show_json({"keys": [key_out(row).model_dump() for row in rows]})
        return
    table = Table("id", "name", "begins", "role", "created", "used", "over", "revoked", box=None)
    for row in rows:
        days = [(day or "")[:10] for day in (row.created_at, row.used_at, row.expires_at, row.revoked_at)]
        table.add_row(row.id, row.name, row.hint + "…", row.role, *days)
    out.print(table)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Make a key useless from now on; sessions opened with it end too."""
    settings = Settings()
    with open_ledger(settings, create=False) as ledger:
        ledger.keys.revoke(settings.workspace, key_id)
    out.print("Revoked.")


@app.command()
def reseal() -> None:
    """Seal the credentials of all connections with the secret in use, after HEADWATER_SECRET_KEY was changed."""
    settings = Settings()
    with open_ledger(settings, create=False) as ledger:
        done = ledger.reseal(secret(settings).vault().rotate)
    out.print(f"{done.done} sealed anew." + ("" if done.lost else " HEADWATER_SECRET_KEY_BEFORE is no longer needed."))
    for place in done.lost:
        out.print(f"Nothing opens {place}: enter that credential again with `headwater connect`.", soft_wrap=True)
