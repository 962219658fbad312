"""Secrets of webhooks: made, sealed, rotated. The one before stays good for a day. Shown once, by whoever asked."""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from datetime import datetime, timedelta

from engine.errors import BadInput
from indexer.vault import Vault

GOOD_H = 24.0
MOST = 5
"""Good at once: each is a signature in the header of every delivery."""


def new_secret() -> str:
    """``whsec_`` and 256 random bits, as Standard Webhooks writes it."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode("ascii")


class Secrets:
    """Between what the ledger keeps, sealed, and the secrets themselves."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def first(self, secret: str) -> str:
        return self._sealed([(secret, None)])

    def rotated(self, sealed: str, secret: str, *, now: datetime) -> str:
        """The new one is in use; those of before stay good until their time. Raises BadInput: too many are."""
        until = (now + timedelta(hours=GOOD_H)).isoformat()
        before = [(old, end or until) for old, end in self._opened(sealed) if end is None or _is_later(end, now)]
        if len(before) >= MOST:
            raise BadInput(f"{MOST} secrets are good at once already.", "Wait until the oldest is a day old.")
        return self._sealed([(secret, None), *before])

    def good(self, sealed: str, *, now: datetime) -> tuple[str, ...]:
        """The one in use first. Raises NeedsOperator: the installation's secret does not open them."""
        return tuple(secret for secret, end in self._opened(sealed) if end is None or _is_later(end, now))

    def _sealed(self, pairs: list[tuple[str, str | None]]) -> str:
        return self._vault.seal(json.dumps(pairs))

    def _opened(self, sealed: str) -> list[tuple[str, str | None]]:
        return [(secret, end) for secret, end in json.loads(self._vault.open(sealed))]


def _is_later(end: str, now: datetime) -> bool:
    return datetime.fromisoformat(end) > now
