"""Writes the suite: people, jobs, queries and judgements, of one seed. The same arguments give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

from engine.errors import BadInput
from eval.suites.recruiting.candidates import Candidate, make_candidate
from eval.suites.recruiting.phrases import Split
from eval.suites.recruiting.questions import Question, questions
from eval.suites.recruiting.render import Writer
from eval.suites.recruiting.truth import forbidden, level
from eval.suites.recruiting.words import TITLES

SEED = 2026
TODAY = "2026-11-01"
MANY = 10_000
"""From so many people on, six of each are planted for a question; below, one."""
NAME = "recruiting"


def build(
    folder: Path, *, people: int = 20_000, seed: int = SEED, split: Split = "test",
    on_progress: Callable[[int, int], None] | None = None,
) -> None:  # fmt: skip
    """Raises BadInput: too few people for what has to be planted."""
    rng, asked = Random(seed), list(questions())
    wishes = [wish for one in asked for wish in (*one.meets, *one.seems)] * (6 if people >= MANY else 1)
    if people < len(wishes):
        raise BadInput(f"{people} people are too few.", f"{len(wishes)} are needed for the questions alone.")
    numbers = list(range(people))
    rng.shuffle(numbers)  # a person's number says nothing of whether they were planted
    made = [make_candidate(f"c{n:06d}", rng, wish) for n, wish in zip(numbers, wishes, strict=False)]
    made += [make_candidate(f"c{n:06d}", rng) for n in numbers[len(wishes) :]]
    made.sort(key=lambda one: one.key)
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    _write_people(folder, made, split, rng)
    _write_questions(folder, made, asked, on_progress)
    (folder / "suite.toml").write_text(_manifest(people, seed, split), "utf-8")


def _write_people(folder: Path, made: list[Candidate], split: Split, rng: Random) -> None:
    writer = Writer(split, rng)
    with (folder / "people.jsonl").open("w", encoding="utf-8") as out:
        for one in made:
            row = writer.record(one).model_dump(mode="json", exclude_defaults=True)
            out.write(json.dumps({**row, "source": "outside" if one.outside else "ats"}, ensure_ascii=False) + "\n")
    with (folder / "jobs.jsonl").open("w", encoding="utf-8") as out:
        for key, title in TITLES.items():
            out.write(
                json.dumps({"id": f"job-{key.replace(' ', '-')}", "title": title.english, "status": "closed"}) + "\n"
            )


def _write_questions(
    folder: Path, made: list[Candidate], asked: list[Question], on_progress: Callable[[int, int], None] | None
) -> None:
    with (
        (folder / "queries.jsonl").open("w", encoding="utf-8") as queries,
        (folder / "qrels" / "test.tsv").open("w", encoding="utf-8") as qrels,
    ):
        qrels.write("query-id\tcorpus-id\tscore\n")
        for number, one in enumerate(asked):
            rows = []
            for candidate in made:
                found = level(one.needs, candidate)
                if forbidden(one.needs, candidate):
                    rows.append((candidate.key, -1))
                elif found or (found == 0 and one.only):
                    rows.append((candidate.key, found))
            for language, text in (("en", one.english), ("sv", one.swedish)):
                key = f"q{number:03d}{language}"
                metadata = {"language": language, "kind": one.kind, **({"only": True} if one.only else {})}
                queries.write(json.dumps({"_id": key, "text": text, "metadata": metadata}, ensure_ascii=False) + "\n")
                qrels.writelines(f"{key}\t{person}\t{grade}\n" for person, grade in rows)
            if on_progress:
                on_progress(number + 1, len(asked))


def _manifest(people: int, seed: int, split: Split) -> str:
    return f'''# Made by `headwater eval build recruiting`. Everything in it is made up.
name = "{NAME}"
description = "What recruiters ask of {people:,} made-up people, with those who only seem to fit; the truth is exact."
kind = "people"
made_up = true
corpus = "people.jsonl"
jobs = "jobs.jsonl"
grades = "levels"
slices = ["language", "kind"]
metrics = ["ndcg@10", "p@10", "recall@100", "map", "mrr"]
today = {TODAY}
people = {people}
seed = {seed}
split = "{split}"
'''
