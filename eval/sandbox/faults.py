"""What can go wrong on the way to an ATS and back, on demand. Knows no vendor's rows, only requests and answers.

A fault stands for some requests: a method, a path pattern, after so many, for so many. ``Faults.add`` plants one;
the vendor asks ``before`` it does anything and ``after`` it has answered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from eval.sandbox.wire import Answer

HTML = b"<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>"
JSON_API = "application/vnd.api+json"
Change = Callable[[dict[str, Any]], None]


@dataclass
class Fault:
    kind: str
    path: str = "*"
    """fnmatch pattern of the path with its query, as sent: ``/v1/candidates*``."""
    method: str = "*"
    skip: int = 0
    """So many matching requests go through first."""
    times: int | None = None
    """Then so many fail. None: all."""
    delay_s: float = 60.0
    """For ``slow`` and ``timeout``."""
    change: Change | None = None
    """For ``mutate``: what happens to the parsed body."""
    seen: int = 0
    fired: int = 0

    def hits(self, method: str, path: str) -> bool:
        if self.times is not None and self.fired >= self.times:
            return False
        if not (fnmatchcase(method, self.method) and fnmatchcase(path, self.path)):
            return False
        self.seen += 1
        if self.seen <= self.skip:
            return False
        self.fired += 1
        return True


def _errors(status: int, title: str) -> Answer:
    body = json.dumps({"errors": [{"status": str(status), "title": title, "detail": title}]}).encode()
    return Answer(status, {"Content-Type": JSON_API}, body)


def _too_many() -> Answer:
    found = _errors(429, "Too Many Requests")
    found.headers |= {"X-Rate-Limit-Limit": "50", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "7"}
    return found


BEFORE: Mapping[str, Callable[[], Answer]] = {
    "server-error": lambda: _errors(500, "Internal Server Error"),
    "bad-gateway": lambda: Answer(502, {"Content-Type": "text/html"}, HTML),
    "too-many": _too_many,
    "unauthorized": lambda: _errors(401, "Unauthorized"),
    "forbidden": lambda: Answer(403, {}, b""),
    "not-found": lambda: _errors(404, "Record not found"),
    "html": lambda: Answer(200, {"Content-Type": "text/html"}, b"<html><body>Scheduled maintenance</body></html>"),
    "redirect": lambda: Answer(302, {"Location": "https://elsewhere.example.net/v1/candidates"}, b""),
    "expired-cursor": lambda: _errors(400, "Invalid page value"),
}
"""The request is not carried out."""


def _empty_list(body: dict[str, Any]) -> None:
    if isinstance(body.get("data"), list):
        body["data"] = []
        body.pop("included", None)
        body["meta"] = {"record-count": 0, "page-count": 0}
        body["links"] = {name: link for name, link in body["links"].items() if name in ("first", "last")}


def _truncated(body: dict[str, Any]) -> None:
    """The list ends here although there is more; the counts still say so."""
    if isinstance(body.get("data"), list):
        body["links"].pop("next", None)


BODY: Mapping[str, Change] = {"empty-list": _empty_list, "truncated": _truncated}
KINDS = (*BEFORE, *BODY, "cut", "timeout", "slow", "mutate")


class Faults:
    def __init__(self) -> None:
        self.planted: list[Fault] = []

    def add(self, kind: str, **how: Any) -> Fault:
        """Raises ValueError for a kind that is not in KINDS. Returns the fault, whose ``fired`` counts."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; known: {', '.join(sorted(KINDS))}")
        if kind == "mutate" and how.get("change") is None:
            raise ValueError("fault 'mutate' needs change=: a function that changes the parsed body")
        fault = Fault(kind, **how)
        self.planted.append(fault)
        return fault

    def clear(self) -> None:
        self.planted.clear()

    def take(self, method: str, path: str) -> list[Fault]:
        """The faults that strike this request. Each counts it once."""
        return [fault for fault in self.planted if fault.hits(method, path)]


def before(faults: list[Fault]) -> Answer | None:
    return next((BEFORE[fault.kind]() for fault in faults if fault.kind in BEFORE), None)


def after(faults: list[Fault], answer: Answer) -> Answer:
    for fault in faults:
        if fault.kind in ("slow", "timeout"):
            answer = replace(answer, delay_s=fault.delay_s)
        elif fault.kind == "cut":
            answer = replace(answer, cut=True)
        elif fault.kind == "mutate" or fault.kind in BODY:
            change = fault.change or BODY[fault.kind]
            if answer.headers.get("Content-Type") == JSON_API and answer.body:
                body = json.loads(answer.body)
                change(body)
                answer = replace(answer, body=json.dumps(body, ensure_ascii=False).encode())
    return answer


def read_fault(text: str) -> Fault:
    """``kind[:path[:times]]`` as typed on a command line. Raises ValueError that names the kinds."""
    kind, _, rest = text.partition(":")
    path, _, times = rest.partition(":")
    if times and not times.isdigit():
        raise ValueError(f"{text!r}: how often must be a number, as in {kind}:{path or '/v1/candidates*'}:3")
    return Faults().add(kind, path=path or "*", times=int(times) if times else None)
