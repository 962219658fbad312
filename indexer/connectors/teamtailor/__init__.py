"""The Teamtailor connector. From its directory outwards only ``vendor`` is used."""

from __future__ import annotations

from indexer.connectors.teamtailor.vendor import vendor

__all__ = ["vendor"]
