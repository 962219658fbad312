"""GET /v1/people/{id}, PUT /v1/people, GET /v1/jobs, GET /v1/health."""

import json

import pytest

from api.errors import PROBLEM

GOOD = {
    "id": "x1",
    "name": "Test Person",
    "location": "Lund",
    "skills": ["Python"],
    "documents": [{"id": "cv", "text": "Python developer in Lund since 2019"}],
}


def put(client, *people, **more):
    answer = client.put("/v1/people", json={"people": list(people), **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def one(client, text):
    return client.post("/v1/search", json={"text": text}).json()["hits"][0]["person_id"]


def test_a_person_comes_with_the_whole_history(client):
    found = client.get(f"/v1/people/{one(client, 'p1@example.com')}").json()
    assert found["name"] == "Anna Almroth"
    assert found["emails"] == ["p1@example.com"]
    assert found["positions"][0]["title"] == "Backend Developer"
    assert [item["kind"] for item in found["timeline"]] == ["message", "application", "note", "application"]
    assert found["timeline"][0]["inbound"] is True
    assert found["timeline"][-1]["job_title"] == "Backend Developer"
    assert {a["job_id"] for a in found["applications"]} == {"test:j1"} == {found["timeline"][-1]["job_id"]}
    assert "PostgreSQL" in found["documents"][0]["text"]
    assert {fact["value"] for fact in found["facts"] if fact["kind"] == "skill"} >= {"skill:python"}
    assert found["external_ids"] == [{"connection": "test", "id": "p1"}]


def test_what_not_everyone_may_read_is_not_in_the_answer(client):
    assert "Confidential" not in client.get(f"/v1/people/{one(client, 'p1@example.com')}").text


def test_what_was_put_is_found(client):
    answer = client.put("/v1/people?wait=true", json={"people": [GOOD], "connection": "crm"}).json()
    assert (answer["accepted"], answer["rejected"], answer["indexed"]) == (1, 0, True)
    [result] = answer["results"]
    assert result["status"] == "created"
    hit = client.post("/v1/search", json={"text": "python developer in Lund"}).json()["hits"][0]
    assert hit["person_id"] == result["person_id"]
    assert hit["external_ids"] == [{"connection": "crm", "id": "x1"}]


def test_the_same_again_is_unchanged_and_a_change_is_an_update(client):
    assert put(client, GOOD)["results"][0]["status"] == "created"
    assert put(client, GOOD)["results"][0]["status"] == "unchanged"
    assert put(client, {**GOOD, "location": "Malmö"})["results"][0]["status"] == "updated"


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"name": "No id"}, "id"),
        ({**GOOD, "latitude": 91}, "latitude"),
        ({**GOOD, "skills": "Python"}, "skills"),
        ({**GOOD, "positions": [{"title": "x", "start": "May 2020"}]}, "positions.0.start"),
        ({**GOOD, "shoe_size": 40}, "shoe_size"),
        ({**GOOD, "id": "a\x00b"}, "id"),
        ({**GOOD, "applications": [{"id": "x", "job_id": "j" * 201}]}, "applications"),
        ({**GOOD, "applications": [{"id": "x", "job_id": ""}]}, "applications"),
        ({}, "id"),
    ],
)
def test_a_wrong_record_is_named_and_the_others_go_in(client, bad, field):
    answer = put(client, bad, GOOD)
    first, second = answer["results"]
    assert (first["status"], second["status"]) == ("rejected", "created")
    assert [error["field"] for error in first["errors"]] == [field]
    assert (answer["accepted"], answer["rejected"]) == (1, 1)


def test_a_rejected_value_is_not_repeated(client):
    answer = put(client, {**GOOD, "positions": [{"start": "Confidential words"}]})
    assert "Confidential" not in json.dumps(answer)


def test_more_than_a_thousand_people_are_refused(client):
    answer = client.put("/v1/people", json={"people": [{"id": str(n)} for n in range(1001)]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "people"


def test_the_same_idempotency_key_gives_the_same_answer(client):
    headers = {"Idempotency-Key": "k1"}
    first = client.put("/v1/people", json={"people": [GOOD]}, headers=headers)
    again = client.put("/v1/people", json={"people": [GOOD]}, headers=headers)
    assert again.json() == first.json()
    assert again.json()["results"][0]["status"] == "created"
    other = client.put("/v1/people", json={"people": [{**GOOD, "id": "x2"}]}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (422, "urn:headwater:problem:idempotency-key-reused")


def test_an_unknown_person_is_a_problem(client):
    answer = client.get("/v1/people/00000000-0000-0000-0000-000000000000")
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
    assert answer.json()["fix"]


def test_jobs_come_newest_first_in_pages_without_the_hidden_ones(client):
    first = client.get("/v1/jobs", params={"limit": 1}).json()
    second = client.get("/v1/jobs", params={"limit": 1, "cursor": first["cursor"]}).json()
    assert [first["jobs"][0]["id"], second["jobs"][0]["id"], second["cursor"]] == ["test:j1", "test:j2", None]
    assert [job["id"] for job in client.get("/v1/jobs", params={"status": "closed"}).json()["jobs"]] == ["test:j2"]
    assert client.get("/v1/jobs", params={"cursor": "test:j3"}).status_code == 400


def test_health_needs_no_key(stranger):
    answer = stranger.get("/v1/health").json()
    assert answer["people"] == 6
    assert answer["status"] in ("ok", "degraded")
