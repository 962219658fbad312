"""Every fault on demand, through the transport that a connector is tested with."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from eval.sandbox import FAULT_KINDS, Faults, mutations, transport
from eval.sandbox.faults import read_fault
from eval.sandbox.teamtailor.schema import RESOURCES

HEADERS = {"Authorization": "Token token=sandbox-admin", "X-Api-Version": "20240904"}
CANDIDATES = "https://api.teamtailor.com/v1/candidates?page[size]=30"


@pytest.fixture
def http(vendor, clock):
    with httpx.Client(transport=transport(vendor, wait=clock.advance), headers=HEADERS, timeout=10) as found:
        yield found


@pytest.mark.parametrize(
    ("kind", "status", "media"),
    [
        ("server-error", 500, "application/vnd.api+json"),
        ("bad-gateway", 502, "text/html"),
        ("too-many", 429, "application/vnd.api+json"),
        ("unauthorized", 401, "application/vnd.api+json"),
        ("forbidden", 403, None),
        ("not-found", 404, "application/vnd.api+json"),
        ("html", 200, "text/html"),
        ("redirect", 302, None),
        ("expired-cursor", 400, "application/vnd.api+json"),
    ],
)
def test_a_planted_answer_comes_instead(http, vendor, kind, status, media):
    fault = vendor.faults.add(kind, path="/v1/candidates*", times=1)
    answer = http.get(CANDIDATES)
    assert (answer.status_code, answer.headers.get("Content-Type")) == (status, media)
    assert fault.fired == 1
    assert http.get(CANDIDATES).status_code == 200


def test_a_redirect_leads_to_another_host(http, vendor):
    vendor.faults.add("redirect")
    assert httpx.URL(http.get(CANDIDATES).headers["Location"]).host == "elsewhere.example.net"


def test_a_storm_of_429_has_the_headers_and_no_retry_after(http, vendor):
    vendor.faults.add("too-many", times=3)
    for _ in range(3):
        answer = http.get(CANDIDATES)
        assert answer.status_code == 429
        assert answer.headers["X-Rate-Limit-Reset"] == "7"
        assert "Retry-After" not in answer.headers
    assert http.get(CANDIDATES).status_code == 200


def test_a_fault_waits_for_its_turn_path_and_method(http, vendor):
    fault = vendor.faults.add("forbidden", path="/v1/candidates*", method="GET", skip=2, times=1)
    assert http.get("https://api.teamtailor.com/v1/company").status_code == 200
    assert http.post(CANDIDATES, json={}).status_code == 400
    assert [http.get(CANDIDATES).status_code for _ in range(4)] == [200, 200, 403, 200]
    assert fault.fired == 1


def test_an_empty_list_comes_with_zero_counts(http, vendor):
    vendor.faults.add("empty-list")
    body = http.get(CANDIDATES).json()
    assert (body["data"], body["meta"]) == ([], {"record-count": 0, "page-count": 0})
    assert "next" not in body["links"]


def test_a_truncated_list_ends_although_its_count_says_more(http, vendor):
    vendor.faults.add("truncated")
    body = http.get(CANDIDATES).json()
    assert "next" not in body["links"]
    assert body["meta"]["record-count"] == 120 > len(body["data"])


def test_a_cut_body_breaks_the_read(http, vendor):
    vendor.faults.add("cut", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        http.get(CANDIDATES)


def test_a_timeout_costs_the_clients_patience_and_the_request_was_carried_out(http, vendor, clock):
    start = clock.now
    vendor.faults.add("timeout", method="PATCH", times=1)
    body = {"data": {"id": "1001", "type": "candidates", "attributes": {"pitch": "done all the same"}}}
    with pytest.raises(httpx.ReadTimeout):
        http.patch("https://api.teamtailor.com/v1/candidates/1001", json=body)
    assert (clock.now - start).total_seconds() == 10
    assert vendor.store.get("candidates", "1001").attributes["pitch"] == "done all the same"


def test_a_slow_answer_takes_its_time_and_comes(http, vendor, clock):
    start = clock.now
    vendor.faults.add("slow", delay_s=7.5)
    assert http.get(CANDIDATES).status_code == 200
    assert (clock.now - start).total_seconds() == 7.5


def test_the_transport_serves_asynchronous_clients_too(vendor):
    async def ask():
        async with httpx.AsyncClient(transport=transport(vendor), headers=HEADERS) as client:
            return (await client.get(CANDIDATES)).status_code

    with ThreadPoolExecutor(1) as pool:  # a browser of other tests may leave a loop running in this thread
        assert pool.submit(lambda: asyncio.run(ask())).result() == 200


def test_an_unknown_kind_names_the_known_ones():
    with pytest.raises(ValueError, match="bad-gateway"):
        Faults().add("earthquake")
    with pytest.raises(ValueError, match="change="):
        Faults().add("mutate")


def test_a_fault_is_read_from_one_word_of_the_command_line():
    fault = read_fault("bad-gateway:/v1/jobs*:3")
    assert (fault.kind, fault.path, fault.times) == ("bad-gateway", "/v1/jobs*", 3)
    assert read_fault("cut").times is None
    with pytest.raises(ValueError, match="number"):
        read_fault("cut:/v1/*:often")
    assert "cut" in FAULT_KINDS


@pytest.mark.parametrize("kind", [k for k in RESOURCES if k != "company"])
def test_there_are_thirty_mutations_of_each_resource_with_names_of_their_own(kind):
    found = mutations(kind)
    assert len(found) >= 30
    assert len({m.name for m in found}) == len(found)


def test_each_mutation_changes_one_record_and_leaves_the_others(client, vendor):
    url = "job-applications?page[size]=5&include=job"
    before = client.get(url)
    unchanged = []
    for mutation in mutations("job-applications"):
        vendor.faults.clear()
        vendor.faults.add("mutate", path="/v1/job-applications*", change=mutation.on(before["data"][2]["id"]))
        after = client.get(url)
        assert after["data"][:2] + after["data"][3:] == before["data"][:2] + before["data"][3:], mutation.name
        assert after["included"] == before["included"]
        if after["data"][2] == before["data"][2]:
            unchanged.append(mutation.name)
    assert set(unchanged) <= {f"{name} is null" for name in RESOURCES["job-applications"].attributes}


def test_a_mutation_finds_its_record_among_the_included(client, vendor):
    (found,) = [m for m in mutations("stages") if m.name == "stage-type is a word nobody knows"]
    vendor.faults.add("mutate", change=found.on())
    body = client.get("job-applications?include=stage")
    changed = [r for r in body["included"] if r["attributes"].get("stage-type") == "brand_new"]
    assert len(changed) == 1
    assert json.dumps(body)
