"""The law of the score, over random people and questions: level, then relevance plus prior, and nothing else."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from uuid import UUID

import numpy as np
import pytest

from engine.considered import features
from engine.index import open_folder
from engine.index.schema import point_id
from engine.query.criteria import Criterion, Query
from engine.ranking import candidates
from engine.ranking.relevance import Weights, relevance_parts
from engine.records import Policy, Viewer, Vocabulary
from engine.search import rank, search
from models import FakeEncoder

TODAY = date(2026, 11, 24)
POLICIES = ["ats-first", "strict", "blend"]
MUSTS = [
    Criterion(kind="title", values=("title:t1", "title:t2"), label="title"),
    Criterion(kind="years", low=4, label="4+ years"),
    Criterion(kind="place", latitude=55.7, longitude=13.2, radius_km=60, label="Lund"),
    Criterion(kind="source", values=("outside",), label="outside", explicit=True),
    Criterion(kind="skill", values=("skill:s4",), label="no s4", weight="not", explicit=True),
]
WANTS = [
    Criterion(kind="skill", values=(f"skill:s{n}",), label=f"s{n}", weight="want", low=low)
    for n, low in ((0, None), (1, 3), (2, None))
]


def question(seed):
    rng = np.random.default_rng(seed)
    words = tuple(f"w{n}" for n in rng.integers(0, 60, int(rng.integers(0, 4))))
    asked = [c for c in MUSTS if rng.random() < 0.25] + [c for c in WANTS if rng.random() < 0.4]
    return Query(text="q", criteria=tuple(asked), semantic=" ".join(words), terms=words)


class Asking:
    """search() and rank() over one index, with all that a question does not change filled in."""

    def __init__(self, index, dim=16):
        self.index = index
        self.common = {
            "viewer": Viewer(), "index": index, "encoder": FakeEncoder(dim), "lexicon": None,
            "vocabulary": Vocabulary(), "today": TODAY,
        }  # fmt: skip

    def search(self, query, policy="ats-first", weights=None, **more):
        policy = policy if isinstance(policy, Policy) else Policy(name=policy)
        return search(query, policy=policy, weights=weights or Weights(), **self.common, **more)

    def rank(self, query, ids, policy="ats-first"):
        return rank(query, ids, policy=Policy(name=policy), weights=Weights(), **self.common)


@pytest.fixture(scope="module")
def world(tmp_path_factory, make_world, stamp):
    points = make_world(31, 300)
    index = open_folder(tmp_path_factory.mktemp("world") / "index", stamp)
    index.upsert(points)
    yield SimpleNamespace(points={p.draft.person_id: p for p in points}, ask=Asking(index))
    index.close()


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("seed", range(8))
def test_the_score_is_the_sum_of_its_parts_and_alone_orders(world, policy, seed):
    found = world.ask.search(question(seed), policy, limit=500)
    assert len(found.hits) == found.counts.total == len(found.order)
    for hit in found.hits:
        parts = hit.parts
        assert hit.score == pytest.approx(10 * hit.level + parts.relevance + parts.prior, abs=1e-9)
        assert parts.level == 10 * hit.level
        assert sum(parts.relevance_parts.values()) == pytest.approx(parts.relevance, abs=1e-9)
        assert sum(parts.prior_parts.values()) == pytest.approx(parts.prior, abs=1e-9)
        assert 0 <= parts.relevance <= 1
        assert parts.prior == 0 or hit.source == "ats"
        assert parts.prior in (0, 100) if policy == "strict" else 0 <= parts.prior <= 0.15 + 1e-12
        assert hit.source == world.points[hit.person_id].draft.fields["source"]
    assert [h.rank for h in found.hits] == list(range(1, len(found.hits) + 1))
    keys = [(-hit.score, hit.person_id) for hit in found.hits]
    assert keys == sorted(keys)
    assert [(h.person_id, h.level, h.score) for h in found.hits] == list(found.order)


@pytest.mark.parametrize("seed", range(8))
def test_at_equal_level_an_insider_comes_first_unless_the_outsider_is_more_relevant_by_more_than_the_prior(world, seed):
    hits = world.ask.search(question(seed), limit=500).hits
    place = {hit.person_id: hit.rank for hit in hits}
    inside, outside = ([h for h in hits if h.source == s] for s in ("ats", "outside"))
    for one in inside:
        for other in outside:
            if one.level == other.level:
                lead = other.parts.relevance - one.parts.relevance
                if abs(lead - one.parts.prior) > 1e-9:
                    assert (place[one.person_id] < place[other.person_id]) == (lead < one.parts.prior)


@pytest.mark.parametrize("policy", ["ats-first", "blend"])
@pytest.mark.parametrize("seed", range(8))
def test_a_weak_insider_never_passes_a_better_level(world, policy, seed):
    levels = [hit.level for hit in world.ask.search(question(seed), policy, limit=500).hits]
    assert levels == sorted(levels, reverse=True)


def test_nor_with_the_largest_prior_that_a_policy_may_have(world):
    found = world.ask.search(question(3), Policy(prior_max=0.5), limit=500)
    levels = [hit.level for hit in found.hits]
    assert levels == sorted(levels, reverse=True)
    assert max(hit.parts.prior for hit in found.hits) > 0.15


@pytest.mark.parametrize("seed", range(8))
def test_strict_puts_all_of_the_ats_first(world, seed):
    sources = [hit.source for hit in world.ask.search(question(seed), "strict", limit=500).hits]
    assert sources == sorted(sources)  # "ats" < "outside"


@pytest.mark.parametrize("seed", range(8))
def test_blend_knows_nobody(world, seed):
    hits = world.ask.search(question(seed), "blend", limit=500).hits
    assert all(hit.parts.prior == 0 and not hit.reasons for hit in hits)


def test_the_policy_changes_the_order_but_neither_who_is_there_nor_a_level(world):
    for seed in range(8):
        found = [world.ask.search(question(seed), policy, limit=500) for policy in POLICIES]
        levels = [{h.person_id: (h.level, round(h.parts.relevance, 9)) for h in one.hits} for one in found]
        assert levels[0] == levels[1] == levels[2]
        assert found[0].counts == found[1].counts == found[2].counts


def test_who_must_not_be_contacted_has_no_head_start(world):
    hits = world.ask.search(question(1), limit=500).hits
    marked = [h for h in hits if world.points[h.person_id].draft.fields.get("do_not_contact") and h.source == "ats"]
    assert marked
    assert all(hit.parts.prior == 0 for hit in marked)


def test_without_any_weight_the_level_and_the_prior_order(world):
    nothing = Weights(**dict.fromkeys(Weights.model_fields, 0))
    assert all(hit.parts.relevance == 0 for hit in world.ask.search(question(1), weights=nothing).hits)


def test_a_question_of_nothing_gives_everyone_at_level_0(world):
    found = world.ask.search(Query(), limit=20)
    assert found.counts.levels == {3: 0, 2: 0, 1: 0, 0: 300}
    assert len(found.hits) == 20


@pytest.mark.parametrize("seed", range(4))
def test_pages_are_cut_from_one_order_that_does_not_move(world, seed):
    whole = world.ask.search(question(seed), limit=100)
    pages = [world.ask.search(question(seed), limit=7, offset=start) for start in range(0, 100, 7)]
    paged = [h.person_id for page in pages for h in page.hits][:100]
    assert paged == [h.person_id for h in whole.hits]
    assert [person for person, _, _ in pages[0].order][: len(paged)] == paged


def test_only_the_levels_asked_for_are_shown_and_all_are_counted(world):
    query = Query(criteria=(MUSTS[0], *WANTS[:2]))
    everyone = world.ask.search(query, limit=500)
    for level in (3, 2, 1, 0):
        found = world.ask.search(query, limit=500, levels=[level])
        assert [h.person_id for h in found.hits] == [h.person_id for h in everyone.hits if h.level == level]
        assert found.counts == everyone.counts


def test_rank_puts_all_known_ids_in_the_order_of_the_search(world):
    query = question(5)
    ids = sorted(world.points)[:60]
    found = world.ask.rank(query, [*ids, ids[0], str(UUID(int=1 << 100))])
    assert sorted(h.person_id for h in found.hits) == ids
    whole = world.ask.search(query, limit=500)
    score = {h.person_id: h.score for h in whole.hits}
    for hit in found.hits:
        if hit.person_id in score:
            assert hit.score == pytest.approx(score[hit.person_id], abs=1e-6)
        else:  # breaks a must: there, at the end of the levels
            assert hit.level == 0
    keys = [(-h.score, h.person_id) for h in found.hits]
    assert keys == sorted(keys)
    assert found.counts.total == 60


def test_rank_of_nobody_is_empty(world):
    assert world.ask.rank(question(1), []).hits == ()
    assert world.ask.rank(question(1), [str(UUID(int=1 << 100))]).hits == ()


@pytest.fixture
def small_world(tmp_path, stamp):
    index = open_folder(tmp_path / "index", stamp)
    yield Asking(index)
    index.close()


def test_equal_scores_go_by_id(small_world, make_point):
    one = make_point(np.random.default_rng(1))
    ids = [str(UUID(int=n << 100)) for n in (9, 3, 7)]
    small_world.index.upsert([replace(one, draft=replace(one.draft, person_id=i)) for i in ids])
    found = small_world.search(Query(semantic="w1", terms=("w1",)))
    assert [h.person_id for h in found.hits] == sorted(ids)


def test_a_full_match_whom_no_leg_ranks_is_found(small_world, make_world, make_point, monkeypatch):
    """Levels outrank relevance: someone who says none of the words and lies far away, but has all that is asked."""
    monkeypatch.setattr(candidates, "DEPTH", 5)
    monkeypatch.setattr(candidates, "SMALL", 30)
    query = Query(
        criteria=(Criterion(kind="tag", values=("rare",), label="rare", weight="want"),), semantic="w0", terms=("w0",)
    )
    rng = np.random.default_rng(1)
    one = make_point(rng, {"source": "outside", "tags": ["rare"]})
    away = -FakeEncoder(16).encode(["w0"])[0]
    silent = replace(one, profile=away, passages=away[None, :] * 1.0)
    silent = replace(silent, draft=replace(one.draft, tokens={field: [] for field in one.draft.tokens}))
    silent.draft.card["passages"] = [["passage", "text", None, 0, 0]]
    small_world.index.upsert([*make_world(8, 100), silent])
    first = small_world.search(query).hits[0]
    assert (first.person_id, first.level) == (one.draft.person_id, 3)


def test_the_best_of_a_large_level_are_shown_in_the_order_of_the_law(world, monkeypatch):
    """When a level is too large to score everyone of it: right levels, right scores, nobody twice."""
    query = Query(criteria=(MUSTS[1],), semantic="w3 w5", terms=("w3", "w5"))
    exact = {h.person_id: h for h in world.ask.search(query, limit=500).hits}
    monkeypatch.setattr(candidates, "SMALL", 10)
    found = world.ask.search(query, limit=50)
    assert len({h.person_id for h in found.hits}) == 50
    for hit in found.hits:
        assert hit.level == exact[hit.person_id].level
        assert hit.score == pytest.approx(exact[hit.person_id].score, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(("few", "asked"), [(3_000, 3_000), (50, 2_000), (50, 60)], ids=["named", "of all", "again"])
def test_the_first_page_is_that_of_scoring_everybody(policy, few, asked, large_world, monkeypatch):
    """At 2,000 people, no criteria or weak ones: the levels are large, the legs choose the candidates, whether these
    are named to the engine, found among what it gives of everyone, or asked for again because too few are."""
    monkeypatch.setattr(candidates, "FEW", few)
    monkeypatch.setattr(candidates, "LEAST_ASKED", min(asked, 1_000))
    monkeypatch.setattr(candidates, "MOST_ASKED", asked)
    differs = []
    for seed in range(30):
        words = tuple(f"w{n}" for n in np.random.default_rng(seed).integers(0, 60, 3))
        query = Query(criteria=MUSTS[seed % 3 : seed % 3 + 1], semantic=" ".join(words), terms=words)
        found = large_world.search(query, policy, limit=10)
        with monkeypatch.context() as patch:
            patch.setattr(candidates, "SMALL", 10**9)
            everybody = large_world.search(query, policy, limit=10)
        if [h.person_id for h in found.hits] != [h.person_id for h in everybody.hits]:
            differs.append(seed)
    assert differs == []


@pytest.fixture(scope="module")
def large_world(tmp_path_factory, make_world, stamp):
    index = open_folder(tmp_path_factory.mktemp("large") / "index", stamp)
    index.upsert(make_world(41, 2_000))
    yield Asking(index)
    index.close()


def test_someone_deleted_while_we_look_is_left_out(world, monkeypatch):
    first = world.ask.search(question(2), limit=5).hits[0]
    shown = world.ask.index.shown
    gone = point_id(first.person_id)
    monkeypatch.setattr(world.ask.index, "shown", lambda points: shown([p for p in points if p != gone]))
    found = world.ask.search(question(2), limit=5)
    assert first.person_id not in [h.person_id for h in found.hits]
    assert len(found.hits) == 4


@pytest.mark.parametrize("seed", range(4))
def test_what_is_learned_from_is_what_orders(world, seed):
    """The table of features, weighed by hand, gives the search's own order and scores."""
    found = world.ask.search(question(seed), limit=5)
    made = features(question(seed), **world.ask.common)
    relevance = sum(relevance_parts(made.signals, Weights()).values())
    scores = 10 * made.level + relevance + sum(made.prior.values())
    by_hand = sorted(zip(made.people, scores.tolist(), strict=True), key=lambda one: (-one[1], one[0]))
    order = [(person, score) for person, _, score in found.order]
    assert [person for person, _ in by_hand][: len(order)] == [person for person, _ in order]
    assert [score for _, score in by_hand][: len(order)] == pytest.approx([score for _, score in order])
