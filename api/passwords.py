"""Passwords: argon2id with the library's own choice of cost. The only place that sees one."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from engine.errors import BadInput

LEAST, MOST = 12, 200
_HASHER = PasswordHasher()


def hashed(password: str) -> str:
    """Raises BadInput: too short to be safe, or absurdly long."""
    if not LEAST <= len(password) <= MOST:
        raise BadInput(f"A password has {LEAST} to {MOST} characters.", "A few unlikely words are easy to keep.")
    return _HASHER.hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """kept None: nobody's. That takes as long, so that the time does not tell who has an account."""
    try:
        return _HASHER.verify(kept or _nobodys(), password[:MOST]) and kept is not None
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")
