"""Teamtailor behind the protocol: one request a call, no state, no clock. What it reads it does not understand here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.records import Job, SourceRecord
from indexer.connectors.actions import Action, Draft
from indexer.connectors.connector import (
    Capability,
    Every,
    File,
    Hint,
    Item,
    Look,
    Mark,
    Page,
    Plan,
    Root,
    Standing,
    Written,
)
from indexer.connectors.errors import BadAnswer, CursorExpired, Denied, Gone, Refused
from indexer.connectors.http import Http
from indexer.connectors.teamtailor import webhooks, writes
from indexer.connectors.teamtailor.assemble import job_of, record_of
from indexer.connectors.teamtailor.capabilities import CAPABILITIES
from indexer.connectors.teamtailor.feeds import LISTINGS, ONE, PLAN, SPARSE
from indexer.connectors.teamtailor.items import Reading, read
from indexer.connectors.teamtailor.paging import first, go_on, place
from indexer.connectors.teamtailor.shapes import SHAPES
from indexer.connectors.teamtailor.standing import standing_of
from indexer.connectors.teamtailor.wire import Document, Unreadable, ask


class Teamtailor:
    name = "teamtailor"
    roots: Mapping[str, Root] = {"candidates": "person", "jobs": "job"}
    plan: Plan = PLAN
    capabilities: tuple[Capability, ...] = CAPABILITIES
    actions = writes.ACTIONS
    deletable = writes.DELETABLE
    traces = ("job-applications", "notes")

    def __init__(self, token: str, *, origin: str) -> None:
        self._token, self._origin = token, origin

    def __repr__(self) -> str:
        return f"Teamtailor({self._origin})"  # the key stays out of tracebacks that show values

    def standing(self, http: Http) -> Standing:
        return standing_of(http, self._token, self._origin)

    def page(self, http: Http, feed: str, at: str | None, since: datetime | None) -> Page:
        listing = LISTINGS[feed]
        here = place(at) if at else None
        try:
            if here:
                document = ask(http, self._token, here.url)
            else:
                document = ask(http, self._token, self._origin + listing.path, first(listing, since))
        except (Gone, Refused) as error:
            if here:
                what = f"The place to go on in {feed} is no longer known to Teamtailor."
                raise CursorExpired(what, "The listing is read from its beginning.", status=error.status) from None
            if isinstance(error, Refused):
                raise
            # A listing that is not there must never look like one with nobody in it.
            raise Denied(
                f"Teamtailor has no listing {feed} for this key (404).", "Check the key.", status=404
            ) from None
        sparse = SPARSE if feed != "users" else frozenset[str]()
        going_on = go_on(document, here, listing, since)
        # Of a listing that is read down to a moment the vendor counts what is older too.
        total = None if listing.newest_by and since else document.total
        return replace(_page(document, sparse), next=going_on, total=total, shown=len(document.data))

    def fetch(self, http: Http, kind: str, item_id: str) -> Page:
        if kind not in SHAPES or not item_id.isalnum():
            raise Gone(f"Teamtailor has no {kind} of that id.")
        params = ONE.get(kind)
        document = ask(http, self._token, f"{self._origin}/v1/{kind}/{item_id}", params)
        found = document.data[0] if document.data else None
        if found is None or isinstance(found, Unreadable) or (found.kind, found.id) != (kind, item_id):
            raise BadAnswer(f"Teamtailor answered another record than {kind} {item_id}.", "It is read again later.")
        return _page(document, SPARSE if kind != "users" else frozenset())

    def root_of(self, hint: Hint, look: Look) -> tuple[str, str] | None:
        if hint.kind in self.roots:
            return hint.kind, hint.id
        if hint.kind != "job-applications":
            return None
        held = look(hint.kind, hint.id)
        if held and (owner := held["refs"].get("candidate")):
            return "candidates", str(owner)
        return None if hint.gone else (hint.kind, hint.id)

    def download(self, http: Http, file: File, into: Callable[[bytes], None], *, max_bytes: int) -> None:
        http.download(file.url, into, max_bytes=max_bytes)

    def hint(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], *, now: datetime) -> Hint:
        found = webhooks.hint_of(headers, body, secrets, now=now)
        return replace(found, proofs=webhooks.proofs_of(headers, body))

    def draft(
        self, action: Action, person_id: str, items: Sequence[Item], look: Look, every: Every, mark: Mark
    ) -> Draft:
        return writes.draft_of(action, person_id, items, look, every, mark)

    def write(self, http: Http, draft: Draft, person_id: str, values: Mapping[str, Any], mark: Mark) -> Written:
        return writes.write(http, self._token, self._origin, draft, person_id, values, mark)

    def look(self, http: Http, draft: Draft, person_id: str, since: datetime, at: str | None) -> Page:
        match draft.item_kind:
            case "notes":
                return self.page(http, "changed-notes", at, since)
            case "candidates" if draft.body and draft.body["attributes"].get("email"):
                params = {**ONE["candidates"], "filter[email]": str(draft.body["attributes"]["email"])}
                return _page(ask(http, self._token, f"{self._origin}/v1/candidates", params), SPARSE)
            case "candidates":
                return self.page(http, "changed-candidates", at, since)
            case _:
                return self.fetch(http, "candidates", person_id)

    def spoken(self, path: str, value: Any, look: Look) -> Any:
        return writes.spoken(path, value, look)

    def is_effect(self, item: Item, draft: Draft, person_id: str, mark: Mark) -> bool:
        return writes.is_effect(item, draft, person_id, mark)

    def assemble(self, person_id: str, items: Iterable[Item], look: Look) -> SourceRecord:
        return record_of(person_id, items, look)

    def assemble_job(self, job_id: str, items: Iterable[Item], look: Look) -> Job:
        return job_of(job_id, items, look)


def _page(document: Document, sparse: frozenset[str]) -> Page:
    reading = Reading(document, sparse=sparse)
    items = tuple(read(document.data, reading))
    return Page(
        items=items,
        files=tuple(reading.files),
        bad=tuple(reading.bad.values()),
        drift=tuple(reading.drift),
        partial=tuple(reading.partial),
    )
