"""A sandbox on a real socket: Starlette and uvicorn around ``handle``, on loopback only.

Beside the vendor's API it has ``/sandbox/...``, where whoever runs it plays the recruiter at the vendor and plants
faults. Webhooks go out to one address, each once.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from eval.sandbox.faults import read_fault
from eval.sandbox.teamtailor.server import Teamtailor
from eval.sandbox.wire import Answer

METHODS = ["GET", "POST", "PATCH", "DELETE", "PUT"]
LOOK_EVERY_S = 0.1
ACTS = frozenset({
    "add_candidate", "edit_candidate", "set_value", "delete_candidate", "merge_candidates", "apply", "move_stage",
    "reject", "unreject", "delete_application", "add_note", "edit_note", "delete_note", "archive_job", "edit_job",
    "delete_job", "delete_stage",
})  # fmt: skip
"""What ``POST /sandbox/recruiter/NAME`` may do: methods of ``vendor.recruiter`` that take plain values."""


class _Cut(Exception):
    """Ends the connection in the middle of a body."""


def make_app(vendor: Teamtailor, *, webhook: str | None = None) -> Starlette:
    """webhook: where deliveries go. None: they stay in the queue for ``vendor.deliveries()``."""

    async def ask(request: Request) -> Response:
        body = await request.body()
        with vendor.lock:
            answer = vendor.handle(request.method, str(request.url), dict(request.headers), body)
        if answer.delay_s:
            await asyncio.sleep(answer.delay_s)
        return _response(answer)

    async def recruit(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ACTS:
            return JSONResponse({"error": f"unknown act {name!r}; known: {', '.join(sorted(ACTS))}"}, 404)
        try:
            given = await request.json() if await request.body() else {}
            with vendor.lock:
                return JSONResponse({"id": getattr(vendor.recruiter, name)(**given)})
        except (TypeError, ValueError, LookupError) as error:
            return JSONResponse({"error": str(error)}, 422)

    async def plant(request: Request) -> Response:
        try:
            fault = read_fault((await request.body()).decode())
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 422)
        vendor.faults.planted.append(fault)
        return JSONResponse({"planted": len(vendor.faults.planted)})

    async def heal(request: Request) -> Response:  # noqa: ARG001
        vendor.faults.clear()
        return JSONResponse({"planted": 0})

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:  # noqa: ARG001
        task = asyncio.create_task(_send(vendor, webhook)) if webhook else None
        yield
        if task:
            task.cancel()

    return Starlette(
        routes=[
            Route("/sandbox/recruiter/{name}", recruit, methods=["POST"]),
            Route("/sandbox/faults", plant, methods=["POST"]),
            Route("/sandbox/faults", heal, methods=["DELETE"]),
            Route("/{path:path}", ask, methods=METHODS),
        ],
        lifespan=lifespan,
    )


def _response(answer: Answer) -> Response:
    headers = {k: v for k, v in answer.headers.items() if k.lower() != "content-length" or answer.stream}
    if answer.cut:

        async def broken() -> AsyncIterator[bytes]:
            yield answer.body[: len(answer.body) // 2]
            raise _Cut

        return StreamingResponse(broken(), answer.status, {**headers, "Content-Length": str(len(answer.body))})
    if answer.stream:
        return StreamingResponse(answer.stream(), answer.status, headers)
    return Response(answer.body, answer.status, headers)


async def _send(vendor: Teamtailor, url: str) -> None:
    """A delivery that fails is lost, as the vendor says."""
    async with httpx.AsyncClient(timeout=10) as client:
        while True:
            with vendor.lock:
                due = vendor.deliveries()
            for one in due:
                try:
                    await client.post(url, content=one.body, headers=one.headers)
                except httpx.HTTPError:
                    vendor.webhooks.failed += 1
            await asyncio.sleep(LOOK_EVERY_S)


@dataclass(frozen=True)
class Served:
    url: str
    """Of loopback, without a path: what a connector is given instead of the vendor's origin."""
    vendor: Teamtailor

    def act(self, name: str, *whom: str, **given: Any) -> Any:
        """Somebody at the vendor does something, from another thread than the server's."""
        with self.vendor.lock:
            return getattr(self.vendor.recruiter, name)(*whom, **given)


@contextmanager
def serving(vendor: Teamtailor, *, port: int = 0, webhook: str | None = None) -> Iterator[Served]:
    """Serve in a thread until the block ends. port 0: any. Raises OSError when the port is taken."""
    listening = listen(port)
    server = uvicorn.Server(config_of(make_app(vendor, webhook=webhook)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", vendor)
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()


def listen(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("127.0.0.1", port))
    except OSError:
        made.close()
        raise
    made.listen(128)
    return made


def config_of(app: Starlette) -> uvicorn.Config:
    # A cut body is an exception on purpose; nothing else is worth a line either.
    return uvicorn.Config(app, log_level="critical", access_log=False, server_header=False, timeout_graceful_shutdown=2)
