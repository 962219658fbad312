"""A file given here: accepted, fetched by the ATS over a link that dies soon, and thrown away after. Nothing else is."""

import io
import os
import time
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from api.links import LINK_S, Links
from api.secret import Secret, new_key
from engine.errors import NotFound
from eval.simulate.connector import PracticeConnector
from indexer.connectors.actions import AddFile, Draft
from indexer.connectors.errors import Refused
from indexer.given import GivenFiles, parts
from indexer.sync import Worker
from tests.api.practice import PracticeOpener, practice

PUBLIC = "https://headwater.example.com"
CV = b"%PDF-1.7 a CV"


class Filing(PracticeConnector):
    """Keeps a file as a note, and the links it was given."""

    actions = PracticeConnector.actions | {"file"}

    def __init__(self, ats):
        super().__init__(ats)
        self.links = []

    def draft(self, action, person_id, items, look, every, mark):
        if isinstance(action, AddFile):
            return Draft(item_kind="notes", body={"text": f"{action.filename} #{mark.action}"}, file=action.url)
        return super().draft(action, person_id, items, look, every, mark)

    def write(self, http, draft, person_id, values, mark):
        self.links += values.values()
        return super().write(http, draft, person_id, values, mark)


@pytest.fixture
def world(tmp_path, lexicon):
    with practice(tmp_path, lexicon) as made:
        made.connector = Filing(made.ats)
        made.app.state.opener = PracticeOpener(made.connector)
        made.links = made.app.state.links = Links(made.runtime.secret, PUBLIC, made.clock)
        made.work = replace(made.work, connector=made.connector, link=made.links.link)
        yield made


@pytest.fixture
def client(world):
    with TestClient(world.app, base_url="http://127.0.0.1") as made:
        made.key = new_key()
        world.ledger.keys.add(
            "default", "me", world.runtime.secret.digest("key", made.key), made.key[:7], role="recruiter"
        )
        yield made


def give(client, world, name="cv.pdf", data=CV, person="p1", **headers):
    return client.post(
        f"/v1/people/{world.id_of(person)}/files", files={"file": (name, data)}, data={"why": "sent by mail"},
        headers={"X-API-Key": client.key, **headers},
    )  # fmt: skip


def fetched(client, link):
    return client.get(urlsplit(link).path)


def test_the_ats_fetches_what_was_given_here(world, client):
    answer = give(client, world)
    assert (answer.status_code, answer.json()["kind"], answer.json()["state"]) == (202, "file", "waiting")
    world.settle()
    [link] = world.connector.links
    assert link.startswith(f"{PUBLIC}/files/")
    assert link.endswith("/cv.pdf")
    found = fetched(client, link)
    assert (found.status_code, found.content) == (200, CV)
    assert found.headers["content-disposition"] == 'attachment; filename="cv.pdf"'
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["cache-control"] == "no-store"


def test_a_link_is_made_anew_for_each_try_and_dies_soon(world, client):
    world.ats.broken["write-notes"] = 1
    give(client, world)
    world.run(4000)
    first, second = world.connector.links
    assert fetched(client, first).status_code == 404
    world.clock.now -= timedelta(seconds=3900)
    assert fetched(client, first).status_code == 200
    world.clock.now += timedelta(seconds=LINK_S + 1)
    assert fetched(client, first).status_code == 404
    assert first != second


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
        lambda token: token.replace(token[:1], "f" if token[0] != "f" else "e", 1),
        lambda token: ".".join([token.split(".")[0], "99999999999", token.split(".")[2]]),
        lambda token: token.split(".")[0],
        lambda token: "a" * 32,
        lambda token: "%2e%2e%2f%2e%2e%2fheadwater.db",
        lambda token: "..",
        lambda token: "x" * 5_000,
        lambda token: "%00",
        lambda token: "é",
    ],
)
def test_a_link_that_is_not_ours_opens_nothing(world, client, spoil):
    give(client, world)
    world.settle()
    token = urlsplit(world.connector.links[0]).path.split("/")[2]
    assert client.get(f"/files/{spoil(token)}/cv.pdf").status_code in (404, 405)


