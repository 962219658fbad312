"""Only public https addresses are called, as checked, and never for longer than allowed."""

import ssl
import threading
import time

import pytest

from engine.errors import BadInput
from indexer.outgoing import Answered, Http, checked
from indexer.outgoing.http import NOT_PUBLIC, Interrupted
from tests.indexer.outgoing.listening import listening

HEADERS = {"webhook-id": "msg_1", "Content-Type": "application/json"}

SPELLINGS = r"""
127.0.0.1 127.1 127.0.1 127.0.0.1. 0 0.0.0.0 00.0.0.0 2130706433 0x7f000001 0x7f.0.0.1 0x7f.1 017700000001 0177.0.0.1
0177.1 127.00000.1 localhost localhost. LOCALHOST ip6-localhost [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1]
[0:0:0:0:0:ffff:127.0.0.1] [::127.0.0.1] [64:ff9b::7f00:1] [2002:7f00:1::] [fe80::1] [fe80::1%25lo] [fc00::1] [ff02::1]
10.0.0.1 10.1 172.16.0.1 192.168.0.1 192.168.1 169.254.169.254 0xa9fea9fe 2852039166 100.64.0.1 198.18.0.1 224.0.0.1
240.0.0.1 255.255.255.255 intranet user@127.0.0.1 user:pass@localhost example.com@127.0.0.1
127.0.0.1#@example.com 127.0.0.1%23.example.com 127.0.0.1\\.example.com １２７.0.0.1 127。0。0。1 ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ①②⑦.⓪.⓪.①
127.0.0.1%2eexample.com %31%32%37.0.0.1 [::1%25lo] 0x7f.0x0.0x0.0x1
""".split()
SPELLINGS += ["127.0.0.1\t.example.com", "127.0.0.1\n.example.com", " 127.0.0.1", "127.0.0.1\x00.example.com"]
NAMES = {
    "loop.example.com": ["127.0.0.1"],
    "six.example.com": ["::1"],
    "mapped.example.com": ["::ffff:127.0.0.1"],
    "nat64.example.com": ["64:ff9b::7f00:1"],
    "sixtofour.example.com": ["2002:7f00:1::"],
    "private.example.com": ["10.0.0.7"],
    "metadata.google.internal": ["169.254.169.254"],
    "cloud.example.com": ["169.254.169.254"],
    "shared.example.com": ["100.64.0.1"],
    "both.example.com": ["93.184.215.14", "127.0.0.1"],  # one of them is enough
    "nowhere.example.com": [],
    "strange.example.com": ["not an address"],
}


@pytest.fixture
def listener():
    with listening() as server:
        yield server


@pytest.fixture
def http():
    made = []

    def make(**how):
        made.append(Http(**how))
        return made[-1]

    yield make
    for one in made:
        one.close()


def post(http, url):
    return http.post(url, HEADERS, b"{}")


def test_no_spelling_reaches_a_listener_on_this_machine(http, listener):
    """The port allowed is the listener's, and names are looked up for real: nothing but the check is in the way."""
    port = listener.server_port
    calling = http(port=port, verify=ssl._create_unverified_context())
    assert len(SPELLINGS) >= 60
    for host in SPELLINGS:
        for url in (f"https://{host}:{port}/x", f"http://{host}:{port}/x", f"https://{host}/x"):
            assert post(calling, url) == Answered(None, NOT_PUBLIC), url
    assert (listener.connections, listener.got) == (0, [])


def test_no_name_that_leads_inside_reaches_a_listener(http, listener):
    port = listener.server_port
    calling = http(port=port, resolve=NAMES.__getitem__, verify=ssl._create_unverified_context())
    for name in NAMES:
        assert post(calling, f"https://{name}:{port}/x") == Answered(None, NOT_PUBLIC), name
    assert listener.connections == 0


def test_a_name_nobody_knows_is_answered_as_one_that_leads_inside(http):
    def unknown(host):
        raise OSError(host)

    assert post(http(resolve=unknown), "https://nobody.example.com/x") == Answered(None, NOT_PUBLIC)


