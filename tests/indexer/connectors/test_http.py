"""The one way to a vendor: what it refuses to call, what it makes of every answer, and that it tells no secret."""

import traceback

import httpx
import pytest

from indexer.connectors.addresses import is_public
from indexer.connectors.errors import BadAnswer, Denied, Gone, LinkExpired, Refused, TooLarge, TryLater, VendorError
from indexer.connectors.http import Http

API = "https://api.example.com"
CANARY = "canary-5f1c9e"


def http_for(answer, origins=(API,), **more):
    """answer: request -> Response. Also returns what arrived."""
    seen = []

    def handle(request):
        seen.append(request)
        return answer(request) if callable(answer) else answer

    return Http(httpx.Client(transport=httpx.MockTransport(handle)), origins, **more), seen


def test_an_answer_brings_its_body_and_the_budget():
    limits = {"X-Rate-Limit-Limit": "50", "X-Rate-Limit-Remaining": "49", "X-Rate-Limit-Reset": "7"}
    http, seen = http_for(httpx.Response(200, json={"data": []}, headers=limits))
    answer = http.get("/v1/candidates", {"page[size]": "30"}, headers={"Authorization": f"Token token={CANARY}"})
    assert (answer.status, answer.body, http.used) == (200, {"data": []}, 1)
    assert (http.budget.limit, http.budget.remaining, http.budget.reset_s) == (50, 49, 7.0)
    assert seen[0].url.params["page[size]"] == "30"
    assert seen[0].headers["authorization"] == f"Token token={CANARY}"


def test_a_link_is_followed_as_given():
    http, seen = http_for(httpx.Response(200, json={}))
    http.get(f"{API}/v1/candidates?page%5Bafter%5D=a%2Fb%3D&x=1")
    assert str(seen[0].url) == f"{API}/v1/candidates?page%5Bafter%5D=a%2Fb%3D&x=1"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.com/v1/candidates", "https://api.example.com.evil.example.com/v1", "http://api.example.com/v1",
        "https://api.example.com:8443/v1", "https://api.example.com@evil.example.com/v1", "ftp://api.example.com/v1",
        "https://user:pass@api.example.com/v1", "https://api.example.com\\@evil.example.com/", "",
    ],
)  # fmt: skip
def test_nothing_is_sent_to_another_host(url):
    http, seen = http_for(httpx.Response(200, json={}))
    with pytest.raises(BadAnswer):
        http.get(url)
    assert (seen, http.used) == ([], 0)


@pytest.mark.parametrize(
    "origin", ["http://api.example.com", "https://api.example.com/v1", "https://a@b.example", "x", ""]
)
def test_an_origin_is_https_or_this_machine(origin):
    with pytest.raises(ValueError, match="an origin is https"):
        http_for(httpx.Response(200), (origin,))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (301, BadAnswer), (302, BadAnswer), (308, BadAnswer), (400, Refused), (401, Denied), (403, Denied), (404, Gone),
        (406, Denied), (408, TryLater), (409, Refused), (410, Gone), (413, Refused), (422, Refused), (429, TryLater),
        (500, TryLater), (502, TryLater), (503, TryLater), (599, TryLater),
    ],
)  # fmt: skip
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"errors":[{"detail":"x"}]}', b'{"errors":{"detail":"x"}}'])
def test_a_status_becomes_what_the_caller_does_next(status, expected, body):
    http, _ = http_for(httpx.Response(status, content=body, headers={"Location": "https://evil.example.com"}))
    with pytest.raises(expected) as caught:
        http.get("/v1/candidates")
    assert caught.value.status == status
    assert "/v1/candidates" in caught.value.what


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-Rate-Limit-Reset": "8"}, 8.0), ({"Retry-After": "30", "X-Rate-Limit-Reset": "8"}, 30.0), ({}, None),
        ({"X-Rate-Limit-Reset": "soon"}, None), ({"X-Rate-Limit-Reset": "-1"}, None), ({"X-Rate-Limit-Reset": "nan"}, None),
        ({"X-Rate-Limit-Reset": "1e9"}, 3600.0),
    ],
)  # fmt: skip
def test_over_the_limit_says_how_long_to_wait(headers, expected):
    http, _ = http_for(httpx.Response(429, headers=headers))
    with pytest.raises(TryLater) as caught:
        http.get("/v1/candidates")
    assert caught.value.after_s == expected


@pytest.mark.parametrize(
    "body", [b"<!doctype html><p>Back soon</p>", b'{"data": [{"id": "1"', b"", b"\xff\xfe", b"[" * 100_000]
)
def test_something_else_than_json_is_a_bad_answer(body):
    http, _ = http_for(httpx.Response(200, content=body, headers={"Content-Type": "text/html"}))
    with pytest.raises(BadAnswer):
        http.get("/v1/candidates")


def test_an_answer_without_a_body_that_says_so_is_one():
    http, _ = http_for(httpx.Response(204))
    assert http.get("/v1/candidates/1").body is None


def endless(piece=b" " * 65_536):
    while True:
        yield piece


