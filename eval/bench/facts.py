"""How well facts are read out of real CVs, against the hand labels of ``eval/suites/cv_facts``; what stays unstated.

``headwater bench facts``. The conventions are those of the suite's README: titles agree when equal or when one holds
the other; dates are scored on the agreeing positions, stated dates only, at the coarser granularity of the two; skills
agree by folded words, and their precision counts only what is found in sections for skills, as skills named elsewhere
are not labelled. ``skills_lenient`` lets "general ledger" agree with "general ledger accounting".
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from engine.facts import extract
from engine.facts.sections import split_sections
from engine.lexicon import Lexicon
from engine.records import Document, Facts, Position
from engine.text import normalise

SUITE = Path(__file__).resolve().parents[1] / "suites" / "cv_facts"
TODAY = date(2026, 11, 1)
FIELDS = ("title", "dates", "years", "skill", "education", "language", "place")
_VOCATIONAL = frozenset({"certificate", "diploma", "associate"})
A = TypeVar("A")
B = TypeVar("B")


class Labels(StrEnum):
    dev = "dev"
    held = "held"


@dataclass
class Tally:
    """Sums over CVs: of what was found, how much is right; of what is labelled, how much was found."""

    right: int = 0
    found: int = 0
    recalled: int = 0
    labelled: int = 0

    def add(self, right: int, found: int, labelled: int, *, recalled: int | None = None) -> None:
        self.right += right
        self.found += found
        self.recalled += right if recalled is None else recalled
        self.labelled += labelled

    def scores(self) -> dict[str, float]:
        precision = self.right / self.found if self.found else 0.0
        recall = self.recalled / self.labelled if self.labelled else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3)}


def run(
    shared: Annotated[Path, typer.Option(help="Folder of the reference data.")] = Path("../shared/data"),
    labels: Annotated[Labels, typer.Option(help="held: the forty kept aside.")] = Labels.dev,
) -> dict[str, Any]:
    """Precision, recall and F1 by kind of fact; the share of all CVs that leave a field unstated."""
    texts = read_texts(shared)
    lexicon = Lexicon.default()
    rows = read_labels(labels)
    tallies = score_all(rows, texts, lexicon)
    return {
        "labels": labels.value,
        "cvs": len(rows),
        "scores": {name: tally.scores() for name, tally in tallies.items()},
        "not_stated": not_stated(texts.values(), lexicon),
    }


def read_texts(shared: Path) -> dict[str, str]:
    """CV id -> text."""
    with gzip.open(shared / "resumes" / "resumes.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {row["id"]: row["text"] for row in map(json.loads, lines)}


def read_labels(labels: Labels) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SUITE / f"labels_{labels.value}.jsonl").read_text("utf-8").splitlines()]


def score_all(rows: Iterable[dict[str, Any]], texts: dict[str, str], lexicon: Lexicon) -> dict[str, Tally]:
    names = ("titles", "dates", "skills", "skills_lenient", "education", "languages")
    tallies = {name: Tally() for name in names}
    for label in rows:
        text = texts[label["id"]]
        score(label, text, extract(Document(id="cv", text=text), lexicon=lexicon, today=TODAY), tallies)
    return tallies


def score(label: dict[str, Any], text: str, found: Facts, tallies: dict[str, Tally]) -> None:
    """Add one CV to the tallies."""
    said = [(_words(text, p["title"]), p) for p in label["positions"]]
    read = [(normalise(p.title), p) for p in found.positions if p.title]
    pairs = match(said, read, lambda a, b: _overlap(a[0], b[0]))
    tallies["titles"].add(len(pairs), len(read), len(said))
    for (_, stated), (_, position) in pairs:
        tallies["dates"].add(*_dates(stated, position))
    _score_skills(label, text, found, tallies)
    stated_levels: Counter[str] = Counter(_level(e["level"]) for e in label["education"] if e["level"])
    levels: Counter[str] = Counter(e.level for e in found.education if e.level)
    tallies["education"].add((stated_levels & levels).total(), levels.total(), stated_levels.total())
    spoken = {_words(text, span) for span in label["languages"]}
    languages = {normalise(f.label) for f in found.facts if f.kind == "language"}
    tallies["languages"].add(len(spoken & languages), len(languages), len(spoken))


def _score_skills(label: dict[str, Any], text: str, found: Facts, tallies: dict[str, Tally]) -> None:
    said = [_words(text, span) for span in label["skills"]]
    spans = [(f.span.start, f.span.end) for f in found.facts if f.kind == "skill" and f.span]
    listed = [(s.start, s.end) for s in split_sections(text) if s.kind == "skills"]
    inside = [span for span in spans if not listed or any(a <= span[0] < b for a, b in listed)]
    everywhere, here = ([*dict.fromkeys(_words(text, span) for span in some)] for some in (spans, inside))
    rules: dict[str, Callable[[str, str], bool]] = {"skills": str.__eq__, "skills_lenient": _overlap}
    for name, agree in rules.items():
        recalled = len(match(said, everywhere, agree))
        tallies[name].add(len(match(said, here, agree)), len(here), len(said), recalled=recalled)


def _dates(stated: dict[str, Any], position: Position) -> tuple[int, int, int]:
    """(right, found, stated) of the start and the end of one position; "now" is an end."""
    said = (stated["start"], "now" if stated["current"] else stated["end"])
    read = (position.start, "now" if position.current else position.end)
    right = sum(a[: len(b)] == b[: len(a)] for a, b in zip(said, read, strict=True) if a and b)
    return right, sum(day is not None for day in read), sum(day is not None for day in said)


def _level(level: str) -> str:
    return "vocational" if level in _VOCATIONAL else level


def _words(text: str, span: Iterable[int]) -> str:
    start, end = span
    return normalise(text[start:end])


def _overlap(one: str, other: str) -> bool:
    """Equal, or one holds the other, by whole words."""
    return bool(one and other) and (f" {other} " in f" {one} " or f" {one} " in f" {other} ")


def match(said: Iterable[A], read: Iterable[B], agree: Callable[[A, B], bool]) -> list[tuple[A, B]]:
    """Pairs that agree, each side used once, in order."""
    left = list(read)
    pairs = []
    for one in said:
        for number, other in enumerate(left):
            if agree(one, other):
                pairs.append((one, left.pop(number)))
                break
    return pairs


def not_stated(texts: Iterable[str], lexicon: Lexicon) -> dict[str, float]:
    """Field -> share of the CVs in which nothing of it is found: there a criterion ends at "not stated".

    A title counts when the lexicon knows it: one it does not know says nothing to a verdict.
    """
    stated: Counter[str] = Counter()
    count = 0
    for text in texts:
        count += 1
        found = extract(Document(id="cv", text=text), lexicon=lexicon, today=TODAY)
        kinds = {fact.kind for fact in found.facts if fact.kind != "title" or lexicon.get(fact.value)}
        stated.update(kinds | ({"dates"} if any(p.start for p in found.positions) else set()))
    return {field: round(1 - stated[field] / count, 3) for field in FIELDS}