def test_a_seal_for_another_use_or_of_another_installation_opens_nothing(world, client):
    file_id = parts(world.app.state.given.keep(io.BytesIO(CV), "cv.pdf"))[0]
    until = world.clock().timestamp() + 60
    other = Secret(b"another installation's, long enough")
    for token in (
        world.runtime.secret.sign("session", file_id, until=until), other.sign("given-file", file_id, until=until),
        world.runtime.secret.sign("given-file", "../../headwater", until=until),
    ):  # fmt: skip
        assert client.get(f"/files/{token}/cv.pdf").status_code == 404


def test_without_a_public_address_it_is_refused_before_it_is_kept(world, client):
    for address in (None, "http://headwater.example.com"):
        world.app.state.links = Links(world.runtime.secret, address, world.clock)
        answer = give(client, world)
        assert answer.status_code == 409
        assert "HEADWATER_PUBLIC_URL" in answer.json()["fix"]
    assert not (world.settings.data_dir / "given").exists()


def test_the_same_file_with_the_same_key_is_one_action(world, client):
    first, again = (give(client, world, **{"Idempotency-Key": "k1"}).json() for _ in range(2))
    assert first["id"] == again["id"]
    assert give(client, world, data=b"another", **{"Idempotency-Key": "k1"}).status_code == 422
    assert give(client, world).json()["id"] != first["id"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\CVs\\Åsa Öberg.pdf", "Åsa Öberg.pdf"),
        ("a b%2f.pdf", "a b%2f.pdf"),
        ("履歴書" * 60 + ".pdf", "履歴書" * 60 + ".pdf"),
    ],
)
def test_a_name_is_a_name_and_no_path(world, client, name, kept):
    assert give(client, world, name=name).status_code == 202
    world.settle()
    [link] = world.connector.links
    assert any(text.startswith(f"{kept} #") for _, text in world.ats.notes.values())
    assert fetched(client, link).content == CV


@pytest.mark.parametrize(("name", "data"), [("cv.pdf", b""), ("/", CV), ("n" * 250, CV)])
def test_what_is_no_file_is_refused(world, client, name, data):
    assert give(client, world, name=name, data=data).status_code == 400


def test_nobody_gives_a_file_by_an_address_of_ours(world, client):
    address = world.app.state.given.keep(io.BytesIO(CV), "cv.pdf")
    action = {"kind": "file", "filename": "cv.pdf", "url": address}
    answer = client.post(
        "/v1/actions", json={"actions": [{"person_id": world.id_of("p1"), "action": action}]},
        headers={"X-API-Key": client.key},
    )  # fmt: skip
    assert answer.json()["rejected"] == 1


def test_without_a_key_or_for_nobody_nothing_is_taken(world, client):
    assert client.post(f"/v1/people/{world.id_of('p1')}/files", files={"file": ("a", CV)}).status_code == 401
    answer = client.post("/v1/people/nobody/files", files={"file": ("a", CV)}, headers={"X-API-Key": client.key})
    assert answer.status_code == 404


def test_what_is_too_large_is_refused(world, client):
    assert give(client, world, data=b"x" * 65_000_000).status_code == 413


def test_files_that_nothing_is_owed_of_are_thrown_away(world, tmp_path):
    given = GivenFiles(tmp_path / "given")
    world.app.state.given = given
    owed, over = (given.keep(io.BytesIO(data), "cv.pdf") for data in (CV, b"old"))
    with Worker(
        world.ledger, PracticeOpener(world.connector), folder=tmp_path, on_change=lambda: None, given=given
    ) as w:
        from indexer.sync.desk import By, Desk

        Desk(world.ledger.sync("default", "ats"), world.connector).accept(
            "p1", AddFile(filename="cv.pdf", url=owed), By("anna")
        )
        w._forget_files()
        assert given.path(parts(over)[0]).exists()  # it may be accepted this very moment
        for path in (tmp_path / "given").iterdir():
            os.utime(path, (time.time() - 7200,) * 2)
        w._forget_files()
    assert given.path(parts(owed)[0]).read_bytes() == CV
    with pytest.raises(NotFound):
        given.path(parts(over)[0])


def test_a_process_that_makes_no_links_parks_it_with_what_to_do(world, client):
    row = give(client, world).json()
    world.work = replace(world.work, link=None)
    world.settle()
    found = client.get(f"/v1/actions/{row['id']}", headers={"X-API-Key": client.key}).json()
    assert found["state"] == "parked"
    assert "headwater serve" in found["problem"]


def test_a_link_needs_https():
    with pytest.raises(Refused, match="no public https address"):
        Links(Secret(b"a secret for the tests, long enough"), "http://example.com").check()
