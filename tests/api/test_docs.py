"""The documents name every setting, route, error and command there is."""

from pathlib import Path

import typer

from api.cli import app as cli
from api.errors import STATUS
from api.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


def text(name):
    return (DOCS / name).read_text("utf-8")


def test_every_setting_is_documented():
    names = [f"`HEADWATER_{name.upper()}`" for name in Settings.model_fields]
    assert [name for name in names if name not in text("settings.md")] == []


def test_every_route_is_documented(shared_app):
    routes = [f"## {m.upper()} {path}" for path, ms in shared_app.openapi()["paths"].items() for m in ms]
    assert [route for route in routes if route not in text("api.md")] == []


def test_every_field_of_a_search_is_documented(shared_app):
    schemas = shared_app.openapi()["components"]["schemas"]
    fields = [
        f for name in ("SearchIn", "Filters", "SearchOut", "HitOut", "EvidenceOut") for f in schemas[name]["properties"]
    ]
    assert [field for field in fields if f"`{field}" not in text("api.md")] == []


def test_every_problem_a_client_can_meet_is_documented():
    names = {name for status, name in STATUS.values() if status < 500 or status == 503} - {
        "bad-file",
        "bad-vector",
        "not-allowed",
    }
    assert [name for name in sorted(names) if f"`{name}`" not in text("api.md")] == []


def test_every_command_is_documented():
    commands = typer.main.get_command(cli).commands
    assert [name for name in commands if f"## headwater {name}" not in text("cli.md")] == []
