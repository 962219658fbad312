"""The hand labels stand in the texts they were made from: spans inside, trimmed, nobody twice, dev and held apart."""

import gzip
import itertools
import json
import random
import re
from pathlib import Path

import pytest

SUITE = Path(__file__).resolve().parents[2] / "eval" / "suites" / "cv_facts"
LEVELS = {None, "secondary", "certificate", "diploma", "associate", "bachelor", "master", "doctorate"}
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")


def read(name):
    return [json.loads(line) for line in (SUITE / name).read_text(encoding="utf-8").splitlines()]


DEV, HELD = read("labels_dev.jsonl"), read("labels_held.jsonl")


@pytest.fixture(scope="module")
def texts(shared_data):
    with gzip.open(shared_data / "resumes" / "resumes.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {row["id"]: row["text"] for row in map(json.loads, lines)}


def spans(label):
    yield from (position["title"] for position in label["positions"])
    yield from label["skills"]
    yield from label["languages"]
    yield from (entry[part] for entry in label["education"] for part in ("degree", "field") if entry[part])


def test_sixty_are_for_tuning_and_forty_kept_aside_nobody_twice():
    ids = [label["id"] for label in DEV + HELD]
    assert (len(DEV), len(HELD), len(set(ids))) == (60, 40, 100)


def test_values_are_of_the_documented_form():
    for label in DEV + HELD:
        assert set(label) == {"id", "positions", "skills", "education", "languages"}
        for position in label["positions"]:
            assert set(position) == {"title", "start", "end", "current"}
            assert all(day is None or DATE.fullmatch(day) for day in (position["start"], position["end"]))
            assert position["current"] in (True, False)
            assert not (position["current"] and position["end"])
        for entry in label["education"]:
            assert set(entry) == {"level", "degree", "field", "year"}
            assert entry["level"] in LEVELS
            assert entry["degree"] or entry["field"]
            assert entry["year"] is None or re.fullmatch(r"\d{4}", entry["year"])


@pytest.mark.data
def test_the_draw_is_the_documented_one(texts):
    drawn = random.Random(2026).sample(list(texts), 100)
    assert [label["id"] for label in DEV + HELD] == drawn


@pytest.mark.data
def test_every_span_is_inside_its_text_not_empty_and_trimmed(texts):
    for label in DEV + HELD:
        text = texts[label["id"]]
        for start, end in spans(label):
            assert 0 <= start < end <= len(text), label["id"]
            assert text[start:end] == text[start:end].strip(), label["id"]


@pytest.mark.data
def test_no_skill_or_title_is_labelled_over_another(texts):
    for label in DEV + HELD:
        for kind in ([position["title"] for position in label["positions"]], label["skills"], label["languages"]):
            ordered = sorted(kind)
            assert all(one[1] <= other[0] for one, other in itertools.pairwise(ordered)), label["id"]


@pytest.mark.data
def test_a_skill_is_labelled_once(texts):
    for label in DEV + HELD:
        words = [" ".join(texts[label["id"]][start:end].casefold().split()) for start, end in label["skills"]]
        assert len(set(words)) == len(words), label["id"]


@pytest.mark.data
def test_stated_years_stand_in_the_text(texts):
    for label in DEV + HELD:
        stated = [day for position in label["positions"] for day in (position["start"], position["end"]) if day]
        stated += [entry["year"] for entry in label["education"] if entry["year"]]
        text = texts[label["id"]]
        assert all(day[:4] in text or f"/{day[2:4]}" in text or f"'{day[2:4]}" in text for day in stated), label["id"]
