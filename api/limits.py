"""What stands between the network and the routes: body sizes, host names, headers. Knows no route's meaning."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException

from api.errors import TooLarge, problem, problem_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MB = 1_000_000
MANY = frozenset({"/v1/people", "/v1/actions"})
"""Where many records or actions come in one request."""
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class BodyLimit:
    """Refuses bodies above a size with 413, whether the length is announced or not."""

    def __init__(self, app: App, *, people_bytes: int, other_bytes: int = MB) -> None:
        self._app, self._people, self._other = app, people_bytes, other_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._people if scope["path"] in MANY or _takes_a_file(scope["path"]) else self._other
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit:
            await _too_large(limit)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(413, f"The body is above {limit / MB:g} MB.")
            return message

        await self._app(scope, counted, send)


def _takes_a_file(path: str) -> bool:
    return path.startswith("/v1/people/") and path.endswith("/files")


def _too_large(limit: int) -> Any:
    return problem_of(TooLarge(f"The body is above {limit / MB:g} MB.", "Send less in one request."))


class Headers:
    """Security headers on every answer, and only known host names (a page elsewhere may point its name at us)."""

    def __init__(self, app: App, *, hosts: frozenset[str] | None) -> None:
        """hosts: names the service answers to; None answers to any (a proxy in front decides)."""
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", CSP)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
        if self._hosts is not None and name_of_host(host) not in self._hosts:
            await problem(
                421, "host", "This service does not answer to that host name.", fix="Set HEADWATER_PUBLIC_URL."
            )(scope, receive, with_headers)
            return
        if "\x00" in scope["path"]:  # PostgreSQL takes none in a text: an id with one is an id nobody has
            scope = {**scope, "path": scope["path"].replace("\x00", "\ufffd")}
        await self._app(scope, receive, with_headers)


def name_of_host(host: str) -> str:
    """``localhost:8642`` -> ``localhost``; ``[::1]:8642`` -> ``::1``."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
