"""What a CV says somebody does not have is no skill of theirs; what only looks so stays one."""

import time
from datetime import date

import pytest

from engine.facts import read_person
from engine.facts.denials import denied, find_denials
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
        "No experience of Docker, Kubernetes or Helm.",
        "Without Docker and Kubernetes so far.",
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
        "Worked without supervision, running Kubernetes.",
        "Solved without delay by moving to Kubernetes.",
        "New to management through years with Kubernetes.",
        "Arbetar utan handledning med Kubernetes.",
    ],
)
def test_what_only_looks_like_it_stays_one(skills, text):
    assert "Kubernetes" in skills(f"Summary\n{text}\n")


def test_elsewhere_in_the_text_it_counts(skills):
    assert "Java" in skills("Skills\nJava, Python\n\nProfile\nI have not worked with Java since 2020.\n")


def test_stretches_are_apart_and_cover_what_each_cue_covers():
    text = "Without Java, without Go. Never used SAP, never tried Kubernetes but Helm. C: none"
    found = [text[start:end] for start, end in find_denials(text)]
    assert found == ["Without Java", "without Go", "Never used SAP, never tried Kubernetes ", "C: none"]
    at = text.index("Kubernetes")
    assert denied(find_denials(text), at, at + 10)
    assert not denied(find_denials(text), text.index("Helm"), text.index("Helm") + 4)


@pytest.mark.parametrize(
    "part", ["without java ", "never used java ", " ", "- ", ": ", "no ", "a", "has\tnot ", "utan-"]
)
def test_a_text_of_nothing_but_cues_is_read_at_once(part):
    text = part * (400_000 // len(part))
    began = time.monotonic()
    denials = find_denials(text)
    for at in range(0, len(text), 10):
        denied(denials, at, at + 4)
    assert time.monotonic() - began < 20  # about one second; hours if it went by the square of the length