def test_the_address_that_was_checked_is_the_one_called(http, monkeypatch):
    """A name that means something else at the second look gets no second look."""
    looks, called = [], []
    calling = http(resolve=lambda host: looks.append(host) or ["93.184.215.14"])

    async def sent(url, headers, body, extensions):
        called.append((str(url), headers["Host"], extensions["sni_hostname"]))
        return Answered(200)

    monkeypatch.setattr(calling, "_send", sent)
    assert post(calling, "https://rebinding.example.com/x?y=1").ok
    assert looks == ["rebinding.example.com"]
    assert called == [("https://93.184.215.14/x?y=1", "rebinding.example.com", "rebinding.example.com")]


def test_a_local_origin_that_was_passed_is_called_and_no_other(http, listener):
    calling = http(local=[listener.origin])
    assert post(calling, f"{listener.origin}/hook") == Answered(204)
    [(path, headers, body)] = listener.got
    assert (path, headers["webhook-id"], body) == ("/hook", "msg_1", b"{}")
    assert "Cookie" not in headers
    assert post(calling, f"http://localhost:{listener.server_port}/hook") == Answered(None, NOT_PUBLIC)
    assert len(listener.got) == 1
    with pytest.raises(ValueError, match="this machine"):
        http(local=["https://example.com"])


@pytest.mark.parametrize("status", [200, 204, 299, 301, 302, 307, 400, 404, 413, 500, 503])
def test_a_status_is_told_and_no_redirect_followed(http, listener, status):
    listener.says = status
    answered = post(http(local=[listener.origin]), f"{listener.origin}/x")
    assert (answered.status, answered.ok) == (status, 200 <= status < 300)
    assert [path for path, *_ in listener.got] == ["/x"]


@pytest.mark.parametrize("says", ["hang", "drip"])
def test_one_that_hangs_or_drips_is_left_after_its_time(http, listener, says):
    listener.says = says
    calling = http(local=[listener.origin], seconds=0.4)
    begun = time.monotonic()
    answered = post(calling, f"{listener.origin}/x")
    assert time.monotonic() - begun < 3
    assert answered == Answered(None, "no answer within 0.4 seconds")


def test_a_name_service_that_hangs_takes_no_longer_either(http):
    free = threading.Event()
    answered = post(http(resolve=lambda _: free.wait(5) or [], seconds=0.3), "https://slow.example.com/")
    free.set()
    assert "no answer" in answered.problem


def test_a_closed_port_and_one_without_tls_say_so(http, listener):
    calling = http(local=["http://127.0.0.1:1", f"https://127.0.0.1:{listener.server_port}"])
    assert post(calling, "http://127.0.0.1:1/") == Answered(None, "no connection")
    answered = post(calling, f"https://127.0.0.1:{listener.server_port}/")
    assert answered == Answered(None, "its certificate is not good")


def test_closing_interrupts_what_hangs(listener):
    listener.says = "hang"
    calling, ended = Http(local=[listener.origin]), []

    def run():
        try:
            post(calling, f"{listener.origin}/x")
        except Interrupted:
            ended.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    while not listener.busy:
        time.sleep(0.01)
    calling.close()
    calling.close()
    thread.join(5)
    assert ended == [True]
    with pytest.raises(Interrupted):
        post(calling, f"{listener.origin}/x")


@pytest.mark.parametrize(
    "host", [*SPELLINGS, "example.com:8443", "example.com:0", "example.com:99999", "", "a b.example.com"]
)
def test_an_address_that_cannot_be_public_is_refused_when_it_is_subscribed(host):
    with pytest.raises(BadInput) as refused:
        checked(f"https://{host}/x")
    assert refused.value.what == "The url is no address that webhooks are sent to."


@pytest.mark.parametrize(
    "url", ["http://example.com/x", "ftp://example.com/", "example.com", "", "https://", "//example.com", "javascript:1", "https://example.com/#x", "https://example.com/" + "x" * 2000]
)  # fmt: skip
def test_what_is_no_https_address_is_refused(url):
    with pytest.raises(BadInput):
        checked(url)


@pytest.mark.parametrize(
    "url", ["https://example.com", "https://hooks.example.com:443/a/b?token=x", "https://EXAMPLE.com/"]
)
def test_a_public_address_is_taken_as_it_is(url):
    assert checked(url) == url
