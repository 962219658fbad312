"""The recruiter at the vendor and the API's writes: what they change, when it shows, what is refused."""

import json

import pytest


def attributes(client, kind, identity):
    return client.get(f"{kind}/{identity}")["data"]["attributes"]


def stage_of(client, application):
    return client.get(f"job-applications/{application}?include=stage")["data"]["relationships"]["stage"]["data"]["id"]


def patch(client, kind, identity, attributes=None, **relations):
    data = {"id": identity, "type": kind, "attributes": attributes or {}}
    data["relationships"] = {
        n.replace("_", "-"): {"data": r and {"type": r[0], "id": r[1]}} for n, r in relations.items()
    }
    return client.send("PATCH", f"{kind}/{identity}", {"data": data})


def post(client, kind, attributes, **relations):
    data = {"type": kind, "attributes": attributes}
    data["relationships"] = {n.replace("_", "-"): {"data": {"type": r[0], "id": r[1]}} for n, r in relations.items()}
    return client.send("POST", kind, {"data": data})


def errors(answer):
    return json.loads(answer.body)["errors"][0]


# The recruiter at the vendor


def test_an_edit_stamps_updated_at_and_a_note_does_not(client, vendor, clock):
    before = attributes(client, "candidates", "1001")["updated-at"]
    clock.advance(60)
    note = vendor.recruiter.add_note("1001", "only for us", private=True)
    assert attributes(client, "candidates", "1001")["updated-at"] == before
    assert attributes(client, "notes", note)["private-note"] is True
    vendor.recruiter.edit_candidate("1001", tags=["a"])
    assert attributes(client, "candidates", "1001")["updated-at"] > before


def test_a_deleted_candidate_is_404_with_everything_of_theirs(client, vendor, account):
    one = account.applications[0]
    notes = [n.id for n in account.notes if n.candidate == one.candidate]
    vendor.recruiter.delete_candidate(one.candidate)
    assert client.status(f"candidates/{one.candidate}") == 404
    assert client.status(f"job-applications/{one.id}") == 404
    assert all(client.status(f"notes/{note}") == 404 for note in notes)
    assert one.candidate not in {r["id"] for r in client.walk(f"jobs/{one.job}/candidates?page[size]=30")}
    assert "delete" in {r["attributes"]["action"] for r in client.walk("audit-events")}


def test_an_id_is_never_given_twice(vendor, account):
    last = account.candidates[-1].id
    vendor.recruiter.delete_candidate(last)
    assert int(vendor.recruiter.add_candidate(first_name="Ada", email="ada@example.com")) > int(last)


def test_a_merge_makes_one_id_vanish_and_brings_its_applications_home(client, vendor, account):
    lost = account.applications[0].candidate
    kept = next(c.id for c in account.candidates if c.id != lost)
    theirs = {r["id"] for r in client.walk(f"candidates/{lost}/job-applications")}
    vendor.recruiter.merge_candidates(kept, lost)
    assert client.status(f"candidates/{lost}") == 404
    assert theirs <= {r["id"] for r in client.walk(f"candidates/{kept}/job-applications")}
    assert ("candidate.destroy", lost) in [(d.event, d.id) for d in vendor.deliveries()]


def test_a_deleted_job_takes_its_applications_and_stages(client, vendor, account):
    one = account.applications[0]
    vendor.recruiter.delete_job(one.job)
    assert client.status(f"job-applications/{one.id}") == client.status(f"stages/{one.stage}") == 404
    assert client.status(f"candidates/{one.candidate}") == 200


def test_an_application_whose_stage_vanished_shows_none(client, vendor, account):
    one = account.applications[0]
    vendor.recruiter.delete_stage(one.stage)
    body = client.get(f"job-applications/{one.id}?include=stage")
    assert body["data"]["relationships"]["stage"]["data"] is None


def test_an_archived_job_leaves_the_default_list(client, vendor, account):
    job = next(j for j in account.jobs if j.state == "published" and not j.internal)
    vendor.recruiter.archive_job(job.id)
    assert job.id not in {r["id"] for r in client.walk("jobs?page[size]=30")}
    assert attributes(client, "jobs", job.id)["status"] == "archived"


