"""A viewer who is bound to jobs: the same search, over the people they may see alone, blind to every other job."""

from types import SimpleNamespace

import numpy as np
import pytest

from engine.errors import NotAllowed
from engine.index import open_folder
from engine.query.criteria import Criterion, Identity, Query
from engine.records import Viewer
from tests.engine.test_search import Asking, question

LEE = Viewer(user="user:lee", jobs=frozenset({"j1"}))
OF_JOBS = [
    Criterion(kind="stage", low=2, label="interviewed"),
    Criterion(kind="outcome", values=("rejected",), label="rejected"),
    Criterion(kind="reason", values=("rejected:salary",), label="rejected: salary"),
    Criterion(kind="applied", after="2024-01-01", label="applied from 2024"),
    Criterion(kind="contacted", before="2024-12-31", label="not contacted since 2025"),
    Criterion(kind="updated", after="2024-01-01", label="updated from 2024", explicit=True),
    Criterion(kind="job", values=("j2",), label="applied to j2", explicit=True),
    Criterion(kind="job", values=("j1", "j2"), label="applied to one", explicit=True),
    Criterion(kind="job", values=("j2",), label="not on j2", weight="not", explicit=True),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory, make_world, stamp):
    points = make_world(47, 300)
    index = open_folder(tmp_path_factory.mktemp("walled") / "index", stamp)
    index.upsert(points)
    ask = Asking(index)
    people = [p.draft.person_id for p in points]
    among = frozenset(people[::3])
    yield SimpleNamespace(index=index, ask=ask, people=people, among=among, points=points)
    index.close()


def walled(world, query, **more):
    world.ask.common["viewer"] = LEE
    try:
        return world.ask.search(query, reach={"j1": world.among}, **{"limit": 500, **more})
    finally:
        world.ask.common["viewer"] = Viewer()


@pytest.mark.parametrize("seed", range(10))
def test_it_is_the_search_of_everyone_cut_to_those_within(world, seed):
    everyone = world.ask.search(question(seed), "blend", limit=500)
    found = walled(world, question(seed))

    def without_history(hits):
        rows = [(h.level, h.parts.relevance - h.parts.relevance_parts.get("history", 0.0), h.person_id) for h in hits]
        return sorted(((level, round(score, 9), who) for level, score, who in rows), key=lambda r: (-r[0], -r[1], r[2]))

    expected = without_history(h for h in everyone.hits if h.person_id in world.among)
    assert without_history(found.hits) == expected
    assert [h.person_id for h in found.hits] == [who for _, _, who in expected]
    levels = [level for level, _, _ in expected]
    assert found.counts.total == len(expected) == len(found.order)
    assert found.counts.levels == {level: levels.count(level) for level in (3, 2, 1, 0)}
    assert all(h.parts.prior == 0 and "history" not in h.parts.relevance_parts for h in found.hits)
    assert not any(h.reasons for h in found.hits)


@pytest.mark.parametrize("criterion", OF_JOBS, ids=lambda c: c.label)
def test_what_depends_on_other_jobs_is_left_out_and_said(world, criterion):
    plain = walled(world, question(2))
    asked = question(2)
    found = walled(world, asked.model_copy(update={"criteria": (*asked.criteria, criterion)}))
    assert found.order == plain.order
    assert found.counts == plain.counts
    assert criterion.label in found.query.remarks[-1]
    assert criterion not in found.query.criteria


def test_a_job_of_theirs_can_be_asked_for_and_excluded(world):
    two = {"j1": frozenset(world.people[:40]), "j3": frozenset(world.people[30:60])}
    world.ask.common["viewer"] = Viewer(jobs=frozenset(two))
    for weight, people in (("must", two["j3"]), ("not", two["j1"] - two["j3"])):
        one = Criterion(kind="job", values=("j3",), label="j3", weight=weight, explicit=True)
        found = world.ask.search(Query(criteria=(one,)), reach=two, limit=500)
        assert {h.person_id for h in found.hits} == people
    world.ask.common["viewer"] = Viewer()


def test_a_job_of_theirs_is_judged_by_what_the_ledger_said(world):
    mine = Criterion(kind="job", values=("j1",), label="applied to j1", explicit=True)
    found = walled(world, Query(criteria=(mine,)))
    assert found.query.criteria == (mine,)
    assert {h.person_id for h in found.hits} == set(world.among)


def test_a_name_or_address_of_somebody_outside_finds_nobody_and_says_what_it_says_of_strangers(world):
    outside = next(
        p for p in world.points if p.draft.person_id not in world.among and p.draft.fields.get("emails")
        and not any(q.draft.fields.get("emails") == p.draft.fields["emails"] for q in world.points if q.draft.person_id in world.among)
    )  # fmt: skip
    found = walled(world, Query(identity=Identity(kind="email", value=outside.draft.fields["emails"][0])))
    stranger = walled(world, Query(identity=Identity(kind="email", value="nobody@example.com")))
    assert found.order == stranger.order
    assert found.query.remarks == stranger.query.remarks
    named = walled(world, Query(text="x", identity=Identity(kind="name", value=outside.draft.fields["name"])))
    assert outside.draft.person_id not in {h.person_id for h in named.hits}


@pytest.mark.parametrize("seed", range(4))
def test_ranking_given_people_leaves_out_those_outside(world, seed):
    from engine.ranking.relevance import Weights
    from engine.records import Policy
    from engine.search import rank

    common = {**world.ask.common, "viewer": LEE}
    given = [str(p) for p in np.random.default_rng(seed).permutation(world.people)[:60]]
    found = rank(question(seed), given, policy=Policy(), weights=Weights(), reach={"j1": world.among}, **common)
    assert {h.person_id for h in found.hits} == set(given) & world.among
    assert found.counts.total <= len(found.hits)


def test_who_is_within_nothing_finds_nobody(world):
    world.ask.common["viewer"] = LEE
    found = world.ask.search(question(1), reach={}, limit=50)
    world.ask.common["viewer"] = Viewer()
    assert (found.hits, found.order, found.counts.total) == ((), (), 0)


def test_a_caller_who_forgot_the_people_is_refused_not_shown_everyone(world):
    world.ask.common["viewer"] = LEE
    try:
        with pytest.raises(NotAllowed):
            world.ask.search(question(1), limit=50)
    finally:
        world.ask.common["viewer"] = Viewer()
