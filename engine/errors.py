"""The error tree. Every error says what was wrong, where, and what to do next; never a CV or a name.

HeadwaterError                root; catch it at a door
├── BadInput                  what the user gave cannot be used; they change it        (HTTP 400/422)
│   ├── BadCursor             a page cursor that is unknown, expired or of another query
│   ├── BadFile               one file, row or line of an import; the rest goes on
│   └── BadVector             not finite, not unit length, wrong dimension
├── NotFound                  no such person, job, connection for this viewer          (HTTP 404)
├── NotAllowed                the caller's key or role does not reach this             (HTTP 401/403)
├── Busy                      another process holds the data; wait or use its API      (HTTP 503)
├── IndexMismatch             the index was built by another encoder, recipe or schema (HTTP 503)
└── NeedsOperator             a setting, a missing program, a damaged file on our side (HTTP 500)
"""

from __future__ import annotations


class HeadwaterError(Exception):
    """Root. ``what``: one sentence for the user. ``fix``: what to do next, may be empty."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(f"{what} {fix}".strip())
        self.what = what
        self.fix = fix


class BadInput(HeadwaterError):
    """What the user gave cannot be used."""


class BadCursor(BadInput):
    """A page cursor that is unknown, expired or belongs to another query."""


class BadFile(BadInput):
    """One file, row or line of an import cannot be used; the rest goes on."""


class BadVector(BadInput):
    """A vector that is not finite, not of unit length or of the wrong dimension."""


class NotFound(HeadwaterError):
    """Nothing of that id that this viewer may see."""


class NotAllowed(HeadwaterError):
    """The caller's key or role does not reach this."""


class Busy(HeadwaterError):
    """Another process holds the data directory."""


class IndexMismatch(HeadwaterError):
    """The index on disk was built by something else than what is running."""


class NeedsOperator(HeadwaterError):
    """A setting, a missing program or damaged data on our side."""
