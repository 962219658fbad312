"""The connector to the practice ATS: reading and writing, no wire between. One request a call, as with every one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.records import Activity, Application, Job, SourceRecord
from eval.simulate.ats import Ats, Row
from indexer.connectors.actions import (
    Action,
    AddCandidate,
    AddNote,
    Apply,
    ChangeTags,
    Draft,
    Edit,
    EditContact,
    MoveStage,
)
from indexer.connectors.connector import (
    Bad,
    Capability,
    Every,
    Feed,
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
from indexer.connectors.errors import BadRecord, CursorExpired, Denied, Forged, Gone, LinkExpired, Refused, VendorError

FIELDS = {"first_name": "name", "email": "email", "phone": "phone"}
SIGN = " #"


def body_of(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {"name": row.name, "tags": list(row.tags), "applied": [a[0] for a in row.applied]}
    return found | {name: value for name in ("phone", "email") if (value := getattr(row, name))}


def person_items(key: str, row: Row) -> Iterator[Item]:
    named = {"applications": frozenset(a[0] for a in row.applied)}
    yield Item("candidates", key, "person", key, body_of(row), row.version, named)
    for application in row.applied:
        yield _applied(key, application)


def _applied(owner: str, application: tuple[str, str, str]) -> Item:
    key, job, stage = application
    return Item("applications", key, "person", owner, {"job": job, "stage": stage})


class PracticeConnector:
    """Listings are sorted by id; where to go on is the last id shown.

    ARG002 is silenced where the protocol names what a practice ATS has no use for.
    """

    name = "fake"
    roots: Mapping[str, Root] = {"candidates": "person", "jobs": "job"}
    capabilities: tuple[Capability, ...] = (Capability(name="read candidates", documented=True, way="poll"),)
    plan = Plan(
        backfill=(Feed("users", lists="users"), Feed("jobs", lists="jobs"), Feed("candidates", lists="candidates"),
                  Feed("notes", lists="notes")),
        poll=(Feed("changed", since=True, overlap_s=60, every_s=60), Feed("notes", every_s=300, lists="notes")),
        sweep=(Feed("candidates", every_s=86_400, lists="candidates"), Feed("notes", every_s=86_400, lists="notes"),
               Feed("jobs", every_s=86_400, lists="jobs")),
    )  # fmt: skip
    actions = frozenset({"contact", "note", "move", "tags", "candidate", "application"})
    deletable = frozenset({"notes"})
    traces = ("applications", "notes")

    def __init__(self, ats: Ats) -> None:
        self.ats = ats

    # Reading

    def standing(self, http: Any) -> Standing:  # noqa: ARG002
        return Standing(origin="https://ats.example.com", account="Example", may=("read candidates",))

    def page(self, http: Any, feed: str, at: str | None, since: datetime | None) -> Page:
        ats = self.ats
        ats.request(http, f"{feed}/{at or 0}")
        if at and ats.expire:
            ats.expire -= 1
            raise CursorExpired("The place to go on is not known any more.")
        notes, people = ats.shown_notes(listed=True), ats.shown(listed=True)
        tables: dict[str, Mapping[str, Any]] = {"users": ats.users, "jobs": ats.jobs, "notes": notes}
        table = tables.get(feed, people)
        keys = [key for key in sorted(table) if key not in ats.skipped]
        if feed == "changed" and since is not None:
            keys = [key for key in keys if table[key].version >= since.isoformat()]
        whole = len(keys)
        keys = keys[: ats.cut] if ats.cut is not None else keys
        left = [key for key in keys if at is None or key > at]
        part = left[: ats.page_size]
        items: list[Item] = []
        bad: list[Bad] = []
        files: list[File] = []
        for key in part:
            if feed in ("candidates", "changed"):
                if key in ats.bad:
                    bad.append(_bad(key))
                    continue
                items += person_items(key, table[key])
                files += self._files(key, table[key])
            else:
                items.append(_other(feed, key, table[key]))
        going_on = part[-1] if len(left) > len(part) else None
        page = Page(tuple(items), tuple(files), tuple(bad), next=going_on, total=whole, drift=tuple(ats.drift))
        return replace(page, shown=len(part))

    def fetch(self, http: Any, kind: str, item_id: str) -> Page:
        ats = self.ats
        ats.request(http, f"{kind}/{item_id}")
        if kind == "candidates":
            people = ats.shown()
            if item_id not in people:
                raise Gone(f"{kind}/{item_id} is not there (404).", status=404)
            if item_id in ats.bad:
                return Page(bad=(_bad(item_id),))
            row = people[item_id]
            return Page(tuple(person_items(item_id, row)), tuple(self._files(item_id, row)))
        if kind == "applications":
            for key, row in ats.shown().items():
                for application in row.applied:
                    if application[0] == item_id:
                        return Page((_applied(key, application),), partial=(("candidates", key),))
            raise Gone(f"{kind}/{item_id} is not there (404).", status=404)
        tables: dict[str, Mapping[str, Any]] = {"users": ats.users, "jobs": ats.jobs, "notes": ats.shown_notes()}
        if item_id not in tables[kind]:
            raise Gone(f"{kind}/{item_id} is not there (404).", status=404)
        item = _other(kind, item_id, tables[kind][item_id])
        return Page((item,), partial=(("candidates", item.owner),) if kind == "notes" else ())

    def _files(self, key: str, row: Row) -> list[File]:
        if row.cv is None:
            return []
        link = f"https://files/{key}?{self.ats.clock().timestamp()}"
        return [File("resume", key, "cv.txt", link, f"{row.cv_mark}")]

    def root_of(self, hint: Hint, look: Look) -> tuple[str, str] | None:
        if hint.kind == "applications":
            held = look("applications", hint.id)
            return ("candidates", held["owner"]) if held and "owner" in held else None
        return (hint.kind, hint.id) if hint.kind in (*self.roots, "notes") else None

    def download(self, http: Any, file: File, into: Callable[[bytes], None], *, max_bytes: int) -> None:  # noqa: ARG002
        ats = self.ats
        asked = float(file.url.rpartition("?")[2])
        if ats.dead_links or ats.clock().timestamp() - asked > 30:
            ats.dead_links = max(0, ats.dead_links - 1)
            raise LinkExpired("A file link is no longer good (403).")
        ats.downloads.append(file.owner)
        into((ats.people[file.owner].cv or "").encode())

    def hint(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], *, now: datetime) -> Hint:  # noqa: ARG002
        if headers.get("x-signature") not in secrets:
            raise Forged("The delivery is not signed with this connection's key.")
        said = json.loads(body)
        return Hint(said["kind"], said["id"], gone=said.get("gone", False), at=said.get("at"))

    def assemble(self, person_id: str, items: Iterable[Item], look: Look) -> SourceRecord:
        some = list(items)
        if person_id in self.ats.unassembled:
            raise BadRecord(f"candidates {person_id} makes no record.", "Look there.")
        [root] = [i for i in some if i.kind == "candidates"]
        author = (look("users", "u1") or {}).get("name")
        applied = [i for i in some if i.kind == "applications"]
        titles = {i.body["job"]: look("jobs", i.body["job"]) for i in applied}
        return SourceRecord(
            id=person_id, name=root.body["name"], tags=tuple(root.body["tags"]),
            emails=tuple(v for v in [root.body.get("email")] if v),
            phones=tuple(v for v in [root.body.get("phone")] if v),
            updated_at=root.version[:10] if root.version else None,
            headline=", ".join(sorted(t["title"] for t in titles.values() if t)) or None,
            applications=tuple(
                Application(id=i.id, job_id=i.body["job"], stage=i.body["stage"])
                for i in sorted(applied, key=lambda i: i.id)
            ),
            activities=tuple(
                Activity(id=i.id, text=i.body["text"].partition(SIGN)[0], author=author)
                for i in some if i.kind == "notes"
            ),
        )  # fmt: skip

    def assemble_job(self, job_id: str, items: Iterable[Item], look: Look) -> Job:  # noqa: ARG002
        [job] = items
        return Job(id=job_id, title=job.body["title"])

    # Writing

    def draft(
        self, action: Action, person_id: str, items: Sequence[Item], look: Look, every: Every, mark: Mark  # noqa: ARG002
    ) -> Draft:  # fmt: skip
        match action:
            case EditContact():
                said = next(i for i in items if (i.kind, i.id) == ("candidates", person_id)).body
                edits = {FIELDS[n]: Edit(name=n, before=said.get(FIELDS[n]), after=v) for n, v in action.set.items()}
                changed = {path: edit for path, edit in edits.items() if edit.before != edit.after}
                return Draft(item_kind="candidates", item_id=person_id, edits=changed)
            case ChangeTags():
                sets = {"tags": {"add": action.add, "remove": action.remove}}
                return Draft(item_kind="candidates", item_id=person_id, sets=sets)
            case AddNote():
                return Draft(item_kind="notes", body={"text": f"{action.text}{SIGN}{mark.action}"})
            case MoveStage():
                item = next((i for i in items if (i.kind, i.id) == ("applications", action.application)), None)
                if item is None:
                    raise Refused("They have no such application.")
                edit = Edit(name="stage", before=item.body["stage"], after=action.stage)
                same = edit.before == edit.after
                return Draft(item_kind="applications", item_id=item.id, edits={} if same else {"stage": edit})
            case AddCandidate():
                tags = [*action.tags, *([] if action.email else [f"hw-{mark.action}"])]
                body = {"name": action.first_name, "tags": tags, "applied": []}
                said = {n: v for n in ("phone", "email") if (v := getattr(action, n))}
                return Draft(item_kind="candidates", body={**body, **said})
            case Apply():
                if any(i.kind == "applications" and i.body["job"] == action.job for i in items):
                    raise Refused("They are on this job already.")
                return Draft(item_kind="applications", body={"job": action.job, "stage": "Inbox"})
        raise Refused("It has no such thing.")

    def write(self, http: Any, draft: Draft, person_id: str, values: Mapping[str, Any], mark: Mark) -> Written:
        try:
            return self._write(http, draft, person_id, values, mark)
        except VendorError as error:
            error.happened = not isinstance(error, Refused | Denied | Gone) and error.status != 429
            raise

    def _write(self, http: Any, draft: Draft, person_id: str, values: Mapping[str, Any], mark: Mark) -> Written:
        ats = self.ats
        ats.request(http, f"write-{draft.item_kind}/{draft.item_id or person_id}")
        if draft.delete:
            ats.unnote(draft.item_id or "", mark.action)
            return Written(draft.item_id or "")
        if draft.item_id is not None and draft.item_kind == "candidates":
            row = ats.edit(draft.item_id, dict(values), mark.action)
            return Written(draft.item_id, row.version)
        if draft.item_id is not None:
            ats.move(draft.item_id, values["stage"], mark.action)
            return Written(draft.item_id)
        body = draft.body or {}
        if draft.item_kind == "notes":
            return Written(ats.note(person_id, body["text"], mark.action))
        if draft.item_kind == "applications":
            return Written(ats.apply(person_id, body["job"], mark.action), whole=False)
        made = ats.add({name: value for name, value in body.items() if name != "applied"}, mark.action)
        return Written(made, ats.people[made].version, whole=False)

    def look(self, http: Any, draft: Draft, person_id: str, since: datetime, at: str | None) -> Page:
        if draft.item_kind == "applications":
            return self.fetch(http, "candidates", person_id)
        return self.page(http, "notes" if draft.item_kind == "notes" else "changed", at, since)

    def is_effect(self, item: Item, draft: Draft, person_id: str, mark: Mark) -> bool:
        if draft.body is None or item.kind != draft.item_kind:
            return False
        if item.kind == "notes":
            return bool(item.body["text"] == draft.body["text"])
        if item.kind == "applications":
            return bool(item.owner == person_id and item.body["job"] == draft.body["job"])
        email = draft.body.get("email")
        return bool(item.body.get("email") == email if email else f"hw-{mark.action}" in item.body["tags"])


def _bad(key: str) -> Bad:
    return Bad("candidates", key, f"candidates {key} has no name.", "Look there.", {"id": key})


def _other(kind: str, key: str, value: Any) -> Item:
    if kind == "notes":
        return Item("notes", key, "person", value[0], {"text": value[1]})
    if kind == "jobs":
        return Item("jobs", key, "job", key, {"title": value})
    return Item("users", key, "shared", key, {"name": value})
