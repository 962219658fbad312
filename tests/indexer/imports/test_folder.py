"""A folder: every CV a person, an export as a whole, and what is passed over said."""

import gzip
import os
from pathlib import Path

import pytest
from reportlab.pdfgen import canvas

from engine.errors import BadInput


@pytest.fixture
def cvs(write, tmp_path):
    """Nested, with equal names, hidden files and a way out."""
    write("cvs/anna.txt", "Anna Almroth\nNurse in Lund")
    write("cvs/2024/anna.txt", "Anna Berg\nChef in Malmö")
    write("cvs/2024/~$anna.docx", "lock")
    write("cvs/.hidden/secret.txt", "hidden")
    write("cvs/photo.heic", "x")
    write("cvs/list.xlsx", "x")
    write("outside/other.txt", "Not ours")
    (tmp_path / "cvs" / "link.txt").symlink_to(tmp_path / "outside" / "other.txt")
    (tmp_path / "cvs" / "linked").symlink_to(tmp_path / "outside")
    return tmp_path / "cvs"


def test_every_cv_below_is_a_person_and_nothing_else_is(load, cvs):
    result = load(cvs)
    assert (result.connection, result.created) == ("cvs", 2)
    assert {key: record.name for key, record in load.people().items()} == {
        "anna.txt": "Anna Almroth",
        "2024/anna.txt": "Anna Berg",
    }
    assert result.remarks == ["Files of other kinds were passed over: 1 .xlsx, 1 .heic."]


def test_a_file_alone_is_the_person_it_is_in_its_folder(load, cvs, counts):
    load(cvs)
    assert counts(load(cvs / "anna.txt")) == (0, 0, 1, 0)


def test_bad_files_are_parked_by_name_and_the_rest_goes_in(load, write):
    write("cvs/good.txt", "A nurse")
    write("cvs/empty.txt", "")
    write("cvs/broken.pdf", "%PDF-1.4 nothing")
    write("cvs/resume.json", "{}")
    result = load(write("cvs/good2.txt", "A chef").parent)
    assert result.created == 2
    assert load.parked() == {
        "broken.pdf": "broken.pdf is a damaged PDF.",
        "empty.txt": "empty.txt is empty.",
        "resume.json": "It is JSON, but no JSON Resume: it has no `basics`.",
    }
    write("cvs/empty.txt", "A teacher")
    (write("cvs/good.txt", "A nurse").parent / "broken.pdf").unlink()
    load(write("cvs/resume.json", '{"basics": {"name": "Anna"}}').parent)
    assert load.parked() == {}
    assert "empty.txt" in load.people()


def test_of_a_long_file_it_is_said_how_much_was_read(load, tmp_path):
    (tmp_path / "cvs").mkdir()
    drawn = canvas.Canvas(str(tmp_path / "cvs" / "long.pdf"))
    for number in range(101):
        drawn.drawString(72, 700, f"Page {number}")
        drawn.showPage()
    drawn.save()
    assert load(tmp_path / "cvs").remarks == ["long.pdf: the first 100 of 101 pages were read."]


def test_names_that_are_no_letters_and_names_that_are_long_are_people_too(load, tmp_path):
    deep = tmp_path / "cvs" / ("d" * 120) / ("e" * 120)
    deep.mkdir(parents=True)
    (deep / "a.txt").write_text("A nurse")
    Path(os.fsdecode(os.fsencode(tmp_path / "cvs") + b"/\xe5sa.txt")).write_text("A chef")
    Path(os.fsdecode(os.fsencode(tmp_path / "cvs") + b"/\xe5sa.pdf")).write_text("no pdf")
    assert load(tmp_path / "cvs").created == 2
    assert "\\xe5sa.txt" in load.people()
    assert list(load.parked()) == ["\\xe5sa.pdf"]


def test_an_export_is_its_tables_and_the_cvs_they_name(load, write):
    write("export/jobs.jsonl", [{"id": "j1", "title": "Nurse"}])
    write("export/people.csv", "id,cv file,job id\n1,cvs/anna.txt,j1\n")
    write("export/notes.csv", "what\nx\n")
    write("export/damaged.jsonl.gz", b"no archive")
    write("export/cvs/anna.txt", "A nurse")
    result = load(write("export/cvs/nobody.txt", "A chef").parents[1])
    assert (result.created, result.jobs) == (1, 2)
    assert load.reader.job("export:j1").title == "Nurse"
    assert set(load.parked()) == {"notes.csv", "damaged.jsonl.gz"}
    assert result.remarks[-1] == (
        "CV files no row of jobs.jsonl, damaged.jsonl.gz, notes.csv, people.csv names were not imported: 1. "
        "Move them to a folder of their own."
    )


@pytest.mark.parametrize(
    ("name", "what"), [("nothing", "There is no"), ("README", "of no kind"), ("empty", "holds no CVs")]
)
def test_a_path_that_holds_nothing_is_one_clear_error(load, write, tmp_path, name, what):
    write("README", "x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=what):
        load(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "connection"),
    [
        ("People 2024.jsonl.gz", "people-2024"),
        ("cvs.2023/a.txt", "cvs-2023"),
        ("Sökande.csv", "sokande"),
        ("åäö/…/x.txt", "import"),
    ],
)
def test_the_connection_is_named_after_the_path(load, write, name, connection):
    content = {"z": b"\x1f\x8b", "v": "id\n1\n"}.get(name[-1], "A nurse")
    if name.endswith(".gz"):
        content = gzip.compress(b'{"id": "1"}')
    assert load(write(name, content)).connection == connection


def test_a_connection_that_is_no_name_is_refused(load, write):
    for connection in ("", "a b", "x" * 101):
        with pytest.raises(BadInput, match="connection"):
            load(write("a.csv", "id\n1\n"), connection=connection)
