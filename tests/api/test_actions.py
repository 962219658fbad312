"""Writing to an ATS through the API: accepted or refused one by one, seen at once, written once, behind every wall."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.secret import new_key
from engine.records import Job
from tests.api.practice import practice

GOLDEN = Path(__file__).parents[1] / "golden"
NOTE = {"kind": "note", "text": "Met on Monday."}
NEVER = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def world(tmp_path, lexicon):
    with practice(tmp_path, lexicon) as made:
        yield made


@pytest.fixture
def api(world):
    """role, audiences -> a client with such a key."""
    with TestClient(world.app, base_url="http://127.0.0.1") as client:

        class As:
            def __init__(self, role="recruiter", audiences=()):
                self.key = new_key()
                digest = world.runtime.secret.digest("key", self.key)
                self.row = world.ledger.keys.add(
                    "default", f"the {role}", digest, self.key[:7], role=role, audiences=audiences
                )

            def ask(self, method, path, body=None, **headers):
                return client.request(  # as JSON may be written: every character by its number
                    method, f"/v1/actions{path}", content=None if body is None else json.dumps(body),
                    headers={"X-API-Key": self.key, "Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}},
                )  # fmt: skip

            def act(self, *items, **headers):
                answer = self.ask("POST", "", {"actions": items}, **headers)
                assert answer.status_code == 202, answer.text
                return answer.json()["results"]

            def one(self, action, person="p1", **more):
                given = {"person_id": world.id_of(person)} if person else {}
                [result] = self.act({**given, **more, "action": action})
                return result

            def done(self, action, person="p1", **more):
                result = self.one(action, person, **more)
                assert result["error"] is None, result
                return result["actions"][0]

            def refused(self, action, person="p1", **more):
                result = self.one(action, person, **more)
                assert result["actions"] == []
                return f"{result['error']['detail']} {result['error']['fix']}"

            def get(self, action):
                return self.ask("GET", f"/{action['id']}").json()

            def list(self, query=""):
                answer = self.ask("GET", query)
                assert answer.status_code == 200, answer.text
                return answer.json()["actions"]

        yield As


@pytest.fixture
def me(api):
    return api()


# What is accepted


def test_what_is_accepted_is_seen_at_once_and_written_soon(world, me):
    row = me.done({"kind": "contact", "set": {"phone": "+46700000001"}}, why="asked on the phone")
    assert (row["state"], row["why"], row["actor_name"]) == ("waiting", "asked on the phone", "the recruiter")
    assert row["changes"] == [{"name": "phone", "before": None, "after": "+46700000001", "theirs": None}]
    assert world.shown("p1").phones == ("+46700000001",)
    world.settle()
    assert world.ats.people["p1"].phone == "+46700000001"
    now = me.get(row)
    assert (now["state"], now["remote_id"], now["problem"], now["due_at"]) == ("applied", "p1", "", None)
    assert now["person_id"] == world.id_of("p1")


def test_each_is_accepted_or_refused_by_itself(world, me):
    good = {"person_id": world.id_of("p1"), "action": NOTE}
    results = me.act(good, {"action": {"kind": "fly"}}, {"person_id": NEVER, "action": NOTE}, good, {"person": 1})
    assert [one["error"] is None for one in results] == [True, False, False, True, False]
    assert [one["index"] for one in results] == [0, 1, 2, 3, 4]
    assert results[2]["error"]["detail"] == "There is no such person."
    world.settle()
    assert len(world.ats.notes) == 2


def test_the_shape_of_an_action_is_the_golden_one(world, me):
    me.done({"kind": "contact", "set": {"phone": "1"}})
    golden = json.loads((GOLDEN / "action_shape.json").read_text())
    answer = me.ask("POST", "", {"actions": [{"person_id": world.id_of("p1"), "action": NOTE}, {"action": {}}]}).json()
    assert sorted(answer) == golden["accepted"]
    assert sorted(answer["results"][0]) == golden["result"]
    assert sorted(answer["results"][1]["error"]) == golden["error"]
    listed = me.ask("GET", "").json()
    assert sorted(listed) == golden["list"]
    for row in (*listed["actions"], answer["results"][0]["actions"][0]):
        assert sorted(row) == golden["action"]
        assert sorted(row["changes"][0]) == golden["change"]


@pytest.mark.parametrize(
    ("action", "changes"),
    [
        (NOTE, [("note", None, "Met on Monday.")]),
        ({"kind": "tags", "add": ["x"], "remove": ["t1"]}, [("tags", ["t1"], ["x"])]),
        ({"kind": "move", "application": "a1", "stage": "Interview"}, [("stage", "Inbox", "Interview")]),
        ({"kind": "application", "job": "ats:j1"}, [("job", None, "ats:j1")]),
    ],
    ids=["note", "tags", "move", "application"],
)
def test_every_kind_is_written_there_and_told_value_by_value(world, me, action, changes):
    row = me.done(action)
    assert [(c["name"], c["before"], c["after"]) for c in row["changes"]] == changes
    world.settle()
    assert me.get(row)["state"] == "applied"
    assert len(world.ats.effects) == 1


def test_a_new_candidate_with_a_job_is_two_actions_about_one_person(world, me):
    action = {"kind": "candidate", "first_name": "Siri", "last_name": "Ny", "email": "siri@example.com",
              "tags": ["found"], "job": "ats:j1"}  # fmt: skip
    [result] = me.act({"action": action})
    made, applied = result["actions"]
    assert made["person_id"] == applied["person_id"]
    assert [(c["name"], c["after"]) for c in made["changes"]] == [
        ("first_name", "Siri"), ("last_name", "Ny"), ("email", "siri@example.com"), ("tags", ["found"])
    ]  # fmt: skip
    world.run(600)
    [there] = [row for row in world.ats.people.values() if row.email == "siri@example.com"]
    assert [one[1] for one in there.applied] == ["j1"]
    assert {row["state"] for row in me.list(f"?person_id={made['person_id']}")} == {"applied"}


def test_the_worker_is_woken(world, me):
    woken = []

    class Worker:
        def wake(self, *who):
            woken.append(who)

    world.runtime.worker = Worker()
    me.done(NOTE)
    assert woken == [("default", "ats")]


def test_what_is_accepted_is_found_by_a_search(world, me):
    me.done({"kind": "contact", "set": {"email": "brandnew@example.com"}})
    world.runtime.follow_soon().result()
    with TestClient(world.app, base_url="http://127.0.0.1", headers={"X-API-Key": me.key}) as client:
        hits = client.post("/v1/search", json={"text": "brandnew@example.com"}).json()["hits"]
    assert hits[0]["person_id"] == world.id_of("p1")


# In whose name


def test_it_is_written_in_the_name_of_whom_the_account_is_there(world, me):
    assert me.done(NOTE)["as_user"] is None
    world.settings_are(sync_user="u9")
    assert me.done(NOTE)["as_user"] == "u9"
    anna = world.ledger.accounts.add("default", "anna@example.com", name="Anna", role="recruiter")
    world.ledger.accounts.set_ats_user("default", anna.id, "ats", "u1")
    from api.acting import Acting

    access = world.app.state.access
    caller = access.by_session(access.session(access._account(anna)))
    acting = Acting(world.ledger, world.app.state.opener, caller)
    [done] = acting.accept([{"person_id": world.id_of("p1"), "action": NOTE}])
    assert (done.actions[0].as_user, done.actions[0].actor_name) == ("u1", "Anna")


# What is refused


def test_where_writing_is_off_nothing_is_accepted_and_an_operator_is_named(world, me):
    world.settings_are(writes="off")
    assert "headwater sync writes ats on" in me.refused(NOTE)
    world.settings_are(writes=None)
    assert me.done(NOTE)


def test_a_dry_run_is_accepted_and_says_what_would_have_been_written(world, me):
    world.settings_are(writes="dry")
    row = me.done({"kind": "contact", "set": {"phone": "1"}})
    world.settle()
    now = me.get(row)
    assert now["state"] == "cancelled"
    assert "phone would have been written" in now["problem"]
    assert world.ats.effects == []


def test_a_person_of_two_connections_needs_one_of_them_named(world, me):
    world.ledger.connections.add(
        "default", "other", vendor="fake", origin="https://other.example.com", credential="sealed"
    )
    with world.ledger.sync("default", "other").write() as tx:
        tx.put_people([world.shown("p1").model_copy(update={"id": "q1", "applications": ()})], {})
    person, other = world.id_of("p1"), world.id_of("q1", "other")
    _same_person(world, "q1", person)
    assert other != person
    assert "ats or other" in me.refused(NOTE)
    assert me.done(NOTE, connection="ats")["connection"] == "ats"
    assert "ats or other" in me.refused(NOTE, connection="third")
    assert "ats or other" in me.refused({"kind": "candidate", "first_name": "A", "last_name": "B"}, None)
    job = {"kind": "application", "job": "ats:j1"}
    assert me.refused(job, connection="other").startswith("The job is one of ats")


def _same_person(world, record, person):
    from sqlalchemy import update

    from indexer.ledger import tables as t

    with world.ledger._writing.begin() as conn:
        conn.execute(update(t.source_record).where(t.source_record.c.external_id == record).values(person_id=person))


def test_who_is_in_no_connected_ats_cannot_be_written_to(world, me):
    world.ledger.writer().put_records("crm", [world.shown("p1").model_copy(update={"id": "c1", "applications": ()})])
    [result] = me.act({"person_id": world.id_of("c1", "crm"), "action": NOTE})
    assert result["error"]["detail"].startswith("They are in no connected ATS")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "action"),
        ({"action": []}, "action"),
        ({"action": {"kind": "fly"}}, "action"),
        ({"action": {"kind": "note"}}, "action.text"),
        ({"action": {"kind": "note", "text": " \n"}}, "action.text"),
        ({"action": {"kind": "note", "text": "x" * 20_001}}, "action.text"),
        ({"action": {"kind": "note", "text": "a\x00b"}}, "action"),
        ({"action": {"kind": "note", "text": "a\ud800b"}}, "action"),
        ({"action": {"kind": "tags"}}, "action.add"),
        ({"action": {"kind": "contact", "set": {}}}, "action.set"),
        ({"action": {"kind": "contact", "set": {"salary": "1"}}}, "action.set.salary.[key]"),
        ({"action": {"kind": "file", "filename": "x", "url": "file:///etc/passwd"}}, "action.url"),
        ({"action": NOTE, "why": "x" * 501}, "why"),
        ({"action": NOTE, "person_id": 7}, "person_id"),
        ({"action": NOTE, "as_user": "u1"}, "as_user"),
    ],
)
def test_what_cannot_be_used_is_named_and_not_repeated(me, given, field):
    [result] = me.act(given)
    assert [one["field"] for one in result["error"]["errors"]] == [field]
    assert "salary" not in result["error"]["errors"][0]["problem"]
    assert result["error"]["type"] == "urn:headwater:problem:bad-input"


@pytest.mark.parametrize("body", [{}, {"actions": []}, {"actions": [{}] * 501}, {"actions": {}}, {"actions": [1]}, []])
def test_a_request_of_another_shape_is_refused_whole(me, body):
    assert me.ask("POST", "", body).status_code == 422


def test_a_connector_s_own_fault_refuses_that_one_alone(world, me):
    def broken(action, *rest):
        raise KeyError("attributes")

    draft, world.connector.draft = world.connector.draft, broken
    try:
        [result] = me.act({"person_id": world.id_of("p1"), "action": NOTE})
    finally:
        world.connector.draft = draft
    assert result["error"]["type"] == "urn:headwater:problem:internal"
    assert me.list() == []


# The same again


def test_the_same_request_again_does_nothing_twice(world, me):
    items = [{"person_id": world.id_of(p), "action": NOTE} for p in ("p1", "p2")]
    first = me.act(*items, Idempotency_Key="k1")
    assert me.act(*items, Idempotency_Key="k1") == first
    world.settle()
    assert len(world.ats.notes) == 2


def test_after_a_crash_before_the_answer_was_kept_it_still_does_nothing_twice(world, me, api):
    items = [{"person_id": world.id_of("p1"), "action": NOTE}]
    first = me.act(*items, Idempotency_Key="k1")
    world.clock.pass_(2 * 86_400)  # the answer is no longer kept
    again = me.act(*items, Idempotency_Key="k1")
    assert [one["id"] for one in again[0]["actions"]] == [one["id"] for one in first[0]["actions"]]
    world.clock.pass_(2 * 86_400)
    other = me.act({**items[0], "action": {"kind": "note", "text": "Another."}}, Idempotency_Key="k1")
    assert other[0]["error"]["type"] == "urn:headwater:problem:idempotency-key-reused"
    assert len(me.list()) == 1
    assert api().act(*items, Idempotency_Key="k1")[0]["actions"][0]["id"] != first[0]["actions"][0]["id"]


def test_the_key_with_another_body_is_refused(world, me):
    me.act({"person_id": world.id_of("p1"), "action": NOTE}, Idempotency_Key="k1")
    answer = me.ask("POST", "", {"actions": [{"person_id": world.id_of("p2"), "action": NOTE}]}, Idempotency_Key="k1")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:headwater:problem:idempotency-key-reused")


# What became of it


def test_a_page_of_actions_is_newest_first_and_filtered(world, me):
    rows = []
    for n, person in enumerate(["p1", "p2", "p1", "p3", "p1"]):
        rows.append(me.done({"kind": "note", "text": f"Note {n}."}, person))
        world.clock.pass_(1)
    assert [one["id"] for one in me.list()] == [one["id"] for one in reversed(rows)]
    first = me.ask("GET", "?limit=2").json()
    assert [one["id"] for one in first["actions"]] == [rows[4]["id"], rows[3]["id"]]
    second = me.ask("GET", f"?limit=2&cursor={first['cursor']}").json()
    third = me.ask("GET", f"?limit=2&cursor={second['cursor']}").json()
    assert [one["id"] for one in (*second["actions"], *third["actions"])] == [r["id"] for r in rows[2::-1]]
    assert third["cursor"] is None
    assert len(me.list(f"?person_id={world.id_of('p1')}")) == 3
    assert me.list("?connection=elsewhere") == []
    me.ask("POST", f"/{rows[4]['id']}/cancel")
    world.settle()
    assert [one["id"] for one in me.list("?state=cancelled")] == [rows[4]["id"]]
    assert len(me.list("?state=applied")) == 4
    assert me.ask("GET", "?state=sending").status_code == 422
    assert me.ask("GET", "?person_id=%00").status_code == me.ask("GET", "?connection=a%00").status_code == 422
    assert me.ask("GET", f"?cursor={NEVER}").json()["type"] == "urn:headwater:problem:bad-cursor"


def test_our_inner_states_are_shown_as_waiting_with_a_note(world, me):
    world.ats.broken["write-notes"] = 1
    row = me.done(NOTE)
    world.run(5)
    assert world.store.action(row["id"]).state == "unknown"
    now = me.get(row)
    assert now["state"] == "waiting"
    assert "looked up" in now["note"]
    assert [one["id"] for one in me.list("?state=waiting")] == [row["id"]]


def test_what_waits_is_cancelled_and_what_was_applied_undone(world, me):
    row = me.done({"kind": "contact", "set": {"phone": "1"}})
    cancelled = me.ask("POST", f"/{row['id']}/cancel").json()
    assert (cancelled["state"], cancelled["problem"]) == ("cancelled", "Cancelled by the recruiter.")
    assert world.shown("p1").phones == ()
    assert me.ask("POST", f"/{row['id']}/cancel").status_code == 409
    row = me.done(NOTE)
    assert me.ask("POST", f"/{row['id']}/undo").status_code == 409
    world.settle()
    undone = me.ask("POST", f"/{row['id']}/undo").json()
    assert undone["undoes"] == row["id"]
    assert undone["changes"] == [{"name": "note", "before": "Met on Monday.", "after": None, "theirs": None}]
    assert me.ask("POST", f"/{row['id']}/undo").status_code == 409
    world.settle()
    assert world.ats.notes == {}


def test_a_conflict_shows_both_values_and_ours_can_be_written_over_theirs(world, me):
    row = me.done({"kind": "contact", "set": {"phone": "ours"}})
    world.ats.put("p1", phone="theirs")
    world.settle()
    now = me.get(row)
    assert (now["state"], now["changes"][0]["theirs"]) == ("conflict", "theirs")
    assert me.ask("POST", f"/{row['id']}/retry").json()["state"] == "waiting"
    world.settle()
    assert world.ats.people["p1"].phone == "ours"


def test_what_the_vendor_refuses_is_parked_with_its_words(world, me):
    world.ats.refused["note"] = "is frozen by an auditor"
    row = me.done(NOTE)
    world.settle()
    assert me.get(row)["state"] == "parked"
    assert "frozen by an auditor" in me.get(row)["problem"]


def test_of_someone_gone_there_only_what_became_of_it_is_told(world, me):
    row = me.done({"kind": "note", "text": "Private matters."})
    world.ats.remove("p1")
    world.run(400)
    now = me.get(row)
    assert (now["state"], now["changes"], now["why"]) == ("parked", [], "")


def test_of_someone_erased_there_is_nothing(world, me):
    row = me.done(NOTE)
    world.ledger.writer().erase(world.id_of("p1"))
    assert me.ask("GET", f"/{row['id']}").status_code == 404
    assert me.list() == []


# Walls


@pytest.mark.parametrize("role", ["viewer", "hiring-manager"])
def test_who_may_not_act_is_refused(world, me, api, role):
    row = me.done(NOTE)
    other = api(role)
    assert other.ask("POST", "", {"actions": [{"person_id": world.id_of("p1"), "action": NOTE}]}).status_code == 403
    for verb in ("cancel", "retry", "undo"):
        assert other.ask("POST", f"/{row['id']}/{verb}").status_code == 403


def test_a_job_that_is_not_theirs_is_refused_as_one_that_never_was(world, me, api):
    with world.store.write() as tx:
        tx.put_jobs([Job(id="j1", title="Secret", audience="leads")])
    lead = api(audiences=["leads"])
    person = {"kind": "candidate", "first_name": "A", "last_name": "B"}
    assert me.refused({"kind": "application", "job": "ats:j1"}) == me.refused({"kind": "application", "job": "ats:no"})
    assert me.refused({**person, "job": "ats:j1"}, None) == me.refused({**person, "job": "ats:no"}, None)
    move = {"kind": "move", "stage": "Interview"}
    assert me.refused({**move, "application": "a2"}, "p2") == me.refused({**move, "application": "no"}, "p2")
    moved = lead.done({**move, "application": "a2"}, "p2")
    applied = lead.done({"kind": "application", "job": "ats:j1"}, "p1")
    assert me.list() == []
    for row in (moved, applied):
        for method, verb in (("GET", ""), ("POST", "/cancel"), ("POST", "/retry"), ("POST", "/undo")):
            hidden, never = (me.ask(method, f"/{i}{verb}") for i in (row["id"], NEVER))
            assert (hidden.status_code, hidden.text) == (404, never.text)
    assert {row["id"] for row in lead.list()} == {moved["id"], applied["id"]}
    # Who did it and may see that job no more does not see it either.
    late = world.ledger.actions(world.viewer(user=f"key:{lead.row.id}"))
    assert late.page() == []


def test_a_private_note_is_its_author_s_and_theirs_who_may_read_it(world, me, api):
    assemble = world.connector.assemble

    def private(*given):
        record = assemble(*given)
        secret = tuple(a.model_copy(update={"audience": "private-notes"}) for a in record.activities)
        return record.model_copy(update={"activities": secret})

    world.connector.assemble = private
    row = me.done({"kind": "note", "text": "Between us.", "private": True})
    for other, seen in ((me, 1), (api(audiences=["private-notes"]), 1), (api("admin"), 0)):
        assert len(other.list()) == seen
    assert api().ask("GET", f"/{row['id']}").status_code == 404


def test_a_hiring_manager_sees_what_was_done_on_their_jobs_alone(world, me):
    of_p1, on_j2, of_p2 = (
        me.done({"kind": "contact", "set": {"phone": "1"}}, "p1"),
        me.done({"kind": "move", "application": "a1", "stage": "Interview"}, "p1"),
        me.done({"kind": "contact", "set": {"phone": "2"}}, "p2"),
    )
    me.done(NOTE, "p1")

    def seen(*jobs):
        log = world.ledger.actions(world.viewer(user="user:x", jobs=frozenset(jobs)))
        return {one.row.id for one in log.page()}

    assert seen("ats:j2") == {of_p1["id"], on_j2["id"]}
    assert seen("ats:j1") == {of_p2["id"]}
    assert seen() == set()


def test_an_action_of_another_workspace_never_was(world, me):
    row = me.done(NOTE)
    log = world.ledger.actions(world.viewer(workspace="elsewhere"))
    assert log.page() == []
    with pytest.raises(Exception, match="no such action"):
        log.get(row["id"])


@pytest.mark.parametrize("given", ["x", "%00", "a" * 200, "..%2f", "'; drop table outbox; --", NEVER])
def test_an_id_nobody_gave_is_not_found(me, given):
    for method, verb in (("GET", ""), ("POST", "/cancel"), ("POST", "/retry"), ("POST", "/undo")):
        assert me.ask(method, f"/{given}{verb}").status_code == 404
