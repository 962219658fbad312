"""The contract suite over our sandbox of Teamtailor, which shares no parsing and no signing with the connector."""

import traceback
from collections import Counter
from dataclasses import replace
from functools import cached_property
from random import Random

import httpx
import pytest

from eval.sandbox.clock import VirtualClock
from eval.sandbox.teamtailor.files import Blob
from eval.sandbox.teamtailor.hooks import Webhooks
from eval.sandbox.teamtailor.server import Teamtailor as Sandbox
from eval.sandbox.wire import transport
from eval.world.accounts import make_account
from eval.world.history import STAGES
from indexer.connectors import vendors
from indexer.connectors.bench import Change, Delivery, Held, walk
from indexer.connectors.connector import Page
from indexer.connectors.contract import ConnectorContract
from indexer.connectors.errors import Denied, Forged, Gone
from indexer.connectors.http import Http
from indexer.connectors.teamtailor.capabilities import CAPABILITIES
from indexer.connectors.teamtailor.feeds import PLAN
from indexer.connectors.teamtailor.shapes import SHAPES

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

    def __init__(self, people=140, *, keep=None, credential=credential, **more):
        """keep: only so many of the people are left, and those who have something rare."""
        self.clock = VirtualClock()
        self.account = make_account(people)
        self.sandbox = Sandbox(self.account, clock=self.clock, plain_files=True, **more)
        self.recruiter, self.store, self.rng = self.sandbox.recruiter, self.sandbox.store, Random(7)
        if keep:
            account = self.account
            rare = {row.candidate for rows in (account.todos, account.referrals, account.assessments, account.uploads)
                    for row in rows[:2]}  # fmt: skip
            for candidate in set(sorted(self.ids("candidates"), key=int)[keep:]) - rare:
                self.recruiter.delete_candidate(candidate)
        self.connector = vendors()["teamtailor"].connector(credential, origin=ORIGIN)

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

    @cached_property
    def changes(self):
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
                gone(lambda: to.delete_job(other_job), "jobs", other_job), JOB, "jobs", gone=True, hook=True,
                proves="deleted jobs",
            ),
            "deleted candidate": Change(
                gone(lambda: to.delete_candidate(last), "candidates", last), NONE, "candidates", gone=True, hook=True,
                proves="deleted candidates",
            ),
        }  # fmt: skip

    def _row(self, kind, identity):
        return self.store.get(kind, identity)


@pytest.fixture(scope="module")
def whole():
    """A bench of its own and everything a first sync reads of it."""
    bench, held = TeamtailorBench(), Held()
    for feed in bench.connector.plan.backfill:
        for page in walk(bench, feed.name):
            held.take(page)
    return bench, held


@pytest.fixture(scope="module")
def records(whole):
    bench, held = whole
    return {c: bench.connector.assemble(c, held.of(c), held.look) for c in bench.ids("candidates")}


