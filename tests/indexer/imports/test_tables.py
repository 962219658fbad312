"""CSV: English and Swedish heads, every separator, broken rows by number, one person in several rows."""

import csv
import json
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.commands.imports import read_mapping
from engine.errors import BadFile, BadInput
from indexer.imports import suggest_mapping
from indexer.imports.columns import HEADS
from indexer.imports.dates import date_of, is_day_first
from indexer.imports.sheet import read_sheet
from indexer.imports.tables import read_table
from indexer.imports.values import Bad, Found, FoundJob

ENGLISH = "Candidate ID,Name,E-mail,Phone,City,Skills,Job,Stage,Status,Applied\n7,Anna Almroth,anna@example.com,+46 8 123,Lund,Python; SQL,Nurse,Final interview,Rejected,2024-01-05\n"
SWEDISH = "Kandidatnummer;Namn;E-post;Telefon;Ort;Kompetenser;Tjänst;Steg;Utfall;Ansökt\n7;Anna Almroth;anna@example.com;+46 8 123;Lund;Python, SQL;Nurse;Slutintervju;Avslag;5.1.2024\n"


@pytest.mark.parametrize(
    "text", [ENGLISH, SWEDISH, SWEDISH.replace(";", "\t"), SWEDISH.replace(";", "|"), "sep=;\n" + SWEDISH]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_dialect_gives_the_same_person(load, write, text, encoding, end):
    assert load(write("people.csv", text.replace("\n", end).encode(encoding))).parked == []
    person = load.people()["7"]
    assert (person.name, person.emails, person.location) == ("Anna Almroth", ("anna@example.com",), "Lund")
    assert person.skills == ("Python", "SQL")
    (application,) = person.applications
    assert (application.job_id, application.stage_rank, application.outcome) == ("people:title:nurse", 3, "rejected")
    assert application.applied_at == "2024-01-05"


def test_one_person_in_several_rows_has_several_applications(load, write, counts):
    path = write(
        "people.csv",
        "email,name,job,stage,status\n"
        "Anna@example.com,Anna,Nurse,Applied,\n"
        "anna@example.com,,Nurse,Offer,\n"
        "anna@example.com,,Nurse,Phone screen,withdrawn\n"
        "anna@example.com,,Chef,Interview,hired\n"
        "bo@example.com,Bo,,,\n",
    )
    assert counts(load(path)) == (2, 0, 0, 2)
    nurse, chef = load.people()["anna@example.com"].applications
    assert (nurse.stage, nurse.furthest_stage, nurse.stage_rank, nurse.outcome) == (
        "Phone screen",
        "Offer",
        4,
        "withdrawn",
    )
    assert (chef.stage_rank, chef.outcome) == (5, "hired")


def test_broken_rows_are_parked_by_their_number_and_the_rest_goes_in(load, write):
    path = write(
        "people.csv",
        'id,name,note\n1,Anna,"two\nlines"\n2,Bo\n3,Cia,x,y\n,Nobody,z\n\n6,"Dan,x\n7,Eva,fine,,\n',
    )
    result = load(path)
    assert {bad.place: bad.what for bad in result.parked} == {
        "people.csv row 3": "The row has 2 cells, the head has 3.",
        "people.csv row 4": "The row has 4 cells, the head has 3.",
        "people.csv row 5": "The row has no usable id or e-mail.",
        "people.csv row 7": "A quote in the row is not closed.",
    }
    assert sorted(load.people()) == ["1", "7"]
    assert load.people()["1"].activities[0].text == "two\nlines"
    path.write_text(path.read_text().replace("2,Bo\n", "2,Bo,\n"))
    load(path)
    assert "people.csv row 3" not in load.parked()
    assert len(load.parked()) == 3


def test_a_file_that_tells_nobody_apart_names_its_columns(load, write):
    with pytest.raises(BadInput, match=r"people.csv has no column that tells people apart.*Its columns: name, Ort\."):
        load(write("people.csv", "name,Ort\nAnna,Lund\n"))


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("a.csv", b"", "no heads"),
        ("a.csv", b"\n\n,,\n", "no heads"),
        ("a.csv", b"PK\x03\x04", "Excel"),
        ("a.xlsx", b"PK\x03\x04", "spreadsheet"),
    ],
)
def test_a_file_that_is_no_csv_is_one_clear_error(load, write, name, data, what):
    with pytest.raises(BadInput, match=what):
        load(write(name, data))


