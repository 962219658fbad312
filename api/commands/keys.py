"""``headwater keys``: API keys, made, listed, revoked. A key is shown once; only its digest is kept."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from api.commands.look import JSON
from api.console import out, show_json
from api.local import open_ledger, secret
from api.runtime import WORKSPACE
from api.secret import new_key
from api.settings import Settings

app = typer.Typer(no_args_is_help=True, help="API keys.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Who or what uses it.", metavar="NAME")], as_json: JSON = False
) -> None:
    """Make a key and show it, once."""
    settings = Settings()
    seal = secret(settings)
    made = new_key()
    with open_ledger(settings) as ledger:
        row = ledger.keys.add(WORKSPACE, name[:100], seal.digest("key", made), made[:7])
    if as_json:
        show_json({"id": row.id, "name": row.name, "key": made})
        return
    out.print(made, soft_wrap=True)
    out.print("Keep it now: it is not shown again. Send it as `Authorization: Bearer …`.")


@app.command("list")
def list_keys(as_json: JSON = False) -> None:
    """All keys, by their first characters; revoked ones too."""
    with open_ledger(Settings(), create=False) as ledger:
        rows = ledger.keys.list(WORKSPACE)
    if as_json:
        fields = ("id", "name", "hint", "created_at", "revoked_at")
        show_json({"keys": [{field: getattr(row, field) for field in fields} for row in rows]})
        return
    table = Table("id", "name", "begins", "created", "revoked", box=None)
    for row in rows:
        table.add_row(row.id, row.name, row.hint + "…", row.created_at[:10], (row.revoked_at or "")[:10])
    out.print(table)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Make a key useless from now on; sessions opened with it end too."""
    with open_ledger(Settings(), create=False) as ledger:
        ledger.keys.revoke(WORKSPACE, key_id)
    out.print("Revoked.")
