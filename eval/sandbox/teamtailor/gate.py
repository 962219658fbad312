"""Who may ask, and how often: keys with a type, regions, the version header, the window of requests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

REGIONS: Mapping[str, str] = {
    "api.teamtailor.com": "eu",
    "api.na.teamtailor.com": "na",
    "api.au.teamtailor.com": "au",
}
KeyKind = Literal["public", "internal", "admin"]


@dataclass(frozen=True)
class Key:
    kind: KeyKind = "admin"
    read: bool = True
    write: bool = True


KEYS: Mapping[str, Key] = {
    "sandbox-admin": Key(),
    "sandbox-admin-read": Key(write=False),
    "sandbox-admin-write": Key(read=False),
    "sandbox-internal": Key("internal", write=False),
    "sandbox-public": Key("public", write=False),
}


class ApiError(Exception):
    """Becomes the vendor's error body. ``empty``: no body at all, as a 403 may come."""

    def __init__(self, status: int, title: str, detail: str = "", pointer: str = "", *, empty: bool = False) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.pointer, self.empty = status, title, detail or title, pointer, empty

    def body(self, *, as_object: bool) -> dict[str, Any]:
        error: dict[str, Any] = {"status": str(self.status), "title": self.title, "detail": self.detail}
        if self.status == 422:
            error["code"] = "100"
        if self.pointer:
            error["source"] = {"pointer": self.pointer}
        return {"errors": error if as_object else [error]}


def token_of(headers: Mapping[str, str]) -> str | None:
    """headers: names in lower case."""
    found = re.fullmatch(r"Token token=\"?([^\s\"]+)\"?", headers.get("authorization", "").strip())
    return found[1] if found else None


def version_of(headers: Mapping[str, str]) -> str:
    """The version asked for. Raises 406 when it is missing or not YYYYMMDD."""
    version = headers.get("x-api-version", "")
    try:
        if not re.fullmatch(r"\d{8}", version):
            raise ValueError
        datetime.strptime(version, "%Y%m%d")  # noqa: DTZ007  a label, no moment
    except ValueError:
        raise ApiError(406, "Invalid API version", "X-Api-Version must be a version such as 20240904") from None
    return version


class Window:
    """So many requests in a period, counted for each key from its first request. A refused one does not count."""

    def __init__(self, limit: int = 50, period_s: float = 10.0) -> None:
        self.limit, self.period_s = limit, period_s
        self._used: dict[str, tuple[datetime, int]] = {}

    def take(self, token: str, now: datetime) -> tuple[bool, dict[str, str]]:
        """(may go on, the three headers)."""
        start, used = self._used.get(token, (now, 0))
        gone = (now - start).total_seconds()
        if gone >= self.period_s:
            start, used, gone = now, 0, 0.0
        allowed = used < self.limit
        used += allowed
        self._used[token] = (start, used)
        left = self.period_s - gone
        return allowed, {
            "X-Rate-Limit-Limit": str(self.limit),
            "X-Rate-Limit-Remaining": str(self.limit - used),
            "X-Rate-Limit-Reset": str(-int(-left // 1)),  # whole seconds, rounded up
        }
