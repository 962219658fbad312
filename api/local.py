"""The command line's way to the data: through the serving process when there is one, else by itself.

Both give the same JSON. A serving process is found by the lock in the data directory.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Protocol

import httpx

from api.access import LOCAL, local_token
from api.answers import Answers
from api.console import err
from api.lock import holder
from api.runtime import open_runtime
from api.schemas import SearchIn
from api.secret import Secret, secret_of
from api.settings import Settings
from engine.errors import BadInput, Busy, NeedsOperator, NotFound
from engine.records import Viewer
from indexer.ledger import Ledger

AT_ONCE = 5
"""So many people are indexed before a question is answered: a second at most. More are left for after the answer."""


def self_of(workspace: str) -> Viewer:
    """Whoever runs the command line."""
    return Viewer(workspace=workspace, user=LOCAL)


class Door(Protocol):
    def search(self, asked: SearchIn) -> dict[str, Any]: ...
    def person(self, person_id: str) -> dict[str, Any]: ...


class Remote:
    """The API of the process that serves this data directory."""

    def __init__(self, url: str, secret: Secret) -> None:
        self._client = httpx.Client(base_url=url, timeout=60.0, trust_env=False)
        self._secret = secret

    def search(self, asked: SearchIn) -> dict[str, Any]:
        return self._call("POST", "/v1/search", asked.model_dump(mode="json"))

    def person(self, person_id: str) -> dict[str, Any]:
        return self._call("GET", f"/v1/people/{person_id}")

    def health(self) -> dict[str, Any]:
        return self._call("GET", "/v1/health")

    def _call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        headers = {"X-API-Key": local_token(self._secret, now=time.time())}
        try:
            answer = self._client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise Busy(
                f"The process that serves this data did not answer ({type(error).__name__}).",
                "Try again or restart it.",
            ) from None
        if answer.is_success:
            found: dict[str, Any] = answer.json()
            return found
        problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        kind = {404: NotFound, 503: Busy}.get(
            answer.status_code, BadInput if answer.status_code < 500 else NeedsOperator
        )
        raise kind(problem.get("detail", f"The serving process answered {answer.status_code}."), problem.get("fix", ""))


class Own:
    """The data, opened by this process."""

    def __init__(self, answers: Answers, workspace: str) -> None:
        self._answers, self._self = answers, self_of(workspace)

    def search(self, asked: SearchIn) -> dict[str, Any]:
        answered = self._answers.search(asked, self._self)
        answered.note()
        return answered.answer.model_dump(mode="json")

    def person(self, person_id: str) -> dict[str, Any]:
        return self._answers.person(person_id, self._self).model_dump(mode="json")


def secret(settings: Settings) -> Secret:
    return secret_of(settings.data_dir, loopback=settings.loopback, **settings.secrets())


def serving(settings: Settings) -> Remote | None:
    """The process that serves this data directory, or None. Raises Busy while one works on it without serving."""
    found = holder(settings.data_dir)
    if found is None:
        return None
    if found.url is None:
        raise Busy(f"Process {found.pid} is working on the data directory.", "Wait until it is done.")
    return Remote(found.url, secret(settings))


@contextmanager
def open_door(settings: Settings) -> Iterator[Door]:
    """For reading. Raises NeedsOperator when there is no data yet."""
    if remote := serving(settings):
        yield remote
        return
    with open_runtime(settings, create=False) as runtime:
        waiting = runtime.waiting()
        later = waiting > AT_ONCE and len(runtime.index.columns) > 0
        if not later:
            runtime.follow()
        for remark in (runtime.remark, runtime.switch.remark if runtime.switch else None):
            if remark:
                err.print(remark, soft_wrap=True)
        if later:
            changed = f"{waiting} changed people and jobs are not searchable yet: they are indexed after the answer."
            err.print(changed, soft_wrap=True)
        with closing(Answers(runtime, list_minutes=settings.result_list_minutes)) as answers:
            yield Own(answers, settings.workspace)
        if later:
            runtime.follow()


@contextmanager
def open_ledger(settings: Settings, *, create: bool = True) -> Iterator[Ledger]:
    """The ledger alone: several processes may have it open, so a serving one is no hindrance."""
    ledger = Ledger.open(settings.database, create=create)
    try:
        yield ledger
    finally:
        ledger.close()
