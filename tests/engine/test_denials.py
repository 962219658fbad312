"""What a CV says somebody does not have is no skill of theirs; what only looks so stays one."""

from datetime import date

import pytest

from engine.facts import read_person
from engine.lexicon import Lexicon
from engine.records import Document, Person, SourceRecord


@pytest.fixture(scope="module")
def skills():
    lexicon = Lexicon.default()

    def read(text):
        record = SourceRecord(id="r", documents=(Document(id="cv", text=text),))
        facts = read_person(Person(id="p", records=(record,)), lexicon=lexicon, today=date(2026, 11, 1))
        return {fact.label for fact in facts.facts if fact.kind == "skill"}

    return read


@pytest.mark.parametrize(
    "text",
    [
        "I have no previous experience of Kubernetes.",
        "Knows Docker, but has never worked with Kubernetes.",
        "I haven't used Kubernetes in production.",
        "Lacking Kubernetes, otherwise a good match.",
        "Eager to learn Kubernetes on the job.",
        "New to Kubernetes.",
        "Kubernetes: none",
        "Kubernetes is new to me.",
        "Jag saknar erfarenhet av Kubernetes.",
        "Har inte jobbat med Kubernetes.",
        "Ingen tidigare kunskap om drift, ingen vana av Kubernetes.",
        "Kubernetes är nytt för mig.",
        "Vill lära mig Kubernetes.",
    ],
)
def test_what_somebody_says_they_lack_is_no_skill(skills, text):
    assert "Kubernetes" not in skills(f"Summary\n{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "Ran Kubernetes for three years.",
        "No downtime in two years with Kubernetes.",
        "Not only Docker: Kubernetes and Helm too.",
        "I have no experience of Azure. I know Kubernetes well.",
        "Never used Java, but Kubernetes every day.",
        "New to the team in 2019, where I set up Kubernetes.\nTaught Kubernetes to others.",
        "Saknar inget. Kan Kubernetes.",
        "Har aldrig använt Java, men Kubernetes dagligen.",
        "Kubernetes is nothing new.",
    ],
)
def test_what_only_looks_like_it_stays_one(skills, text):
    assert "Kubernetes" in skills(f"Summary\n{text}\n")


def test_elsewhere_in_the_text_it_counts(skills):
    assert "Java" in skills("Skills\nJava, Python\n\nProfile\nI have not worked with Java since 2020.\n")
