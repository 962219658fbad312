"""The contract suite over our sandbox of Teamtailor, which shares no parsing and no signing with the connector."""

from random import Random

import httpx
import pytest

from eval.sandbox.clock import VirtualClock
from eval.sandbox.teamtailor.files import Blob
from eval.sandbox.teamtailor.server import Teamtailor as Sandbox
from eval.sandbox.wire import transport
from eval.world.accounts import make_account
from indexer.connectors import vendors
from indexer.connectors.bench import Change, Delivery
from indexer.connectors.contract import ConnectorContract
from indexer.connectors.http import Http

ORIGIN = "https://api.teamtailor.com"
CANDIDATE = frozenset({"changed-candidates"})
APPLICATION = frozenset({"changed-applications"})
MOVED = frozenset({"changed-applications", "moved-applications"})
NOTE = frozenset({"changed-notes"})
JOB = frozenset({"jobs"})
NONE = frozenset()


class TeamtailorBench:
    credential = "sandbox-admin-read"
    secrets = ("sandbox-webhook-secret",)

    def __init__(self, people=140, **more):
        self.clock = VirtualClock()
        self.account = make_account(people)
        self.sandbox = Sandbox(self.account, clock=self.clock, plain_files=True, **more)
        self.recruiter, self.store, self.rng = self.sandbox.recruiter, self.sandbox.store, Random(7)
        self.connector = vendors()["teamtailor"].connector(self.credential, origin=ORIGIN)
        self.changes = self._changes()

    def http(self):
        client = httpx.Client(transport=transport(self.sandbox))
        return Http(client, list(vendors()["teamtailor"].origins), resolve=lambda host: ["93.184.215.14"])

    def now(self):
        return self.clock()

    def wait(self, seconds):
        self.clock.advance(seconds)

    def ids(self, kind):
        rows = self.store.rows(kind)
        if kind in ("todos", "referrals"):
            return {row.id for row in rows if row.relations.get("candidate")}
        return {row.id for row in rows}

    def tie(self, count):
        chosen = self.rng.sample(sorted(self.ids("candidates")), count)
        for number, candidate in enumerate(chosen):
            self.recruiter.edit_candidate(candidate, pitch=f"Pitch {number} {self.clock()}")
        return set(chosen)

    def disturb(self):
        gone, changed = self.rng.sample(sorted(self.ids("candidates")), 2)
        self.recruiter.delete_candidate(gone)
        self.clock.advance(0.5)
        self.recruiter.edit_candidate(changed, pitch=f"Changed {self.clock()}")
        return {gone}

    def fault(self, kind, *, skip=0, change=None):
        self.sandbox.faults.add(kind, path="/v1/*", skip=skip, change=change)

    def heal(self):
        self.sandbox.faults.clear()

    def deliveries(self):
        return [Delivery(one.headers, one.body) for one in self.sandbox.deliveries()]

    def large_file(self):
        return "candidates", self.recruiter.add_candidate(first_name="Kim", cv=Blob("cv.pdf", size=200_000_000))

    def _changes(self):
        to = self.recruiter
        applications = sorted(self.ids("job-applications"), key=int)
        application = next(
            a for a in applications if self._row("job-applications", a).attributes["rejected-at"] is None
        )
        row = self._row("job-applications", application)
        candidate, job = row.relations["candidate"][1], row.relations["job"][1]
        spare = [c for c in sorted(self.ids("candidates"), key=int) if c != candidate]
        field = next(f for f in self.account.fields if f.owner == "candidates" and not f.private)
        person = ("candidates", candidate)
        note = []

        def did(kind, identity, root=person):
            return (kind, identity), root

        def do(act, kind, identity, root=person):
            def run():
                act()
                return did(kind, identity, root)

            return run

        def add(make, kind, root=person):
            return lambda: did(kind, make(), root)

        def new_candidate():
            made = to.add_candidate(first_name="Robin", last_name="Example", email="robin@example.com")
            return did("candidates", made, ("candidates", made))

        def new_note():
            note.append(to.add_note(candidate, "<p>Called, open to a move.</p>"))
            return did("notes", note[0])

        def edited_note():
            to.edit_note(note[0], "Called again.")
            return did("notes", note[0])

        def deleted_note():
            to.delete_note(note[0])
            return did("notes", note[0], ("notes", note[0]))

        def moved():
            stages = to.stages(job)
            to.move_stage(application, next(s.id for s in stages if s.id != row.relations["stage"][1]))
            return did("job-applications", application)

        def gone(act, kind, identity):
            return do(act, kind, identity, (kind, identity))

        last, upload = spare[-1], []

        def new_upload():
            upload.append(to.add_upload(candidate, "diploma.pdf", b"%PDF-1.4"))
            return did("uploads", upload[0])

        def deleted_upload():
            self.store.remove(self._row("uploads", upload[0]))
            return did("uploads", upload[0])

        reason = self.account.reasons[0].id
        other_job = next(j for j in sorted(self.ids("jobs"), key=int) if j != job)
        return {
            "new candidate": Change(new_candidate, CANDIDATE, "candidates", hook=True, proves="read candidates"),
            "contact details": Change(
                do(lambda: to.edit_candidate(candidate, phone="+46700000001"), *person), CANDIDATE, "candidates", hook=True
            ),
            "tags": Change(do(lambda: to.edit_candidate(candidate, tags=["returner"]), *person), CANDIDATE, "candidates"),
            "custom field": Change(
                add(lambda: to.set_value(candidate, field.id, "Changed"), "custom-field-values"), NONE, "candidates",
                hook=True, proves="read custom fields",
            ),
            "new application": Change(
                add(lambda: to.apply(spare[0], job), "job-applications", ("candidates", spare[0])), MOVED, "candidates",
                hook=True, proves="read applications",
            ),
            "stage move": Change(moved, MOVED, "candidates", hook=True),
            "rejection": Change(
                do(lambda: to.reject(application, reason), "job-applications", application), APPLICATION, "candidates",
                hook=True,
            ),
            "rejection taken back": Change(
                do(lambda: to.unreject(application), "job-applications", application), APPLICATION, "candidates", hook=True
            ),
            "new note": Change(new_note, NOTE, "notes", proves="read notes"),
            "edited note": Change(edited_note, NOTE, "notes"),
            "deleted note": Change(deleted_note, NONE, "notes", gone=True, proves="deleted notes"),
            "new upload": Change(new_upload, NONE, "candidates", proves="read uploads"),
            "deleted upload": Change(
                deleted_upload, NONE, "candidates", gone=True, proves="deleted uploads, answers, values"
            ),
            "edited job": Change(
                do(lambda: to.edit_job(job, title="Lead engineer"), "jobs", job, ("jobs", job)), JOB, "jobs", hook=True,
                proves="read jobs",
            ),
            "archived job": Change(
                do(lambda: to.archive_job(job), "jobs", job, ("jobs", job)), JOB, "jobs", hook=True
            ),
            "deleted application": Change(
                do(lambda: to.delete_application(application), "job-applications", application), NONE, "candidates",
                gone=True, hook=True, proves="deleted applications",
            ),
            "deleted job": Change(
                gone(lambda: to.delete_job(other_job), "jobs", other_job), NONE, "jobs", gone=True, hook=True,
                proves="deleted jobs",
            ),
            "deleted candidate": Change(
                gone(lambda: to.delete_candidate(last), "candidates", last), NONE, "candidates", gone=True, hook=True,
                proves="deleted candidates",
            ),
        }  # fmt: skip

    def _row(self, kind, identity):
        return self.store.get(kind, identity)


class TestTeamtailor(ConnectorContract):
    @pytest.fixture
    def bench(self):
        return TeamtailorBench()
