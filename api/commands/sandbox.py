"""``headwater sandbox``: an ATS that speaks a vendor's wire format over made-up people, to connect to and try on."""

from __future__ import annotations

from typing import Annotated

import typer
import uvicorn

from api.console import err, out
from engine.errors import BadInput, NeedsOperator

app = typer.Typer(no_args_is_help=True, help="Run an ATS with made-up people on this machine.")
PORT = 8650


@app.callback()
def sandbox() -> None:
    """So that the vendor's name stays a command of its own while there is one vendor."""


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
