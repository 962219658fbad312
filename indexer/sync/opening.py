"""A connection's row -> what works on it: its vendor's connector, the way to that vendor, its webhook secrets.

The only place where a stored credential is opened. Rows are written by ``connect`` with one of the vendor's own
addresses, and by the demo and the sandbox with the loopback address they started themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import httpx

from engine.errors import NeedsOperator
from indexer.connectors import vendors
from indexer.connectors.addresses import is_local
from indexer.connectors.connector import Connector, Vendor
from indexer.connectors.http import Http
from indexer.ledger import ConnectionRow
from indexer.vault import Vault

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
OURS = frozenset({"writes", "wins", "sync_user"})
"""Settings of a connection that are Headwater's own; the others are its vendor's."""
AGENT = "Headwater (self-hosted search over an applicant tracking system)"


class Opener:
    """vendors: name -> plug-in; None: those that are installed."""

    def __init__(self, vault: Vault, known: Mapping[str, Vendor] | None = None) -> None:
        self._vault, self._known = vault, known

    def vendor(self, name: str) -> Vendor:
        """Raises NeedsOperator where no such plug-in is installed."""
        known = vendors() if self._known is None else self._known
        if name not in known:
            raise NeedsOperator(
                f"There is no connector {name!r} in this installation.",
                f"Install its package. Here are: {', '.join(sorted(known)) or 'none'}.",
            )
        return known[name]

    def connector(self, row: ConnectionRow) -> Connector:
        """Raises NeedsOperator: no such connector, or a credential that the secret does not open."""
        credential = self._vault.open(row.credential)
        theirs = {name: value for name, value in row.settings.items() if name not in OURS}
        return self.vendor(row.vendor).connector(credential, origin=row.origin, settings=theirs)

    def secrets(self, row: ConnectionRow) -> tuple[str, ...]:
        """The webhook secrets that are good now; none: no delivery is believed. Raises NeedsOperator."""
        return tuple(json.loads(self._vault.open(row.secrets))) if row.secrets else ()

    def http(self, row: ConnectionRow, client: httpx.Client) -> Http:
        """Its own region alone: a key is of one region, and a stored one is sent nowhere else."""
        return Http(client, [row.origin])


def client_for(origin: str, *, parallel: int = 4) -> httpx.Client:
    """Proxies of the environment count for a vendor, not for this machine."""
    limits = httpx.Limits(max_connections=parallel + 1, max_keepalive_connections=parallel + 1)
    return httpx.Client(timeout=TIMEOUT, limits=limits, headers={"User-Agent": AGENT}, trust_env=not is_local(origin))
