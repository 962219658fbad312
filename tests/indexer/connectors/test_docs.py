"""The page on connectors against the code: its tables are what the connectors say of themselves."""

import os
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

from indexer.connectors import GROUP, errors, vendors

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "connectors.md"
START, END = "HEADWATER_WRITE_DOCS=1 -->\n", "<!-- end -->"


def table(rows):
    def mark(value):
        return "yes" if value else ""

    lines = ["| what | documented | sandbox | live | way | note |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {r.name} | {mark(r.documented)} | {mark(r.sandbox)} | {mark(r.live)} | {r.way if r.way != 'none' else ''} | {r.note} |"
        for r in rows
    ]
    return "\n".join(lines) + "\n"


def test_the_table_of_capabilities_is_what_the_connector_says():
    text = PAGE.read_text("utf-8")
    before, rest = text.split(START)
    shown, after = rest.split(END)
    connector = vendors()["teamtailor"].connector("made-up-key", origin="https://api.teamtailor.com")
    if os.environ.get("HEADWATER_WRITE_DOCS") == "1":
        shown = table(connector.capabilities)
        PAGE.write_text(before + START + shown + END + after, "utf-8")
    assert shown == table(connector.capabilities)


def test_what_is_not_documented_is_named_and_not_claimed():
    connector = vendors()["teamtailor"].connector("made-up-key", origin="https://api.teamtailor.com")
    rows = {row.name: row for row in connector.capabilities}
    for name in ("read messages", "read stage history"):
        assert (rows[name].documented, rows[name].sandbox, rows[name].way) == (False, False, "none")
        assert rows[name].note
    assert not [row.name for row in rows.values() if row.sandbox and not row.documented]


def test_every_error_a_caller_can_meet_is_explained():
    text = PAGE.read_text("utf-8")
    explained = {"Denied", "BadAnswer", "Forged", "LinkExpired", "TooLarge"}
    assert explained <= set(dir(errors))
    assert not [name for name in explained if f"`{name}`" not in text]


def test_the_plug_in_named_in_the_project_is_the_one_that_is_found():
    named = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"][GROUP]
    found = vendors()
    for name, value in named.items():
        assert EntryPoint(name, value, GROUP).load() is found[name]
        assert found[name].name == name
        assert all(origin.startswith("https://") for origin in found[name].origins)
