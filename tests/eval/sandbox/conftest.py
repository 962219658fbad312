"""A small account, a clock that the test moves, and a client that speaks to the sandbox without sockets."""

import json

import pytest

from eval.sandbox import Teamtailor, VirtualClock, make_account

HOST = "https://api.teamtailor.com"


class Client:
    """Asks as a careful client does: key, version, and a new window when the old one is used up."""

    def __init__(self, vendor, clock, token="sandbox-admin", version="20240904", patient=True):
        self.vendor, self.clock, self.patient = vendor, clock, patient
        self.headers = {"Authorization": f"Token token={token}", "X-Api-Version": version}

    def send(self, method, url, body=None, **headers):
        address = url if url.startswith("http") else f"{HOST}/v1/{url}"
        data = json.dumps(body).encode() if body is not None else b""
        answer = self.vendor.handle(method, address, {**self.headers, **headers}, data)
        if self.patient and answer.headers.get("X-Rate-Limit-Remaining") == "0":
            self.clock.advance(float(answer.headers["X-Rate-Limit-Reset"]))
        return answer

    def get(self, url):
        """The parsed body of a 200."""
        answer = self.send("GET", url)
        assert answer.status == 200, (answer.status, answer.body)
        return json.loads(answer.body)

    def status(self, url):
        return self.send("GET", url).status

    def walk(self, url):
        """Every row of a list, following ``next`` as given."""
        rows = []
        while url:
            page = self.get(url)
            rows += page["data"]
            url = page["links"].get("next")
        return rows


@pytest.fixture(scope="session")
def account():
    return make_account(120, seed=5)


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def make(account, clock):
    return lambda **how: Teamtailor(account, clock=clock, **how)


@pytest.fixture
def vendor(make):
    return make()


@pytest.fixture
def client(vendor, clock):
    return Client(vendor, clock)


@pytest.fixture
def client_of():
    return Client