def test_a_coarse_clock_makes_ties(make, clock, client_of):
    vendor = make(coarse_s=60)
    for number in range(100):
        vendor.recruiter.edit_candidate(str(1001 + number), pitch="x")
        clock.advance(0.2)
    stamps = [attributes(client_of(vendor, clock), "candidates", str(1001 + n))["updated-at"] for n in range(100)]
    assert len(set(stamps)) == 1


def test_a_move_is_announced_at_once_and_shows_in_reads_after_the_delay(make, clock, client_of, account):
    one = account.applications[0]
    vendor = make(read_delay_s=30)
    client = client_of(vendor, clock)
    to = vendor.recruiter.stages(one.job)[-1].id
    at = clock.now
    vendor.recruiter.move_stage(one.id, to)
    (sent,) = vendor.deliveries()
    assert json.loads(sent.body)["payload"]["data"]["attributes"]["stage-name"] == "Hired"
    clock.advance(29)
    assert stage_of(client, one.id) == one.stage != to
    clock.advance(1)
    assert stage_of(client, one.id) == to
    since = at.isoformat().replace("+", "%2B")  # the stamp is of the move, not of its showing
    assert [
        r["id"]
        for r in client.walk(f"job-applications?filter[updated-at][to]={since}&filter[updated-at][from]={since}")
    ] == [one.id]


# The API's writes


def test_details_are_changed_and_the_answer_shows_them(client):
    answer = patch(client, "candidates", "1001", {"phone": "+46701740611", "tags": ["a", "b"]})
    assert answer.status == 200
    assert json.loads(answer.body)["data"]["attributes"]["phone"] == "+46701740611"
    assert attributes(client, "candidates", "1001")["tags"] == ["a", "b"]


def test_an_email_is_unique_unless_merge_folds_into_the_candidate_who_has_it(client, account):
    taken = next(c for c in account.candidates if c.email)
    answer = post(client, "candidates", {"first-name": "A", "email": taken.email.upper()})
    assert answer.status == 422
    assert errors(answer)["detail"] == "email - has already been taken"
    assert errors(answer)["source"] == {"pointer": "/data/attributes/email"}
    answer = post(client, "candidates", {"first-name": "A", "email": taken.email, "pitch": "folded", "merge": True})
    assert answer.status == 201
    assert json.loads(answer.body)["data"]["id"] == taken.id
    assert attributes(client, "candidates", taken.id)["pitch"] == "folded"
    other = next(c.id for c in account.candidates if c.id != taken.id)
    assert patch(client, "candidates", other, {"email": taken.email}).status == 422


def test_only_who_is_sourced_may_have_no_email(client):
    assert post(client, "candidates", {"first-name": "A"}).status == 422
    answer = post(
        client, "candidates", {"first-name": "A", "sourced": True, "resume": "https://files.example.com/a.pdf"}
    )
    assert answer.status == 201
    made = json.loads(answer.body)["data"]
    assert made["attributes"]["email"] is None
    assert client.vendor.handle("GET", made["attributes"]["resume"], {}).body.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("given", "status"),
    [({"pitch": "x" * 141}, 422), ({"email": "nobody"}, 422), ({"shoe-size": 41}, 400), ({"tags": "a"}, 422)],
)
def test_a_bad_value_is_refused_with_its_name(client, given, status):
    answer = patch(client, "candidates", "1001", given)
    assert answer.status == status
    assert next(iter(given)) in errors(answer)["detail"]


def test_a_stage_must_be_of_the_applications_own_job(client, vendor, account):
    one = account.applications[0]
    other = next(s.id for s in account.stages if s.job != one.job)
    assert patch(client, "job-applications", one.id, stage=("stages", other)).status == 422
    own = vendor.recruiter.stages(one.job)[-1].id
    assert patch(client, "job-applications", one.id, stage=("stages", own)).status == 200
    assert stage_of(client, one.id) == own


