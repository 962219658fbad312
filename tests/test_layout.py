"""The house rules that a linter does not know: names, sizes, what each file says of itself."""

import ast
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("api", "eval", "indexer", "engine", "models")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def rebinds_eval(source: str) -> bool:
    """``import eval``, ``import eval.x`` and ``from x import eval`` hide the builtin."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import) and any(
            (a.asname or a.name).split(".")[0] == "eval" and not (a.asname and a.asname != "eval") for a in node.names
        ):
            return True
        if isinstance(node, ast.ImportFrom) and any((a.asname or a.name) == "eval" for a in node.names):
            return True
    return False


def test_nobody_else_owns_our_rooms():
    owners = packages_distributions()
    assert {room: owners[room] for room in ROOMS if set(owners.get(room, ["headwater"])) != {"headwater"}} == {}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import eval", True),
        ("import eval.world", True),
        ("from x import eval", True),
        ("from eval.world import build", False),
    ],
)
def test_the_guard_against_rebinding_eval_sees_each_form(source, expected):
    assert rebinds_eval(source) is expected


def test_nothing_rebinds_eval():
    assert [name_of(p) for p in SOURCES + TESTS if rebinds_eval(p.read_text("utf-8"))] == []


def test_files_stay_readable_in_one_sitting():
    sizes = {name_of(p): len(p.read_text("utf-8").splitlines()) for p in SOURCES if "migrations" not in p.parts}
    assert {name: lines for name, lines in sizes.items() if lines > 400} == {}


def test_every_file_says_what_it_is_for():
    silent = [
        name_of(p)
        for p in SOURCES
        if p.read_text("utf-8").strip()
        and "migrations" not in p.parts
        and not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]
    assert silent == []


def test_no_path_of_a_developers_machine_in_the_tree():
    texts = [p for p in [*SOURCES, *TESTS, *ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")] if p != Path(__file__)]
    marks = ("/work/", "/root/", "/home/")
    assert [name_of(p) for p in texts if any(mark in p.read_text("utf-8") for mark in marks)] == []


def handed_on(tree):
    """``{**os.environ, ...}``: the environment given to a child process, not read."""
    return {
        v for n in ast.walk(tree) if isinstance(n, ast.Dict) for k, v in zip(n.keys, n.values, strict=True) if k is None
    }


def reads_environment(tree):
    return any(
        isinstance(n, ast.Attribute)
        and n.attr in ("environ", "getenv")
        and isinstance(n.value, ast.Name)
        and n.value.id == "os"
        for n in set(ast.walk(tree)) - handed_on(tree)
    )


def test_only_settings_and_entry_points_read_the_environment():
    allowed = {"api/settings.py", "api/cli.py", "eval/bench/served.py"}  # the last gives it to the server it starts
    readers = [
        name_of(p) for p in SOURCES if name_of(p) not in allowed and reads_environment(ast.parse(p.read_text("utf-8")))
    ]
    assert readers == []


def test_every_link_between_documents_leads_somewhere():
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("eval/**/*.md")]
    broken = [
        f"{name_of(document)}: {link}"
        for document in documents
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8"))
        if "://" not in link and not (document.parent / link).exists()
    ]
    assert broken == []


SPEAK_HTTP = {"indexer/connectors", "indexer/enrich", "indexer/outgoing", "indexer/sync"}
"""Rooms of the indexer; sync opens the client that a connector speaks through (docs/decisions/0005-outgoing-webhooks.md)."""


def test_only_a_few_rooms_of_the_indexer_speak_http():
    clients = re.compile(r"^\s*(?:import|from) (?:httpx|requests|aiohttp|urllib3|urllib\.request|http\.client)\b", re.M)
    inside = [
        p for p in SOURCES if name_of(p).startswith(("indexer/", "engine/")) and clients.search(p.read_text("utf-8"))
    ]
    assert {name_of(p.parent) for p in inside} >= {"indexer/outgoing", "indexer/connectors"}
    assert [name_of(p) for p in inside if not any(name_of(p).startswith(f"{room}/") for room in SPEAK_HTTP)] == []
