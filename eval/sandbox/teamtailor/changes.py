"""What changes an account while it runs: the recruiter at the vendor, and behind the API's writes.

Each change stamps ``updated-at``, fires the webhook that the vendor would fire and may show late in reads
(``read_delay_s``): it is acknowledged and announced at once, and a read gives the old state until then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from eval.sandbox.clock import Clock
from eval.sandbox.teamtailor.files import Blob
from eval.sandbox.teamtailor.hooks import WATCHED, Webhooks
from eval.sandbox.teamtailor.schema import RESOURCES
from eval.sandbox.teamtailor.store import Ref, Row, Store, Stored

BELONGINGS = (
    "job-applications", "notes", "uploads", "answers", "custom-field-values", "activities", "todos", "referrals",
    "partner-results",
)  # fmt: skip
"""Of a candidate: gone with them, and theirs who they are merged into."""
BLANK: Mapping[str, Any] = {
    **dict.fromkeys(RESOURCES["candidates"].attributes),
    **dict.fromkeys(("connected", "referred", "sourced", "unsubscribed", "internal"), False),
}


class Changes:
    """coarse_s: times are cut to so many seconds, which makes ties. read_delay_s: how late a stage move or a
    rejection shows in reads; every other change shows at once unless ``everything_late``."""

    def __init__(
        self, store: Store, clock: Clock, hooks: Webhooks, *, read_delay_s: float = 0.0, coarse_s: float = 0.0
    ) -> None:
        self._store, self._clock, self._hooks = store, clock, hooks
        self.read_delay_s, self.coarse_s = read_delay_s, coarse_s
        self.everything_late = False
        self.acknowledged: dict[Ref, Row] = {}
        """Rows as they will show, of changes that reads do not show yet."""

    def now(self) -> datetime:
        """The moment as it is stamped on rows."""
        moment = self._clock()
        if not self.coarse_s:
            return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        at = moment.timestamp()
        return datetime.fromtimestamp(at - at % self.coarse_s, moment.tzinfo)

    # People

    def add_candidate(self, **attributes: Any) -> str:
        """Names in Python's spelling: ``first_name="Ada"``. ``cv=Blob(...)`` is the file. Returns the id."""
        cv = attributes.pop("cv", None)
        relations: dict[str, Stored] = {n: attributes.pop(n) for n in ("locations", "regions") if n in attributes}
        values = {**BLANK, "tags": [], **_wire(attributes)}
        values["created-at"] = values["updated-at"] = self.now()
        row = Row("candidates", self._store.new_id("candidates"), values, relations, hidden=cv)
        self._store.add(row)
        self._happen("created", {"sourced": values["sourced"]}, candidate=row.id)
        self._fire("create", row)
        return row.id

    def edit_candidate(self, candidate: str, **attributes: Any) -> None:
        relations: dict[str, Stored] = {
            n: attributes.pop(n) for n in ("locations", "regions", "department", "role") if n in attributes
        }
        self._edit(self._row("candidates", candidate), _wire(attributes), relations)

    def set_value(self, candidate: str, field: str, value: Any) -> str:
        """Of a custom field, by the field's id. Fires candidate.update; does not touch the candidate's updated-at."""
        owner, about = self._row("candidates", candidate), self._row("custom-fields", field)
        of_owner = self._store.related(
            owner, "custom-field-values", RESOURCES["candidates"].relations["custom-field-values"]
        )
        row = next((v for v in of_owner if v.relations["custom-field"] == about.ref), None)
        if row:
            self._store.change(row, {"value": value})
        else:
            attributes = {"value": value, "field-type": about.attributes["field-type"]}
            relations: dict[str, Stored] = {"custom-field": about.ref, "owner": owner.ref}
            row = self._store.add(
                Row("custom-field-values", self._store.new_id("custom-field-values"), attributes, relations)
            )
        self._fire("update", owner)
        return row.id

    def replace_resume(self, candidate: str, filename: str, data: bytes = b"", *, size: int = 0) -> None:
        """size: instead of data, a file of that many bytes, made while it is sent. Fires no webhook."""
        row = self._row("candidates", candidate)
        row.hidden = Blob(filename, data, size)
        self._edit(row, {}, {})

    def delete_candidate(self, candidate: str) -> None:
        """With everything that hangs on them. Fires destroy for the applications first."""
        row = self._row("candidates", candidate)
        for kind in BELONGINGS:
            for found in self._behind(kind, _owner(kind), row):
                self._store.remove(found)
                if kind == "job-applications":
                    self._fire("destroy", found)
        self._store.remove(row)
        self._audit("delete", "candidate", candidate)
        self._fire("destroy", row)

    def merge_candidates(self, keep: str, gone: str) -> None:
        """One id vanishes and everything it had hangs on the other."""
        kept, lost = self._row("candidates", keep), self._row("candidates", gone)
        for kind in BELONGINGS:
            for row in self._behind(kind, _owner(kind), lost):
                self._store.change(
                    row, {"candidate-id": int(keep)} if kind == "notes" else {}, {_owner(kind): kept.ref}
                )
        if kept.hidden is None:
            kept.hidden = lost.hidden
        empty = {n: v for n, v in lost.attributes.items() if kept.attributes.get(n) in (None, []) and v}
        self._edit(kept, empty, {})
        self._store.remove(lost)
        self._fire("destroy", lost)

    # Applications

    def apply(self, candidate: str, job: str, *, stage: str | None = None, **attributes: Any) -> str:
        """stage: id; the job's Inbox stage unless given."""
        now = self.now()
        values = {**dict.fromkeys(RESOURCES["job-applications"].attributes), "sourced": False, **_wire(attributes)}
        values |= {"created-at": now, "updated-at": now, "changed-stage-at": now, "row-order": 0}
        inbox = stage or self.stages(job)[0].id
        relations: dict[str, Stored] = {
            "candidate": ("candidates", candidate), "job": ("jobs", job), "stage": ("stages", inbox),
            "reject-reason": None,
        }  # fmt: skip
        row = self._store.add(Row("job-applications", self._store.new_id("job-applications"), values, relations))
        self._fire("create", row)
        return row.id

    def stages(self, job: str) -> list[Row]:
        """Of a job, in order."""
        found = self._behind("stages", "job", self._row("jobs", job))
        return sorted(found, key=lambda row: row.attributes["row-order"])

    def move_stage(self, application: str, stage: str) -> None:
        row, to = self._row("job-applications", application), self._row("stages", stage)
        self._edit(row, {"changed-stage-at": self.now()}, {"stage": to.ref}, late=True)
        candidate, job = row.relations["candidate"], row.relations["job"]
        if isinstance(candidate, tuple) and isinstance(job, tuple):
            self._happen("stage", {"to": to.attributes["name"]}, candidate=candidate[1], job=job[1])

    def edit_application(self, application: str, **attributes: Any) -> None:
        self._edit(self._row("job-applications", application), _wire(attributes), {})

    def reject(self, application: str, reason: str | None = None, *, at: datetime | None = None) -> None:
        row = self._row("job-applications", application)
        relations: dict[str, Stored] = {"reject-reason": ("reject-reasons", reason) if reason else None}
        self._edit(row, {"rejected-at": at or self.now()}, relations, late=True)

    def unreject(self, application: str) -> None:
        self._edit(
            self._row("job-applications", application), {"rejected-at": None}, {"reject-reason": None}, late=True
        )

    def delete_application(self, application: str) -> None:
        row = self._row("job-applications", application)
        self._store.remove(row)
        self._fire("destroy", row)

    # Notes and files

    def add_note(self, candidate: str, text: str, *, private: bool = False, user: str | None = None) -> str:
        """Fires no webhook and does not touch the candidate's updated-at."""
        author, now = user or next(iter(self._store.rows("users"))).id, self.now()
        attributes = {
            "note": text, "user-id": int(author), "candidate-id": int(candidate), "created-by-trigger": False,
            "mentioned-user-ids": [], "private-note": private, "created-at": now, "updated-at": now,
        }  # fmt: skip
        self._row("candidates", candidate)
        relations: dict[str, Stored] = {"candidate": ("candidates", candidate), "user": ("users", author)}
        row = self._store.add(Row("notes", self._store.new_id("notes"), attributes, relations))
        self._happen("note", {"note": text}, candidate=candidate, user=author)
        return row.id

    def edit_note(self, note: str, text: str) -> None:
        self._edit(self._row("notes", note), {"note": text}, {})

    def delete_note(self, note: str) -> None:
        self._store.remove(self._row("notes", note))

    def add_upload(self, candidate: str, filename: str, data: bytes, *, internal: bool = False) -> str:
        relations: dict[str, Stored] = {"candidate": self._row("candidates", candidate).ref}
        attributes = {"file-name": filename, "internal": internal}
        identity = self._store.new_id("uploads")
        self._store.add(Row("uploads", identity, attributes, relations, hidden=Blob(filename, data)))
        return identity

    # Jobs

    def archive_job(self, job: str) -> None:
        self.edit_job(job, status="archived", human_status="archived")

    def edit_job(self, job: str, **attributes: Any) -> None:
        self._edit(self._row("jobs", job), _wire(attributes), {})

    def delete_job(self, job: str) -> None:
        """With its stages and applications."""
        row = self._row("jobs", job)
        for found in self._behind("job-applications", "job", row):
            self.delete_application(found.id)
        for found in self._behind("stages", "job", row):
            self._store.remove(found)
        self._store.remove(row)
        self._fire("destroy", row)

    def delete_stage(self, stage: str) -> None:
        """Applications in it keep pointing at a stage that is gone."""
        self._store.remove(self._row("stages", stage))

    # How

    def _edit(
        self,
        row: Row,
        attributes: Mapping[str, Any],
        relations: Mapping[str, Stored],
        *,
        late: bool = False,
    ) -> None:
        changed = {n for n, v in attributes.items() if row.attributes.get(n) != v}
        changed |= {n for n, v in relations.items() if row.relations.get(n) != v}
        stamped = {**attributes, "updated-at": self.now()} if "updated-at" in row.attributes else dict(attributes)

        def show() -> None:
            if self._store.get(row.type, row.id) is row:
                self._store.change(row, stamped, relations)
            if self.acknowledged.get(row.ref) is shown:
                del self.acknowledged[row.ref]

        shown = row
        if self.read_delay_s and (late or self.everything_late):
            base = self.acknowledged.get(row.ref, row)
            shown = Row(row.type, row.id, {**base.attributes, **stamped}, {**base.relations, **relations}, row.hidden)
            self.acknowledged[row.ref] = shown
            self._store.later(self._clock() + timedelta(seconds=self.read_delay_s), show)
        else:
            show()
        if changed & WATCHED.get(row.type, frozenset()):
            self._fire("update", shown)

    def _fire(self, name: str, row: Row) -> None:
        self._hooks.fire(name, row, self._store, self._clock())

    def _row(self, kind: str, identity: str) -> Row:
        found = self._store.get(kind, identity)
        if found is None:
            raise LookupError(f"the sandbox has no {kind} {identity}")
        return found

    def _behind(self, kind: str, via: str, row: Row) -> list[Row]:
        return self._store.behind(kind, via, row.ref)

    def _happen(self, code: str, data: dict[str, Any], **whom: str) -> None:
        names = {"candidate": "candidates", "job": "jobs", "user": "users"}
        relations: dict[str, Stored] = {name: (names[name], identity) for name, identity in whom.items()}
        attributes = {"code": code, "created-at": self.now(), "data": json.dumps(data)}
        self._store.add(Row("activities", self._store.new_id("activities"), attributes, relations))

    def _audit(self, action: str, source_type: str, source: str) -> None:
        values = {
            **dict.fromkeys(RESOURCES["audit-events"].attributes), "action": action, "actor-type": "user",
            "source-type": source_type, "source-id": source, "timestamp": self.now(),
        }  # fmt: skip
        self._store.add(Row("audit-events", self._store.new_id("audit-events"), values))


def _owner(kind: str) -> str:
    return "owner" if kind == "custom-field-values" else "candidate"


def _wire(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace("_", "-"): value for name, value in attributes.items()}
