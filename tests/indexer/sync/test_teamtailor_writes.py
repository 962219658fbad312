"""Every kind of action through the real connector into the sandbox: written once, as the vendor wants it, no mail sent."""

import json
from dataclasses import replace

import pytest

from indexer.connectors.actions import (
    AddCandidate,
    AddFile,
    AddNote,
    Apply,
    ChangeTags,
    EditContact,
    LogMessage,
    MoveStage,
    Reject,
    Reopen,
)
from indexer.connectors.errors import Refused
from indexer.sync.desk import By, Desk
from tests.indexer.sync.account import Account


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    made = Account(tmp_path_factory.mktemp("writes"), people=12, credential="sandbox-admin")
    made.first_sync()
    yield made
    made.close()


@pytest.fixture
def store(account):
    return account.bench.sandbox.store


@pytest.fixture
def someone(account):
    """(record, application) of one who is on a job and not rejected."""
    for record in account.records().values():
        for application in record.applications:
            if application.outcome == "active":
                return record, application
    raise AssertionError("nobody is active")


def by(account):
    user = next(iter(account.bench.sandbox.store.rows("users"))).id
    return By("anna@example.com", user)


def do(account, person, action):
    desk = Desk(account.ledger.sync("default", "ats"), account.bench.connector)
    return desk, desk.accept(person, action, by(account))


def state(account, row):
    found = account.work.store.action(row.id)
    return found.state, found.problem


def sent(account, method):
    return [c for c in account.bench.sandbox.calls if c.method == method]


def settle(account, rows, seconds=120):
    account.run(seconds)
    for row in rows:
        assert state(account, row) == ("applied", "")


def test_contact_details(account, store, someone):
    record, _ = someone
    before = dict(store.get("candidates", record.id).attributes)
    wanted = {
        "phone": "+46 70 123 45 67",
        "headline": "Nurse, nights",
        "linkedin": "https://www.linkedin.com/in/made-up",
    }
    _, rows = do(account, record.id, EditContact(set=wanted))
    assert account.records()[record.id].phones == ("+46 70 123 45 67",)
    settle(account, rows)
    after = store.get("candidates", record.id).attributes
    assert (after["phone"], after["pitch"], after["linkedin-url"]) == tuple(wanted.values())
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"phone", "pitch", "linkedin-url", "updated-at"}


def test_a_note_in_the_name_of_the_ats_user_shown_without_its_mark(account, store, someone):
    record, _ = someone
    desk, rows = do(account, record.id, AddNote(text="Open to a move\nin spring."))
    settle(account, rows)
    [note] = [n for n in store.rows("notes") if "in spring." in n.attributes["note"]]
    assert note.attributes["user-id"] == int(by(account).user)
    account.sweep()
    account.run(400)
    texts = [a.text for a in account.records()[record.id].activities if "in spring" in a.text]
    assert texts == ["Open to a move\nin spring."]
    desk.undo(rows[0].id, by(account))
    account.run(100)
    assert store.get("notes", note.id) is None
    assert not [a for a in account.records()[record.id].activities if a.id == f"note-{note.id}"]


def test_a_message_is_logged_as_a_marked_note(account, store, someone):
    record, _ = someone
    _, rows = do(
        account, record.id, LogMessage(text="Thanks, see you then.", channel="sms", inbound=True, at="2026-11-02")
    )
    settle(account, rows)
    [note] = [n for n in store.rows("notes") if "see you then" in n.attributes["note"]]
    assert note.attributes["note"].startswith("SMS, received 2026-11-02:\nThanks")


def test_without_an_ats_user_a_note_is_refused_with_what_to_do(account, someone):
    desk = Desk(account.ledger.sync("default", "ats"), account.bench.connector)
    with pytest.raises(Refused, match="which of its users"):
        desk.accept(someone[0].id, AddNote(text="Met."), By("anna@example.com"))


