"""Who a CV is about: borne out by something else, or nobody."""

import gzip
import json

import pytest

from engine.lexicon import Lexicon
from indexer.imports.contacts import find_contacts


def found(text, **more):
    return find_contacts(text, Lexicon.default(), **more)


@pytest.mark.parametrize(
    ("text", "filename", "name"),
    [
        ("Åsa Öberg\nasa.oberg@example.com\nSjuksköterska", None, "Åsa Öberg"),
        ("CURRICULUM VITAE\nANNA VON ALMROTH\nLund", "anna-almroth.pdf", "Anna Von Almroth"),
        ("Anna Almroth\nLund\nnurse77@example.com", None, "Anna Almroth"),
        ("Anna Almroth\nNurse in Lund", None, None),
        ("Career Overview\nNurse in Lund\nboss@example.com", None, None),
        ("Executive Director\nLed nine.\n" + "x " * 400 + "reference@example.com", None, None),
        ("", None, None),
    ],
)
def test_a_name_is_one_that_something_bears_out(text, filename, name):
    assert found(text, filename=filename)[0] == name


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("070-123 45 67", ("+46701234567",)),
        ("+46 8 123 456 78", ("+46812345678",)),
        ("Tel: 08-123 456 78", ("+46812345678",)),
        ("Knoxville 06-04-2014", ()),
        ("04/2012 to 05/2014 1361 Boone", ()),
        ("Certificate # 08110741", ()),
    ],
)
def test_a_date_or_a_certificate_is_no_phone(text, phones):
    assert found(text)[2] == phones


@pytest.mark.data
def test_of_real_cvs_without_names_next_to_none_is_given_one(shared_data):
    with gzip.open(shared_data / "resumes" / "resumes.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines][::5]
    assert sum(found(text)[0] is not None for text in texts) <= 1
