"""Keys, sessions and their secret: made, checked, never shown twice. Knows no HTTP and no database.

One secret per installation; every use has its own key derived from it, so that a session can never pass as
an API key. At rest an API key is only its HMAC-SHA-256.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.errors import NeedsOperator
from indexer.vault import Vault

PREFIX = "hw_"


@dataclass(frozen=True)
class Secret:
    """The installation's secret. ``repr`` does not show it."""

    _value: bytes
    _before: tuple[bytes, ...] = ()
    """Secrets of before: they open credentials that were sealed then, and nothing else."""

    def __repr__(self) -> str:
        return "Secret(…)"

    def digest(self, use: str, text: str) -> str:
        """HMAC-SHA-256 of ``text`` under the key of that use, hexadecimal."""
        key = hmac.digest(self._value, f"headwater:{use}".encode(), "sha256")
        return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def vault(self) -> Vault:
        """What seals the credentials of connections."""
        return Vault([self._value, *self._before])

    def sign(self, use: str, text: str, *, until: float) -> str:
        """``text`` with an end (Unix seconds) and a seal. ``text`` must not hold a dot."""
        body = f"{text}.{int(until)}"
        return f"{body}.{self.digest(use, body)}"

    def opened(self, use: str, token: str, *, now: float) -> str | None:
        """The text that was signed, or None: forged, cut, of another use, or over."""
        body, _, seal = token.rpartition(".")
        text, _, until = body.rpartition(".")
        if not hmac.compare_digest(seal.encode("utf-8", "replace"), self.digest(use, body).encode()):
            return None
        return text if until.isdecimal() and int(until) > now else None


def new_key() -> str:
    """An API key: ``hw_`` and 256 random bits. To be shown once."""
    return PREFIX + urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def secret_of(data_dir: Path, given: str | None, *, loopback: bool, before: str | None = None) -> Secret:
    """The given secret, or the one kept in ``data_dir``, made on first use and readable by its owner only.

    before: the secret that was given until now. Raises NeedsOperator when the service listens beyond loopback and no
    secret is given.
    """
    earlier = (before.encode(),) if before else ()
    if given is not None:
        return Secret(given.encode(), earlier)
    if not loopback:
        raise NeedsOperator(
            "Listening beyond loopback needs HEADWATER_SECRET_KEY.",
            "Set it to 32 or more random characters and keep it: API keys and sessions depend on it.",
        )
    path = data_dir / "secret.key"
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _write_once(path, secrets.token_hex(32))
    value = path.read_text("ascii").strip()
    if len(value) < 32:
        raise NeedsOperator(
            f"{path.name} in the data directory is damaged.",
            "Restore it from a backup, or remove it and make new API keys.",
        )
    return Secret(value.encode(), earlier)


def _write_once(path: Path, value: str) -> None:
    """Whole or not at all, and never over another process's."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(value + "\n")
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
