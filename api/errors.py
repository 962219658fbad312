"""Errors as JSON: RFC 9457 problem+json, made in one place from the error tree. Decides nothing else.

What a client sent is never repeated in an answer: a CV must not come back through an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from engine.errors import (
    BadCursor,
    BadFile,
    BadInput,
    BadVector,
    Busy,
    HeadwaterError,
    IndexMismatch,
    NeedsOperator,
    NotAllowed,
    NotFound,
)
from indexer.connectors.errors import Refused

log = structlog.get_logger(__name__)

PROBLEM = "application/problem+json"

# Error class -> status and the name in the problem's type. The nearest class of the error's own line counts.
STATUS: dict[type[HeadwaterError], tuple[int, str]] = {
    HeadwaterError: (500, "internal"),
    BadInput: (400, "bad-input"),
    BadCursor: (400, "bad-cursor"),
    BadFile: (422, "bad-file"),
    BadVector: (422, "bad-vector"),
    NotFound: (404, "not-found"),
    NotAllowed: (403, "not-allowed"),
    Busy: (503, "busy"),
    IndexMismatch: (503, "index-mismatch"),
    NeedsOperator: (500, "needs-operator"),
}


class NoKey(NotAllowed):
    """No key, or one that is not known: the caller has to bring another (401)."""


class TooManyTries(NotAllowed):
    """Wrong passwords from one address: wait (429)."""


class NotSigned(NotAllowed):
    """A delivery that is not its vendor's, or not of now (401)."""


class TooLarge(BadInput):
    """A body above the limit (413)."""


class KeyReused(BadInput):
    """An Idempotency-Key that came with another body before (422)."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key came with another body before.", "Use a new key for a new request.")


STATUS |= {
    NoKey: (401, "no-key"),
    NotSigned: (401, "not-signed"),
    TooManyTries: (429, "too-many-tries"),
    TooLarge: (413, "too-large"),
    KeyReused: (422, "idempotency-key-reused"),
    Refused: (409, "refused"),
}


def status_of(error: HeadwaterError) -> tuple[int, str]:
    """HTTP status and type name of an error: those of the nearest listed class."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(
    status: int,
    name: str,
    detail: str,
    *,
    fix: str = "",
    errors: Sequence[dict[str, str]] = (),
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """One problem. ``errors`` names fields: ``{"field": "filters.years.low", "problem": "..."}``."""
    body: dict[str, Any] = {
        "type": f"urn:headwater:problem:{name}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if fix:
        body["fix"] = fix
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status, headers=headers, media_type=PROBLEM)


def problem_of(error: HeadwaterError) -> JSONResponse:
    status, name = status_of(error)
    headers = {"WWW-Authenticate": 'Bearer realm="headwater"'} if isinstance(error, NoKey) else None
    if status == 503:
        headers = {"Retry-After": "5"}
    return problem(status, name, error.what, fix=error.fix, headers=headers)


def field_errors(error: RequestValidationError) -> list[dict[str, str]]:
    """What is wrong with which field, without the value."""
    found = []
    for item in error.errors()[:50]:
        place = ".".join(str(part) for part in item["loc"] if part not in ("body", "query", "path", "header"))
        text = "the body is not JSON" if item["type"] == "json_invalid" else first_sentence(str(item["msg"]))
        found.append({"field": place or "body", "problem": text})
    return found


def first_sentence(message: str) -> str:
    """Our own validators quote the value ("'x' is not a date: write YYYY"): keep what follows the colon."""
    message = message.removeprefix("Value error, ")
    return message.rsplit(": ", 1)[-1] if "'" in message else message


def install(app: FastAPI) -> None:
    """Make ``app`` answer every error as a problem. Pages under other paths wrap this in HTML (routes/pages.py)."""

    @app.exception_handler(HeadwaterError)
    def _ours(_request: Request, error: HeadwaterError) -> Response:
        if status_of(error)[0] >= 500:
            log.error("request failed", kind=type(error).__name__)
        return problem_of(error)

    @app.exception_handler(RequestValidationError)
    def _invalid(_request: Request, error: RequestValidationError) -> Response:
        found = field_errors(error)
        fields = ", ".join(sorted({item["field"] for item in found}))
        status = 400 if any(item["type"] == "json_invalid" for item in error.errors()) else 422
        return problem(status, "invalid", f"These fields cannot be used: {fields}.", errors=found)

    @app.exception_handler(HTTPException)
    def _http(_request: Request, error: HTTPException) -> Response:
        return problem(
            error.status_code, "http", str(error.detail), headers=dict(error.headers) if error.headers else None
        )

    @app.exception_handler(Exception)
    def _unknown(request: Request, error: Exception) -> Response:
        # The message of an unforeseen error may hold anything, so only its kind is logged.
        log.error("unforeseen error", kind=type(error).__name__, path=request.url.path.split("/")[1:3])
        return problem(500, "internal", "Something went wrong on our side.", fix="The log names the kind of error.")
