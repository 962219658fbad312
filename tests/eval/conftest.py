"""Small suites made on the spot, and what they measure to."""

import json

import pytest

from eval.dataset import open_suite
from eval.results import Result, Stamp
from eval.run import run_suite

PEOPLE = [
    {"id": "anna", "source": "ats", "name": "Anna Lindqvist", "location": "Lund",
     "positions": [{"title": "Registered Nurse", "employer": "Lund Care", "current": True}], "skills": ["Triage"]},
    {"id": "omar", "source": "outside", "name": "Omar Haddad", "location": "Lund",
     "positions": [{"title": "Backend Developer", "employer": "Paylark", "current": True}], "skills": ["Python"]},
    {"id": "mei", "source": "ats", "name": "Mei Zhang", "location": "Oslo",
     "positions": [{"title": "Backend Developer", "employer": "Nordkod", "current": True}], "skills": ["Java"]},
    {"id": "erik", "source": "ats", "name": "Erik Kvist", "location": "Oslo",
     "positions": [{"title": "Welder", "employer": "Varvet", "current": True}]},
]  # fmt: skip
QUERIES = [
    {"_id": "q1", "text": "backend developer with Python", "metadata": {"language": "en"}},
    {"_id": "q2", "text": "sjuksköterska", "metadata": {"language": "sv"}},
    {"_id": "q3", "text": "place:Lund", "metadata": {"language": "en", "only": True}},
]
QRELS = [("q1", "omar", 3), ("q1", "mei", 2), ("q2", "anna", 3), ("q3", "anna", 3), ("q3", "omar", 3)]
TOML = """
name = "tiny"
description = "Four made-up people."
kind = "people"
made_up = true
corpus = "people.jsonl"
grades = "levels"
slices = ["language"]
metrics = ["ndcg@10", "map", "p@1"]
today = 2026-11-01
"""


def write_suite(folder, *, toml=TOML, people=PEOPLE, queries=QUERIES, qrels=QRELS):
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    (folder / "suite.toml").write_text(toml)
    (folder / "people.jsonl").write_text("".join(json.dumps(row) + "\n" for row in people))
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries))
    head = "query-id\tcorpus-id\tscore\n"
    (folder / "qrels" / "test.tsv").write_text(head + "".join(f"{q}\t{d}\t{g}\n" for q, d, g in qrels))
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    return open_suite(write_suite(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="session")
def measured(tiny, tmp_path_factory):
    """(folder, ranker -> result) of the tiny suite."""
    folder = tmp_path_factory.mktemp("results")
    return folder, run_suite(tiny, ["headwater", "blend", "bm25"], folder=folder, cache_dir=folder, encoder="fake")


def result_of(values, *, ranker="a", metric="ndcg@10", more=None, slices=None, **other):
    """A result with these values of the queries q0, q1, …"""
    by_query = {metric: {f"q{n}": value for n, value in enumerate(values)}, **(more or {})}
    given = {
        "suite": "s", "digest": "d", "made_up": False, "ranker": ranker, "depth": 100, "queries": len(values),
        "measured": len(values), "metrics": {m: sum(of.values()) / len(of) for m, of in by_query.items()},
        "by_query": by_query, "zero_results": 0.0, "texts": {f"q{n}": f"query {n}" for n in range(len(values))},
        "slices": slices or {}, "stamp": Stamp(headwater="0", commit="c", changed=False, python="3.11"),
    }  # fmt: skip
    return Result.model_validate({**given, **other})
