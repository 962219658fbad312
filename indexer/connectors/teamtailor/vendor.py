"""The plug-in: which addresses are Teamtailor's, and a connector for a key."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import BadInput
from indexer.connectors.addresses import is_local
from indexer.connectors.connector import Connector
from indexer.connectors.teamtailor.connector import Teamtailor
from indexer.connectors.teamtailor.wire import REGIONS


class TeamtailorVendor:
    name = "teamtailor"
    origins: tuple[str, ...] = tuple(REGIONS)

    def connector(self, credential: str, *, origin: str, settings: Mapping[str, str] = {}) -> Connector:
        """settings: none are known. A loopback origin still needs an ``Http`` that was given it. Raises BadInput."""
        origin = origin.rstrip("/")
        if origin not in REGIONS and not is_local(origin):
            hosts = ", ".join(REGIONS)
            raise BadInput("The address is not one of Teamtailor's.", f"Use one of {hosts}.")
        if (
            not 8 <= len(credential) <= 200
            or not credential.isascii()
            or any(not 32 < ord(c) < 127 for c in credential)
        ):
            raise BadInput("The key has a form no Teamtailor key has.", "Copy it again, without blanks or line ends.")
        if settings:
            raise BadInput(f"Teamtailor has no setting {', '.join(sorted(settings))}.", "Leave it out.")
        return Teamtailor(credential, origin=origin)


vendor = TeamtailorVendor()
