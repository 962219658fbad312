"""JSON Resume: one or a list, its fields where ours are, its other sections findable."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.imports.resume import read_resume
from indexer.imports.values import Bad, Found

ANNA = {
    "basics": {
        "name": "Anna Almroth", "label": "Nurse", "email": "Anna@example.com", "phone": "+46 8 123", "url": "https://example.com",
        "location": {"city": "Lund", "region": "Skåne"}, "profiles": [{"url": "https://example.com/anna"}],
    },
    "work": [
        {"name": "Region Skåne", "position": "Nurse", "startDate": "2019-02-30", "summary": "Nights"},
        {"name": "Ward 7", "position": "Head nurse", "startDate": "2020-01", "endDate": "Present", "highlights": ["Led nine"]},
    ],
    "education": [{"institution": "Lund", "studyType": "Bachelor", "area": "Nursing", "endDate": "2018-06-01T00:00:00"}],
    "skills": [{"name": "Care", "keywords": ["Triage", "IV"]}, "Excel", {"name": "SQL", "keywords": "joins"}],
    "languages": [{"language": "Swedish", "fluency": "Native"}, {"language": "English"}],
    "projects": [{"name": "Night rota", "description": "Planned in Python", "highlights": ["Saved hours"]}],
}  # fmt: skip


def test_every_section_is_kept(load, write):
    result = load(write("people/anna.json", json.dumps(ANNA)))
    anna = load.people()["anna@example.com"]
    assert (anna.name, anna.headline, anna.location) == ("Anna Almroth", "Nurse", "Lund, Skåne")
    assert anna.links == ("https://example.com", "https://example.com/anna")
    assert [(p.title, p.start, p.end, p.current) for p in anna.positions] == [
        ("Nurse", None, None, False),
        ("Head nurse", "2020-01", None, True),
    ]
    assert anna.positions[1].text == "• Led nine"
    assert anna.education[0].end == "2018-06-01"
    assert anna.skills == ("Care", "Triage", "IV", "Excel", "SQL", "joins")
    assert anna.languages == ("Swedish (Native)", "English")
    assert anna.documents[0].text == "Projects\nNight rota, Planned in Python\n• Saved hours"
    assert [bad.place for bad in result.parked] == ["anna.json, work 1 startDate"]


def test_a_list_holds_several_and_the_bad_ones_are_named(load, write):
    result = load(write("all.json", json.dumps([ANNA, {"work": []}, {"basics": {"name": "Bo"}}, 5])))
    assert set(load.people()) == {"anna@example.com", "all.json resume 3"}
    assert [bad.place for bad in result.parked][1:] == ["all.json resume 2", "all.json resume 4"]


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, '"x"', "null", '{"basics": 5}', b"\xff\xfe\x00"])
def test_another_shape_is_refused(load, write, content):
    result = load(write("a.json", content))
    assert (result.people, [bad.place for bad in result.parked]) == (0, ["a.json"])


def test_half_a_character_is_refused(load, write):
    assert "half a character" in load(write("a.json", '{"basics": {"name": "\\ud800"}}')).parked[0].what


NAMES = st.sampled_from(
    "basics work education skills languages projects name email startDate endDate keywords highlights".split()
)
JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["2020-01", "Present"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=25,
)


@given(st.dictionaries(NAMES, JSON).map(lambda d: json.dumps({"basics": {}} | d).encode()) | st.binary(max_size=60))
def test_any_bytes_are_pieces_or_reasons(data):
    class Held:
        def stat(self):
            return type("Size", (), {"st_size": len(data)})

        def read_bytes(self):
            return data

    for piece in read_resume(Held(), "a.json", source="ats"):
        assert isinstance(piece, Bad | Found)
        if isinstance(piece, Found):
            piece.raw.encode()
