"""JSONL: every line is a person, a job or a reason why not."""

import gzip
import hashlib
import json
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadFile, BadInput
from indexer.imports import lines
from indexer.imports.lines import count_lines, read_lines
from indexer.imports.values import Bad, Found, FoundJob


def test_a_person_a_line_a_job_a_line(load, write, counts):
    path = write(
        "people.jsonl",
        [
            {"id": "j1", "title": "Nurse", "status": "open", "recruiter": "someone"},
            {"id": 7, "name": "Anna Almroth", "text": "Nurse in Lund", "applications": [{"id": 1, "job_id": "j1"}]},
        ],
    )
    assert counts(load(path)) == (1, 0, 0, 1)
    anna = load.people()["7"]
    assert (anna.source, anna.documents[0].text, anna.applications[0].job_id) == ("ats", "Nurse in Lund", "people:j1")
    assert load.reader.job("people:j1").status == "open"


def test_timestamps_become_days_and_unknown_fields_are_counted(load, write):
    path = write(
        "people.jsonl",
        [
            {
                "id": "1",
                "category": "X",
                "updated_at": "2024-05-06T07:08:09.000Z",
                "education": [{"school": "KTH", "gpa": 4}],
            },
            {"id": "2", "category": "Y"},
        ],
    )
    result = load(path)
    assert result.ignored == {"category": 2, "education.gpa": 1}
    assert "The field 'category' is not one we know; records that had it: 2." in result.remarks
    assert load.people()["1"].updated_at == "2024-05-06"
    assert load.people()["1"].education[0].school == "KTH"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{not json", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('["a"]', "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"name": "nobody"}', "no `id`"),
        ('{"id": ""}', "`id`"),
        ('{"id": true}', "`id`"),
        ('{"id": "' + "x" * 201 + '"}', "`id`"),
        ('{"id": "1", "name": "half \\ud800"}', "half a character"),
        ('{"id": "1", "latitude": NaN}', "`latitude`"),
        ('{"id": "1", "text": 5}', "`text`"),
        ('{"id": "1", "documents": 5, "text": "x"}', "`documents`"),
        ('{"id": "1", "documents": [{"path": "../secret.pdf"}]}', "leads out"),
        ('{"id": "1", "documents": [{"path": "\\ud800"}]}', "no path"),
        ('{"id": "1", "documents": [{"id": "text"}], "text": "x"}', "one id"),
        ('{"id": "1", "updated_at": "yesterday"}', "`updated_at`"),
        ('{"id": "1", "positions": [{"start": "2024-13"}]}', "`positions.0.start`"),
        ('{"id": "1", "applications": [{"id": "a", "job_id": "' + "j" * 201 + '"}]}', "id of a job"),
        ('{"title": "A job without an id", "status": "open"}', "no `id`"),
    ],
)
def test_what_a_line_cannot_be_is_said_and_the_next_is_read(load, write, line, what):
    result = load(write("p.jsonl", [line, {"id": "good"}]))
    assert result.created == 1
    (bad,) = result.parked
    assert bad.place == "p.jsonl line 1"
    assert what in bad.what
    assert bad.fix
    assert load.parked() == {bad.place: bad.what}


def test_a_line_in_another_encoding_is_parked(load, write):
    path = write("p.jsonl", '{"id": "1", "name": "Åsa"}\n'.encode("cp1252") + b'\xef\xbb\xbf{"id": "2"}')
    assert "not UTF-8" in load(path).parked[0].what
    assert list(load.people()) == ["2"]


def test_a_line_that_is_too_long_is_one_reason_and_moves_no_number(load, write, monkeypatch):
    monkeypatch.setattr(lines, "MOST_BYTES", 100)
    result = load(write("p.jsonl", ['{"id": "1", "text": "' + "x" * 500 + '"}', "oops"]))
    assert [bad.place for bad in result.parked] == ["p.jsonl line 1", "p.jsonl line 2"]
    assert "longer than" in result.parked[0].what


def zipped(rows):
    return gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())


def test_a_cut_archive_gives_what_stood_before_the_cut(load, write):
    people = [{"id": str(n), "text": hashlib.sha256(str(n).encode()).hexdigest()} for n in range(5000)]
    whole = zipped(people)
    path = write("p.jsonl.gz", whole[: len(whole) // 2])
    result = load(path)
    assert 0 < result.created < 5000
    assert result.parked[-1].place == f"p.jsonl.gz from line {result.created + 1}"
    assert "cut off" in result.parked[-1].what
    path.write_bytes(whole)
    assert load(path).people == 5000
    assert load.parked() == {}


def test_an_archive_that_is_none_is_one_clear_error(load, write):
    with pytest.raises(BadFile, match=r"p\.jsonl\.gz cannot be read"):
        load(write("p.jsonl.gz", b"not gzip at all"))


@pytest.mark.parametrize(("content", "number"), [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\nb", 2)])
def test_lines_are_counted(write, content, number):
    assert count_lines(write("p.jsonl", content)) == number


def test_of_an_id_given_twice_the_first_counts_and_the_second_is_named(load, write, counts):
    rows = [{"id": "1", "name": "First"}, *({"id": f"x{n}"} for n in range(150)), {"id": "1", "name": "Second"}]
    path = write("p.jsonl", [*rows, rows[5]])
    result = load(path)
    assert [(bad.place, bad.what) for bad in result.parked] == [
        ("p.jsonl line 152", "The id stands in p.jsonl line 1 already.")
    ]
    assert load.people()["1"].name == "First"
    before = load.events()
    assert counts(load(path)) == (0, 0, 151, 0)
    assert load.events() == before


def test_a_person_known_by_their_cv_alone_gets_the_name_and_address_it_states(load, write):
    load(write("p.jsonl", [{"id": "1", "text": "Anna Almroth\nanna@example.com\nNurse"}]))
    assert (load.people()["1"].name, load.people()["1"].emails) == ("Anna Almroth", ("anna@example.com",))


FIELDS = st.sampled_from(
    "id title text name documents path positions applications job_id start updated_at emails".split()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS | st.text(max_size=4), inner, max_size=5),
    max_leaves=20,
)
LINE = st.dictionaries(FIELDS, JSON).map(json.dumps).map(str.encode) | st.binary(max_size=60)


@given(st.lists(LINE, max_size=8).map(b"\n".join), st.sampled_from(["p.jsonl", "p.jsonl.gz"]))
def test_any_bytes_are_pieces_or_reasons(data, name):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        with suppress(BadInput):
            count_lines(path)
        for piece in read_lines(path, source="ats", ignored=Counter()):
            assert isinstance(piece, Bad | Found | FoundJob)
            if isinstance(piece, Found):
                piece.record.model_dump_json()
                piece.raw.encode()
