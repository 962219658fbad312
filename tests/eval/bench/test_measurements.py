"""Each measurement runs at a tiny size and answers in its shape. No speed is checked here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.facts import read_person
from engine.index import build_point
from engine.lexicon import Lexicon
from engine.records import Person
from eval.bench import index, load, recall, search, start
from eval.bench.crowd import facts_of, make_crowd, read_pieces
from eval.bench.installation import build_installation, open_installation
from eval.bench.pieces import cut, cut_resumes, embedded
from eval.bench.questions import criteria_of, make_questions
from eval.world import TODAY
from indexer.follower import follow
from models import FakeEncoder

ROOT = Path(__file__).resolve().parents[3]


def test_a_text_is_cut_into_pieces_of_whole_lines_and_nothing_of_it_is_said_twice():
    text = "\n".join(f"Line {number} says something about work and tools." for number in range(60))
    pieces = list(cut(text))
    assert "\n".join(pieces) == text
    assert all(len(piece) <= 650 for piece in pieces)


def test_a_line_without_an_end_is_cut_all_the_same():
    pieces = list(cut("x" * 5000))
    assert sum(map(len, pieces)) > 4500
    assert max(map(len, pieces)) <= 650


def test_vectors_are_made_once_and_kept(tmp_path):
    class Counting(FakeEncoder):
        asked = 0

        def encode(self, texts, *, kind="passage"):
            self.asked += len(texts)
            return super().encode(texts, kind=kind)

    encoder = Counting()
    first = embedded(["one text", "another"], encoder, tmp_path)
    second = embedded(["another", "a third", "one text"], encoder, tmp_path)
    assert encoder.asked == 3
    assert np.array_equal(first["another"], second["another"])


def test_questions_are_distinct_in_both_languages_and_half_are_filtered():
    questions = make_questions(500)
    assert len({question.text for question in questions}) == 500
    assert sum(bool(question.filters) for question in questions) == 250
    assert make_questions(500) == questions
    lexicon = Lexicon.default()
    assert all(c.explicit for question in questions for c in criteria_of(question.filters, lexicon))


def test_facts_put_together_are_those_that_reading_the_person_finds(made_up_data):
    """The crowd's shortcut around reading each CV must not make other people than the index would."""
    lexicon = Lexicon.default()
    pieces = {name: tuple(read_pieces(texts, lexicon)) for name, texts in cut_resumes(made_up_data).items()}
    crowd = make_crowd(12, pieces)
    for number, (record, own) in enumerate(zip(crowd.records, crowd.pieces, strict=True)):
        person = Person(id=f"00000000-0000-4000-8000-{number:012d}", records=(record,))
        quick = build_point(person, facts_of(person, own, lexicon), lexicon=lexicon)
        slow = build_point(person, read_person(person, lexicon=lexicon, today=TODAY), lexicon=lexicon)
        assert quick.tokens["skills"] == slow.tokens["skills"]
        for field in ("titles", "skills", "languages", "geo", "stage"):
            assert quick.fields.get(field) == slow.fields.get(field)


@pytest.fixture(scope="module")
def installation(made_up_data, bench_folder):
    return build_installation(bench_folder, 80, made_up_data, FakeEncoder())


def test_an_installation_is_found_again_and_the_follower_has_nothing_to_do_there(
    installation, made_up_data, bench_folder
):
    again = build_installation(bench_folder, 80, made_up_data, FakeEncoder())
    assert again == installation
    with open_installation(installation.folder, FakeEncoder()) as opened:
        assert len(opened.index.columns) == 80
        assert opened.index.columns.stated["stage"]
        assert opened.index.columns.stated["years"]
        done = follow(opened.ledger, opened.index, opened.encoder, opened.lexicon, today=TODAY)
    assert (done.indexed, done.embedded, done.removed) == (0, 0, 0)


def test_another_size_stands_beside_and_another_encoder_is_built_anew(installation, made_up_data, bench_folder):
    other = build_installation(bench_folder, 20, made_up_data, FakeEncoder(32))
    assert other.folder != installation.folder
    assert installation.folder.is_dir()
    rebuilt = build_installation(bench_folder, 20, made_up_data, FakeEncoder(64))
    assert rebuilt.made["of"] != other.made["of"]


def test_search_answers_by_phase_for_one_client_and_two(made_up_data, bench_folder, tmp_path):
    found = search.run(
        made_up_data, bench_folder, tmp_path, people=80, questions=12, rounds=2, encoder="fake", http=False
    )
    for clients in ("one_client", "two_clients"):
        part = found["in_process"][clients]
        assert 0 < part["ms"]["p50"] <= part["ms"]["p95"] <= part["ms"]["p99"]
        assert {"understand", "encode", "levels", "legs", "rescore", "rank", "evidence"} <= set(part["phases_ms"])
    assert found["disk_mb"]["index"] > 0
    assert found["rss_mb"] > 0


def test_indexing_is_compared_with_embedding_the_same_texts(made_up_data, tmp_path):
    found = index.run(made_up_data, tmp_path, tmp_path, encoder="fake")
    assert found["people"] == 60
    assert found["texts"] > 60
    assert found["indexing_to_embedding"] > 1
    assert 0 < found["second_import_share"] < 1


def test_recall_is_whole_against_brute_force(made_up_data, tmp_path):
    found = recall.run(made_up_data, tmp_path, tmp_path, questions=20, k=10, encoder="fake")
    assert found["recall"] == {"profile": 1.0, "title": 1.0, "skills": 1.0, "text": 1.0}


def test_recall_sees_a_leg_that_gives_the_wrong_people():
    true = np.array([0.9, 0.8, 0.7, 0.1, 0.0])
    assert recall.recall_at(2, [0.9, 0.8], true, "text") == 1.0
    assert recall.recall_at(2, [0.9, 0.1], true, "text") == 0.5
    assert recall.recall_at(2, [], np.zeros(3), "text") is None
    assert recall.recall_at(10, [0.9, 0.8, 0.7, 0.1], true, "text") == 1.0  # only four have the words at all


@pytest.mark.model
@pytest.mark.slow
def test_load_and_start_run_on_a_server_of_their_own(made_up_data, tmp_path, model_cache):
    loaded = load.run(
        made_up_data, tmp_path, model_cache, people=40, searchers=2, upserts_per_s=5.0, seconds=1.5, encoder="minilm"
    )
    assert loaded["with_upserts"]["upserts_per_s"] > 0
    assert loaded["with_upserts"]["longest_stall_ms"] > 0
    assert loaded["one_searcher"]["search_ms"]["p50"] > 0
    started = start.run(made_up_data, tmp_path, model_cache, people=40, rounds=1, encoder="minilm")
    assert started["first_answer_after_kill_s"] > 0
    assert started["records_sent_before_the_kills"] > 0


def test_a_measurement_is_a_command_with_its_arguments_as_options(made_up_data, tmp_path):
    settings = {**os.environ, "HEADWATER_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "bench", "index", "--shared", str(made_up_data), "--encoder", "fake", "--json"],
        env=settings, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["people"] == 60
    assert (tmp_path / "bench").is_dir()  # the default place is below the data directory
