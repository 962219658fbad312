"""The one way to a vendor: https to the origins given, no redirects, limits on time and size, budget from the headers.

Origins are a constructor argument: only the demo, the sandbox and tests pass a loopback one. Files lie on other hosts:
those get no credential, and only public addresses are called. Never sleeps, retries nothing. An error names the path,
never a query, a header or a body.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

import httpx

from indexer.connectors.addresses import addresses_of, is_local, is_public, origin_of, parts
from indexer.connectors.errors import (
    BadAnswer,
    Denied,
    Gone,
    LinkExpired,
    Refused,
    TooLarge,
    TryLater,
    VendorError,
)

MOST_ANSWER_BYTES = 32_000_000
MOST_FILE_BYTES = 25_000_000
_POINTER = re.compile(r"/data(/[a-z_-]+){0,4}")


@dataclass(frozen=True)
class Budget:
    """What the last answer said about the vendor's limit."""

    limit: int
    remaining: int
    reset_s: float


@dataclass(frozen=True)
class Answer:
    status: int
    headers: httpx.Headers
    body: Any
    """Decoded JSON, or None without a body."""


class Http:
    """Requests of one connection. ``used``: API requests so far; ``budget``: None until the vendor said one."""

    def __init__(
        self,
        client: httpx.Client,
        origins: Sequence[str],
        *,
        headers: Mapping[str, str] | None = None,
        answer_s: float = 60.0,
        file_s: float = 120.0,
        max_answer_bytes: int = MOST_ANSWER_BYTES,
        resolve: Callable[[str], Sequence[str]] = addresses_of,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """headers: go to the origins only. answer_s, file_s: the longest a whole answer or file may take.

        resolve: host -> its addresses. Raises ValueError for an origin that is neither https nor loopback.
        """
        self.origins = tuple(_origin(given) for given in origins)
        self.budget: Budget | None = None
        self.used = 0
        self._local = {origin for origin in self.origins if is_local(origin)}
        self._client, self._headers = client, dict(headers or {})
        self._answer_s, self._file_s, self._most = answer_s, file_s, max_answer_bytes
        self._resolve, self._monotonic = resolve, monotonic

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request. A path is of the first origin. Raises VendorError by status, shape and transport."""
        url = self._own(url)
        sent = httpx.URL(url) if params is None else httpx.URL(url, params=dict(params))
        return self._asked("GET", sent, headers, None)

    def write(
        self, method: Literal["POST", "PATCH", "DELETE"], url: str, body: Any = None, *,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """One request that changes something. ``happened`` of an error says whether it may have been carried out."""
        sent = httpx.URL(self._own(url))
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            return self._asked(method, sent, headers, content)
        except VendorError as error:
            refused = isinstance(error, Refused | Denied | Gone | _NoConnection) or error.status == 429
            error.happened = not refused
            raise

    def _own(self, url: str) -> str:
        if url.startswith("/"):
            url = self.origins[0] + url
        if origin_of(url) not in self.origins:
            raise BadAnswer(
                "A link leads to a host that is not this connection's.",
                "Nothing was sent there. Report it to the vendor.",
            )
        return url

    def _asked(self, method: str, url: httpx.URL, headers: Mapping[str, str] | None, content: bytes | None) -> Answer:
        where = url.path
        self.used += 1
        given = {**self._headers, **(headers or {})}
        with self._send(url, given, where, self._answer_s, method=method, content=content) as (answer, chunks):
            self.budget = _budget(answer.headers) or self.budget
            body = _within(answer.headers, chunks, self._most, where)
            if not 200 <= answer.status_code < 300:
                _fail(answer.status_code, answer.headers, body, where)
            return Answer(answer.status_code, answer.headers, _json(body, answer, where))

    def download(self, url: str, into: Callable[[bytes], None], *, max_bytes: int = MOST_FILE_BYTES) -> None:
        """A file, in pieces. Raises LinkExpired, TooLarge (pieces may have been given by then), TryLater, BadAnswer."""
        last: TryLater | None = None
        for sent, headers, extensions in self._targets(url):
            try:
                with self._send(sent, headers, "a file", self._file_s, extensions) as (answer, chunks):
                    _check_file(answer)
                    for piece in _limited(answer.headers, chunks, max_bytes, "A file"):
                        into(piece)
                return
            except _NoConnection as error:
                last = error
        raise last or TryLater("The host of a file has no address.")

    def _targets(self, url: str) -> Iterator[tuple[httpx.URL, dict[str, str], dict[str, Any]]]:
        """The addresses to try, each checked and then called as checked: a name may change what it means."""
        refused = BadAnswer(
            "A file link is no public https address.", "Nothing was sent there. Report it to the vendor."
        )
        found, origin = parts(url), origin_of(url)
        if found is None or origin is None:
            raise refused
        if origin in self._local:
            yield httpx.URL(url), {}, {}
            return
        host = found.hostname or ""
        if found.scheme != "https" or found.port not in (None, 443):
            raise refused
        try:
            addresses = self._resolve(host)
        except (OSError, UnicodeError):
            raise TryLater("The host of a file is not found.", "Check this machine's name service.") from None
        if not all(is_public(address) for address in addresses):
            raise refused
        for address in addresses:
            sent = httpx.URL(url).copy_with(host=address)
            yield sent, {"Host": host}, {"sni_hostname": host}

    @contextmanager
    def _send(
        self,
        url: httpx.URL,
        headers: Mapping[str, str],
        where: str,
        seconds: float,
        extensions: Mapping[str, Any] | None = None,
        *,
        method: str = "GET",
        content: bytes | None = None,
    ) -> Iterator[tuple[httpx.Response, Iterator[bytes]]]:
        until = self._monotonic() + seconds
        timeout = httpx.Timeout(min(30.0, seconds), connect=min(10.0, seconds)).as_dict()
        try:
            # Made here and not by the client, whose own headers and sign-in would go to file hosts too.
            extensions = {"timeout": timeout, **(extensions or {})}
            request = httpx.Request(method, url, headers=headers, content=content, extensions=extensions)
            answer = self._client.send(request, stream=True, auth=None, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise _transport(error, where) from None  # its text may hold the link or a header
        try:
            yield answer, self._pieces(answer, until, where)
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise _transport(error, where) from None
        finally:
            answer.close()

    def _pieces(self, answer: httpx.Response, until: float, where: str) -> Iterator[bytes]:
        for piece in answer.iter_bytes(65_536):
            if self._monotonic() > until:
                raise TryLater(f"The answer to {where} took too long.")
            yield piece


class _NoConnection(TryLater):
    """Nothing was sent: another address of the host may do."""


def _origin(given: str) -> str:
    origin, found = origin_of(given), parts(given)
    if origin is None or found is None or found.path not in ("", "/") or found.query or found.fragment:
        raise ValueError("an origin is https://host, without path or user")
    if found.scheme != "https" and not is_local(origin):
        raise ValueError("an origin is https; http is for this machine only")
    return origin


def _transport(error: Exception, where: str) -> VendorError:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return _NoConnection(
            f"No connection for {where}.", "Check this machine's network and the vendor's status page."
        )
    if isinstance(error, httpx.TimeoutException):
        return TryLater(f"No answer to {where} in time.")
    if isinstance(error, httpx.DecodingError):
        return BadAnswer(f"The answer to {where} is packed in a way that cannot be read.")
    if isinstance(error, httpx.TransportError):
        return TryLater(f"The connection broke during {where}.")
    return BadAnswer(f"{where} cannot be asked for: the link or a header is not well formed.")


def _fail(status: int, headers: httpx.Headers, body: bytes, where: str) -> NoReturn:
    if status in (408, 425, 429) or status >= 500:
        said = "is over the vendor's limit" if status == 429 else f"was answered {status}"
        raise TryLater(f"{where} {said}.", after_s=_wait(headers), status=status)
    if status == 401:
        fix = "Check the key and its region, then connect again."
        raise Denied(f"The key is not known for {where} (401).", fix, status=status)
    if status == 403:
        raise Denied(
            f"The key may not read {where} (403).", "Make a key with that right and connect again.", status=status
        )
    if status == 406:
        raise Denied(f"The API version asked for is not taken for {where} (406).", "Upgrade Headwater.", status=status)
    if status in (404, 410):
        raise Gone(f"{where} is not there ({status}).", status=status)
    if 300 <= status < 400:
        fix = "Redirects are not followed. Check the region."
        raise BadAnswer(f"{where} answered with a redirect ({status}).", fix, status=status)
    if 400 <= status < 500:
        at = _pointers(body)
        refused = Refused(f"{where} was refused ({status}){': ' + ', '.join(at) if at else ''}.", status=status)
        refused.said = _words(body)
        raise refused
    raise BadAnswer(f"{where} answered {status}.", status=status)


def _check_file(answer: httpx.Response) -> None:
    status = answer.status_code
    if status == 200:
        return
    if status in (401, 403, 404, 410):
        raise LinkExpired(f"A file link is no longer good ({status}).", "The record is read again.", status=status)
    if 300 <= status < 400:
        raise BadAnswer(
            f"A file link answered with a redirect ({status}).", "Redirects are not followed.", status=status
        )
    if status in (408, 425, 429) or status >= 500:
        raise TryLater(f"The host of a file answered {status}.", after_s=_wait(answer.headers), status=status)
    raise Refused(f"The host of a file answered {status}.", status=status)


def _json(body: bytes, answer: httpx.Response, where: str) -> Any:
    if not body:
        if answer.status_code == 204:
            return None
        raise BadAnswer(f"{where} answered without a body.", status=answer.status_code)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        kind = "HTML" if "html" in answer.headers.get("content-type", "").lower() else "something that is not JSON"
        fix = "A proxy or a maintenance page may stand between. It is tried again; nothing was changed."
        raise BadAnswer(f"{where} answered with {kind}.", fix, status=answer.status_code) from None


def _within(headers: httpx.Headers, chunks: Iterator[bytes], most: int, where: str) -> bytes:
    return b"".join(_limited(headers, chunks, most, f"The answer to {where}"))


def _limited(headers: httpx.Headers, chunks: Iterator[bytes], most: int, what: str) -> Iterator[bytes]:
    too_large = TooLarge(f"{what} has more than {most / 1e6:g} MB.", "It was not read further.")
    said = headers.get("content-length", "")
    if said.isdigit() and int(said) > most:
        raise too_large
    left = most
    for piece in chunks:
        left -= len(piece)
        if left < 0:
            raise too_large
        yield piece


def _number(headers: httpx.Headers, name: str) -> float | None:
    try:
        found = float(headers.get(name, ""))
    except ValueError:
        return None
    return found if math.isfinite(found) and found >= 0 else None


def _wait(headers: httpx.Headers) -> float | None:
    """Seconds. Retry-After is honoured where it stands, though not every vendor sends it."""
    said = [found for name in ("x-rate-limit-reset", "retry-after") if (found := _number(headers, name)) is not None]
    return min(max(said), 3600.0) if said else None


def _budget(headers: httpx.Headers) -> Budget | None:
    limit, remaining = _number(headers, "x-rate-limit-limit"), _number(headers, "x-rate-limit-remaining")
    if limit is None or remaining is None:
        return None
    return Budget(int(limit), int(remaining), min(_number(headers, "x-rate-limit-reset") or 0.0, 3600.0))


def _words(body: bytes) -> str:
    """What the vendor says is wrong. Some send one error where a list belongs."""
    try:
        errors = json.loads(body)["errors"]
        found = [
            entry.get("detail") or entry.get("title") for entry in (errors if isinstance(errors, list) else [errors])
        ]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ""
    return "; ".join(text for text in found if isinstance(text, str))[:500]


def _pointers(body: bytes) -> list[str]:
    """Which fields were refused: the pointers only, since titles and details quote what was sent."""
    try:
        errors = json.loads(body)["errors"]
        found = [entry["source"]["pointer"] for entry in (errors if isinstance(errors, list) else [errors])]
    except (ValueError, LookupError, TypeError, RecursionError):
        return []
    return [pointer for pointer in found if isinstance(pointer, str) and _POINTER.fullmatch(pointer)][:5]
