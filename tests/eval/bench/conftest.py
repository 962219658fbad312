"""A few made-up CVs where the measurements expect the real ones, and a folder for what they build."""

import gzip
import json
from random import Random

import pytest

from eval.world import make_world
from eval.world.prose import plain_text


@pytest.fixture(scope="session")
def made_up_data(tmp_path_factory):
    """The reference data's shape, without a real person in it."""
    folder = tmp_path_factory.mktemp("reference")
    (folder / "resumes").mkdir()
    rng = Random(5)
    world = make_world(60, seed=5)
    with gzip.open(folder / "resumes" / "resumes.jsonl.gz", "wt", encoding="utf-8") as out:
        for person, blocks in zip(world.people, world.cvs, strict=True):
            text = "\n".join(plain_text(blocks) for _ in range(rng.randint(1, 2)))
            out.write(json.dumps({"id": person.key, "category": person.trade.department, "text": text}) + "\n")
    return folder


@pytest.fixture(scope="session")
def bench_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("bench")
