"""``headwater serve``: the page, the API, sync and the following of the event log, in one process."""

from __future__ import annotations

import gc
import logging
import socket
from typing import Annotated

import typer
import uvicorn

from api.access import LINK_S
from api.app import make_app
from api.console import err, log_to_stderr, out
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from api.syncing import sender_of, worker_of
from engine.errors import NeedsOperator


def serve(
    host: Annotated[str | None, typer.Option(help="Default: HEADWATER_HOST, 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Default: HEADWATER_PORT, 8642.")] = None,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Sync nothing: `headwater work` does.")] = False,
) -> None:
    """Serve the page and the API, and sync the connections, until Ctrl-C."""
    settings = Settings().model_copy(update={k: v for k, v in (("host", host), ("port", port)) if v is not None})
    log_to_stderr(logging.INFO)
    listening = listen(settings)
    err.print("Opening…")
    with open_runtime(settings) as runtime:
        for remark in (runtime.remark, runtime.switch.remark if runtime.switch else None):
            if remark:
                err.print(remark, soft_wrap=True)
        run(runtime, settings, listening, sync=not no_worker)


def listen(settings: Settings) -> socket.socket:
    """Raises NeedsOperator when the port is taken, before anything slow is done."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named. With it on, an answer's body waits for the
    # acknowledgement of its head: 40 ms on every request of a kept-alive connection.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((settings.host, settings.port))
    except OSError as error:
        made.close()
        raise NeedsOperator(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}).", "Give another: --port 0 takes any."
        ) from None
    return made


def run(runtime: Runtime, settings: Settings, listening: socket.socket, *, sync: bool = True) -> None:
    """Serve on an open socket until a signal. Prints the address and a one-time sign-in link. sync: with a worker."""
    port = listening.getsockname()[1]
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"http://{shown}:{port}"
    app = make_app(runtime, settings)
    # What is open stays open: a look for garbage among the millions of values of a large index holds up every request.
    gc.freeze()
    if runtime.lock:
        runtime.lock.announce(url)
    link = f"{settings.public_url or url}/sign-in/{app.state.access.link_token()}"
    out.print(f"\nPage: {link}", soft_wrap=True)
    out.print(f"      (this link signs you in once, within {LINK_S // 60} minutes)")
    out.print(f"API:  {url}/v1 (OpenAPI at /v1/openapi.json; make a key: headwater keys create NAME)", soft_wrap=True)
    out.print("Ctrl-C stops.")
    # Addresses hold questions and sign-in links, so there is no access log.
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5
    )
    worker = worker_of(runtime.ledger, runtime.secret, settings, runtime.follow_soon) if sync else None
    sender = sender_of(runtime.ledger, runtime.secret, settings) if sync else None
    runtime.worker = worker
    try:
        if worker:
            worker.start()
        if sender:
            sender.start()
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        listening.close()
        for one in (sender, worker):
            if one:
                one.close()
    out.print("Stopped.")
