"""The sandbox on a real socket: the same answers, webhooks that go out, the recruiter and faults by HTTP."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from eval.sandbox import Teamtailor
from eval.sandbox.clock import system_clock
from eval.sandbox.serve import ACTS, serving
from eval.sandbox.teamtailor.changes import Changes

HEADERS = {"Authorization": "Token token=sandbox-admin", "X-Api-Version": "20240904"}


@pytest.fixture
def receiver():
    """A web server that keeps what it is sent."""
    got = []

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Keep)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got
    server.shutdown()
    server.server_close()


@pytest.fixture
def served(account, receiver):
    with serving(Teamtailor(account, clock=system_clock), webhook=receiver[0]) as found:
        yield found


@pytest.fixture
def http(served):
    with httpx.Client(base_url=served.url, headers=HEADERS, timeout=5) as found:
        yield found


def wait_for(found, seconds=5):
    end = time.monotonic() + seconds
    while not found() and time.monotonic() < end:
        time.sleep(0.02)
    return found()


def test_pages_links_and_files_work_over_http(http, served):
    body = http.get("/v1/candidates", params={"page[size]": 30, "sort": "id"}).json()
    assert body["links"]["next"].startswith(f"{served.url}/v1/candidates?")
    assert http.get(body["links"]["next"]).json()["data"][0]["id"] == "1031"
    link = next(r["attributes"]["resume"] for r in body["data"] if r["attributes"]["resume"])
    assert httpx.get(link).content.startswith(b"%PDF")


def test_the_recruiter_acts_by_http_and_the_webhook_goes_out_once(http, receiver, served):
    answer = http.post("/sandbox/recruiter/edit_candidate", json={"candidate": "1001", "phone": "+46701740650"})
    assert answer.status_code == 200
    ((headers, body),) = wait_for(lambda: list(receiver[1]))
    assert json.loads(body)["payload"]["data"]["id"] == "1001"
    assert headers["TT-Signature"]
    served.act("edit_candidate", "1002", phone="+46701740651")
    assert len(wait_for(lambda: receiver[1] if len(receiver[1]) == 2 else [])) == 2


def test_a_wrong_act_says_what_there_is(http):
    assert "move_stage" in http.post("/sandbox/recruiter/explode").json()["error"]
    assert http.post("/sandbox/recruiter/reject", json={"application": "1"}).status_code == 422
    assert http.post("/sandbox/recruiter/reject", json={"shoe": "1"}).status_code == 422
    assert http.post("/sandbox/recruiter/reject", content=b"{").status_code == 422
    assert all(callable(getattr(Changes, name)) for name in ACTS)


def test_faults_are_planted_and_taken_away_by_http(http):
    assert http.post("/sandbox/faults", content="bad-gateway:/v1/jobs*").status_code == 200
    assert http.get("/v1/jobs").status_code == 502
    assert http.post("/sandbox/faults", content="earthquake").status_code == 422
    assert http.delete("/sandbox/faults").json() == {"planted": 0}
    assert http.get("/v1/jobs").status_code == 200


def test_a_cut_body_ends_the_connection(http, served):
    served.vendor.faults.add("cut", path="/v1/jobs*", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        http.get("/v1/jobs")
    assert http.get("/v1/jobs").status_code == 200


def test_a_slow_answer_holds_up_nobody_else(http, served):
    served.vendor.faults.add("slow", path="/v1/jobs*", times=1, delay_s=1.0)
    thread = threading.Thread(target=lambda: httpx.get(f"{served.url}/v1/jobs", headers=HEADERS, timeout=5))
    thread.start()
    wait_for(lambda: served.vendor.calls)
    start = time.monotonic()
    assert http.get("/v1/company").status_code == 200
    assert time.monotonic() - start < 0.9
    thread.join()


def test_a_huge_file_is_streamed(http, served):
    served.vendor.recruiter.replace_resume("1001", "huge.pdf", size=5_000_000)
    link = http.get("/v1/candidates/1001").json()["data"]["attributes"]["resume"]
    assert len(httpx.get(link).content) == 5_000_000


def test_a_receiver_that_is_down_costs_the_delivery_and_nothing_else(account):
    with serving(Teamtailor(account, clock=system_clock), webhook="http://127.0.0.1:9/hook") as served:
        served.act("edit_candidate", "1001", phone="+46701740650")
        assert wait_for(lambda: served.vendor.webhooks.failed) == 1
        assert httpx.get(f"{served.url}/v1/company", headers=HEADERS).status_code == 200
