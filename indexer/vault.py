"""Credentials at rest: sealed with the installation's secret, opened with any secret of before. Knows no database.

Fernet (AES-128-CBC and HMAC-SHA-256) under a key that HKDF derives from the secret for this use alone, so that a
sealed credential can be opened by nothing else the secret is used for. The first secret seals; all of them open.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.errors import NeedsOperator

USE = b"credentials"


class Vault:
    """Seals texts. ``repr`` shows no key."""

    def __init__(self, keys: Sequence[str | bytes]) -> None:
        """keys: the secret in use, then those of before. Raises NeedsOperator where there is none."""
        if not keys or not all(keys):
            raise NeedsOperator("There is no secret to seal credentials with.", "Set HEADWATER_SECRET_KEY.")
        self._fernet = MultiFernet([Fernet(_derived(key)) for key in keys])

    def __repr__(self) -> str:
        return "Vault(…)"

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """Raises NeedsOperator: no secret we have opens it."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise _lost() from None

    def rotate(self, sealed: str) -> str:
        """The same text under the secret in use. Raises NeedsOperator."""
        try:
            return self._fernet.rotate(sealed.encode()).decode("ascii")
        except InvalidToken:
            raise _lost() from None


def _derived(key: str | bytes) -> bytes:
    raw = key.encode() if isinstance(key, str) else key
    return urlsafe_b64encode(HKDF(hashes.SHA256(), length=32, salt=None, info=USE).derive(raw))


def _lost() -> NeedsOperator:
    return NeedsOperator(
        "A stored credential cannot be opened with the secret of this installation.",
        "Name the secret it was sealed with in HEADWATER_SECRET_KEY_BEFORE, or enter the credential again.",
    )
