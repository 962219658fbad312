"""An ATS in memory with a clock of its own, and the connector to it: small, strict, and bad-tempered on demand.

Its own truth is ``people``, ``notes``, ``jobs`` and ``users``; a test changes those and compares in the end.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from engine.records import Activity, Application, Job, SourceRecord
from indexer.connectors.connector import Bad, Capability, Feed, File, Hint, Item, Page, Plan, Standing
from indexer.connectors.errors import BadRecord, CursorExpired, Denied, Forged, Gone, LinkExpired, TryLater
from indexer.connectors.http import Budget

START = datetime(2026, 11, 1, 8, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def pass_(self, seconds):
        self.now += timedelta(seconds=seconds)


@dataclass
class Row:
    name: str
    version: str
    tags: tuple = ()
    applied: tuple = ()  # (application id, job id, stage id)
    cv: str | None = None
    cv_mark: int = 1


@dataclass
class Ats:
    clock: Clock
    page_size: int = 3
    limit: int = 50
    window_s: float = 10.0
    lag_s: float = 0.0
    people: dict = field(default_factory=dict)
    notes: dict = field(default_factory=dict)
    jobs: dict = field(default_factory=dict)
    users: dict = field(default_factory=dict)
    before_request: list = field(default_factory=list)
    denied: dict = field(default_factory=dict)  # what -> status
    broken: dict = field(default_factory=dict)  # what -> how many times still
    bad: set = field(default_factory=set)  # ids of people that come as Bad
    unassembled: set = field(default_factory=set)
    skipped: set = field(default_factory=set)
    drift: list = field(default_factory=list)
    cut: int | None = None  # a listing ends after so many rows
    expire: int = 0  # cursors that die
    requests: list = field(default_factory=list)
    too_many: int = 0
    downloads: list = field(default_factory=list)
    dead_links: int = 0
    said_at: datetime = START
    past: list = field(default_factory=list)
    _window: tuple = (None, 0)

    def stamp(self):
        return self.clock().replace(microsecond=0).isoformat()  # coarse: ties within a second

    def put(self, key, name=None, **more):
        before = self.people.get(key)
        row = Row(name or (before.name if before else f"Person {key}"), self.stamp())
        for source in (before.__dict__ if before else {}, more):
            for field_, value in source.items():
                if field_ not in ("name", "version"):
                    setattr(row, field_, value)
        self.people[key] = row
        self.remember()

    def remember(self):
        """What reads show while they trail behind."""
        self.past.append((self.clock(), dict(self.people)))

    def remove(self, key):
        del self.people[key]
        self.notes = {k: v for k, v in self.notes.items() if v[0] != key}
        self.remember()

    def shown(self):
        if not self.lag_s:
            return self.people
        until = self.clock() - timedelta(seconds=self.lag_s)
        return next((people for at, people in reversed(self.past) if at <= until), {})

    def request(self, http, what):
        for act in list(self.before_request):
            act(what)
        start, used = self._window
        if start is None or (self.clock() - start).total_seconds() >= self.window_s:
            start, used = self.clock(), 0
        used += 1
        self._window = (start, used)
        left_s = self.window_s - (self.clock() - start).total_seconds()
        self.requests.append((self.clock(), what))
        http.used += 1
        http.budget = Budget(self.limit, max(0, self.limit - used), float(int(left_s)))
        if used > self.limit:
            self.too_many += 1
            raise TryLater("Over the limit.", after_s=left_s, status=429)
        kind = what.split("/")[0]
        for name in (what, kind):
            if name in self.denied:
                raise Denied(f"{kind} may not be read.", "Make another key.", status=self.denied[name])
            if self.broken.get(name):
                self.broken[name] -= 1
                raise TryLater(f"{kind} was answered 500.", status=500)


class FakeHttp:
    budget = None
    used = 0


def body_of(key, row):
    return {"name": row.name, "tags": list(row.tags), "applied": [a[0] for a in row.applied]}


def person_items(key, row):
    yield Item(
        "candidates", key, "person", key, body_of(key, row), row.version,
        {"applications": frozenset(a[0] for a in row.applied)},
    )  # fmt: skip
    for app, job, stage in row.applied:
        yield Item("applications", app, "person", key, {"job": job, "stage": stage})


class FakeConnector:
    name = "fake"
    roots = {"candidates": "person", "jobs": "job"}
    capabilities = (Capability(name="read candidates", documented=True, way="poll"),)
    plan = Plan(
        backfill=(Feed("users", lists="users"), Feed("jobs", lists="jobs"), Feed("candidates", lists="candidates"),
                  Feed("notes", lists="notes")),
        poll=(Feed("changed", since=True, overlap_s=60, every_s=60), Feed("notes", every_s=300, lists="notes")),
        sweep=(Feed("candidates", every_s=86_400, lists="candidates"), Feed("notes", every_s=86_400, lists="notes"),
               Feed("jobs", every_s=86_400, lists="jobs")),
    )  # fmt: skip

    def __init__(self, ats):
        self.ats = ats

    def standing(self, http):
        return Standing(origin="https://ats.example.com", account="Example", may=("read candidates",))

    def page(self, http, feed, at, since):
        """Sorted by id; where to go on is the last id shown. ``skipped`` rows live and are not listed."""
        ats = self.ats
        ats.request(http, f"{feed}/{at or 0}")
        if at and ats.expire:
            ats.expire -= 1
            raise CursorExpired("The place to go on is not known any more.")
        table = {"users": ats.users, "jobs": ats.jobs, "notes": ats.notes}.get(feed, ats.shown())
        keys = [key for key in sorted(table) if key not in ats.skipped]
        if feed == "changed" and since is not None:
            keys = [key for key in keys if table[key].version >= since.isoformat()]
        whole = len(keys)
        keys = keys[: ats.cut] if ats.cut is not None else keys
        left = [key for key in keys if at is None or key > at]
        part = left[: ats.page_size]
        items, bad, files = [], [], []
        for key in part:
            if feed in ("candidates", "changed"):
                if key in ats.bad:
                    bad.append(Bad("candidates", key, f"candidates {key} has no name.", "Look there.", {"id": key}))
                    continue
                items += person_items(key, table[key])
                files += self.files(key, table[key])
            else:
                items.append(self.other(feed, key, table[key]))
        going_on = part[-1] if len(left) > len(part) else None
        return Page(tuple(items), tuple(files), tuple(bad), next=going_on, total=whole, drift=tuple(ats.drift))

    def files(self, key, row):
        if row.cv is None:
            return []
        return [File("resume", key, "cv.txt", f"https://files/{key}?{self.ats.clock().timestamp()}", f"{row.cv_mark}")]

    def other(self, kind, key, value):
        if kind == "notes":
            return Item("notes", key, "person", value[0], {"text": value[1]})
        if kind == "jobs":
            return Item("jobs", key, "job", key, {"title": value})
        return Item("users", key, "shared", key, {"name": value})

    def fetch(self, http, kind, item_id):
        ats = self.ats
        ats.request(http, f"{kind}/{item_id}")
        if kind == "candidates":
            people = ats.shown()
            if item_id not in people:
                raise Gone(f"{kind}/{item_id} is not there (404).", status=404)
            if item_id in ats.bad:
                return Page(bad=(Bad(kind, item_id, f"{kind} {item_id} has no name.", "Look there.", {"id": item_id}),))
            row = people[item_id]
            return Page(tuple(person_items(item_id, row)), tuple(self.files(item_id, row)))
        table = {"users": ats.users, "jobs": ats.jobs, "notes": ats.notes}[kind]
        if item_id not in table:
            raise Gone(f"{kind}/{item_id} is not there (404).", status=404)
        item = self.other(kind, item_id, table[item_id])
        return Page((item,), partial=(("candidates", item.owner),) if kind == "notes" else ())

    def root_of(self, hint, look):
        if hint.kind == "applications":
            held = look("applications", hint.id)
            return ("candidates", held["owner"]) if held and "owner" in held else None
        return (hint.kind, hint.id) if hint.kind in self.roots else None

    def download(self, http, file, into, *, max_bytes):
        ats = self.ats
        asked = float(file.url.rpartition("?")[2])
        if ats.dead_links or ats.clock().timestamp() - asked > 30:
            ats.dead_links = max(0, ats.dead_links - 1)
            raise LinkExpired("A file link is no longer good (403).")
        ats.downloads.append(file.owner)
        into(ats.people[file.owner].cv.encode())

    def hint(self, headers, body, secrets, *, now):
        if headers.get("x-signature") not in secrets:
            raise Forged("The delivery is not signed with this connection's key.")
        said = json.loads(body)
        return Hint(said["kind"], said["id"], gone=said.get("gone", False), at=said.get("at"))

    def assemble(self, person_id, items, look):
        items = list(items)
        if person_id in self.ats.unassembled:
            raise BadRecord(f"candidates {person_id} makes no record.", "Look there.")
        [root] = [i for i in items if i.kind == "candidates"]
        author = (look("users", "u1") or {}).get("name")
        applied = [i for i in items if i.kind == "applications"]
        titles = {i.body["job"]: look("jobs", i.body["job"]) for i in applied}
        return SourceRecord(
            id=person_id, name=root.body["name"], tags=tuple(root.body["tags"]), updated_at=root.version[:10],
            headline=", ".join(sorted(t["title"] for t in titles.values() if t)) or None,
            applications=tuple(
                Application(id=i.id, job_id=i.body["job"], stage=i.body["stage"]) for i in sorted(applied, key=lambda i: i.id)
            ),
            activities=tuple(
                Activity(id=i.id, text=i.body["text"], author=author) for i in items if i.kind == "notes"
            ),
        )  # fmt: skip

    def assemble_job(self, job_id, items, look):
        [job] = items
        return Job(id=job_id, title=job.body["title"])


def truth(ats):
    """What a whole and right copy says of everyone: (id, name, tags, applications, notes, CV)."""
    found = {}
    for key, row in ats.people.items():
        notes = sorted(text for owner, text in ats.notes.values() if owner == key)
        found[key] = (row.name, row.tags, sorted(a[:2] for a in row.applied), notes, row.cv)
    return found