def test_an_endless_answer_is_cut_by_size_and_by_time():
    http, _ = http_for(lambda _: httpx.Response(200, content=endless()), max_answer_bytes=1_000_000)
    with pytest.raises(TooLarge):
        http.get("/v1/candidates")
    ticks = iter(range(1000))
    http, _ = http_for(
        lambda _: httpx.Response(200, content=endless()), monotonic=lambda: float(next(ticks)), answer_s=20
    )
    with pytest.raises(TryLater):
        http.get("/v1/candidates")


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (httpx.ConnectError, TryLater), (httpx.ConnectTimeout, TryLater), (httpx.ReadTimeout, TryLater),
        (httpx.ReadError, TryLater), (httpx.RemoteProtocolError, TryLater), (httpx.DecodingError, BadAnswer),
        (httpx.InvalidURL, BadAnswer), (httpx.LocalProtocolError, TryLater),
    ],
)  # fmt: skip
def test_no_error_tells_the_credential_the_query_or_the_answer(raised, expected):
    def fail(request):
        raise raised(f"{request.url} {request.headers}")

    http, _ = http_for(fail)
    with pytest.raises(expected) as caught:
        http.get(f"/v1/candidates?filter[email]={CANARY}", headers={"Authorization": CANARY})
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 406, 422, 429, 500])
def test_no_error_repeats_what_the_vendor_said(status):
    body = f'{{"errors":[{{"title":"{CANARY}","detail":"{CANARY}","source":{{"pointer":"/data/attributes/{CANARY}"}}}}'
    http, _ = http_for(httpx.Response(status, content=body, headers={"Location": f"https://{CANARY}.example.com"}))
    with pytest.raises(VendorError) as caught:
        http.get("/v1/candidates", headers={"Authorization": CANARY})
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_a_refusal_names_the_field():
    body = {"errors": [{"detail": "kim@example.com is taken", "source": {"pointer": "/data/attributes/email"}}]}
    http, _ = http_for(httpx.Response(422, json=body))
    with pytest.raises(Refused, match="/data/attributes/email") as caught:
        http.get("/v1/candidates")
    assert "kim" not in str(caught.value)


def files(answer, addresses=("93.184.215.14",), **more):
    return http_for(answer, resolve=lambda host: addresses, **more)


def read(http, url, max_bytes=1_000_000):
    got = bytearray()
    http.download(url, got.extend, max_bytes=max_bytes)
    return bytes(got)


def test_a_file_is_fetched_from_the_address_that_was_checked_and_without_the_credential():
    http, seen = files(httpx.Response(200, content=b"%PDF"), headers={"Authorization": CANARY})
    assert read(http, "https://files.example.com/cv.pdf?sig=a%2Bb") == b"%PDF"
    (request,) = seen
    assert (request.url.host, request.headers["host"]) == ("93.184.215.14", "files.example.com")
    assert request.extensions["sni_hostname"] == "files.example.com"
    assert request.url.raw_path == b"/cv.pdf?sig=a%2Bb"
    assert "authorization" not in request.headers
    assert http.used == 0


def test_the_second_address_of_a_file_host_is_tried():
    def answer(request):
        if request.url.host == "93.184.215.14":
            raise httpx.ConnectError("no route")
        return httpx.Response(200, content=b"x")

    http, _ = files(answer, ("93.184.215.14", "93.184.215.15"))
    assert read(http, "https://files.example.com/cv.pdf") == b"x"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.8", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1", "198.18.0.1", "192.0.2.1", "not an address",
    ],
)  # fmt: skip
def test_a_file_host_with_a_private_address_is_never_called(address):
    assert not is_public(address)
    http, seen = files(httpx.Response(200, content=b"x"), ("93.184.215.14", address))
    with pytest.raises(BadAnswer, match="no public https address"):
        read(http, "https://files.example.com/cv.pdf")
    assert seen == []


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/x", "https://files.example.com:8443/x", "https://u:p@files.example.com/x", "file:///etc/x",
        "https:///x", "https://files.example.com\r\nHost: x/", "", "http://127.0.0.1:9/x", "https://[::1", "/etc/passwd",
    ],
)  # fmt: skip
def test_a_file_link_is_a_plain_https_one(url):
    http, seen = files(httpx.Response(200, content=b"x"))
    with pytest.raises(BadAnswer):
        read(http, url)
    assert seen == []


def test_a_host_of_this_machine_serves_files_only_where_it_was_passed():
    http, _ = files(httpx.Response(200, content=b"x"), origins=("http://127.0.0.1:8123",))
    assert read(http, "http://127.0.0.1:8123/files/1") == b"x"
    with pytest.raises(BadAnswer):
        read(http, "http://127.0.0.1:8124/files/1")


@pytest.mark.parametrize(
    ("status", "expected"),
    [(403, LinkExpired), (404, LinkExpired), (410, LinkExpired), (302, BadAnswer), (503, TryLater), (400, Refused)],
)
def test_what_a_file_host_says_becomes_what_to_do(status, expected):
    http, _ = files(httpx.Response(status, headers={"Location": "http://127.0.0.1/"}))
    with pytest.raises(expected) as caught:
        read(http, f"https://files.example.com/cv.pdf?sig={CANARY}")
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("said", [True, False])
def test_a_cv_of_200_mb_is_cut(said):
    given = 0

    def content():
        nonlocal given
        for _ in range(200):
            given += 1
            yield b"x" * 1_000_000

    headers = {"Content-Length": "200000000"} if said else {}
    http, _ = files(lambda _: httpx.Response(200, content=content(), headers=headers))
    with pytest.raises(TooLarge, match="25 MB"):
        read(http, "https://files.example.com/cv.pdf", 25_000_000)
    assert given < 30


def test_a_name_that_is_not_found_is_for_later():
    def resolve(host):
        raise OSError("no such name")

    http, seen = http_for(httpx.Response(200), resolve=resolve)
    with pytest.raises(TryLater):
        read(http, "https://files.example.com/x")
    assert seen == []
