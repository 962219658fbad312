"""Input that means harm or is broken: a clear answer, never a 5xx, nothing of it repeated."""

import json

import pytest

from api.errors import PROBLEM


@pytest.mark.parametrize(
    "text",
    [
        "nurse " * 8_400,
        "👩‍💻🔥💯",
        "the and of och att",
        '((("data engineer" OR AND NOT) -',
        '"' * 999,
        "(" * 3_000,
        "-" * 500,
        "%_\\'; DROP TABLE person; --",
        "\u202e\u200b\ufeff",
        "a" * 49_000,
        "nurse\nin\tGöteborg\r\n",
        "1e999 years",
        "0",
        " ",
        "",
        "NaN",
        "title:",
        "skill:python -skill:python",
        "' OR 1=1",
        "<script>alert(1)</script>",
    ],
)
def test_any_text_is_answered(shared_client, shared_visitor, text):
    answer = shared_client.post("/v1/search", json={"text": text})
    assert answer.status_code == 200, answer.text
    if len(text) > 10_000:
        assert answer.json()["remarks"]
    page = shared_visitor.get("/search", params={"q": text[:4000]})
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def send(shared_client, body, method="POST", path="/v1/search", kind="application/json"):
    return shared_client.request(method, path, content=body, headers={"Content-Type": kind})


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"not json", 400),
        (b'{"text": "x"', 400),
        (b"\xff\xfe\x00", 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"text": 5}', 422),
        (b'{"text": "x", "limit": NaN}', 422),
        (b'{"text": "x", "limit": 1e400}', 422),
        (b'{"text": "x", "limit": 0}', 422),
        (b'{"text": "x", "filters": {"years_min": NaN}}', 422),
        (b'{"text": "x", "filters": {"radius_km": -1, "place": "Lund"}}', 422),
        (b'{"text": "x", "filters": {"place": "Nowhereatall"}}', 400),
        (b'{"text": "x", "filters": {"job": "test:j3"}}', 400),
        (b'{"text": "x", "filters": {"job": "j1"}}', 400),
        (b'{"text": "x", "weights": {"profile": Infinity}}', 422),
        (b'{"text": "x", "weights": {"magic": 1}}', 422),
        (b'{"text": "x", "policy": {"name": "mine"}}', 422),
        (b'{"text": "x", "query": {"criteria": [{"kind": "spell", "label": "x"}]}}', 422),
        (b'{"text": "a\\u0000b"}', 422),
        (b'{"text": "\\ud800"}', 422),
        (b'{"txet": "x"}', 422),
        (b"[" * 100_000, 400),
    ],
)
def test_a_body_that_cannot_be_used_is_a_problem_naming_the_field(shared_client, body, status):
    answer = send(shared_client, body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    found = answer.json()
    assert {"type", "title", "status", "detail"} <= found.keys()
    assert "NaN" not in answer.text


@pytest.mark.parametrize(
    "criterion",
    [
        {"kind": "applied", "label": "x", "after": "yesterday"},
        {"kind": "place", "label": "x", "values": ["place:0"]},
        {"kind": "place", "label": "x", "latitude": 1000, "longitude": 5, "radius_km": 10},
        {"kind": "place", "label": "x", "latitude": 10, "radius_km": 10},
        {"kind": "skill", "label": "x"},
        {"kind": "years", "label": "x"},
        {"kind": "language", "label": "x", "values": ["lang:xx"], "low": 99},
        {"kind": "keyword", "label": "x", "values": ["", " "]},
        {"kind": "name", "label": "x", "values": ["x"]},
        {"kind": "stage", "label": "x", "low": -3, "high": -5},
    ],
)
def test_a_strange_criterion_is_answered_or_refused(shared_client, criterion):
    for extra in ({}, {"explicit": True}, {"weight": "not"}, {"weight": "want"}):
        answer = shared_client.post("/v1/search", json={"query": {"criteria": [{**criterion, **extra}]}})
        assert answer.status_code in (200, 400, 422), answer.text


def test_too_large_a_body_is_refused_announced_or_not(shared_client):
    body = json.dumps({"text": "x" * 1_100_000}).encode()
    assert send(shared_client, body).status_code == 413

    def pieces():
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    assert shared_client.post("/v1/search", content=pieces()).status_code == 413


@pytest.mark.parametrize("field", ["id", "name", "documents"])
def test_a_hostile_record_does_not_stop_the_request(shared_client, field):
    hostile = {"id": "\ud800" if field == "id" else "h", field: "\ud800"}
    body = json.dumps({"people": [hostile, {"id": "fine"}]}).encode()
    answer = send(shared_client, body, method="PUT", path="/v1/people")
    assert answer.status_code in (200, 422), answer.text
    assert shared_client.get("/v1/health").status_code == 200


def test_nul_in_a_cv_is_stored_and_indexed(shared_client):
    people = [{"id": "n", "name": "Nul", "documents": [{"id": "cv", "text": "Welder\x00 in Kiruna"}]}]
    assert shared_client.put("/v1/people?wait=true", json={"people": people}).json()["accepted"] == 1
    assert shared_client.post("/v1/search", json={"text": "welder in Kiruna"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/v1/nothing", "/v1/people/%00", "/v1/people/..%2f..%2fsecret.key", "/static/../app.py"]
)
def test_a_path_that_is_not_there_is_a_problem(shared_client, path):
    assert shared_client.get(path).status_code in (404, 422)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/people/a%00b"), ("DELETE", "/v1/keys/a%00b"), ("POST", "/v1/hooks/a%00b")],
)
def test_no_nul_in_a_path_reaches_the_database(shared_app, shared_client, method, path):
    """PostgreSQL refuses a statement with one, which would be an error of ours."""
    from sqlalchemy import event

    seen = []
    engine = shared_app.state.runtime.ledger._reading
    listen = lambda _conn, _cursor, _statement, parameters, *_: seen.append(repr(parameters))  # noqa: E731
    writing = shared_app.state.runtime.ledger._writing
    for one in (engine, writing):
        event.listen(one, "before_cursor_execute", listen)
    answer = shared_client.request(method, path, content=b"{}")
    for one in (engine, writing):
        event.remove(one, "before_cursor_execute", listen)
    assert answer.status_code in (200, 401, 404)
    assert seen
    assert not [line for line in seen if "\\x00" in line]


@pytest.mark.parametrize(
    "query",
    [
        "years_min=many", "level=9", "level=x", "policy=mine", "place=Nowhereatall", "cursor=x&q=nurse", "job=zzz",
        "applied_after=2024-13-45", "radius_km=0&place=Lund", "stage_min=7", "without=x", "q=%00", "skill=,,,",
        "q=nurse&level=3&without=title:Nurse",
    ],
)  # fmt: skip
def test_a_page_address_that_cannot_be_used_says_so(shared_visitor, query):
    answer = shared_visitor.get(f"/search?{query}")
    assert answer.status_code in (200, 400, 422)
    assert "text/html" in answer.headers["content-type"]
    if answer.status_code != 200:
        assert 'role="alert"' in answer.text