def test_the_suggested_mapping_fed_back_imports_the_same(load, write, counts):
    path = write("people.csv", ENGLISH.replace("Applied", "Shoe size"))
    found, unknown = suggest_mapping(path)
    assert unknown == ["Shoe size"]
    load(path)
    mapping = read_mapping(write("mapping.json", json.dumps(found)))
    assert counts(load(path, mapping=mapping)) == (0, 0, 1, 1)


def test_a_column_of_any_name_can_be_named_by_a_mapping(load, write):
    result = load(write("people.csv", "Nr,Wer\n7,Anna\n"), mapping={"id": "Nr", "name": "Wer"})
    assert (result.created, result.remarks) == (1, [])
    assert load.people()["7"].name == "Anna"


def test_columns_nobody_knows_are_named_in_a_remark(load, write):
    assert load(write("people.csv", "id,Shoe size\n1,42\n")).remarks == [
        "The field 'Shoe size' is not one we know; records that had it: 1."
    ]


@pytest.mark.parametrize(
    ("mapping", "what"),
    [
        ({"id": "Nr"}, r"no column 'Nr' \(for id\)\. Its columns: id, name"),
        ({"id": "id", "shoe": "name"}, "field 'shoe'"),
    ],
)
def test_a_mapping_that_names_what_is_not_there_is_refused(load, write, mapping, what):
    with pytest.raises(BadInput, match=what):
        load(write("people.csv", "id,name\n1,Anna\n"), mapping=mapping)


def test_a_mapping_file_that_is_none_is_refused(write):
    for content in ("[1]", "{", '{"id": 5}'):
        with pytest.raises(BadInput, match=r"mapping\.json"):
            read_mapping(write("mapping.json", content))


def test_a_date_is_read_as_its_column_writes_it(load, write):
    path = write("people.csv", "id,applied,job,updated\n1,05/01/2024,Nurse,05/01/2024\n2,13/01/2024,Nurse,nonsense\n")
    result = load(path)
    assert load.people()["1"].applications[0].applied_at == "2024-01-05"
    assert {bad.place for bad in result.parked} == {"people.csv row 2, updated_at", "people.csv row 3, updated_at"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2024-01-05", "2024-01-05"), ("2024-01-05T10:00:00Z", "2024-01-05"), ("2024/1/5", "2024-01-05"),
        ("20240105", "2024-01-05"), ("5.1.2024", "2024-01-05"), ("2024-01", "2024-01"), ("2024", "2024"),
        ("13/01/2024", "2024-01-13"), ("01/13/2024", "2024-01-13"), ("05/01/2024", None), ("05/05/2024", "2024-05-05"),
        ("5 January 2024", "2024-01-05"), ("Jan 5, 2024", "2024-01-05"), ("maj 2024", "2024-05"),
        ("2024-02-30", None), ("31.2.2024", None), ("soon", None), ("", None), ("1776", None),
    ],
)  # fmt: skip
def test_dates(said, meant):
    assert date_of(said) == meant


def test_a_column_that_writes_both_ways_is_not_guessed():
    assert is_day_first(["05/01/2024", "13/01/2024"]) is True
    assert is_day_first(["05/01/2024", "01/13/2024"]) is False
    assert is_day_first(["13/01/2024", "01/13/2024"]) is None
    assert is_day_first(["05/01/2024"]) is None


