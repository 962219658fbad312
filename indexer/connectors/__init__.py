"""Connectors to applicant tracking systems. ``vendors()`` finds those that are installed."""

from __future__ import annotations

from importlib.metadata import entry_points

from indexer.connectors.connector import Vendor

GROUP = "headwater.connectors"


def vendors() -> dict[str, Vendor]:
    """name -> plug-in, ours and those of other packages, by the entry-point group ``headwater.connectors``.

    Ours are there without an installation too; no other package may take their name.
    """
    from indexer.connectors.teamtailor import vendor as teamtailor

    found = {entry.name: entry for entry in entry_points(group=GROUP) if entry.name != teamtailor.name}
    return {teamtailor.name: teamtailor, **{name: found[name].load() for name in sorted(found)}}