class TestTeamtailor(ConnectorContract):
    resources = frozenset(SHAPES)

    @pytest.fixture
    def bench(self):
        return TeamtailorBench()

    @pytest.fixture
    def small_bench(self):
        return TeamtailorBench(keep=8)

    def types_of(self, kind):
        more = {"custom-fields": {"custom-fields", "custom-field-selects"}, "stage-proofs": set()}
        return frozenset(more.get(kind, {kind}))

    def allowed(self, kind, what):
        done, _, name = what.partition(" ")
        return done == "gone" and SHAPES[kind].attributes[name].endswith("?")

    def test_pages_by_cursor_are_walked_the_same(self):
        bench = TeamtailorBench(cursors=True)
        self.test_every_listing_ends_and_names_everything(bench)
        self.test_what_changes_while_somebody_pages_is_not_missed(bench)

    # What the account of the sandbox holds against what the connector makes of it

    def proven_elsewhere(self):
        return {
            "read stages", "read reject reasons", "read users", "read CV files", "read answers", "read activities",
            "read assessments", "read to-dos", "read referrals", "prove a stage by a snapshot",
            "prove a stage by a webhook", "webhook signature v2", "webhook signature v1",
            "webhook signature of the first form", "regions",
            # Written: tests/indexer/sync/test_teamtailor_writes.py
            "write contact details", "write tags", "write notes", "log messages", "delete notes written here",
            "move a stage", "reject and reopen", "create candidates", "create applications", "add files",
        }  # fmt: skip

    def test_every_candidate_is_who_the_account_says(self, whole, records):
        bench, _ = whole
        for candidate in bench.account.candidates:
            record = records[candidate.id]
            assert record.name == candidate.person.name
            assert record.emails == ((candidate.email,) if candidate.email else ())
            assert record.tags == tuple(dict.fromkeys(candidate.tags))
            assert record.do_not_contact == candidate.unsubscribed
            assert len(record.links) == bool(candidate.link)

    def test_every_application_has_its_job_stage_outcome_and_reason(self, whole, records):
        """Proves: read stages, read reject reasons."""
        bench, _ = whole
        stages = {stage.id: stage for stage in bench.account.stages}
        reasons = {reason.id: reason for reason in bench.account.reasons}
        found = {a.id: a for record in records.values() for a in record.applications}
        assert found.keys() == bench.ids("job-applications")
        outcomes = Counter()
        for application in bench.account.applications:
            seen, reason = found[application.id], reasons.get(application.reason)
            assert (seen.job_id, seen.stage) == (application.job, stages[application.stage].name)
            assert seen.stage_rank == STAGES.index(seen.furthest_stage) >= STAGES.index(seen.stage)
            assert seen.reason == (reason.reason if reason else None)
            assert (seen.outcome in ("rejected", "withdrawn")) == (application.rejected_at is not None)
            assert seen.outcome != "withdrawn" or not reason.by_company
            outcomes[seen.outcome] += 1
        assert outcomes.keys() == {"active", "rejected", "withdrawn", "hired"}

    def test_notes_keep_their_author_and_private_ones_their_wall(self, whole, records):
        """Proves: read users, and that no other text repeats a private note to everybody."""
        bench, _ = whole
        users = {user.id: user.name for user in bench.account.users}
        open_text = {c: [a.text for a in r.activities if a.audience is None] for c, r in records.items()}
        private = 0
        for note in bench.account.notes:
            found = next(a for a in records[note.candidate].activities if a.id == f"note-{note.id}")
            plain_text = note.text.removeprefix("<p>").removesuffix("</p>")
            assert (found.text, found.author) == (plain_text, users[note.user])
            assert found.audience == ("private-notes" if note.private else None)
            if note.private:
                private += 1
                assert not [text for text in open_text[note.candidate] if plain_text in text]
        assert private > 3

    def test_what_was_logged_answered_assessed_and_to_be_done_is_there(self, whole, records):
        """Proves: read answers, read activities, read assessments, read to-dos, read referrals."""
        bench, _ = whole
        ids = {c: {a.id for a in record.activities} for c, record in records.items()}
        account = bench.account
        for kind, rows in (
            ("answer", account.answers), ("todos", account.todos), ("referrals", account.referrals),
            ("partner-results", account.assessments),
        ):  # fmt: skip
            assert rows, f"the account has no {kind}: the test proves nothing"
            for row in rows:
                assert f"{kind}-{row.id}" in ids[row.candidate], (kind, row.id)
        logged = [row for row in account.history if row.code != "note"]
        assert {row.code for row in logged} >= {"created", "stage", "rejected"}
        for row in logged:
            found = next(a for a in records[row.candidate].activities if a.id == f"activity-{row.id}")
            assert found.text.split(":")[0] == row.code

    def test_a_private_field_is_shown_to_few_and_an_open_one_is_found(self, whole, records):
        bench, _ = whole
        fields = {field.id: field for field in bench.account.fields}
        seen = set()
        for value in bench.account.values:
            if value.owner_type != "candidates" or not value.value:
                continue
            field, record = fields[value.field], records[value.owner]
            seen.add(field.private)
            shown = [d.text for d in record.documents if d.id == "fields"]
            if field.private:
                (activity,) = [a for a in record.activities if a.id == f"field-{value.id}"]
                assert activity.audience == "private-fields"
                assert not [text for text in shown if f"{field.name}:" in text]
            else:
                assert f"{field.name}: " in shown[0]
        assert False in seen

    def test_a_first_sync_asks_for_each_candidate_fewer_than_two_times(self):
        """A fetch for every person whose applications come first and for every file, listings and notes counted."""
        bench = TeamtailorBench()
        http, held, fetched, seen = bench.http(), {}, set(), set()

        def paced(call, *given):
            if http.budget and http.budget.remaining == 0:
                bench.wait(http.budget.reset_s)
            return call(http, *given)

        for feed in bench.connector.plan.backfill:
            at = None
            while True:
                page = paced(bench.connector.page, feed.name, at, None)
                wanted = {(kind, i) for kind, i in page.partial if i not in held} - fetched
                wanted |= {("candidates", f.owner) for f in page.files if (f.owner, f.fingerprint) not in seen}
                held.update({item.id: item for item in page.items if item.kind == "candidates"})
                for kind, identity in sorted(wanted):
                    if (kind, identity) not in fetched:
                        found = paced(bench.connector.fetch, kind, identity)
                        seen |= {(file.owner, file.fingerprint) for file in found.files}
                        held.update({item.id: item for item in found.items if item.kind == "candidates"})
                        fetched.add((kind, identity))
                at = page.next
                if at is None:
                    break
        people = len(bench.ids("candidates"))
        assert held.keys() >= bench.ids("candidates")
        assert http.used < 2 * people
        assert not [call for call in bench.sandbox.calls if call.status == 429]

    def test_the_first_sync_brings_who_came_furthest_first_and_then_the_newest(self):
        bench = TeamtailorBench()
        order = [item.owner for feed in ("hired", "in-process") for page in walk(bench, feed) for item in page.items
                 if item.kind == "job-applications"]  # fmt: skip
        hired = {a.candidate for a in bench.account.applications if a.stage in self.stages_of_kind(bench, "Hired")}
        assert hired
        assert set(order[: len(hired)]) == hired
        newest = [int(i.id) for page in walk(bench, "candidates") for i in page.items if i.kind == "candidates"]
        assert newest == sorted(newest, reverse=True)

    def stages_of_kind(self, bench, kind):
        return {stage.id for stage in bench.account.stages if stage.kind == kind}

    # History

    def test_a_stage_read_before_stays_proven_when_the_application_has_moved_on(self, bench):
        """Proves: prove a stage by a snapshot."""
        job = sorted(bench.ids("jobs"), key=int)[0]
        stages = bench.recruiter.stages(job)
        candidate = bench.recruiter.add_candidate(first_name="Kim", last_name="Example", email="kim@example.com")
        application, held = bench.recruiter.apply(candidate, job), Held()
        for number in (0, 3, 1):
            bench.wait(86_400 * 3)
            if number:
                bench.recruiter.move_stage(application, stages[number].id)
            held.take(bench.connector.fetch(bench.http(), "candidates", candidate))
        for page in walk(bench, "jobs"):
            held.take(page)
        items = [item for item in held.of(candidate) if item.kind != "activities"]
        (found,) = bench.connector.assemble(candidate, items, held.look).applications
        assert (found.stage, found.furthest_stage, found.stage_rank) == ("Screening", "Final interview", 3)
        assert [spell.stage for spell in found.history] == ["Applied", "Final interview", "Screening"]
        assert {spell.proof for spell in found.history} == {"snapshot"}
        assert all(spell.not_before == spell.not_after for spell in found.history)

    def test_a_stage_passed_between_two_reads_is_proven_by_the_delivery(self, bench):
        """Proves: prove a stage by a webhook."""
        job = sorted(bench.ids("jobs"), key=int)[0]
        stages = bench.recruiter.stages(job)
        candidate = bench.recruiter.add_candidate(first_name="Kim", email="kim@example.com")
        application, held = bench.recruiter.apply(candidate, job), Held()
        bench.deliveries()
        for number in (4, 1):
            bench.wait(86_400)
            bench.recruiter.move_stage(application, stages[number].id)
        for delivery in bench.deliveries():
            hint = bench.connector.hint(delivery.headers, delivery.body, bench.secrets, now=bench.now())
            held.take(Page(items=tuple(replace(proof, owner=candidate) for proof in hint.proofs)))
        held.take(bench.connector.fetch(bench.http(), "candidates", candidate))
        held.take(bench.connector.fetch(bench.http(), "jobs", job))
        items = [item for item in held.of(candidate) if item.kind != "activities"]
        (found,) = bench.connector.assemble(candidate, items, held.look).applications
        assert (found.furthest_stage, found.stage_rank) == ("Offer", 4)
        assert ("Offer", "webhook") in {(spell.stage, spell.proof) for spell in found.history}

    # Files, deliveries, keys

    def test_a_cv_comes_as_the_bytes_the_vendor_has(self, bench):
        """Proves: read CV files. A new file under the old name counts as another."""
        candidate = bench.recruiter.add_candidate(first_name="Kim", cv=Blob("cv.pdf", b"%PDF-1.4 first"))
        prints = []
        for text in (b"%PDF-1.4 first", b"%PDF-1.4 second"):
            bench.wait(5)
            bench.recruiter.replace_resume(candidate, "cv.pdf", text)
            got = bytearray()
            (file,) = bench.connector.fetch(bench.http(), "candidates", candidate).files
            bench.connector.download(bench.http(), file, got.extend, max_bytes=1000)
            assert (bytes(got), file.kind, file.filename) == (text, "cv", "cv.pdf")
            prints.append(file.fingerprint)
        assert len(set(prints)) == 2

    @pytest.mark.parametrize("schemes", [("v2", "v1"), ("v2",), ("v1",), ("old",), ("v2", "v1", "old")])
    def test_a_delivery_of_each_form_is_understood(self, schemes):
        """Proves: webhook signature v2, v1 and of the first form."""
        bench = TeamtailorBench(40, webhooks=Webhooks(schemes=schemes))
        candidate = sorted(bench.ids("candidates"))[0]
        bench.recruiter.edit_candidate(candidate, phone="+46700000001")
        (delivery,) = bench.deliveries()
        hint = bench.connector.hint(delivery.headers, delivery.body, bench.secrets, now=bench.now())
        assert (hint.kind, hint.id, hint.gone) == ("candidates", candidate, False)
        assert hint.at
        with pytest.raises(Forged):
            bench.connector.hint(delivery.headers, delivery.body, ["another"], now=bench.now())

    @pytest.mark.parametrize(
        ("region", "origin"), list(zip(("eu", "na", "au"), vendors()["teamtailor"].origins, strict=True))
    )
    def test_a_key_is_found_in_its_region(self, region, origin):
        """Proves: regions."""
        bench = TeamtailorBench(40, region=region)
        standing = bench.connector.standing(bench.http())
        assert (standing.origin, standing.account) == (origin, bench.account.company)
        assert {"read candidates", "read job-applications", "read notes", "read jobs"} <= set(standing.may)
        assert any("region" in note for note in standing.notes) == (origin != ORIGIN)
        assert bench.credential not in standing.model_dump_json()

    @pytest.mark.parametrize("key", ["sandbox-public", "sandbox-internal"])
    def test_a_key_without_the_scope_says_what_it_may_not(self, bench, key):
        connector = vendors()["teamtailor"].connector(key, origin=ORIGIN)
        standing = connector.standing(bench.http())
        assert "read candidates" in standing.may_not
        assert any("Admin" in note for note in standing.notes)
        with pytest.raises(Denied, match="candidates"):
            connector.page(bench.http(), "candidates", None, None)

    def test_a_key_nobody_knows_is_denied_with_the_regions_tried(self, bench):
        connector = vendors()["teamtailor"].connector("unknown-key-1", origin=ORIGIN)
        with pytest.raises(Denied, match="Europe, North America, Asia-Pacific") as caught:
            connector.standing(bench.http())
        assert "unknown-key-1" not in "".join(traceback.format_exception(caught.value))

    def test_errors_that_come_as_an_object_are_read(self):
        bench = TeamtailorBench(40, errors_as_object=True)
        with pytest.raises(Gone):
            bench.connector.fetch(bench.http(), "candidates", "999999")

    def test_a_stage_that_vanished_leaves_the_rest(self, bench):
        application = bench.account.applications[0]
        bench.recruiter.delete_stage(application.stage)
        held = Held()
        held.take(bench.connector.fetch(bench.http(), "candidates", application.candidate))
        record = bench.connector.assemble(application.candidate, held.of(application.candidate), held.look)
        found = next(a for a in record.applications if a.id == application.id)
        assert (found.stage, found.job_id) == (None, application.job)


def test_every_kind_that_is_read_names_listings_that_are_walked_again_and_again():
    walked = {feed.name for feed in (*PLAN.poll, *PLAN.sweep)}
    for one in CAPABILITIES:
        assert set(one.feeds) <= walked, one.name
        if one.documented and one.name.startswith(("read", "deleted")):
            assert one.feeds, one.name
