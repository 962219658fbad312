"""The law of the score holds when the first few are read once more, and nobody else is touched."""

from datetime import date
from zlib import crc32

import numpy as np
import pytest

from engine.index import open_folder
from engine.index.card import Card, CardBody, write_card
from engine.query.criteria import Criterion, Query
from engine.ranking.relevance import Weights
from engine.ranking.reranked import LETTERS, Rerank, reranked_parts, text_of
from engine.records import Policy, Viewer, Vocabulary
from engine.search import rank, search
from models import FakeEncoder


class Contrary:
    """Likes each text as its checksum has it, whatever the question; tells what it was given."""

    key = "contrary@1"

    def __init__(self):
        self.read = []

    def score(self, question, texts):
        self.read.append((question, list(texts)))
        return np.array([(1 + crc32(text.encode()) % 1000) / 1001 for text in texts])


@pytest.fixture(scope="module")
def world(tmp_path_factory, make_world, stamp):
    index = open_folder(tmp_path_factory.mktemp("world") / "index", stamp)
    index.upsert(make_world(31, 300))
    yield {
        "viewer": Viewer(), "index": index, "encoder": FakeEncoder(16), "lexicon": None, "vocabulary": Vocabulary(),
        "today": date(2026, 11, 24),
    }  # fmt: skip
    index.close()


@pytest.fixture
def asked():
    wants = tuple(Criterion(kind="skill", values=(f"skill:s{n}",), label=f"s{n}", weight="want") for n in (0, 2))
    return Query(text="q", criteria=wants, semantic="w1 w2", terms=("w1", "w2"))


def found(world, query, rerank=None, **more):
    return search(query, policy=Policy(), weights=Weights(), limit=500, rerank=rerank, **world, **more)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_the_parts_sum_to_the_score_and_only_the_first_few_have_one_more(world, asked, share):
    plain = found(world, asked)
    read = found(world, asked, Rerank(Contrary(), share, depth=7))
    assert set(read.reranked) == {hit.person_id for hit in plain.hits[:7]}
    assert len(read.hits) == len(plain.hits)
    before = {hit.person_id: hit for hit in plain.hits}
    for hit in read.hits:
        assert hit.score == pytest.approx(10 * hit.level + hit.parts.relevance + hit.parts.prior, abs=1e-9)
        assert sum(hit.parts.relevance_parts.values()) == pytest.approx(hit.parts.relevance, abs=1e-9)
        assert 0 <= hit.parts.relevance <= 1
        was, own = before[hit.person_id], hit.parts.relevance_parts.get("reranker", 0.0)
        assert hit.parts.relevance - own == pytest.approx((1 - share) * was.parts.relevance, abs=1e-9)
        assert (hit.level, hit.parts.prior) == (was.level, was.parts.prior)
        assert own == 0 or hit.person_id in read.reranked
    keys = [(-hit.score, hit.person_id) for hit in read.hits]
    assert keys == sorted(keys)
    assert [(h.person_id, h.level, h.score) for h in read.hits] == list(read.order)
    if share == 0:
        assert [h.person_id for h in read.hits] == [h.person_id for h in plain.hits]


def test_within_a_level_what_is_read_can_turn_the_order_and_never_passes_a_level(world, asked):
    plain, read = found(world, asked), found(world, asked, Rerank(Contrary(), 1.0, depth=300))
    assert [hit.level for hit in read.hits] == sorted((hit.level for hit in read.hits), reverse=True)
    assert [hit.person_id for hit in read.hits] != [hit.person_id for hit in plain.hits]


def test_it_is_given_the_question_and_what_stands_in_each_record(world, asked):
    contrary = Contrary()
    first = found(world, asked).hits[:3]
    found(world, asked, Rerank(contrary, depth=3))
    [(question, texts)] = contrary.read
    assert question == "w1 w2"
    assert [hit.passage in text if hit.passage else text == "" for hit, text in zip(first, texts, strict=True)] == [
        True
    ] * 3


def test_a_page_that_is_ranked_again_has_the_scores_of_the_search(world, asked):
    rerank = Rerank(Contrary(), depth=7)
    whole = found(world, asked, rerank)
    ids = [hit.person_id for hit in whole.hits]
    page = rank(asked, ids[3:12], policy=Policy(), weights=Weights(), rerank=rerank, reranked=whole.reranked, **world)
    assert [(h.person_id, h.score) for h in page.hits] == [
        (h.person_id, pytest.approx(h.score, abs=1e-9)) for h in whole.hits[3:12]
    ]
    later = rank(asked, ids[100:105], policy=Policy(), weights=Weights(), rerank=rerank, reranked=(), **world)
    assert all("reranker" not in hit.parts.relevance_parts for hit in later.hits)
    given = rank(asked, ids[100:120], policy=Policy(), weights=Weights(), rerank=rerank, **world)
    assert sum("reranker" in hit.parts.relevance_parts for hit in given.hits) == 7


def test_nothing_is_read_where_nothing_was_asked_in_words(world):
    contrary = Contrary()
    query = Query(text="q", criteria=(Criterion(kind="skill", values=("skill:s0",), label="s0", explicit=True),))
    answer = found(world, query, Rerank(contrary))
    assert answer.hits
    assert contrary.read == []
    assert answer.reranked == ()


def test_of_a_record_the_nearest_passages_are_read_after_the_headline():
    vectors = np.eye(5, dtype=np.float32)
    passages = [[f"passage {n}", "text", None, 0, 0] for n in range(5)]
    card = Card(CardBody(write_card({"headline": "Nurse", "passages": passages, "facts": []})), vectors)
    question = np.array([0.1, 0.9, 0.0, 0.8, 0.7], dtype=np.float32)
    assert text_of(card, question) == "Nurse\npassage 1\npassage 3\npassage 4"
    assert text_of(card, None) == "Nurse\npassage 0\npassage 1\npassage 2"
    assert text_of(None, question) == ""
    long = Card(CardBody(write_card({"headline": "x" * 9_000, "passages": [], "facts": []})), vectors[:0])
    assert len(text_of(long, question)) == LETTERS


def test_parts_of_nobody_are_of_nobody():
    assert reranked_parts({}, [0, 1], np.array([0.5, 1.0]), 0.4)["reranker"].tolist() == [0.2, 0.4]
