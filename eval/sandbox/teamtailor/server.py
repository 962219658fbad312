"""The vendor as a plain object: ``handle(method, url, headers, body)`` gives an answer. No sockets, no sleeping.

Order of the checks: faults in front, key and region, window of requests, version, scope, then the request itself.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from urllib.parse import quote, urlencode, urlsplit

from eval.sandbox.clock import Clock
from eval.sandbox.faults import Faults, after, before
from eval.sandbox.teamtailor.changes import Changes
from eval.sandbox.teamtailor.files import PATH, Files
from eval.sandbox.teamtailor.gate import KEYS, REGIONS, ApiError, Key, Window, token_of, version_of
from eval.sandbox.teamtailor.hooks import Delivery, Webhooks
from eval.sandbox.teamtailor.load import load
from eval.sandbox.teamtailor.paging import Page, page_of
from eval.sandbox.teamtailor.query import Query, chosen, order, read_query
from eval.sandbox.teamtailor.render import Renderer, to_json
from eval.sandbox.teamtailor.schema import RESOURCES, resource
from eval.sandbox.teamtailor.store import Row, Store
from eval.sandbox.teamtailor.writes import Writes
from eval.sandbox.wire import Answer
from eval.world.account import Account

JSON_API = "application/vnd.api+json"
DEPENDS = {"job-applications": ("job-applications", "stages")}
"""Whose changes may change which rows a filter of the type lets through."""


@dataclass(frozen=True)
class Call:
    """A request as it was answered. For tests: what did it cost?"""

    at: datetime
    method: str
    path: str
    """With its query."""
    status: int
    body: bytes = b""


class Teamtailor:
    """One company's account behind the vendor's API.

    cursors: candidates are paged by ``page[after]``. errors_as_object: ``errors`` is an object, not an array.
    file_origin: where signed links point; None: the origin that was asked. plain_files: see Files.
    """

    def __init__(
        self,
        account: Account,
        *,
        clock: Clock,
        faults: Faults | None = None,
        rng: Random | None = None,
        region: str = "eu",
        hosts: Mapping[str, str] = REGIONS,
        keys: Mapping[str, Key] = KEYS,
        window: Window | None = None,
        webhooks: Webhooks | None = None,
        read_delay_s: float = 0.0,
        coarse_s: float = 0.0,
        cursors: bool = False,
        errors_as_object: bool = False,
        file_origin: str | None = None,
        plain_files: bool = False,
    ) -> None:
        self.clock, self.region, self.hosts, self.keys = clock, region, dict(hosts), dict(keys)
        self.faults, self.window = faults or Faults(), window or Window()
        self.webhooks = webhooks or Webhooks()
        if rng is not None:
            self.webhooks.rng = rng
        self.cursors, self.errors_as_object, self.file_origin = cursors, errors_as_object, file_origin
        self.store: Store = load(account)
        self.recruiter = Changes(self.store, clock, self.webhooks, read_delay_s=read_delay_s, coarse_s=coarse_s)
        self.files = Files(self.store, account.seed, plain=plain_files)
        self._writes = Writes(self.store, self.recruiter)
        self.calls: deque[Call] = deque(maxlen=200_000)
        self.before_each: Callable[[str, str], None] | None = None
        """Is given method and path (with query) before a request is carried out: edit while a list is paged."""
        self.lock = threading.RLock()
        """For who serves it: one thread at a time. Nothing in here takes it."""

    def deliveries(self) -> list[Delivery]:
        """Webhooks that are due, taken out of the queue. There is no second attempt."""
        return self.webhooks.take(self.clock())

    def handle(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if self.before_each:
            self.before_each(method, path)
        now = self.clock()
        self.store.settle(now)
        faults = self.faults.take(method, path)
        answer = before(faults)
        if answer is None and parts.path.startswith(PATH):
            answer = self.files.serve(url, now) if method == "GET" else Answer(405)
        elif answer is None:
            low = {name.lower(): value for name, value in headers.items()}
            answer = self._answer(method, url, low, body, now)
        answer = after(faults, answer)
        self.calls.append(Call(now, method, path, answer.status, body))
        return answer

    def _answer(self, method: str, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Answer:
        extra: dict[str, str] = {}
        try:
            token = token_of(headers)
            parts = urlsplit(url)
            if token is None or token not in self.keys or self.hosts.get(parts.netloc, self.region) != self.region:
                raise ApiError(401, "Unauthorized", "The API key is unknown here.")
            allowed, extra = self.window.take(token, now)
            if not allowed:
                raise ApiError(429, "Too Many Requests", "Rate limit exceeded.")
            version = version_of(headers)
            status, text = self._carry_out(method, url, self.keys[token], body)
        except ApiError as error:
            if error.empty:
                return Answer(error.status, extra, b"")
            made = error.body(as_object=self.errors_as_object)
            return Answer(error.status, {"Content-Type": JSON_API, **extra}, to_json(made).encode())
        extra["X-Api-Version"] = version
        if text is None:
            return Answer(status, extra, b"")
        return Answer(status, {"Content-Type": JSON_API, **extra}, text.encode())

    def _carry_out(self, method: str, url: str, key: Key, body: bytes) -> tuple[int, str | None]:
        parts = urlsplit(url)
        names = [name for name in parts.path.split("/") if name]
        if len(names) < 2 or names[0] != "v1" or names[1] not in RESOURCES:
            raise ApiError(404, "Not Found", f"There is no {parts.path}")
        kind, rest = names[1], names[2:]
        if (resource(kind).scope == "admin" and key.kind != "admin") or not (
            key.read if method == "GET" else key.write
        ):
            raise ApiError(403, "Forbidden", empty=True)
        origin = f"{parts.scheme}://{parts.netloc}"
        if method != "GET":
            status, row = self._writes.carry_out(method, kind, rest, body)
            if row is None:
                return status, None
            return status, self._renderer(origin, read_query(parts.query, kind), key).document(row)
        return 200, self._read(kind, rest, parts.query, origin, parts.path, key)

    # Reading

    def _read(self, kind: str, rest: list[str], text: str, origin: str, path: str, key: Key) -> str:
        if kind == "company" and not rest:
            rest = ["1"]
        match rest:
            case []:
                if not resource(kind).listed:
                    raise ApiError(404, "Not Found", f"There is no list of {kind}")
                query = read_query(text, kind)
                return self._list(kind, query, None, origin, path, key)
            case [identity]:
                query = read_query(text, kind)
                return self._renderer(origin, query, key).document(self._find(kind, identity, key))
            case [identity, "relationships", name] | [identity, name] if name in resource(kind).relations:
                relation, row = resource(kind).relations[name], self._find(kind, identity, key)
                found = [r for r in self.store.related(row, name, relation) if _visible(r, key)]
                if rest[1] == "relationships":
                    refs = [{"type": r.type, "id": r.id} for r in found]
                    me = f"{origin}/v1/{kind}/{identity}"
                    links = {"self": f"{me}/relationships/{name}", "related": f"{me}/{name}"}
                    return to_json({"links": links, "data": (refs[0] if refs else None) if relation.single else refs})
                query = read_query(text, relation.type)
                if relation.single:
                    return self._renderer(origin, query, key).document(found[0] if found else None)
                return self._list(relation.type, query, found, origin, path, key)
        raise ApiError(404, "Not Found", f"There is no {path}")

    def _find(self, kind: str, identity: str, key: Key) -> Row:
        row = self.store.get(kind, identity)
        if row is None or not _visible(row, key):
            raise ApiError(404, "Record not found", f"The record identified by {identity} could not be found.")
        return row

    def _list(self, kind: str, query: Query, within: list[Row] | None, origin: str, path: str, key: Key) -> str:
        def make() -> list[Row]:
            every = self.store.rows(kind) if within is None else within
            rows = [row for row in every if _visible(row, key)]
            # A relation's list has no filters that hold unasked.
            return order(chosen(self.store, kind, query, rows, unasked=within is None), query.sort)

        if within is None:
            shape = (kind, query.filters, query.sort, key.kind)
            rows = self.store.kept(shape, DEPENDS.get(kind, (kind,)), make)
        else:
            rows = make()
        by_cursor = self.cursors and kind == "candidates" and within is None and query.number is None
        page: Page = page_of(rows, query, by_cursor=by_cursor)
        meta = {"record-count": len(rows), "page-count": -(-len(rows) // query.size)}
        links = {name: _link(origin + path, query, where) for name, where in page.links.items()}
        return self._renderer(origin, query, key).document(page.rows, meta=meta, links=links)

    def _renderer(self, origin: str, query: Query, key: Key) -> Renderer:
        now, where = self.clock(), self.file_origin or origin
        return Renderer(
            self.store,
            origin,
            query,
            admin=key.kind == "admin",
            visible=lambda row: _visible(row, key),
            link_files=lambda row: self.files.links(row, where, now),
        )


def _visible(row: Row, key: Key) -> bool:
    if key.kind == "admin":
        return True
    if resource(row.type).scope == "admin":
        return False
    if row.type == "jobs":
        state, internal = row.attributes["human-status"], row.attributes["internal"]
        if key.kind == "internal":
            return state in ("published", "unlisted", "archived")
        return state == "published" and not internal
    return row.type != "users" or bool(row.attributes["visible"])


def _link(address: str, query: Query, where: dict[str, str]) -> str:
    pairs = [(n, v) for n, v in query.pairs if not n.startswith("page[")]
    pairs += [(f"page[{n}]", v) for n, v in where.items()]
    pairs.append(("page[size]", str(query.size)))
    return f"{address}?{urlencode(pairs, quote_via=quote)}"
