"""``headwater connect``: an ATS account, step by step: the key, what it may do, the address for webhooks."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from api.commands.look import JSON
from api.console import err, out, show_json
from api.local import open_ledger, secret
from api.settings import Settings
from api.syncing import opener_of
from engine.errors import BadInput
from indexer.connectors import vendors
from indexer.connectors.connector import Connector, Standing, Vendor
from indexer.connectors.errors import Denied
from indexer.connectors.http import Http
from indexer.connectors.probe import probe
from indexer.ledger import ConnectionRow
from indexer.sync.opening import client_for


def connect(
    vendor: Annotated[str, typer.Argument(help="`list`, or the system's name: teamtailor.")],
    name: Annotated[
        str | None, typer.Option(help="What this account is called here. Default: the vendor's name.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="The vendor's address, where it has several.")] = None,
    webhook_secret: Annotated[bool, typer.Option("--webhook-secret", help="Ask for the webhook secret only.")] = False,
    probe_only: Annotated[
        bool, typer.Option("--probe", help="Only read a little and say what the account shows; nothing is stored.")
    ] = False,
    as_json: JSON = False,
) -> None:
    """Connect an account. The key is asked for; in scripts it is read from standard input."""
    if vendor == "list":
        _list(as_json)
        return
    known = vendors()
    if vendor not in known:
        raise BadInput(f"There is no connector {vendor!r}.", f"Here are: {', '.join(sorted(known))}.")
    name, settings = name or vendor, Settings()
    if webhook_secret:
        _store_webhook_secret(settings, name)
        return
    key = _asked("Key", "The key of the account")
    origin, connector, standing = _tried(known[vendor], key, region)
    if probe_only:
        with client_for(origin) as client:
            show_json(probe(connector, Http(client, [origin]), standing))
        return
    row = _stored(settings, name, vendor, origin, key, standing)
    address = f"{settings.public_url or f'http://{settings.host}:{settings.port}'}/v1/hooks/{row.token}"
    if as_json:
        show_json({"name": name, "vendor": vendor, "standing": standing.model_dump(), "webhook_address": address})
    else:
        _show(row, standing, address)


def _asked(prompt: str, what: str) -> str:
    """Never from the command line's arguments: others on the machine could read those."""
    found = typer.prompt(prompt, hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    if not found.strip():
        raise BadInput(f"{what} is missing.", "Enter it, or give it on standard input.")
    return found.strip()


def _tried(vendor: Vendor, key: str, region: str | None) -> tuple[str, Connector, Standing]:
    """Asks each of the vendor's addresses, or the one given. Raises Denied, BadInput."""
    if region is not None and region not in vendor.origins:
        raise BadInput(f"{region} is none of the vendor's addresses.", f"Use one of {', '.join(vendor.origins)}.")
    origin = region or vendor.origins[0]
    connector = vendor.connector(key, origin=origin)
    with client_for(origin) as client:
        standing = connector.standing(Http(client, [region] if region else list(vendor.origins)))
    if standing.origin != origin:
        connector = vendor.connector(key, origin=standing.origin)
    return standing.origin, connector, standing


def _stored(settings: Settings, name: str, vendor: str, origin: str, key: str, standing: Standing) -> ConnectionRow:
    if not any(said.startswith("read") for said in standing.may):
        raise Denied("The key may read nothing that is needed.", " ".join(standing.notes))
    vault = secret(settings).vault()
    with open_ledger(settings) as ledger:
        return ledger.connections.add(
            settings.workspace, name, vendor=vendor, origin=origin, credential=vault.seal(key),
            standing=standing.model_dump(),
        )  # fmt: skip


def _store_webhook_secret(settings: Settings, name: str) -> None:
    """The one before stays good beside it, so that none is lost while it is changed."""
    given = _asked("Webhook secret", "The webhook secret")
    vault = secret(settings).vault()
    with open_ledger(settings, create=False) as ledger:
        row = ledger.connections.get(settings.workspace, name)
        before = opener_of(secret(settings)).secrets(row)
        kept = [given, *(old for old in before[:1] if old != given)]
        ledger.connections.set_secrets(settings.workspace, name, vault.seal(json.dumps(kept)))
    out.print(f"Webhooks of {name!r} are believed when they are signed with it.")


def _show(row: ConnectionRow, standing: Standing, address: str) -> None:
    out.print(f"Connected {row.name!r} ({standing.account or row.vendor}) at {row.origin}")
    for mark, some, style in (("✓", standing.may, "green"), ("✗", standing.may_not, "yellow")):
        for said in some:
            out.print(Text(f"  {mark} {said}", style))
    for note in standing.notes:
        out.print(Text(f"  {note}", "dim"), soft_wrap=True)
    out.print("\nThe first sync begins as soon as `headwater serve` runs; `headwater sync status` shows how far it is.")
    out.print("Changes come within a minute or two by asking. Within seconds: a webhook in the vendor's settings to")
    out.print(f"  {address}", soft_wrap=True)
    out.print(f"then `headwater connect {row.vendor} --name {row.name} --webhook-secret`.")


def _list(as_json: bool) -> None:
    """What can be connected, and what is."""
    known = vendors()
    found: dict[str, Any] = {
        "connectors": [
            {"name": name, "capabilities": [one.model_dump() for one in _capabilities(vendor)]}
            for name, vendor in known.items()
        ],
        "connections": [],
    }
    settings = Settings()
    if settings.database_url is not None or (settings.data_dir / "headwater.db").exists():
        with open_ledger(settings, create=False) as ledger:
            found["connections"] = [
                {"name": row.name, "vendor": row.vendor, "origin": row.origin, "state": row.state}
                for row in ledger.connections.list(settings.workspace)
            ]
    if as_json:
        show_json(found)
        return
    for one in found["connectors"]:
        table = Table("kind", "documented", "agrees with the sandbox", "seen live", "way", title=one["name"])
        for row in one["capabilities"]:
            yes = ["yes" if row[column] else "" for column in ("documented", "sandbox", "live")]
            table.add_row(row["name"], *yes, row["way"])
        out.print(table)
    for row in found["connections"]:
        out.print(f"{row['name']}: {row['vendor']} at {row['origin']}, {row['state']}")
    if not found["connections"]:
        err.print("Nothing is connected yet: `headwater connect teamtailor`.")


def _capabilities(vendor: Vendor) -> Sequence[Any]:
    return vendor.connector("no-key-is-needed-for-this", origin=vendor.origins[0]).capabilities
