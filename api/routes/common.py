"""What the routes share: the open runtime, the answers, and the errors OpenAPI names. Decides nothing."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel

from api.answers import Answers
from api.errors import KeyReused
from api.runtime import Runtime
from indexer.ledger import Writer


class FieldProblem(BaseModel):
    field: str
    problem: str


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    fix: str | None = None
    errors: list[FieldProblem] | None = None


# Async, though nothing is waited for: FastAPI would run each in a thread of its own, and a busy process waits for two
# turns of Python's lock there.


async def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


async def _answers(request: Request) -> Answers:
    answers: Answers = request.app.state.answers
    return answers


OpenRuntime = Annotated[Runtime, Depends(_runtime)]
OpenAnswers = Annotated[Answers, Depends(_answers)]


class Answered:
    """What was answered before to an Idempotency-Key. key None: the request has none."""

    def __init__(self, writer: Writer, key: str | None, body: BaseModel) -> None:
        self._writer, self._key = writer, key
        self._print = hashlib.sha256(json.dumps(body.model_dump(), sort_keys=True).encode()).hexdigest()

    def before(self) -> Any:
        """None: nothing. Raises KeyReused."""
        found = self._writer.answered(self._key) if self._key else None
        if found and found.fingerprint != self._print:
            raise KeyReused
        return found.body if found else None

    def keep(self, answer: BaseModel) -> None:
        if self._key:
            self._writer.keep_answer(self._key, self._print, answer.model_dump(mode="json"))


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For ``responses=``: these statuses answer with a problem."""
    texts = {
        400: "Not usable: not JSON, or a cursor that is over or of another question",
        401: "No API key, or one that is not known",
        403: "What this key may not do",
        404: "Nothing of that id that this key may see",
        409: "It cannot be done, with the reason",
        413: "The body is too large",
        422: "Fields that cannot be used, each named",
        503: "The data is held by another process, or the index is being rebuilt",
    }
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {status: {"description": texts[status], "content": content} for status in statuses}
