"""The one way to a webhook's address: a public https host, checked and then called as checked, for 15 seconds at most.

Local origins are a constructor argument: only the demo, the sandbox and tests pass one. No redirects, no proxy, no
kept connections, nothing read of an answer but its status. Whatever is wrong with an address is told in one sentence,
so that nobody learns by it what stands in this network. Retries nothing.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult

import httpx

from engine.errors import BadInput
from indexer.connectors.addresses import addresses_of, is_local, is_public, origin_of, parts

TIMEOUT_S = 15.0
CONNECT_S = 5.0
MOST_ADDRESSES = 3
MOST_URL = 2_000
NOT_PUBLIC = "no public https address answers to that name"


@dataclass(frozen=True, slots=True)
class Answered:
    """``status`` None: nothing did, and ``problem`` says what happened."""

    status: int | None
    problem: str = ""

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Interrupted(Exception):
    """We are closing: whether it arrived is not known."""


class Http:
    """Thread-safe. Close it."""

    def __init__(
        self,
        *,
        local: Sequence[str] = (),
        seconds: float = TIMEOUT_S,
        resolve: Callable[[str], Sequence[str]] = addresses_of,
        port: int = 443,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        """local: loopback origins that may be called, by http too. resolve: host -> its addresses.

        port, verify: of public addresses; other than the defaults in tests alone. Raises ValueError.
        """
        if not all(is_local(origin) for origin in local):
            raise ValueError("a local origin is one of this machine")
        self._local, self._seconds, self._resolve, self._port = tuple(local), seconds, resolve, port
        self._client = httpx.AsyncClient(
            verify=verify, trust_env=False, follow_redirects=False, limits=httpx.Limits(max_keepalive_connections=0)
        )
        self._names = ThreadPoolExecutor(max_workers=8, thread_name_prefix="names")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="webhooks-http", daemon=True)
        self._thread.start()
        self._lock, self._closing = threading.Lock(), False

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        """One request. Raises Interrupted."""
        with self._lock:
            if self._closing:
                raise Interrupted
            answer = asyncio.run_coroutine_threadsafe(self._within(url, headers, body), self._loop)
        try:
            return answer.result()
        except CancelledError:
            raise Interrupted from None

    def close(self) -> None:
        """What is under way is interrupted. Safe twice."""
        with self._lock:
            if self._closing:
                return
            self._closing = True
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._names.shutdown(wait=False, cancel_futures=True)

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    async def _within(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(url, headers, body)
        except TimeoutError:
            return Answered(None, f"no answer within {self._seconds:g} seconds")

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        found = _usable(url, self._local, self._port)
        if found is None:
            return Answered(None, NOT_PUBLIC)
        if origin_of(url) in self._local:
            return await self._send(httpx.URL(url), headers, body, {})
        host = found.hostname or ""
        try:
            addresses = await self._loop.run_in_executor(self._names, self._resolve, host)
        except (OSError, UnicodeError):
            return Answered(None, NOT_PUBLIC)
        last = Answered(None, NOT_PUBLIC)
        for address in _public(addresses):
            # Called as checked: a name may change what it means between two looks.
            sent = httpx.URL(url).copy_with(host=address, port=self._port)
            last = await self._send(sent, {**headers, "Host": host}, body, {"sni_hostname": host})
            if last.problem != _NO_CONNECTION:
                break
        return last

    async def _send(
        self, url: httpx.URL, headers: Mapping[str, str], body: bytes, extensions: Mapping[str, Any]
    ) -> Answered:
        timeout = httpx.Timeout(self._seconds, connect=min(CONNECT_S, self._seconds)).as_dict()
        try:
            # Made here and not by the client, which would add headers of its own.
            request = httpx.Request(
                "POST", url, headers=headers, content=body, extensions={"timeout": timeout, **extensions}
            )
            answer = await self._client.send(request, stream=True, auth=None)
            await answer.aclose()
        except httpx.ConnectError as error:
            return Answered(None, _CERTIFICATE if _is_tls(error) else _NO_CONNECTION)
        except httpx.ConnectTimeout:
            return Answered(None, _NO_CONNECTION)
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, UnicodeError, ValueError):
            return Answered(None, "the connection broke before an answer")  # the error's text may hold the address
        return Answered(answer.status_code)


_NO_CONNECTION = "no connection"
_CERTIFICATE = "its certificate is not good"


def checked(url: str, *, local: Sequence[str] = ()) -> str:
    """The address, where it may be subscribed. What its name leads to is looked at with each delivery.

    Raises BadInput, always the same.
    """
    if len(url) > MOST_URL or _usable(url, local, 443) is None:
        raise BadInput(
            "The url is no address that webhooks are sent to.",
            "Give a public https address with a host name, on port 443, without a user: https://example.com/webhooks.",
        )
    return url


def _usable(url: str, local: Sequence[str], port: int) -> SplitResult | None:
    """https, a name with a dot (an address in numbers has no certificate), no user, the one port. Or a local origin."""
    found = parts(url)
    if found is None or not url.isascii() or found.fragment:
        return None
    if origin_of(url) in local:
        return found
    host = (found.hostname or "").rstrip(".")
    last = host.rpartition(".")[2]
    named = "." in host and not last.isdecimal() and not last.startswith("0x") and ":" not in host and "%" not in host
    good = named and found.scheme == "https" and (found.port or 443) == port
    return found if good else None


def _public(addresses: Sequence[str]) -> Iterator[str]:
    """All or none: a name that leads inside as well leads inside."""
    if all(is_public(address) for address in addresses):
        yield from addresses[:MOST_ADDRESSES]


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
