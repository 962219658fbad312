"""The world of canaries: each word is one thing's, and who may meet it follows from the rules, written out by hand."""

import re
from random import Random

import pytest

from engine.records import Viewer
from eval.bench.asking import Asked, Asking
from eval.bench.canaries import CONNECTION, LEADS, PRIVATE, make_canaries, viewers_of
from eval.bench.leaks import Watcher, watch
from eval.bench.walls import report


@pytest.fixture(scope="module")
def world():
    made = make_canaries(24, 8, seed=5)
    for space in made.spaces:
        space.ids = {
            record.id: f"{space.name}-{record.id}" for record in made.spaces[0].records + made.spaces[1].records
        }
        space.ids = {record.id: space.ids[record.id] for record in space.records}
    return made


def kinds(world, words):
    return {(world.canaries[word].kind, world.canaries[word].audience) for word in words}


def test_every_word_is_found_again_in_what_it_was_put_into(world):
    everything = " ".join(one.model_dump_json() for space in world.spaces for one in (*space.jobs, *space.records))
    assert world.met(everything) == set(world.canaries)
    word = next(iter(world.canaries))
    assert world.met(f"Pre{word.upper()}fix") == {word}
    assert world.met(word[:-1]) == set()


def test_nobody_may_meet_a_word_of_another_workspace(world):
    for space in world.spaces:
        for _, _, viewer in viewers_of(space):
            assert {world.canaries[word].workspace for word in world.seen(viewer).words} == {space.name}


def test_an_audience_opens_private_notes_and_confidential_jobs_and_nothing_else_does(world):
    (_, _, recruiter), _, (_, _, plain) = viewers_of(world.spaces[0])
    more = world.seen(recruiter).words - world.seen(plain).words
    secret = {job.id for job in world.spaces[0].jobs if job.audience == LEADS}
    assert len(secret) == 2
    for word, one in world.canaries.items():
        if one.workspace == "default":
            assert (word in more) == (one.audience == PRIVATE or one.job in secret)
    assert world.seen(recruiter).people == world.seen(plain).people


def test_a_manager_may_meet_their_jobs_and_of_other_things_only_what_is_of_a_person_within(world):
    space = world.spaces[0]
    manager = next(viewer for name, _, viewer in viewers_of(space) if name == "manager")
    seen, jobs = world.seen(manager), {name.removeprefix(f"{CONNECTION}:") for name in manager.jobs}
    within = {r.id for r in space.records if jobs & {a.job_id for a in r.applications}}
    assert seen.people == {space.ids[key] for key in within}
    assert 0 < len(within) < len(space.records)
    for word in seen.words:
        one = world.canaries[word]
        assert one.job in jobs or (
            one.job is None and one.kind != "note" and (one.person is None or one.person in within)
        )
    assert ("note", PRIVATE) not in kinds(world, seen.words)


def test_a_viewer_bound_to_no_job_may_meet_nobody(world):
    seen = world.seen(Viewer(jobs=frozenset()))
    assert seen.people == frozenset()
    assert kinds(world, seen.words) <= {("workspace", None)}


def test_a_twin_has_words_of_nothing_in_the_places_of_the_bait(world):
    viewer = Viewer()
    asking = Asking(world, world.seen(viewer), Random(2), pages=False)
    baited = 0
    for _ in range(300):
        asked = asking.next()
        decoys = asking.decoys(asked)
        twin = asked.with_decoys(decoys)
        assert set(decoys) == set(asked.bait) <= world.met(f"{asked.body()}")
        assert not set(decoys.values()) & set(world.canaries)
        assert not world.met(f"{twin.body()}{twin.page()}") & set(asked.bait)
        assert re.sub("[a-z]", "", asked.text) == re.sub("[a-z]", "", twin.text)
        baited += bool(decoys)
    assert 100 < baited < 300


def test_without_history_a_question_keeps_the_rest():
    asked = Asked("x", "nurse", (("stage_min", 2), ("source", "ats")))
    assert asked.blind().filters == (("source", "ats"),)
    assert Asked("x", "nurse").blind() == Asked("x", "nurse")


def test_what_is_told_to_the_wrong_one_is_counted_by_kind_and_said(world):
    secret = next(word for word, one in world.canaries.items() if one.audience == PRIVATE)
    viewer = viewers_of(world.spaces[0])[2][2]

    def leaky(method, path, body):
        return 200, f'{{"hits": [], "cursor": null, "jobs": "{secret}", "unknown": []}}'

    one = Watcher("viewer", viewer, world, leaky, Random(1))
    watch([one], 10)
    found = report([one])
    assert found["searches"] == 10
    assert found["leaked_words"] >= 10 - found["kinds"].get("typed", 0)
    assert found["leaks"] >= found["leaked_words"]
    assert PRIVATE in found["first"][0]
    assert found["viewers"][0]["leaks"] == found["leaks"]