def test_files_named_beside_the_csv_are_read_and_none_elsewhere(load, write):
    write("cvs/anna.txt", "Nurse in Lund")
    path = write("people.csv", "id,cv\n1,cvs/anna.txt\n2,../secret.txt\n3,cvs/gone.pdf\n4,Chef in Malmö\n")
    result = load(path)
    people = load.people()
    assert people["1"].documents[0].text == "Nurse in Lund"
    assert people["4"].documents[0].text == "Chef in Malmö"
    assert {bad.place for bad in result.parked} == {"people.csv row 3, file", "people.csv row 4, gone.pdf"}
    assert set(people) == {"1", "2", "3", "4"}


def test_a_job_only_known_from_rows_says_nothing_against_the_one_that_is_there(load, write):
    load(
        write("jobs.jsonl", [{"id": "j1", "title": "Nurse", "status": "open", "description": "Nights"}]),
        connection="crm",
    )
    load(write("people.csv", "id,job id,job\n1,j1,Nursing\n"), connection="crm")
    assert [(j.id, j.title, j.description) for j in load.reader.jobs()] == [("crm:j1", "Nurse", "Nights")]


def test_two_exports_with_the_same_job_id_keep_two_jobs_and_a_second_import_changes_nothing(load, write, counts):
    one = write("crm.csv", "id,job id,job,stage\n1,7,Nurse,Offer\n")
    two = write("old.csv", "id,job id,job,stage\n1,7,Chef,Screening\n")
    load(one), load(two)
    events = load.events()
    for connection, title in [("crm", "Nurse"), ("old", "Chef")]:
        assert load.reader.job(f"{connection}:7").title == title
        [person] = load.reader.people(load.reader.people_of_job(f"{connection}:7")).values()
        assert person.connections == (connection,)
    assert [counts(load(path))[:3] for path in (one, two)] == [(0, 0, 1), (0, 0, 1)]
    assert load.events() == events


def test_a_note_keeps_its_id_when_its_row_moves(load, write, counts):
    path = write("people.csv", "id,note\n1,good\n")
    load(path)
    path.write_text("id,note\n0,\n1,good\n")
    assert counts(load(path)) == (1, 0, 1, 0)


CELL = st.sampled_from(
    ["", "1", "a@b.se", '"', '"x"', "2024-01-05", "05/01/2024", "Nurse", "cv.pdf", "å", "\0", "=1+1"]
)
ROW = st.lists(CELL, max_size=5).map(",".join)
TABLE = st.tuples(
    st.lists(st.sampled_from([*HEADS, "x"]), min_size=1, max_size=5).map(",".join), st.lists(ROW, max_size=9)
)


@given(TABLE.map(lambda t: "\n".join([t[0], *t[1]]).encode()) | st.binary(max_size=200))
def test_any_bytes_are_pieces_or_one_clear_error(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        path.write_bytes(data)
        pieces = []
        with suppress(BadInput):
            pieces = list(read_table(path, source="ats", mapping=None, ignored=Counter())[0])
        for piece in pieces:
            assert isinstance(piece, Bad | Found | FoundJob)
        ids = [piece.record.id for piece in pieces if isinstance(piece, Found)]
        assert len(ids) == len(set(ids))


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=2, max_size=2),
        max_size=6,
    )
)
def test_what_a_csv_writer_writes_is_read_back(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["id", "name"], *rows])
        read = [cells for _, cells in read_sheet(path).rows()]
    assert read == [row for row in rows if any(cell.strip() for cell in row)]


def test_an_unclosed_quote_costs_one_row_of_many(write):
    path = write("a.csv", 'id,name\n1,"Anna\n' + "".join(f"{n},x\n" for n in range(2, 5000)))
    rows = dict(read_sheet(path).rows())
    assert isinstance(rows.pop(2), str)
    assert len(rows) == 4998


def test_a_table_is_refused_before_anything_is_read(write):
    with pytest.raises(BadFile):
        read_table(write("a.csv", ""), source="ats", mapping=None, ignored=Counter())
