"""The one way to a vendor: https to the origins given, no redirects, limits on time and size, budget from the headers.

Origins are a constructor argument: only the demo, the sandbox and tests pass a loopback one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Budget:
    """What the last answer said about the vendor's limit."""

    limit: int
    remaining: int
    reset_s: float


@dataclass(frozen=True)
class Answer:
    status: int
    headers: httpx.Headers
    body: Any
    """Decoded JSON, or None without a body."""
