"""``headwater`` as a process: what it prints, where, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from engine.records import Document, SourceRecord
from indexer.ledger import Ledger

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.model, pytest.mark.slow]


def test_import_search_person_doctor(run, people):
    first = json.loads(run("import", people, "--connection", "crm", "--json").stdout)
    assert (first["created"], first["unchanged"]) == (2, 0)
    again = json.loads(run("import", people, "--connection", "crm", "--json").stdout)
    assert (again["created"], again["unchanged"], again["indexed"]["embedded"]) == (0, 2, 0)
    found = json.loads(run("search", "nurse in Lund", "--json").stdout)
    assert found["hits"][0]["name"] == "Nils Norrby"
    shown = run("search", "nurse in Lund").stdout
    assert "Nils Norrby" in shown
    assert "✓" in shown
    person = found["hits"][0]["person_id"]
    assert json.loads(run("person", person, "--json").stdout)["name"] == "Nils Norrby"
    assert "Nils Norrby" in run("person", person).stdout
    report = json.loads(run("doctor", "--json").stdout)
    assert (report["counts"]["people"], report["held_by"], report["index"]["built"]) == (2, None, True)
    assert "2 people" in run("doctor", "--rebuild").stdout
    assert json.loads(run("search", "nurse in Lund", "--json").stdout)["hits"][0]["person_id"] == person


def test_a_question_is_answered_before_many_changes_are_indexed_and_knows_them_the_next_time(run, people, env):
    run("import", people, "--connection", "crm")
    ledger = Ledger.open(f"sqlite:///{env['HEADWATER_DATA_DIR']}/headwater.db")
    cv = Document(id="cv", text="Falconer in Umeå.")
    ledger.writer("default", "test").put_records("crm", [SourceRecord(id=f"f{n}", documents=(cv,)) for n in range(7)])
    ledger.close()
    first = run("search", "falconer", "--json")
    assert "7 changed people and jobs are not searchable yet" in first.stderr
    assert json.loads(first.stdout)["counts"]["total"] == 2
    second = run("search", "falconer", "--json")
    assert second.stderr == ""
    assert json.loads(second.stdout)["counts"]["total"] == 9


def test_a_serving_process_answers_the_command_line_and_takes_its_imports(run, people, serving):
    link, address, _ = serving()
    assert json.loads(run("import", people, "--json").stdout)["created"] == 2
    found = json.loads(run("search", "nurse in Lund", "--json").stdout)
    assert found["hits"][0]["name"] == "Nils Norrby"
    key = json.loads(run("keys", "create", "tests", "--json").stdout)
    headers = {"Authorization": f"Bearer {key['key']}"}
    answer = httpx.post(f"{address}/v1/search", json={"text": "nurse"}, headers=headers, trust_env=False)
    assert answer.json()["hits"][0]["name"] == "Nils Norrby"
    run("keys", "revoke", key["id"])
    assert httpx.get(f"{address}/v1/jobs", headers=headers, trust_env=False).status_code == 401
    with httpx.Client(follow_redirects=True, trust_env=False) as browser:
        assert "Nils Norrby" in (browser.get(link).text and browser.get(f"{address}/search?q=nurse").text)
    assert json.loads(run("doctor", "--json").stdout)["held_by"]["url"] == address
    refused = run("serve", "--port", "0", code=1).stderr
    assert address in refused
    assert "being served" in run("doctor", "--rebuild", code=1).stderr


def test_another_encoder_is_built_beside_while_the_old_index_answers(run, people):
    run("import", people, "--connection", "crm", HEADWATER_ENCODER="minilm")
    other = {"HEADWATER_ENCODER": "multilingual"}
    asked = run("search", "nurse in Lund", "--json", **other)
    assert json.loads(asked.stdout)["hits"][0]["name"] == "Nils Norrby"
    assert "index has minilm@" in asked.stderr
    assert "older index answers" in run("doctor", **other).stdout
    run("import", people, "--connection", "crm", **other)
    report = json.loads(run("doctor", "--json", **other).stdout)["index"]
    assert (report["built"], report["others"], report["switch"]) == (True, [], None)
    asked = run("search", "sjuksköterska", "--json", **other)
    assert (json.loads(asked.stdout)["hits"][0]["name"], asked.stderr) == ("Nils Norrby", "")


def test_what_cannot_be_done_is_one_clear_sentence(run, tmp_path):
    assert "headwater import" in run("search", "nurse", code=1).stderr
    assert "There is no 'nothing.csv'" in run("import", str(tmp_path / "nothing.csv"), code=2).stderr
    (tmp_path / "people.csv").write_text("namn,ort\nAnna,Lund\n")
    assert "Its columns: namn, ort." in run("import", "people.csv", code=2).stderr
    suggested = run("import", "people.csv", "--suggest-mapping")
    assert json.loads(suggested.stdout) == {"name": "namn", "location": "ort"}
    assert "--limit" in run("search", "x", "--limit", "0", code=2).stderr
    assert "HEADWATER_PORT" in run("search", "x", code=2, HEADWATER_PORT="many").stderr
    assert "HEADWATER_SECRET_KEY" in run("serve", "--host", "0.0.0.0", "--port", "0", code=1).stderr
    assert "known: " in run("import", str(ROOT / "README.md"), code=1, HEADWATER_ENCODER="nonesuch").stderr


def test_a_secret_given_is_never_printed(run):
    secret = "do-not-print-this-secret-anywhere-please"
    for arguments, code in ((("search", "x"), 1), (("keys", "create", "a"), 0), (("doctor",), 0)):
        done = run(*arguments, code=code, HEADWATER_SECRET_KEY=secret)
        assert secret not in done.stdout + done.stderr


def test_models_are_listed_and_verified(run):
    names = {model["name"] for model in json.loads(run("models", "list", "--json").stdout)["models"]}
    assert "minilm" in names
    assert "minilm" in run("models", "list").stdout
    results = {m["name"]: m["ok"] for m in json.loads(run("models", "verify", "--json").stdout)["models"]}
    assert results["minilm"]


def test_help_names_every_command(run):
    shown = run("--help").stdout
    for name in ("demo", "serve", "import", "search", "person", "doctor", "keys", "models", "bench"):
        assert name in shown
    run("bench", "--help")


def test_serving_loads_neither_torch_nor_eval(serving, run, people, tmp_path):
    _, _, process = serving()
    run("import", people)
    run("search", "nurse")
    mapped = Path(f"/proc/{process.pid}/maps").read_text()
    assert "torch" not in mapped
    code = "import api.app, api.cli, sys; print([m for m in sys.modules if m.split('.')[0] in ('eval', 'torch')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_an_import_parks_doctor_lists_until_it_is_put_right(run, tmp_path):
    cvs = tmp_path / "cvs"
    cvs.mkdir()
    (cvs / "anna.txt").write_text("Nurse in Lund")
    (cvs / "broken.pdf").write_text("%PDF-1.4 nothing")
    done = run("import", "cvs")
    assert "1 person as 'cvs': 1 new" in done.stdout
    assert "1 × broken.pdf is a damaged PDF." in done.stdout
    assert "cvs: broken.pdf" in run("doctor").stdout
    (cvs / "broken.pdf").unlink()
    run("import", "cvs")
    assert "Nothing is parked." in run("doctor").stdout
