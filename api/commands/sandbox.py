"""``headwater sandbox``: an ATS that speaks a vendor's wire format over made-up people, to connect to and try on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
import uvicorn

from api.console import err, out
from api.local import open_ledger, secret
from api.lock import holder
from api.secret import Secret
from api.settings import Settings
from engine.errors import BadInput, NeedsOperator
from indexer.ledger import Ledger

if TYPE_CHECKING:
    from eval.sandbox import Teamtailor

app = typer.Typer(no_args_is_help=True, help="Run an ATS with made-up people on this machine.")
PORT = 8650
SANDBOX = "sandbox"
"""Its name as a connection."""


@app.callback()
def sandbox() -> None:
    """So that the vendor's name stays a command of its own while there is one vendor."""


def connect_to(ledger: Ledger, secret: Secret, settings: Settings, vendor: Teamtailor, origin: str) -> str:
    """Make the connection ``sandbox``, and return where it is to send webhooks. The only way to a loopback address."""
    vault = secret.vault()
    row = ledger.connections.add(
        settings.workspace, SANDBOX, vendor="teamtailor", origin=origin, credential=vault.seal("sandbox-admin"),
        secrets_sealed=vault.seal(json.dumps([vendor.webhooks.key])), moved=True,
    )  # fmt: skip
    serving = holder(settings.data_dir)
    base = serving.url if serving and serving.url else f"http://{settings.host}:{settings.port}"
    return f"{base}/v1/hooks/{row.token}"


@app.command()
def teamtailor(
    people: Annotated[int, typer.Option(min=1, max=200_000)] = 300,
    seed: Annotated[int, typer.Option(help="The same seed is the same account.")] = 2026,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes any.")] = PORT,
    delay: Annotated[float, typer.Option(min=0, help="Seconds until a read shows a moved stage.")] = 0.0,
    fault: Annotated[list[str] | None, typer.Option(help="kind[:path[:times]], as often as you like.")] = None,
    webhook: Annotated[str | None, typer.Option(help="Where webhooks are sent. Each is sent once.")] = None,
    cursors: Annotated[bool, typer.Option("--cursors", help="Candidates are paged by cursor.")] = False,
    no_webhooks: Annotated[bool, typer.Option("--no-webhooks", help="An account without the add-on.")] = False,
    errors_as_object: Annotated[bool, typer.Option("--errors-as-object")] = False,
    connect: Annotated[
        bool, typer.Option("--connect", help="Connect it to the data in HEADWATER_DATA_DIR, webhooks too.")
    ] = False,
) -> None:
    """Serve the Teamtailor API over made-up people on loopback until Ctrl-C."""
    from eval.sandbox import Faults, Teamtailor, Webhooks, make_account
    from eval.sandbox.clock import system_clock
    from eval.sandbox.faults import read_fault
    from eval.sandbox.serve import config_of, listen, make_app

    faults = Faults()
    for text in fault or ():
        try:
            faults.planted.append(read_fault(text))
        except ValueError as error:
            raise BadInput(f"--fault: {error}.", "See docs/sandbox.md.") from None
    if webhook and not webhook.startswith(("http://", "https://")):
        raise BadInput("--webhook must be an http or https address.", "Copy the one that connecting printed.")
    try:
        listening = listen(port)
    except OSError as error:
        raise NeedsOperator(
            f"Cannot listen on 127.0.0.1:{port} ({error.strerror}).", "Give another: --port 0 takes any."
        ) from None
    err.print(f"Making up {people} people…")
    vendor = Teamtailor(
        make_account(people, seed=seed),
        clock=system_clock,
        faults=faults,
        read_delay_s=delay,
        cursors=cursors,
        errors_as_object=errors_as_object,
        webhooks=Webhooks(enabled=not no_webhooks),
    )
    if connect:
        settings = Settings()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with open_ledger(settings) as ledger:
            webhook = webhook or connect_to(ledger, secret(settings), settings, vendor, address)
        out.print("Connected as `sandbox`: `headwater serve` syncs it.")
    out.print(f"Address:        http://127.0.0.1:{listening.getsockname()[1]}", soft_wrap=True)
    out.print("Keys:           " + ", ".join(vendor.keys), soft_wrap=True)
    out.print(f"Webhook secret: {vendor.webhooks.key}", soft_wrap=True)
    out.print("Everybody in it is made up. Ctrl-C stops.")
    try:
        uvicorn.Server(config_of(make_app(vendor, webhook=webhook))).run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        listening.close()
    out.print("Stopped.")
