"""``headwater sync act`` and its sisters, over an installation that is connected to the practice ATS."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.commands import acts
from engine.errors import BadInput, NotFound
from indexer.connectors.errors import Refused
from tests.api.practice import PracticeOpener, practice
from tests.api.test_files import Filing


@pytest.fixture
def world(tmp_path, lexicon):
    with practice(tmp_path, lexicon) as made:
        made.clock.now = datetime.now(UTC)  # the command line's own
        yield made


@pytest.fixture
def cli(world, monkeypatch):
    """Calls a command; gives what it printed, and raises what it raised."""
    monkeypatch.setenv("HEADWATER_DATA_DIR", str(world.settings.data_dir))
    monkeypatch.setattr(acts, "opener_of", lambda _secret: PracticeOpener(world.connector))

    def call(*arguments, given=None, code=0):
        done = CliRunner().invoke(app, ["sync", *arguments], input=given, env={"COLUMNS": "200"})
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        world.clock.now = datetime.now(UTC) + timedelta(seconds=1)
        return done.stdout

    return call


def lines(world, *actions, person="p1"):
    return "\n".join(json.dumps({"person_id": world.id_of(person), "action": action}) for action in actions)


NOTE = {"kind": "note", "text": "Met on Monday."}


def test_a_file_of_actions_is_accepted_line_by_line(world, cli, tmp_path):
    file = tmp_path / "todo.jsonl"
    file.write_text(
        lines(world, NOTE, {"kind": "fly"}) + "\n\nnot json\n" + lines(world, {"kind": "tags", "add": ["x"]})
    )
    said = cli("act", str(file), code=2)
    assert "2 accepted, 2 refused" in said
    assert "     2  refused: These fields cannot be used: action." in said
    assert "     4  refused: The line is no JSON object." in said
    world.settle()
    assert (world.ats.people["p1"].tags, len(world.ats.notes)) == (("t1", "x"), 1)


def test_standard_input_with_a_key_twice_is_once(world, cli):
    first = json.loads(cli("act", "-", "--key", "monday", "--json", given=lines(world, NOTE, NOTE)))
    again = json.loads(cli("act", "-", "--key", "monday", "--json", given=lines(world, NOTE, NOTE)))
    assert [one["actions"][0]["id"] for one in first["results"]] == [
        one["actions"][0]["id"] for one in again["results"]
    ]
    world.settle()
    assert len(world.ats.notes) == 2


def test_what_was_done_is_listed_cancelled_undone_and_tried_again(world, cli):
    def done(action):
        return json.loads(cli("act", "-", "--json", given=lines(world, action)))["results"][0]["actions"][0]["id"]

    assert "Nothing was done." in cli("actions")
    phone = done({"kind": "contact", "set": {"phone": "1"}})
    assert "cancelled" in cli("cancel", phone)
    note = done(NOTE)
    world.settle()
    assert "waiting" in cli("undo", note)
    world.ats.refused["note"] = "is frozen"
    other = done(NOTE)
    world.settle()
    [parked] = json.loads(cli("actions", "ats", "--state", "parked", "--json"))["actions"]
    assert (parked["id"], parked["actor_name"]) == (other, "the command line")
    world.ats.refused.clear()
    cli("retry", other)
    world.settle()
    listed = cli("actions")
    assert "'Met on Monday.' → None" in listed
    assert "parked" not in listed
    assert len(world.ats.notes) == 1
    with pytest.raises(Refused):
        cli("cancel", other)
    with pytest.raises(NotFound):
        cli("cancel", "nobody")
    with pytest.raises(BadInput):
        cli("actions", "--state", "sending")


def test_an_operator_says_what_may_be_written(world, cli):
    def settings():
        return world.ledger.connections.get("default", "ats").settings

    cli("writes", "ats", "off")
    assert "refused" in cli("act", "-", given=lines(world, NOTE), code=2)
    cli("wins", "ats", "phone, email")
    cli("user", "ats", "u1")
    assert settings() == {"writes": "off", "wins": "phone,email", "sync_user": "u1"}
    [status] = json.loads(cli("status", "--json"))["connections"]
    assert (status["writes"], status["wins"]) == ("off", ["phone", "email"])
    assert "ours wins: phone, email" in cli("status")
    for arguments in (("writes", "ats", "on"), ("wins", "ats", "none"), ("user", "ats")):
        cli(*arguments)
    assert settings() == {}
    for arguments in (("writes", "ats", "perhaps"), ("wins", "ats", "salary")):
        with pytest.raises(BadInput):
            cli(*arguments)
    with pytest.raises(NotFound):
        cli("writes", "elsewhere", "off")


def test_another_key_for_a_connection_leaves_what_was_set(world, cli):
    cli("writes", "ats", "off")
    world.ledger.connections.add(
        "default", "ats", vendor="fake", origin="https://ats.example.com", credential="another"
    )
    assert world.ledger.connections.get("default", "ats").settings == {"writes": "off"}


def test_after_a_restored_backup_what_is_owed_is_looked_up_first(world, cli):
    assert "Nothing is owed." in cli("restored", "ats")
    cli("act", "-", given=lines(world, NOTE))
    assert "Looked up before anything is sent: 1." in cli("restored", "ats")
    [row] = world.store.actions()
    assert row.state == "unknown"
    with pytest.raises(NotFound):
        cli("restored", "elsewhere")


def test_headwater_s_own_settings_are_not_its_vendor_s(world):
    from indexer.sync.opening import Opener

    class Vendor:
        name, origins = "fake", ("https://ats.example.com",)

        def connector(self, credential, *, origin, settings):
            return dict(settings)

    vault = world.runtime.secret.vault()
    row = world.ledger.connections.add(
        "default", "other", vendor="fake", origin="https://ats.example.com", credential=vault.seal("k"),
        settings={"writes": "off", "wins": "phone", "sync_user": "u1", "board": "7"},
    )  # fmt: skip
    assert Opener(vault, {"fake": Vendor()}).connector(row) == {"board": "7"}


def test_a_file_is_given_to_the_ats(world, cli, tmp_path, monkeypatch):
    path = tmp_path / "cv.pdf"
    path.write_bytes(b"%PDF-1.7 a CV")
    with pytest.raises(Refused, match="no public https address"):
        cli("file", world.id_of("p1"), str(path))
    monkeypatch.setenv("HEADWATER_PUBLIC_URL", "https://headwater.example.com")
    with pytest.raises(Refused, match="no way to do this"):  # as the practice ATS says
        cli("file", world.id_of("p1"), str(path))
    world.connector = Filing(world.ats)
    assert "file, waiting" in cli("file", world.id_of("p1"), str(path), "--why", "sent by mail")
    [kept] = (world.settings.data_dir / "given" / "default").iterdir()
    assert kept.read_bytes() == path.read_bytes()
