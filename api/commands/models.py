"""``headwater models``: which encoders there are, whether their weights are what they should be, conversion."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from api.commands.look import JSON
from api.console import err, out, show_json
from api.settings import Settings
from engine.errors import NeedsOperator
from models import CATALOG, ModelError, load_encoder

app = typer.Typer(no_args_is_help=True, help="Encoders.")


@app.command("list")
def list_models(as_json: JSON = False) -> None:
    """The catalog, and which one the settings name."""
    chosen = Settings().encoder
    rows: list[dict[str, Any]] = [
        {
            "name": entry.name,
            "source": entry.revision,
            "dim": entry.dim,
            "max_tokens": entry.max_tokens,
            "languages": list(entry.languages),
            "licence": entry.licence,
            "chosen": entry.name == chosen,
        }
        for entry in CATALOG.values()
    ]
    if as_json:
        show_json({"models": rows})
        return
    table = Table("name", "source", "dim", "tokens", "languages", "licence", box=None)
    for row in rows:
        name = f"{row['name']} *" if row["chosen"] else row["name"]
        languages = " ".join(row["languages"])
        table.add_row(name, row["source"], str(row["dim"]), str(row["max_tokens"]), languages, row["licence"])
    out.print(table)


@app.command()
def verify(as_json: JSON = False) -> None:
    """Hash the weights of every encoder in the catalog. Ends with 1 if one is not what it should be."""
    results = []
    for entry in CATALOG.values():
        try:
            entry.verify()
            results.append({"name": entry.name, "ok": True, "problem": None})
        except ModelError as error:
            results.append({"name": entry.name, "ok": False, "problem": str(error)})
    if as_json:
        show_json({"models": results})
    else:
        for result in results:
            out.print(f"{result['name']}: {'as it should be' if result['ok'] else result['problem']}", soft_wrap=True)
    if not all(result["ok"] for result in results):
        raise typer.Exit(1)


@app.command()
def convert(name: Annotated[str | None, typer.Argument(help="Default: the one in the settings.")] = None) -> None:
    """Convert an encoder for this CPU now, instead of at its first use."""
    settings = Settings()
    err.print("Converting (about half a minute the first time)…")
    try:
        encoder = load_encoder(name or settings.encoder, cache_dir=settings.model_dir)
    except ModelError as error:
        raise NeedsOperator(str(error)) from error
    out.print(f"Ready: {encoder.key}, {encoder.dim} dimensions")
