"""The made-up world: the same from the same seed, and its files say what its truth says."""

import json
from random import Random

import pypdfium2 as pdfium
import pytest
from docx import Document as Docx

from engine.records import Job, SourceRecord
from eval.world import TODAY, build, make_world
from eval.world.people import make_people
from eval.world.prose import plain_text, write_cv


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("world")
    build(path, people=24, seed=7)
    return path


def text_of(path):
    if path.suffix == ".docx":
        return "\n".join(p.text for p in Docx(str(path)).paragraphs)
    document = pdfium.PdfDocument(path)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_the_same_seed_is_the_same_world():
    assert make_world(40, seed=3) == make_world(40, seed=3)
    assert make_world(40, seed=3) != make_world(40, seed=4)


def test_every_line_is_a_valid_record_with_a_file_that_exists(folder):
    rows = [json.loads(line) for line in (folder / "people.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == 24
    for row in rows:
        (document,) = row["documents"]
        assert (folder / document["path"]).stat().st_size > 1000
        SourceRecord.model_validate({**row, "documents": ()})


def test_jobs_are_open_and_closed_and_applications_point_at_them(folder):
    jobs = [Job.model_validate_json(line) for line in (folder / "jobs.jsonl").read_text("utf-8").splitlines()]
    world = make_world(300)
    assert {job.status for job in world.jobs} == {"open", "closed"}
    known = {job.id for job in world.jobs}
    assert {a.job_id for record in world.records for a in record.applications} <= known
    assert len(jobs) == 14


def test_a_cv_file_says_the_name_titles_and_skills_of_the_truth(folder):
    world = make_world(24, seed=7)
    for person in world.people:
        (path,) = (folder / "cvs").glob(f"{person.key}.*")
        said = " ".join(text_of(path).split())
        assert person.name in said
        assert all(person.word(post.title) in said for post in person.posts)
        assert all(skill in said for skill in person.skills)


def test_outsiders_have_no_history_and_insiders_do():
    world = make_world(100)
    for record in world.records:
        assert bool(record.applications) == (record.source == "ats")


def test_posts_run_from_newest_to_oldest_without_overlap_and_not_into_the_future():
    for person in make_people(200, Random(1), TODAY):
        for newer, older in zip(person.posts, person.posts[1:], strict=False):
            assert older.end is not None
            assert older.end <= newer.start
        assert all(
            post.start <= (post.end or (TODAY.year, TODAY.month)) <= (TODAY.year, TODAY.month) for post in person.posts
        )


def test_cvs_are_written_in_both_languages():
    people = make_people(50, Random(1), TODAY)
    texts = [plain_text(write_cv(person, Random(2))) for person in people]
    assert any("Utbildning" in text for text in texts)
    assert any("Education" in text for text in texts)
