"""The lexicon finds what is named, where it is named, and not what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.lexicon import Lexicon
from engine.lexicon.lexicon import _lines, slug


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon.default()


def ids(lexicon, text, kinds=("title", "skill", "language", "place", "country"), listed=False):
    return [m.concept.id for m in lexicon.find(text, kinds, listed=listed)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Worked with k8s, C++ and C# on .NET",
            ["skill:kubernetes", "skill:c-plus-plus", "skill:c-sharp", "skill:dotnet"],
        ),
        ("Erfarna sjuksköterskor sökes", ["title:nurse"]),
        ("grundskollärare i matematik", ["title:primary-school-teacher", "skill:mathematics"]),
        ("net sales went up", []),
        ("I want to go home and access my word", []),
        ("Languages: Go, R, C", ["skill:go", "skill:r", "skill:c"]),
        ("Senior Backend Developer", ["title:backend-developer"]),
        ("general ledger and month-end close", ["skill:general-ledger", "skill:month-end-closing"]),
    ],
)
def test_a_document_names_these(lexicon, text, expected):
    assert ids(lexicon, text, ("title", "skill")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("go, r, c, excel", ["skill:go", "skill:r", "skill:c", "skill:excel"]),
        ("wants to go", []),
        ("java spring", ["skill:java", "skill:spring"]),
    ],
)
def test_in_a_list_a_bare_word_is_a_name(lexicon, text, expected):
    assert ids(lexicon, text, ("skill",), listed=True) == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Göteborg", "SE"),
        ("Gothenburg", "SE"),
        ("Lund, Sweden", "SE"),
        ("Umeå", "SE"),
        ("Helsingfors", "FI"),
        ("Köpenhamn", "DK"),
        ("Zurich", "CH"),
    ],
)
def test_places_are_found_by_local_and_english_names(lexicon, text, place):
    found = [m.concept for m in lexicon.find(text, ("place",))]
    assert [c.country for c in found][:1] == [place]
    assert found[0].latitude is not None


@pytest.mark.parametrize("text", ["Reading books", "nice of you", "Mobile developer", "in march"])
def test_a_common_word_is_no_place(lexicon, text):
    assert ids(lexicon, text, ("place", "country")) == []


def test_both_kinds_are_given_where_a_word_names_two(lexicon):
    assert set(ids(lexicon, "recruiting lead; Recruiter", ("title", "skill"))) == {
        "skill:recruitment",
        "title:recruiter",
    }


def test_a_broader_title_knows_its_narrower_ones(lexicon):
    assert "title:backend-developer" in lexicon.narrower("title:software-engineer")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Van vid C, Java, C#.", ["C", "Java", "C#"]),
        ("Jag behärskar R, C.", ["R", "C"]),
        ("I have experience of Python and R.", ["Python", "R"]),
        ("Comfortable with R in most of my work.", ["R"]),
        ("Programmed in C for ten years", ["C"]),
        ("John C. Smith", []),
        ("Andersson, C., Berg, R. (2019)", []),
        ("Hepatitis C and vitamin C.", []),
        ("Lives in section C of the town", []),
        ("Ansvarig för plan C.", []),
        ("Worked with Anna C. at the depot, who knows R&D", []),
    ],
)
def test_c_and_r_count_in_running_text_where_it_speaks_of_skills(lexicon, text, names):
    known = [
        m.concept.label for m in lexicon.find(text, ("skill",)) if m.concept.label in ("C", "R", "C#", "Java", "Python")
    ]
    assert known == names


def test_who_is_found_by_a_broader_title_is_found_by_the_one_above_it(lexicon):
    assert lexicon.get("title:icu-nurse").parents == ("title:specialist-nurse", "title:nurse")
    assert {"title:icu-nurse", "title:specialist-nurse"} <= set(lexicon.narrower("title:nurse"))
    icu, theatre = (lexicon.lookup(name, "title") for name in ("iva-sjuksköterska", "operationssjuksköterska"))
    assert icu != theatre


@given(st.text(max_size=200))
def test_spans_lie_in_the_text_and_name_the_concept(text):
    lexicon = Lexicon.default()
    for mention in lexicon.find(text, listed=True):
        assert 0 <= mention.start < mention.end <= len(text)
        assert lexicon.lookup(text[mention.start : mention.end], mention.concept.kind) == mention.concept


@pytest.mark.parametrize("name", ["skills.txt", "titles.txt"])
def test_no_concept_stands_twice_and_every_broader_one_exists(name):
    heads = [head for head, _ in _lines(name)]
    labels = [head.partition(">")[0].strip() for head in heads]
    assert len(set(map(slug, labels))) == len(labels)
    parents = {head.partition(">")[2].strip() for head in heads} - {""}
    assert parents <= set(labels)


def test_the_version_follows_the_names(lexicon):
    some = list(lexicon._by_id.values())[-20:]
    assert Lexicon(some).version == Lexicon(some).version != Lexicon(some[1:]).version