def test_a_stage_write_is_acknowledged_and_read_late(make, clock, client_of, account):
    one = account.applications[0]
    vendor = make(read_delay_s=20)
    client = client_of(vendor, clock)
    to = vendor.recruiter.stages(one.job)[-1].id
    before = attributes(client, "job-applications", one.id)["changed-stage-at"]
    answer = patch(client, "job-applications", one.id, stage=("stages", to))
    assert json.loads(answer.body)["data"]["attributes"]["changed-stage-at"] > before
    assert stage_of(client, one.id) == one.stage
    assert vendor.store.waiting == 1
    clock.advance(20)
    assert stage_of(client, one.id) == to
    assert vendor.recruiter.acknowledged == {}


def test_a_rejection_is_written_with_its_reason_and_taken_back(client, account):
    one = next(a for a in account.applications if a.rejected_at is None)
    at = "2026-11-02T10:00:00.000+01:00"
    assert (
        patch(client, "job-applications", one.id, {"rejected-at": at}, reject_reason=("reject-reasons", "1")).status
        == 200
    )
    body = client.get(f"job-applications/{one.id}?include=reject-reason")
    assert body["data"]["attributes"]["rejected-at"] == at
    assert body["included"][0]["id"] == "1"
    assert patch(client, "job-applications", one.id, {"rejected-at": None}).status == 200
    assert attributes(client, "job-applications", one.id)["rejected-at"] is None
    assert patch(client, "job-applications", one.id, {}, reject_reason=("reject-reasons", "99")).status == 422


def test_an_application_starts_in_the_inbox(client, vendor, account):
    job = account.jobs[0].id
    answer = post(client, "job-applications", {"sourced": True, "send-user-notifications": False},
                  candidate=("candidates", "1001"), job=("jobs", job))  # fmt: skip
    assert answer.status == 201
    assert stage_of(client, json.loads(answer.body)["data"]["id"]) == vendor.recruiter.stages(job)[0].id
    assert post(client, "job-applications", {}, candidate=("candidates", "1")).status == 422


def test_a_note_needs_its_author_and_can_be_changed_and_removed(client):
    assert post(client, "notes", {"note": "hi"}, candidate=("candidates", "1001")).status == 422
    answer = post(client, "notes", {"note": "hi"}, candidate=("candidates", "1001"), user=("users", "34"))
    assert answer.status == 201
    note = json.loads(answer.body)["data"]["id"]
    assert patch(client, "notes", note, {"note": "changed"}).status == 200
    assert attributes(client, "notes", note)["note"] == "changed"
    gone = client.send("DELETE", f"notes/{note}")
    assert (gone.status, gone.body) == (204, b"")
    assert client.status(f"notes/{note}") == 404


def test_an_upload_comes_from_a_public_address(client):
    who = {"candidate": ("candidates", "1001")}
    answer = post(client, "uploads", {"url": "https://files.example.com/x/letter.pdf", "file-name": "l.pdf"}, **who)
    assert answer.status == 201
    made = json.loads(answer.body)["data"]["attributes"]
    assert made["file-name"] == "l.pdf"
    assert client.vendor.handle("GET", made["url"], {}).status == 200
    assert post(client, "uploads", {"url": "file:///etc/passwd"}, **who).status == 422
    assert post(client, "uploads", {}, **who).status == 422


def test_a_custom_value_is_one_per_field_and_owner(client):
    whose = {"custom_field": ("custom-fields", "4"), "owner": ("candidates", "1001")}
    first = json.loads(post(client, "custom-field-values", {"value": "2026-12-01"}, **whose).body)["data"]
    second = json.loads(post(client, "custom-field-values", {"value": "2026-12-24"}, **whose).body)["data"]
    assert first["id"] == second["id"]
    assert second["attributes"]["value"] == "2026-12-24"
    assert patch(client, "custom-field-values", first["id"], {"value": "2027-01-01"}).status == 200
    assert attributes(client, "custom-field-values", first["id"])["value"] == "2027-01-01"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"data":null}', b'{"data":{"type":"notes"}}', b"\xff"])
def test_a_body_that_is_no_document_is_refused(vendor, client, body):
    answer = vendor.handle("POST", "https://api.teamtailor.com/v1/candidates", client.headers, body)
    assert answer.status == 400


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "candidates/1001"), ("POST", "stages"), ("PUT", "candidates/1001")]
)
def test_what_the_reference_does_not_offer_is_not_there(client, method, path):
    assert client.send(method, path, {"data": {"type": path.split("/")[0]}}).status == 404