def test_a_stage_by_its_name_and_back(account, store, someone):
    record, application = someone
    row = store.get("job-applications", application.id)
    stages = account.bench.sandbox.recruiter.stages(row.relations["job"][1])
    before = row.relations["stage"][1]
    wanted = next(s for s in stages if s.id != before)
    desk, rows = do(account, record.id, MoveStage(application=application.id, stage=wanted.attributes["name"].upper()))
    settle(account, rows)
    assert store.get("job-applications", application.id).relations["stage"] == ("stages", wanted.id)
    [now] = [a for a in account.records()[record.id].applications if a.id == application.id]
    assert now.stage == wanted.attributes["name"]
    undone = desk.undo(rows[0].id, by(account))
    settle(account, [undone])
    assert store.get("job-applications", application.id).relations["stage"] == ("stages", before)
    with pytest.raises(Refused, match="no stage of that name"):
        do(account, record.id, MoveStage(application=application.id, stage="The Moon"))


def test_a_rejection_with_its_reason_and_back(account, store, someone):
    record, application = someone
    reason = next(iter(store.rows("reject-reasons")))
    _, rows = do(account, record.id, Reject(application=application.id, reason=reason.attributes["reason"]))
    [here] = [a for a in account.records()[record.id].applications if a.id == application.id]
    assert (here.outcome, here.reason) == ("rejected", reason.attributes["reason"])
    settle(account, rows)
    row = store.get("job-applications", application.id)
    assert row.attributes["rejected-at"] is not None
    assert row.relations["reject-reason"] == ("reject-reasons", reason.id)
    _, rows = do(account, record.id, Reopen(application=application.id))
    settle(account, rows)
    assert store.get("job-applications", application.id).attributes["rejected-at"] is None
    [here] = [a for a in account.records()[record.id].applications if a.id == application.id]
    assert here.outcome == "active"


def test_tags_are_added_to_those_that_somebody_set_there(account, store, someone):
    record, _ = someone
    _, rows = do(account, record.id, ChangeTags(add=("call-back",)))
    account.bench.sandbox.recruiter.edit_candidate(record.id, tags=[*record.tags, "theirs"])
    settle(account, rows)
    assert store.get("candidates", record.id).attributes["tags"] == [*record.tags, "theirs", "call-back"]


def test_a_new_candidate_with_their_application_and_no_mail(account, store):
    job = next(j for j in account.jobs().values() if j.status == "open")
    number = len(sent(account, "POST"))
    action = AddCandidate(
        first_name="Siri", last_name="Nyberg", email="siri@example.com", phone="+46700000000", tags=("found",),
        job=job.id.removeprefix("ats:"),
    )  # fmt: skip
    _, rows = do(account, None, action)
    settle(account, rows)
    [there] = [c for c in store.rows("candidates") if c.attributes["email"] == "siri@example.com"]
    assert there.attributes["tags"] == ["found"]
    bodies = [json.loads(c.body)["data"]["attributes"] for c in sent(account, "POST")[number:]]
    assert [b.get("send-welcome-message", b.get("send-user-notifications")) for b in bodies] == [False, False]
    assert bodies[1]["send-default-reply"] is False
    record = account.records()[there.id]
    assert [a.job_id for a in record.applications] in ([job.id], [job.id.removeprefix("ats:")])
    with pytest.raises(Refused, match="on this job already"):
        do(account, there.id, Apply(job=job.id.removeprefix("ats:")))


def test_a_file_by_its_address(account, store, someone):
    record, _ = someone
    _, rows = do(account, record.id, AddFile(filename="cv-2026.pdf", url="https://files.example.com/cv.pdf"))
    settle(account, rows)
    [upload] = [u for u in store.rows("uploads") if u.attributes["file-name"] == "cv-2026.pdf"]
    assert upload.relations["candidate"] == ("candidates", record.id)


