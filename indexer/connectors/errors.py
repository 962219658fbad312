"""What can go wrong with a vendor, by what the caller does next. Texts hold no credential, name or body."""

from __future__ import annotations

from engine.errors import HeadwaterError


class VendorError(HeadwaterError):
    """Base. ``what``: what was wrong and where; ``fix``: what to do next; ``status``: the vendor's, if one came.

    ``said``: the vendor's own words. They may quote what was sent: shown to whoever sent it, never logged.
    """

    said: str = ""
    happened: bool = False
    """Of a write: whether it may have been carried out all the same."""

    def __init__(self, what: str, fix: str = "", *, status: int | None = None) -> None:
        super().__init__(what, fix)
        self.status = status


class TryLater(VendorError):
    """The same request may work later: over the limit, busy, no answer. ``after_s`` None: the caller's backoff."""

    def __init__(self, what: str, fix: str = "", *, after_s: float | None = None, status: int | None = None) -> None:
        super().__init__(what, fix, status=status)
        self.after_s = after_s


class Denied(VendorError):
    """The credential is not known or may not do this: nothing until an operator acts. Never read as an empty list."""


class Gone(VendorError):
    """There is no such item, or it may not be seen. On a re-read: deleted."""


class Refused(VendorError):
    """The vendor does not take this request; repeating it is no use. Park it."""


class BadAnswer(VendorError):
    """Not what the reference says (HTML, cut JSON, another shape). Retried, then parked; nothing is deleted."""


class CursorExpired(VendorError):
    """The place to go on is no longer known there: walk the feed from its beginning."""


class LinkExpired(VendorError):
    """A file link died. Fetch its owner anew."""


class TooLarge(VendorError):
    """A file or answer beyond our limit. Park it."""


class Forged(VendorError):
    """A delivery that does not verify: 401."""


class BadRecord(VendorError):
    """Items that make no record. Park it with its reason; the others go on."""
