"""``headwater import``: files into the ledger, and from there into the index."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError
from rich.text import Text

from api.commands.look import JSON
from api.console import err, out, progress, show_json
from api.local import Remote, open_ledger, serving
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from engine.errors import BadInput
from engine.records import SourceKind
from indexer.imports import HEADS, ImportResult, check_path, run_import, suggest_mapping
from indexer.ledger import Ledger

SHOWN = 10
POLL_S = 1.0
_SOURCE: TypeAdapter[SourceKind] = TypeAdapter(SourceKind)


def import_(
    path: Annotated[Path, typer.Argument(help="A folder of CVs, .jsonl(.gz), .csv, or JSON Resume.")],
    connection: Annotated[
        str | None, typer.Option(help="Names the system it comes from; ids are unique within it.")
    ] = None,
    source: Annotated[str, typer.Option(help="ats: people we know; outside: people we do not.")] = "ats",
    mapping: Annotated[Path | None, typer.Option(help="JSON of field to column, for a CSV.")] = None,
    suggest: Annotated[bool, typer.Option("--suggest-mapping", help="Print a mapping for this CSV, and stop.")] = False,
    as_json: JSON = False,
) -> None:
    """Import people and jobs. Again: only what changed. Killed: it goes on where it was."""
    check_path(path)
    if suggest:
        found, unknown = suggest_mapping(path)
        show_json(found)
        if unknown:
            err.print(Text(f"Columns not used: {', '.join(unknown)}. Fields: {', '.join(HEADS)}."), soft_wrap=True)
        return
    try:
        kind = _SOURCE.validate_python(source)
    except ValidationError:
        raise BadInput("--source is `ats` or `outside`.") from None
    columns = read_mapping(mapping) if mapping else None
    settings = Settings()
    if remote := serving(settings):
        with open_ledger(settings) as ledger:
            result = read_in(
                ledger, path, workspace=settings.workspace, connection=connection, source=kind, mapping=columns
            )
        wait_until_indexed(remote)
        indexed: dict[str, Any] | None = None
    else:
        err.print("Opening…")
        with open_runtime(settings) as runtime:
            result = read_in(
                runtime.ledger, path, workspace=settings.workspace, connection=connection, source=kind, mapping=columns
            )
            indexed = index(runtime)
    if as_json:
        show_json(result_json(result) | {"indexed": indexed})
    else:
        show_result(result)


def read_mapping(path: Path) -> dict[str, str]:
    """Raises BadInput."""
    try:
        return TypeAdapter(dict[str, str]).validate_python(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        raise BadInput(
            f"The mapping {path.name!r} is not a JSON object of field to column.", "--suggest-mapping writes a draft."
        ) from None


def read_in(
    ledger: Ledger,
    path: Path,
    *,
    workspace: str = "default",
    connection: str | None = None,
    source: SourceKind = "ats",
    mapping: dict[str, str] | None = None,
) -> ImportResult:
    """Files to ledger, with a bar."""
    with progress("Reading") as report:
        return run_import(
            path, ledger, workspace=workspace, actor="import", connection=connection, source=source, mapping=mapping,
            on_progress=report,
        )  # fmt: skip


def index(runtime: Runtime) -> dict[str, Any]:
    """Ledger to index, with a bar."""
    with progress("Indexing") as report:
        done = runtime.follow(report)
    if runtime.remark:
        err.print(runtime.remark, soft_wrap=True)
    if runtime.switch:
        with progress("Building the new index") as report:
            runtime.switch_now(report)
    return {"people": done.indexed, "unchanged": done.unchanged, "removed": done.removed, "embedded": done.embedded}


def wait_until_indexed(remote: Remote) -> None:
    """The serving process follows the ledger by itself; this only waits for it."""
    err.print("Indexing in the serving process…")
    while remote.health()["index"] != "ready":
        time.sleep(POLL_S)


def result_json(result: ImportResult) -> dict[str, Any]:
    return {
        "connection": result.connection,
        "created": result.created,
        "changed": result.changed,
        "unchanged": result.unchanged,
        "jobs": result.jobs,
        "parked": [{"place": bad.place, "what": bad.what, "fix": bad.fix} for bad in result.parked],
        "remarks": list(result.remarks),
    }


def show_result(result: ImportResult) -> None:
    people = f"{result.people} {'person' if result.people == 1 else 'people'}"
    out.print(
        f"{people} as {result.connection!r}: {result.created} new, {result.changed} changed, "
        f"{result.unchanged} unchanged; {result.jobs} jobs"
    )
    for remark in result.remarks:
        out.print(Text(remark, style="yellow"), soft_wrap=True)
    if result.parked:
        out.print(f"{len(result.parked)} parked (`headwater doctor` lists them):")
        for (what, fix), number in Counter((bad.what, bad.fix) for bad in result.parked).most_common(SHOWN):
            out.print(Text(f"{number:>6} × {what} {fix}".rstrip()), soft_wrap=True)
