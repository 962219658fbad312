"""What a key may do, as tried: its region, and one record of each kind a recruiter's history is made of. Only reads."""

from __future__ import annotations

from indexer.connectors.connector import Standing
from indexer.connectors.errors import Denied, Gone, Refused
from indexer.connectors.http import Http
from indexer.connectors.teamtailor.wire import REGIONS, Document, Resource, ask

TRIED = ("jobs", "candidates", "job-applications", "notes", "custom-fields", "todos", "referrals")
_NEEDED = ("candidates", "job-applications", "notes")


def standing_of(http: Http, token: str, origin: str) -> Standing:
    """Tries the other regions that ``http`` may call where the given one does not know the key. Raises Denied."""
    regions = [origin, *(other for other in http.origins if other != origin)]
    for region in regions:
        try:
            company = ask(http, token, f"{region}/v1/company")
        except Denied as error:
            if error.status == 401:
                continue
            if error.status == 406:
                raise
            company = None  # known there, and may not read this
        return _tried(http, token, region, origin, company)
    tried = ", ".join(REGIONS.get(region, region) for region in regions)
    raise Denied(
        f"Teamtailor does not know this key in any region tried ({tried}).",
        "Make a key of type Admin with read in Teamtailor's settings and connect again.",
        status=401,
    )


def _tried(http: Http, token: str, region: str, asked: str, company: Document | None) -> Standing:
    may, may_not, notes = [], [], []
    for kind in TRIED:
        try:
            ask(http, token, f"{region}/v1/{kind}", {"page[size]": "1"})
            may.append(f"read {kind}")
        except (Denied, Gone, Refused):
            may_not.append(f"read {kind}")
    if region != asked:
        notes.append(f"The key is of the region {REGIONS.get(region, region)}, not {REGIONS.get(asked, asked)}.")
    if any(f"read {kind}" in may_not for kind in _NEEDED):
        notes.append("Candidates, applications and notes need a key of type Admin with read.")
    notes.append("Whether the key may write is not tried: reading alone cannot tell.")
    return Standing(origin=region, account=_name(company), may=tuple(may), may_not=tuple(may_not), notes=tuple(notes))


def _name(company: Document | None) -> str | None:
    found = company.data[0] if company and company.data else None
    name = found.attributes.get("name") if isinstance(found, Resource) else None
    return name[:200] if isinstance(name, str) else None
