"""Keys, regions, versions, scopes and the window of requests."""

import json

import pytest

from eval.sandbox import Window

HOST = "https://api.teamtailor.com/v1/"
NA = "https://api.na.teamtailor.com/v1/"


@pytest.mark.parametrize(
    "header", [None, "", "Token token=wrong", "Bearer sandbox-admin", "Token sandbox-admin", "token=sandbox-admin"]
)
def test_a_key_that_is_unknown_or_ill_written_answers_401(client, header):
    client.headers.pop("Authorization")
    extra = {} if header is None else {"Authorization": header}
    answer = client.send("GET", "candidates", **extra)
    assert answer.status == 401
    assert json.loads(answer.body)["errors"][0]["status"] == "401"


def test_a_key_is_bound_to_its_region(make, clock, client_of):
    client = client_of(make(region="na"), clock)
    assert client.status(HOST + "candidates") == 401
    assert client.status("https://api.au.teamtailor.com/v1/candidates") == 401
    body = client.get(NA + "candidates?page[size]=1")
    assert body["links"]["next"].startswith(NA)


@pytest.mark.parametrize("version", [None, "", "2024", "2024-09-04", "20241399", "latest"])
def test_a_missing_or_ill_formed_version_answers_406(client, version):
    client.headers.pop("X-Api-Version")
    extra = {} if version is None else {"X-Api-Version": version}
    assert client.send("GET", "candidates", **extra).status == 406


@pytest.mark.parametrize("version", ["20161108", "20210218", "20240404", "20240904"])
def test_a_success_repeats_the_version(client, version):
    answer = client.send("GET", "candidates", **{"X-Api-Version": version})
    assert answer.headers["X-Api-Version"] == version
    assert answer.headers["Content-Type"] == "application/vnd.api+json"


def test_header_names_may_have_any_case(client):
    answer = client.send("GET", "company", **{"x-api-version": "20240904"})
    assert answer.status == 200


@pytest.mark.parametrize("kind", ["public", "internal"])
@pytest.mark.parametrize("path", ["candidates", "job-applications", "stages", "notes", "uploads", "audit-events"])
def test_a_key_without_the_scope_answers_403_with_an_empty_body(vendor, clock, client_of, kind, path):
    answer = client_of(vendor, clock, token=f"sandbox-{kind}").send("GET", path)
    assert (answer.status, answer.body) == (403, b"")


def test_reading_and_writing_are_separate_rights(vendor, clock, client_of):
    body = {"data": {"id": "1001", "type": "candidates", "attributes": {"pitch": "x"}}}
    reader = client_of(vendor, clock, token="sandbox-admin-read")
    assert reader.status("candidates/1001") == 200
    assert reader.send("PATCH", "candidates/1001", body).status == 403
    writer = client_of(vendor, clock, token="sandbox-admin-write")
    assert writer.status("candidates/1001") == 403
    assert writer.send("PATCH", "candidates/1001", body).status == 200


def test_a_public_key_sees_published_jobs_without_admin_fields(vendor, clock, client_of, account):
    client = client_of(vendor, clock, token="sandbox-public")
    rows = client.walk("jobs?filter[status]=all&filter[feed]=public,internal&page[size]=30")
    assert {r["id"] for r in rows} == {j.id for j in account.jobs if j.state == "published" and not j.internal}
    assert not any({"tags", "created-at"} & r["attributes"].keys() for r in rows)
    archived = next(j for j in account.jobs if j.state == "archived")
    assert client.status(f"jobs/{archived.id}") == 404
    assert client.get(f"jobs/{rows[0]['id']}?include=stages,candidates").get("included") == []
    assert all(r["attributes"]["visible"] for r in client.walk("users?page[size]=30"))


def test_an_internal_key_sees_archived_and_internal_jobs(vendor, clock, client_of, account):
    client = client_of(vendor, clock, token="sandbox-internal")
    rows = client.walk("jobs?filter[status]=all&filter[feed]=public,internal&page[size]=30")
    assert {r["id"] for r in rows} == {j.id for j in account.jobs if j.state in ("published", "unlisted", "archived")}


def test_fifty_requests_in_ten_seconds_then_429_without_retry_after(vendor, clock, client_of):
    client = client_of(vendor, clock, patient=False)
    for left in range(49, -1, -1):
        answer = client.send("GET", "company")
        assert answer.status == 200
        assert answer.headers["X-Rate-Limit-Remaining"] == str(left)
    clock.advance(3.5)
    answer = client.send("GET", "company")
    assert answer.status == 429
    assert answer.headers["X-Rate-Limit-Limit"] == "50"
    assert answer.headers["X-Rate-Limit-Reset"] == "7"  # seconds that are left, rounded up
    assert "Retry-After" not in answer.headers
    clock.advance(6.4)
    assert client.status("company") == 429
    clock.advance(0.1)
    assert client.status("company") == 200


def test_each_key_has_a_window_of_its_own_and_files_cost_nothing(vendor, clock, client_of):
    client = client_of(vendor, clock, patient=False)
    link = client.get("candidates?filter[connected]=false&page[size]=1")["data"][0]["attributes"]["resume"]
    for _ in range(60):
        vendor.handle("GET", link, {})
    for _ in range(49):
        assert client.status("company") == 200
    assert client.status("company") == 429
    assert client_of(vendor, clock, token="sandbox-admin-read", patient=False).status("company") == 200


def test_another_window_can_be_given(make, clock, client_of):
    client = client_of(make(window=Window(2, 60)), clock, patient=False)
    assert [client.status("company") for _ in range(3)] == [200, 200, 429]


def test_errors_come_as_an_array_or_by_switch_as_an_object(client, make, clock, client_of):
    assert isinstance(json.loads(client.send("GET", "candidates/1").body)["errors"], list)
    other = client_of(make(errors_as_object=True), clock)
    assert json.loads(other.send("GET", "candidates/1").body)["errors"]["detail"]
