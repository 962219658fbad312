"""Teamtailor piece by piece, on documents written by hand from the reference: signatures, shapes, history, records."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadInput
from indexer.connectors import vendors
from indexer.connectors.bench import Held
from indexer.connectors.connector import Item, Page
from indexer.connectors.errors import BadAnswer, BadRecord, CursorExpired, Denied, Forged
from indexer.connectors.http import Http
from indexer.connectors.teamtailor.feeds import LISTINGS
from indexer.connectors.teamtailor.items import proof
from indexer.connectors.teamtailor.paging import go_on, place
from indexer.connectors.teamtailor.texts import plain, words
from indexer.connectors.teamtailor.wire import document, moment
from indexer.stages import can_pass, rank_of

ORIGIN = "https://api.teamtailor.com"
KEY = "made-up-key-of-nobody"
VENDOR = vendors()["teamtailor"]
CONNECTOR = VENDOR.connector(KEY, origin=ORIGIN)
AT = "2026-03-18T11:39:32.440+01:00"
T = datetime.fromtimestamp(1_700_000_000, UTC)
HEADER = "dD0xNzAwMDAwMDAwLHYyPWM2ZWY0NzM0MDMzY2VlMjM2NzQxNGEwOTM5Mzg1ZWNhMDM5Nzc1NGFhN2E1OTcxNmRhNzQ2M2E5Mjk4YjUxNDY="
V1 = "4f11bdc5255ef8bbddbbc104b42cabe8b14c6c14f93bc94216785e15af9b50c0"


def http_of(*answers):
    """Gives the answers in turn; also returns the requests."""
    left, seen = list(answers), []

    def handle(request):
        seen.append(request)
        return left.pop(0) if len(left) > 1 else left[0]

    return Http(httpx.Client(transport=httpx.MockTransport(handle)), VENDOR.origins), seen


def entry(kind, identity, relations=None, **attributes):
    """relations: name -> (type, id), a list of them, or None."""

    def data(value):
        if isinstance(value, list):
            return [{"type": kind, "id": i} for kind, i in value]
        return {"type": value[0], "id": value[1]} if value else None

    shown = {name: {"links": {}, "data": data(value)} for name, value in (relations or {}).items()}
    return {"id": identity, "type": kind, "attributes": attributes, "relationships": shown}


def page_of(data, included=(), **more):
    http, _ = http_of(httpx.Response(200, json={"data": data, "included": list(included), **more}))
    return CONNECTOR.page(http, "candidates", None, None)


# Signatures: the vectors of the reference, computed by hand there.


def test_the_reference_vector_of_v2_verifies_and_five_minutes_are_the_limit():
    for seconds, good in ((0, True), (299, True), (-299, True), (301, False), (-301, False)):
        now = datetime.fromtimestamp(1_700_000_000 + seconds, UTC)
        if good:
            assert CONNECTOR.hint({"TT-Signature": HEADER}, b"{}", ["k"], now=now).kind == ""
        else:
            with pytest.raises(Forged):
                CONNECTOR.hint({"TT-Signature": HEADER}, b"{}", ["k"], now=now)


def signed(body, key="k", at=1_700_000_000):
    text = f"{at}.".encode() + body
    digest = hmac.new(key.encode(), text, hashlib.sha256).hexdigest()
    return {"tt-signature": base64.b64encode(f"t={at},v2={digest}".encode()).decode()}


def moved(**more):
    attributes = {"id": 634, "updated-at": AT, "last-moved-at": AT, "stage-name": "Interview", **more}
    data = {"id": "634", "type": "job_applications", "attributes": attributes}
    return json.dumps({"payload": {"event_name": "job_application.update", "data": data}}).encode()


def test_the_reference_vector_of_v1_verifies_and_proves_nothing_but_the_id():
    body = json.loads(moved()) | {"signature": base64.b64encode(V1.encode()).decode()}
    hint = CONNECTOR.hint({}, json.dumps(body).encode(), ["k"], now=T)
    assert (hint.kind, hint.id, hint.proofs) == ("job-applications", "634", ())
    body["payload"]["data"]["id"] = "635"
    with pytest.raises(Forged):
        CONNECTOR.hint({}, json.dumps(body).encode(), ["k"], now=T)


def test_a_delivery_with_the_newest_header_is_not_saved_by_an_older_signature():
    body = json.dumps(json.loads(moved()) | {"signature": base64.b64encode(V1.encode()).decode()}).encode()
    for header in ("", "x", HEADER):
        with pytest.raises(Forged):
            CONNECTOR.hint({"TT-Signature": header}, body, ["k"], now=T)


def test_either_of_two_keys_is_good_while_one_is_being_changed():
    body = moved()
    for key in ("old", "new"):
        assert CONNECTOR.hint(signed(body, key), body, ["new", "old"], now=T).id == "634"
    with pytest.raises(Forged):
        CONNECTOR.hint(signed(body, ""), body, [""], now=T)


def test_a_move_in_a_delivery_is_kept_as_a_proof_of_the_stage():
    body = moved()
    (found,) = CONNECTOR.hint(signed(body), body, ["k"], now=T).proofs
    assert (found.body["application"], found.body["name"], found.body["by"]) == ("634", "Interview", "webhook")
    for odd in (moved(**{"stage-name": None}), moved(**{"stage-name": 5}), moved(**{"stage-name": " "})):
        assert CONNECTOR.hint(signed(odd), odd, ["k"], now=T).proofs == ()


@given(
    st.dictionaries(st.sampled_from(["TT-Signature", "Teamtailor-Signature", "x"]), st.text()), st.binary(max_size=200)
)
def test_whatever_a_stranger_sends_is_forged_and_nothing_else(headers, body):
    with pytest.raises(Forged):
        CONNECTOR.hint(headers, body, ["k"], now=T)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s), max_leaves=8
    )
)
def test_a_genuine_delivery_of_any_content_is_a_hint_or_forged(inner):
    for payload in (inner, {"payload": inner}, {"payload": {"event_name": "candidate.update", "data": inner}}):
        body = json.dumps(payload).encode()
        try:
            hint = CONNECTOR.hint(signed(body), body, ["k"], now=T)
        except Forged:
            continue
        CONNECTOR.root_of(hint, lambda kind, identity: None)


def test_a_destroyed_application_leads_to_its_candidate_where_it_is_held():
    body = json.dumps({"payload": {"event_name": "job_application.destroy", "data": {"id": "634"}}}).encode()
    hint = CONNECTOR.hint(signed(body), body, ["k"], now=T)
    assert hint.gone
    assert CONNECTOR.root_of(hint, lambda kind, identity: None) is None
    assert CONNECTOR.root_of(hint, lambda k, i: {"refs": {"candidate": "7"}, "attributes": {}}) == ("candidates", "7")


# The wire


def test_each_request_carries_key_and_version_and_asks_for_thirty():
    http, seen = http_of(httpx.Response(200, json={"data": []}))
    CONNECTOR.page(http, "changed-candidates", None, datetime(2026, 11, 2, 8, 30, 0, 5000, UTC))
    request = seen[0]
    assert request.headers["authorization"] == f"Token token={KEY}"
    assert (request.headers["x-api-version"], request.headers["accept"]) == ("20240904", "application/vnd.api+json")
    assert request.url.params["page[size]"] == "30"
    assert request.url.params["filter[updated-at][from]"] == "2026-11-02T08:30:00.005Z"


def test_jobs_of_every_status_and_both_feeds_are_asked_for():
    http, seen = http_of(httpx.Response(200, json={"data": []}))
    CONNECTOR.page(http, "jobs", None, None)
    assert (seen[0].url.params["filter[status]"], seen[0].url.params["filter[feed]"]) == ("all", "public,internal")


def test_the_link_to_the_next_page_is_followed_letter_by_letter():
    link = f"{ORIGIN}/v1/candidates?page%5Bafter%5D=WyJhIl0%3D&page%5Bsize%5D=30&odd=a+b%2Bc"
    http, seen = http_of(
        httpx.Response(200, json={"data": [], "links": {"next": link}}), httpx.Response(200, json={"data": []})
    )
    at = CONNECTOR.page(http, "candidates", None, None).next
    assert CONNECTOR.page(http, "candidates", at, None).next is None
    assert str(seen[1].url) == link


@pytest.mark.parametrize(
    "link", ["https://evil.example.com/v1/candidates", "http://api.teamtailor.com/v1/candidates", "javascript:x"]
)
def test_a_next_link_to_another_host_is_not_followed(link):
    http, seen = http_of(httpx.Response(200, json={"data": [], "links": {"next": link}}))
    at = CONNECTOR.page(http, "candidates", None, None).next
    with pytest.raises(BadAnswer):
        CONNECTOR.page(http, "candidates", at, None)
    assert len(seen) == 1


def test_a_listing_that_runs_in_a_circle_stops_loudly():
    link = f"{ORIGIN}/v1/candidates?page%5Bnumber%5D=2"
    http, _ = http_of(httpx.Response(200, json={"data": [], "links": {"next": link}, "meta": {"record-count": 60}}))
    at = CONNECTOR.page(http, "candidates", None, None).next
    with pytest.raises(BadAnswer, match="same page"):
        CONNECTOR.page(http, "candidates", at, None)
    listing = LISTINGS["candidates"]

    def walk_on():
        at = None
        for number in range(10_000):
            links = {"next": f"{link}&x={number}"}
            said = document({"data": [], "meta": {"record-count": 60}, "links": links})
            at = place(go_on(said, at, listing, None))

    with pytest.raises(BadAnswer, match="does not end"):
        walk_on()


def test_as_many_pages_are_read_again_as_rows_vanished():
    def said(number, count):
        links = {"next": f"n{number + 1}", "prev": f"n{number - 1}"}
        return document({"data": [], "meta": {"record-count": count}, "links": links})

    listing = LISTINGS["candidates"]
    at = place(go_on(said(1, 300), None, listing, None))
    at = place(go_on(said(2, 265), at, listing, None))  # 35 went: two pages back
    assert at.url == "n1"
    at = place(go_on(said(1, 265), at, listing, None))
    assert at.url == "n0"
    at = place(go_on(said(0, 265), at, listing, None))
    assert at.url == "n1"


@pytest.mark.parametrize(
    "body", [None, [], "x", 5, {}, {"data": "x"}, {"data": None}, {"data": [], "links": {"next": 5}}]
)
def test_json_of_another_shape_is_a_bad_answer(body):
    http, _ = http_of(httpx.Response(200, json=body))
    with pytest.raises(BadAnswer):
        CONNECTOR.page(http, "candidates", None, None)


def test_a_version_the_vendor_no_longer_takes_is_named():
    http, _ = http_of(httpx.Response(406))
    for call in (lambda: CONNECTOR.page(http, "candidates", None, None), lambda: CONNECTOR.standing(http)):
        with pytest.raises(Denied, match="20240904"):
            call()


def test_an_answer_in_another_version_is_reported():
    http, _ = http_of(httpx.Response(200, json={"data": []}, headers={"X-Api-Version": "20270101"}))
    assert "x-api-version: 20270101" in CONNECTOR.page(http, "candidates", None, None).drift


@pytest.mark.parametrize(
    "origin", ["https://api.teamtailor.com.evil.example.com", "http://api.teamtailor.com", "https://10.0.0.1", ""]
)
def test_a_host_that_is_not_the_vendors_is_refused(origin):
    with pytest.raises(BadInput, match="not one of Teamtailor's"):
        VENDOR.connector(KEY, origin=origin)


@pytest.mark.parametrize("key", ["", "short", "with a blank in it", "line\nend-of-key", "kéy-with-accents", "x" * 300])
def test_a_key_that_cannot_be_one_is_refused_and_not_repeated(key):
    with pytest.raises(BadInput) as caught:
        VENDOR.connector(key, origin=ORIGIN)
    assert not key or key not in str(caught.value)


def test_a_setting_that_is_not_known_is_refused():
    with pytest.raises(BadInput, match="colour"):
        VENDOR.connector(KEY, origin=ORIGIN, settings={"colour": "red"})


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (AT, "2026-03-18T10:39:32.440000Z"), ("2026-03-18T10:39:32Z", "2026-03-18T10:39:32.000000Z"), ("2026-03-18", "2026-03-18T00:00:00.000000Z"),
        ("soon", None), (None, None), (5, None), ("0001-01-01T00:00:00+14:00", None), ("9999-12-31T23:59:59-14:00", None), ("0200-01-01", None),
    ],
)  # fmt: skip
def test_times_of_any_offset_sort_as_text(said, expected):
    assert moment(said) == expected


# Items


def candidate(identity="7", relations=None, **attributes):
    every = {
        "job-applications": [],
        "uploads": [],
        "answers": [],
        "custom-field-values": [],
        "activities": [],
        "partner-results": [],
    }
    places = {"department": None, "role": None, "locations": [], "regions": []}
    return entry("candidates", identity, {**every, **places, **(relations or {})}, **{"updated-at": AT, **attributes})


def test_no_signed_link_is_kept_in_an_item():
    links = {"resume": "https://f.example.com/a.pdf?sig=canary", "original-resume": "https://f.example.com/a.doc?sig=canary", "picture": "https://f.example.com/p?sig=canary"}  # fmt: skip
    upload = entry("uploads", "9", url="https://f.example.com/u?sig=canary", **{"file-name": "CV Kim.pdf"})
    page = page_of([candidate(relations={"uploads": [("uploads", "9")]}, **links)], [upload])
    assert "canary" not in repr(page.items)
    assert [(f.id, f.filename, f.kind) for f in page.files] == [
        ("resume", "a.pdf", "cv"),
        ("upload-9", "CV Kim.pdf", "cv"),
    ]


def test_an_item_reads_the_same_whichever_listing_it_came_through():
    application = entry("job-applications", "634", {"job": ("jobs", "26"), "stage": ("stages", "5"), "reject-reason": None}, **{"updated-at": AT})  # fmt: skip
    stage = entry("stages", "5", name="Interview", **{"stage-type": "In process"})
    through = page_of([candidate(relations={"job-applications": [("job-applications", "634")]})], [application, stage])
    listed = json.loads(json.dumps(application))
    listed["relationships"]["candidate"] = {"data": {"type": "candidates", "id": "7"}}
    direct = page_of([listed], [stage, candidate()])
    found = [next(i for i in page.items if i.kind == "job-applications") for page in (through, direct)]
    assert found[0] == found[1]
    assert direct.partial == (("candidates", "7"),)


def test_children_that_did_not_come_are_not_said_to_be_none():
    whole, without = candidate(), candidate()
    del without["relationships"]["uploads"]["data"]
    (first,), (second,) = page_of([whole]).items, page_of([without]).items
    assert first.children["uploads"] == frozenset()
    assert "uploads" not in second.children
    assert "candidates.relationships.uploads: gone" in page_of([without]).drift


def test_one_bad_record_is_set_aside_and_the_others_go_on():
    note = {"note": "Called", "candidate-id": 7, "user-id": 1}
    page = page_of(
        [
            entry("notes", "1", **note),
            entry("notes", "2", **{**note, "note": None}),
            5,
            {"id": "3"},
            entry("notes", "4", note="x"),
        ]
    )
    assert [item.id for item in page.items] == ["1"]
    assert [(bad.kind, bad.id) for bad in page.bad] == [("notes", "2"), ("?", "?"), ("?", "3"), ("notes", "4")]
    assert all(bad.what and bad.fix for bad in page.bad)


# Records


def record(*data, included=(), shared=()):
    held = Held()
    held.take(page_of(list(data), included))
    held.take(Page(items=tuple(shared)))
    return CONNECTOR.assemble("7", held.of("7"), held.look)


def application(outcome=None, reason=None):
    relations = {
        "job": ("jobs", "26"),
        "stage": ("stages", "5"),
        "reject-reason": ("reject-reasons", "1") if reason else None,
    }
    return entry(
        "job-applications",
        "634",
        relations,
        **{"created-at": AT, "updated-at": AT, "changed-stage-at": AT, "rejected-at": outcome},
    )


INTERVIEW = entry("stages", "5", name="Second interview", **{"stage-type": "In process"})
WITH = {"job-applications": [("job-applications", "634")]}


@pytest.mark.parametrize(
    ("rejected", "reason", "by_us", "expected"),
    [
        (None, None, None, ("active", None, None)), (AT, None, None, ("rejected", None, None)),
        (AT, "Headcount: position on hold", True, ("rejected", "Headcount: position on hold", True)),
        (AT, "Failed the skill test", True, ("rejected", "Failed the skill test", False)),
        (AT, "Took another job", False, ("withdrawn", "Took another job", True)), (AT, "Other", True, ("rejected", "Other", None)),
    ],
)  # fmt: skip
def test_a_rejection_says_by_whom_and_whether_it_can_pass(rejected, reason, by_us, expected):
    why = entry("reject-reasons", "1", reason=reason, **{"rejected-by-company": by_us}) if reason else None
    found = record(
        candidate(relations=WITH), included=[application(rejected, reason), INTERVIEW, *([why] if why else [])]
    )
    (seen,) = found.applications
    assert (seen.outcome, seen.reason, seen.reopenable) == expected
    assert (seen.stage, seen.stage_rank, seen.applied_at) == ("Second interview", 2, "2026-03-18")


def test_an_activity_proves_a_stage_only_where_it_names_one_of_the_jobs_own():
    job = Item("jobs", "26", "job", "26", {"attributes": {"title": "Nurse"}, "refs": {"stages": ["5", "6"]}})
    offer = Item(
        "stages", "6", "shared", "6", {"attributes": {"name": "Offer", "stage-type": "In process"}, "refs": {}}
    )
    for code, data, proven in (
        ("stage", {"to": "Offer"}, True), ("moved", {"stage": {"id": 6}}, True), ("stage", {"to": "Hired"}, False),
        ("note", {"note": "Offer"}, False), ("stage", "not json", False), ("stage", None, False),
    ):  # fmt: skip
        said = json.dumps(data) if isinstance(data, dict) else data
        logged = entry(
            "activities", "1", {"job": ("jobs", "26"), "user": None}, code=code, data=said, **{"created-at": AT}
        )
        found = record(
            candidate(relations={**WITH, "activities": [("activities", "1")]}),
            included=[application(), INTERVIEW, logged], shared=[job, offer],
        )  # fmt: skip
        (seen,) = found.applications
        assert (
            seen.furthest_stage == "Offer",
            ("Offer", "activity") in {(s.stage, s.proof) for s in seen.history},
        ) == (proven, proven), code


def test_two_proofs_of_one_stage_are_one_spell_and_the_exact_day_wins():
    held = Held()
    held.take(page_of([candidate(relations=WITH)], [application(), INTERVIEW]))
    more = [proof("634", "7", "Second interview", None, None, m, by) for m, by in ((None, "webhook"), (AT, "webhook"))]
    (seen,) = CONNECTOR.assemble("7", [*held.of("7"), *more], held.look).applications
    assert [(s.stage, s.not_before, s.not_after, s.proof) for s in seen.history] == [
        ("Second interview", "2026-03-18", "2026-03-18", "snapshot")
    ]


def test_a_note_whose_privacy_is_not_plain_is_private():
    for said, audience in (
        (False, None),
        (None, None),
        (True, "private-notes"),
        ("yes", "private-notes"),
        ({}, "private-notes"),
    ):
        note = entry("notes", "1", note="<p>Salary &amp; more</p>", **{"candidate-id": 7, "private-note": said})
        (seen,) = [a for a in record(candidate(), note).activities if a.kind == "note"]
        assert (seen.text, seen.audience) == ("Salary & more", audience)


@pytest.mark.parametrize(
    ("code", "data", "held"),
    [
        ("note", {"note": "Secret salary"}, True), ("note", {"note": "Secret salary"}, False),
        ("xyz", {"comment": "Secret salary"}, False), ("xyz", {"x": "<p>Secret  salary</p>"}, True),
        ("mention", {"x": ["Secret salary", "and more"]}, True),
    ],
)  # fmt: skip
def test_the_log_never_tells_a_private_note_to_everybody(code, data, held):
    """held: whether the note itself was read, so that its text is known to be private."""
    logged = entry("activities", "1", {"job": None, "user": None}, code=code, data=json.dumps(data))
    note = entry("notes", "1", note="Secret salary", **{"candidate-id": 7, "private-note": True})
    found = record(
        candidate(relations={"activities": [("activities", "1")]}), *([note] if held else []), included=[logged]
    )
    assert not [a for a in found.activities if a.audience is None and "Secret" in a.text]


def test_a_public_note_stands_once_though_it_is_logged_too():
    logged = entry("activities", "1", {"job": None, "user": None}, code="note", data='{"note": "<p>Called  Kim</p>"}')
    note = entry("notes", "1", note="Called Kim", **{"candidate-id": 7, "private-note": False})
    found = record(candidate(relations={"activities": [("activities", "1")]}), note, included=[logged])
    assert [(a.id, a.audience) for a in found.activities] == [("note-1", None)]


def test_a_code_never_seen_is_kept_as_it_is():
    logged = entry("activities", "1", {"job": None, "user": None}, code="Odd_Code-7", data='{"x": [1, "words"]}')
    found = record(candidate(relations={"activities": [("activities", "1")]}), included=[logged])
    assert [a.text for a in found.activities] == ["Odd_Code-7: words"]


def test_what_the_vendor_does_not_tell_stays_empty():
    found = record(candidate(**{"consent-future-jobs-at": AT, "unsubscribed": True}))
    assert (found.consent_until, found.do_not_contact, found.name) == (None, True, None)
    assert [(a.id, a.at) for a in found.activities] == [("consent", "2026-03-18")]


def test_items_without_their_candidate_make_no_record():
    with pytest.raises(BadRecord, match="was not read"):
        CONNECTOR.assemble("8", [], lambda kind, identity: None)


def test_a_job_that_is_internal_is_not_taken_for_confidential():
    body = {
        "attributes": {
            "title": "Nurse",
            "internal": True,
            "human-status": "archived",
            "end-date": AT,
            "body": "<p>A</p><p>B</p>",
        },
        "refs": {},
    }
    job = CONNECTOR.assemble_job("26", [Item("jobs", "26", "job", "26", body)], lambda kind, identity: None)
    assert (job.audience, job.status, job.closed_at, job.description) == (None, "closed", "2026-03-18", "A\nB")


# Words


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"), ("a<br/>b", "a\nb"), ("<ul><li>x<li>y</ul>", "• x\n• y"), ("5 < 6 & 7 > 3", "5 < 6 & 7 > 3"),
        ("<script>evil()</script>ok", "ok"), ("&lt;b&gt; &amp; co", "<b> & co"), ("<![foo[bar]]>x <b>y</b>", "x y"), (None, ""), (5, ""), ("<p", "<p"),
    ],
)  # fmt: skip
def test_html_becomes_text(html, text):
    assert plain(html).replace("[foo[bar]]>", "").strip() == text


@given(st.text())
def test_no_text_breaks_the_reading_of_html(text):
    assert "\x00" not in plain(f"<p>{text}</p>")
    words([text, True, 3.5, None, {"a": 1}])


@pytest.mark.parametrize(
    ("stage", "rank"),
    [
        ("Applied", 0),
        ("Telefonintervju", 2),
        ("Urval", 1),
        ("Final interview", 3),
        ("Erbjudande", 4),
        ("Hired", 5),
        ("Pool", 0),
    ],
)
def test_a_stage_is_ranked_by_its_words(stage, rank):
    assert rank_of(stage) == rank


def test_a_reason_that_does_not_tell_is_neither():
    assert (
        can_pass("Budget cut"),
        can_pass("Saknar kompetens"),
        can_pass("Annan kandidat valdes"),
        can_pass("See notes"),
    ) == (True, False, True, None)


def test_a_place_of_another_version_starts_again():
    for at in ("", "x", '["url", 1]', "[5, 1, 0, 0]"):
        with pytest.raises(CursorExpired):
            place(at)
