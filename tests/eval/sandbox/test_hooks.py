"""Webhooks: what fires, the signatures, and deliveries that are dropped, doubled, shuffled or late."""

import base64
import hashlib
import hmac
import json
from random import Random

import pytest

from eval.sandbox import Webhooks
from eval.sandbox.teamtailor.hooks import sign_body, sign_id


def test_signatures_agree_with_the_vectors_of_the_reference():
    assert sign_body("k", 1_700_000_000, b"{}") == (
        "dD0xNzAwMDAwMDAwLHYyPWM2ZWY0NzM0MDMzY2VlMjM2NzQxNGEwOTM5Mzg1ZWNhMDM5Nzc1NGFhN2E1OTcxNmRhNzQ2M2E5Mjk4YjUxNDY="
    )
    v1 = base64.b64decode(sign_id("k", "634")).decode()
    assert v1 == "4f11bdc5255ef8bbddbbc104b42cabe8b14c6c14f93bc94216785e15af9b50c0"


def test_a_delivery_is_signed_over_its_raw_bytes_at_the_moment_it_goes_out(vendor, clock):
    vendor.recruiter.edit_candidate("1001", phone="+46701740605")
    clock.advance(5)
    (one,) = vendor.deliveries()
    signed = base64.b64decode(one.headers["TT-Signature"]).decode()
    at = str(int(clock.now.timestamp()))
    digest = hmac.new(b"sandbox-webhook-secret", f"{at}.".encode() + one.body, hashlib.sha256).hexdigest()
    assert signed == f"t={at},v2={digest}"
    body = json.loads(one.body)
    assert body["signature"] == sign_id("sandbox-webhook-secret", "1001")
    assert body["payload"]["event_name"] == "candidate.update"
    assert body["payload"]["data"]["type"] == "candidates"
    assert body["payload"]["data"]["attributes"]["phone"] == "+46701740605"


@pytest.mark.parametrize(
    ("change", "events"),
    [
        (lambda r: r.edit_candidate("1001", first_name="Ada"), ["candidate.update"]),
        (lambda r: r.edit_candidate("1001", locations=[("locations", "12")]), ["candidate.update"]),
        (lambda r: r.set_value("1001", "9", "Job fair"), ["candidate.update"]),
        (lambda r: r.edit_candidate("1001", tags=["new"]), []),
        (lambda r: r.edit_candidate("1001", connected=True, unsubscribed=True), []),
        (lambda r: r.add_note("1001", "hello"), []),
        (lambda r: r.replace_resume("1001", "cv.pdf", b"%PDF"), []),
        (lambda r: r.add_upload("1001", "a.pdf", b"%PDF"), []),
        (lambda r: r.add_candidate(first_name="Ada", email="ada@example.com"), ["candidate.create"]),
        (lambda r: r.edit_job("26", title="New title"), ["job.update"]),
        (lambda r: r.edit_job("26", pinned=True), []),
        (lambda r: r.edit_job("26", status="unlisted"), ["job.update"]),
        (lambda r: r.apply("1001", "26"), ["job_application.create"]),
        (lambda r: r.reject("5001", "1"), ["job_application.update"]),
        (lambda r: r.delete_application("5001"), ["job_application.destroy"]),
    ],
)
def test_an_event_fires_on_its_own_fields_only(vendor, change, events):
    change(vendor.recruiter)
    assert [one.event for one in vendor.deliveries()] == events
    assert vendor.deliveries() == []


def test_an_application_names_job_and_stage_but_no_candidate(vendor, account):
    one = account.applications[0]
    stage = vendor.recruiter.stages(one.job)[3]
    vendor.recruiter.move_stage(one.id, stage.id)
    (sent,) = vendor.deliveries()
    attributes = json.loads(sent.body)["payload"]["data"]["attributes"]
    assert attributes["stage-name"] == stage.attributes["name"]
    assert attributes["job-id"] == int(one.job)
    assert not any("candidate" in name for name in attributes)


def test_a_deleted_candidate_takes_the_applications_along_and_destroy_is_short(vendor, account):
    one = account.applications[0]
    mine = [a.id for a in account.applications if a.candidate == one.candidate]
    vendor.recruiter.delete_candidate(one.candidate)
    sent = vendor.deliveries()
    assert [(s.event, s.id) for s in sent] == [
        *(("job_application.destroy", a) for a in mine), ("candidate.destroy", one.candidate)
    ]  # fmt: skip
    assert json.loads(sent[-1].body)["payload"]["data"] == {"id": one.candidate, "type": "candidates"}


def edit(vendor, count=40):
    for number in range(count):
        vendor.recruiter.edit_candidate(str(1001 + number), pitch=f"pitch {number}")


def test_without_the_add_on_nothing_is_sent(make):
    vendor = make(webhooks=Webhooks(enabled=False))
    edit(vendor)
    assert vendor.deliveries() == []


def test_only_ticked_events_are_sent(make):
    vendor = make(webhooks=Webhooks(events=frozenset({"candidate.create"})))
    edit(vendor)
    vendor.recruiter.add_candidate(first_name="Ada", email="ada@example.com")
    assert [one.event for one in vendor.deliveries()] == ["candidate.create"]


def test_deliveries_can_be_dropped_doubled_shuffled_and_delayed(make, clock):
    hooks = Webhooks(drop=0.3, duplicate=0.3, reorder=True, delay_s=20)
    vendor = make(webhooks=hooks, rng=Random(3))
    edit(vendor)
    assert vendor.deliveries() == []
    clock.advance(20)
    sent = vendor.deliveries()
    order = [one.id for one in sent]
    assert 0 < hooks.dropped < 40
    assert len(set(order)) == 40 - hooks.dropped
    assert len(order) > len(set(order))
    assert order != sorted(order)
    doubled = next(i for i in order if order.count(i) == 2)
    assert len({one.body for one in sent if one.id == doubled}) == 1


def test_older_schemes_and_extra_headers_by_switch(make):
    vendor = make(webhooks=Webhooks(schemes=("old",), bearer="b", api_token="t"))
    edit(vendor, 1)
    (one,) = vendor.deliveries()
    assert one.headers["Teamtailor-Signature"] == sign_id("sandbox-webhook-secret", "1001")
    assert json.loads(one.body)["resource_id"] == "1001"
    assert "TT-Signature" not in one.headers
    assert (one.headers["Authorization"], one.headers["teamtailor-api-token"]) == ("Bearer b", "t")