def test_a_file_given_here_by_the_link_of_that_moment(account, store, someone):
    record, _ = someone
    account.work = replace(account.work, link=lambda address: f"https://headwater.example.com/files/{len(address)}")
    address = f"headwater-file:{'a' * 32}/ours.pdf"
    _, rows = do(account, record.id, AddFile(filename="ours.pdf", url=address))
    settle(account, rows)
    [upload] = [u for u in store.rows("uploads") if u.attributes["file-name"] == "ours.pdf"]
    assert upload.relations["candidate"] == ("candidates", record.id)
    body = json.loads(sent(account, "POST")[-1].body)["data"]["attributes"]
    assert body == {
        "file-name": "ours.pdf",
        "url": f"https://headwater.example.com/files/{len(address)}",
        "internal": False,
    }


@pytest.mark.parametrize(
    "action",
    [
        AddNote(text="Lost on the way."),
        Apply(job="?"),
        AddFile(filename="lost.pdf", url="https://files.example.com/lost.pdf"),
        AddCandidate(first_name="Lost", last_name="One", email="lost@example.com"),
        AddCandidate(first_name="Lost", last_name="Two"),
    ],
    ids=lambda action: action.kind,
)
def test_an_answer_that_was_lost_makes_nothing_twice(account, store, action):
    person = None
    if action.kind != "candidate":
        person = next(iter(account.records()))
        if action.kind == "application":
            on = {a.job_id.removeprefix("ats:") for a in account.records()[person].applications}
            action = Apply(job=next(j.id for j in store.rows("jobs") if j.id not in on))
    kind = {"note": "notes", "application": "job-applications", "file": "uploads"}.get(action.kind, "candidates")
    number, posts = store.count(kind), len(sent(account, "POST"))
    fault = account.bench.sandbox.faults.add("cut", method="POST", path=f"/v1/{kind}*", times=1)
    _, rows = do(account, person, action)
    account.run(1300)
    assert fault.fired == 1
    assert state(account, rows[0])[0] == "applied"
    assert (store.count(kind), len(sent(account, "POST"))) == (number + 1, posts + 1)
    account.bench.sandbox.faults.clear()


def test_the_vendor_s_words_stand_where_it_refuses(account, someone):
    record, _ = someone
    _, rows = do(account, record.id, EditContact(set={"email": "not an address"}))
    account.run(100)
    found = state(account, rows[0])
    assert found[0] == "parked"
    assert "email - is invalid" in found[1]


def test_a_write_of_ours_is_no_news_when_its_webhook_comes(account, someone):
    account.deliver()
    account.run(100)
    record, _ = someone
    _, rows = do(account, record.id, EditContact(set={"phone": "+46 8 999 99"}))
    settle(account, rows)
    events, patches = len(account.events()), len(sent(account, "PATCH"))
    assert account.deliver()
    account.run(4000)
    assert len(account.events()) == events
    assert len(sent(account, "PATCH")) == patches


def test_what_is_changed_is_spoken_of_by_its_name(account, store, someone):
    record, application = someone
    reason = next(iter(store.rows("reject-reasons")))
    _, [row] = do(account, record.id, Reject(application=application.id, reason=reason.id))
    said = {
        edit["name"]: account.bench.connector.spoken(path, edit["after"], account.work.store.body)
        for path, edit in row.draft["edits"].items()
    }
    assert said == {"outcome": "rejected", "reason": reason.attributes["reason"]}
    spoken, look = account.bench.connector.spoken, account.work.store.body
    assert spoken("refs.stage", store.get("job-applications", application.id).relations["stage"][1], look) == (
        application.stage
    )
    assert spoken("attributes.rejected-at", None, look) == "active"
    assert spoken("refs.stage", "no-such-stage", look) == "no-such-stage"
    assert spoken("attributes.phone", "+46700000001", look) == "+46700000001"
    _, rows = do(account, record.id, Reopen(application=application.id))
    settle(account, rows)
