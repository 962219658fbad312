"""A request and an answer without sockets, and the two ways out: an httpx transport and (serve.py) a real server.

Nothing here sleeps. An answer that should be slow says by how much; whoever carries it decides what that means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx


@dataclass
class Answer:
    """Unpacks as (status, headers, body). Headers have their usual spelling."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay_s: float = 0.0
    stream: Callable[[], Iterator[bytes]] | None = None
    """Instead of ``body`` when the answer is too large to hold."""
    cut: bool = False
    """The connection dies in the middle of the body."""

    def __iter__(self) -> Iterator[Any]:
        return iter((self.status, self.headers, self.body))


class Vendor(Protocol):
    def handle(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer: ...


class _Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces

    async def __aiter__(self) -> Any:
        for piece in self._pieces:
            yield piece


def _broken(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def transport(vendor: Vendor, *, wait: Callable[[float], object] | None = None) -> httpx.MockTransport:
    """For a synchronous or asynchronous httpx client, under any host name.

    wait: is given the seconds an answer takes, at most the client's read timeout: advance a virtual clock there.
    A longer delay raises ReadTimeout, after the vendor has done what was asked: a lost response.
    """

    def handler(request: httpx.Request) -> httpx.Response:
        answer = vendor.handle(request.method, str(request.url), dict(request.headers), request.content)
        limit = (request.extensions.get("timeout") or {}).get("read")
        if answer.delay_s:
            late = limit is not None and answer.delay_s > limit
            if wait:
                wait(min(answer.delay_s, limit or answer.delay_s))
            if late:
                raise httpx.ReadTimeout("the sandbox took longer than the client waits", request=request)
        if answer.cut:
            return httpx.Response(answer.status, headers=answer.headers, stream=_Pieces(_broken(answer.body)))
        if answer.stream:
            return httpx.Response(answer.status, headers=answer.headers, stream=_Pieces(answer.stream()))
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body)

    return httpx.MockTransport(handler)
