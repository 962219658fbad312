"""The scoring of facts against hand labels, and the floor that extraction may not fall under."""

import pytest

from engine.facts import extract
from engine.lexicon import Lexicon
from engine.records import Document
from eval.bench.facts import TODAY, Labels, Tally, match, not_stated, read_labels, read_texts, score, score_all

LEXICON = Lexicon.default()
CV = """Experience
Nurse, Solbacka Care, 2019 - 2021
Skills
Triage, Excel
Education
Bachelor of Science in Nursing 2018
"""
NAMES = ("titles", "dates", "skills", "skills_lenient", "education", "languages")


def span(words):
    return [CV.index(words), CV.index(words) + len(words)]


def label(**changes):
    given = {
        "id": "cv",
        "positions": [{"title": span("Nurse"), "start": "2019", "end": "2021", "current": False}],
        "skills": [span("Triage"), span("Excel")],
        "education": [{"level": "bachelor", "degree": span("Bachelor of Science"), "field": None, "year": "2018"}],
        "languages": [],
    }
    return given | changes


def scores(labelled):
    tallies = {name: Tally() for name in NAMES}
    score(labelled, CV, extract(Document(id="cv", text=CV), lexicon=LEXICON, today=TODAY), tallies)
    return {name: tally.scores() for name, tally in tallies.items()}


def test_what_is_read_as_labelled_scores_one():
    found = scores(label())
    assert {found[name]["f1"] for name in ("titles", "dates", "skills", "education")} == {1.0}


def test_a_wrong_year_and_a_missing_skill_cost_what_they_are():
    wrong = [{"title": span("Nurse"), "start": "2018", "end": "2021", "current": False}]
    found = scores(label(positions=wrong, skills=[span("Triage"), span("Excel"), span("Solbacka Care")]))
    assert found["titles"]["f1"] == 1.0
    assert found["dates"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert (found["skills"]["precision"], found["skills"]["recall"]) == (1.0, 0.667)


def test_each_side_of_a_pair_is_used_once():
    assert match(["a", "a"], ["a"], str.__eq__) == [("a", "a")]


def test_the_share_not_stated_counts_cvs_without_the_field():
    shares = not_stated([CV, "Nothing here."], LEXICON)
    assert (shares["title"], shares["skill"], shares["language"]) == (0.5, 0.5, 1.0)


def test_a_title_that_the_lexicon_does_not_know_is_not_stated():
    unknown = CV.replace("Nurse,", "Culinary Virtuoso,")
    assert not_stated([CV, unknown], LEXICON)["title"] == 0.5


@pytest.mark.data
def test_extraction_stays_above_its_floor_on_the_cvs_for_tuning(shared_data):
    tallies = score_all(read_labels(Labels.dev), read_texts(shared_data), LEXICON)
    f1 = {name: tally.scores()["f1"] for name, tally in tallies.items()}
    floors = {"titles": 0.92, "dates": 0.92, "skills": 0.76, "education": 0.85}
    assert {name: f1[name] for name, floor in floors.items() if f1[name] < floor} == {}
