"""POST /v1/search and /v1/rank over HTTP."""

import json
from pathlib import Path

import pytest

from engine.ranking.learned import load_ranking
from engine.ranking.relevance import SIGNALS
from engine.ranking.reranked import Rerank
from engine.records import Viewer
from models import FakeReranker

GOLDEN = Path(__file__).parents[1] / "golden"


def ask(client, **body):
    answer = client.post("/v1/search", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def shape(value):
    """Names and kinds, without values."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return {str: "text", bool: "truth", int: "number", float: "number", type(None): "null"}[type(value)]


def test_the_shape_of_a_search_answer_is_the_golden_one(client):
    answer = ask(client, text="backend developer in Stockholm with Python")
    found = {
        "answer": shape({**answer, "hits": [], "criteria": [], "query": {}, "took_ms": {}}),
        "criterion": sorted(answer["criteria"][0]),
        "hit": shape({**answer["hits"][0], "parts": {}, "evidence": [], "reasons": []}),
        "parts": sorted(answer["hits"][0]["parts"]),
        "evidence": sorted(answer["hits"][0]["evidence"][0]),
        "query": sorted(answer["query"]),
    }
    assert found == json.loads((GOLDEN / "search_shape.json").read_text("utf-8"))


def test_people_we_know_come_first_at_the_same_level_and_say_why(client):
    answer = ask(client, text="backend developer in Stockholm with Python")
    first, second = answer["hits"][:2]
    assert (first["name"], second["name"]) == ("Anna Almroth", "Mei Zhang")
    assert first["level"] == second["level"] == 3
    assert first["reasons"]
    assert not second["reasons"]
    assert first["external_ids"] == [{"connection": "test", "id": "p1"}]


def test_the_parts_sum_to_the_score(client):
    for hit in ask(client, text="nurse in Göteborg with 5 years")["hits"]:
        parts = hit["parts"]
        assert hit["score"] == pytest.approx(parts["level"] + parts["relevance"] + parts["prior"], abs=1e-6)
        assert parts["relevance"] == pytest.approx(sum(parts["relevance_parts"].values()), abs=1e-6)
        assert parts["prior"] == pytest.approx(sum(parts["prior_parts"].values()), abs=1e-6)


def test_a_quote_stands_word_for_word_in_the_cv(client):
    hit = ask(client, text="nurse in Göteborg")["hits"][0]
    texts = " ".join(d["text"] for d in client.get(f"/v1/people/{hit['person_id']}").json()["documents"])
    quotes = [item["quote"] for item in hit["evidence"] if item["quote"]]
    assert quotes
    assert all(" ".join(quote.split()) in " ".join([*texts.split(), hit["location"]]) for quote in quotes)


def test_the_query_given_back_asks_the_same(client):
    first = ask(client, text="backend developer in Stockholm")
    again = ask(client, query=first["query"])
    assert [h["person_id"] for h in again["hits"]] == [h["person_id"] for h in first["hits"]]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"source": "outside"}, {"Mei Zhang", "Nils Norrby"}),
        ({"place": "Uppsala", "radius_km": 10}, {"Erik Ekdahl"}),
        ({"place": "Uppsala", "radius_km": 90}, {"Erik Ekdahl", "Anna Almroth", "Mei Zhang"}),
        ({"skills": ["Python", "Kubernetes"]}, {"Anna Almroth", "Mei Zhang"}),
        ({"years_min": 40}, set()),
        ({"stage_min": 3}, {"Anna Almroth", "Erik Ekdahl", "Olena Shevchuk", "Sara Sjöholm"}),
        ({"job": "test:j1"}, {"Anna Almroth", "Erik Ekdahl", "Olena Shevchuk", "Sara Sjöholm"}),
        ({"job": "test:j1", "source": "outside"}, set()),
        ({"applied_after": "2024-01-01", "skills": ["Django"]}, {"Erik Ekdahl"}),
        ({"applied_after": "2025-01-01"}, set()),
    ],
)
def test_a_filter_leaves_only_whom_it_holds_for(client, filters, names):
    answer = ask(client, filters=filters)
    found = {hit["name"] for hit in answer["hits"] if hit["level"] > 0}
    assert found == names
    assert {hit["name"] for hit in answer["hits"]} == names
    assert answer["counts"]["total"] == len(names)


def test_levels_are_counted_and_can_be_asked_for(client):
    answer = ask(client, text="backend developer in Stockholm with Python")
    assert sum(answer["counts"]["levels"].values()) == answer["counts"]["total"]
    full = ask(client, text="backend developer in Stockholm with Python", level=3)
    assert {hit["level"] for hit in full["hits"]} == {3}
    assert full["counts"] == answer["counts"]


def test_a_chip_taken_away_is_no_longer_asked(client):
    answer = ask(client, text="backend developer in Stockholm")
    place = next(c for c in answer["criteria"] if c["kind"] == "place")
    without = ask(client, text="backend developer in Stockholm", without=[f"place:{place['label']}"])
    assert "place" not in {c["kind"] for c in without["criteria"]}
    assert "title" in {c["kind"] for c in without["criteria"]}


def test_an_email_finds_its_person_first(client):
    assert ask(client, text="p6@example.com")["hits"][0]["name"] == "Sara Sjöholm"


def test_pages_follow_one_another_without_gap_or_repeat(client):
    whole = ask(client, text="backend developer")
    pages, cursor = [], None
    while True:
        page = ask(client, text="backend developer", limit=2, **({"cursor": cursor} if cursor else {}))
        pages += page["hits"]
        assert page["counts"] == whole["counts"]
        if not (cursor := page["cursor"]):
            break
    assert [h["person_id"] for h in pages] == [h["person_id"] for h in whole["hits"]]
    assert [h["rank"] for h in pages] == list(range(1, len(pages) + 1))


def test_pages_are_stable_while_people_come_in(client):
    first = ask(client, text="backend developer", limit=2)
    before = ask(client, text="backend developer")
    new = {"id": "new", "name": "New Person", "documents": [{"id": "cv", "text": "Backend Developer with Python"}]}
    assert client.put("/v1/people?wait=true", json={"people": [new]}).json()["indexed"] is True
    second = ask(client, text="backend developer", limit=2, cursor=first["cursor"])
    assert [h["person_id"] for h in second["hits"]] == [h["person_id"] for h in before["hits"]][2:4]


def test_a_cursor_holds_in_another_process_too(client, app):
    first = ask(client, text="backend developer", limit=2)
    app.state.answers.settle()
    app.state.answers._recent.clear()
    assert ask(client, text="backend developer", limit=2, cursor=first["cursor"])["hits"][0]["rank"] == 3


def test_a_cursor_of_another_question_is_refused(client):
    cursor = ask(client, text="backend developer", limit=2)["cursor"]
    answer = client.post("/v1/search", json={"text": "nurse", "limit": 2, "cursor": cursor})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:headwater:problem:bad-cursor")


@pytest.mark.parametrize("cursor", ["", "x", "a.b.c", "é" * 40, "." * 200])
def test_a_cursor_that_is_not_ours_is_refused(client, cursor):
    answer = client.post("/v1/search", json={"text": "nurse", "cursor": cursor})
    assert answer.status_code == (200 if cursor == "" else 400)


def test_a_cursor_that_is_over_is_refused(client, app):
    cursor = ask(client, text="backend developer", limit=2)["cursor"]
    app.state.answers._clock = lambda: 4e9
    answer = client.post("/v1/search", json={"text": "backend developer", "limit": 2, "cursor": cursor})
    assert answer.status_code == 400


def test_erased_people_never_show_even_while_the_index_holds_them(client, runtime):
    person_id = ask(client, text="accountant")["hits"][0]["person_id"]
    runtime.ledger.writer().erase(person_id)
    assert person_id not in {h["person_id"] for h in ask(client, text="accountant")["hits"]}
    assert client.get(f"/v1/people/{person_id}").status_code == 404


def test_every_search_is_noted(client, runtime, app):
    answer = ask(client, text="nurse in Göteborg")
    app.state.answers.settle()
    [noted] = runtime.ledger.reader(Viewer()).impressions()
    assert noted["query"]["text"] == "nurse in Göteborg"
    assert [s["person_id"] for s in noted["shown"]] == [h["person_id"] for h in answer["hits"]]
    assert set(noted["considered"]) >= {h["person_id"] for h in answer["hits"]}
    assert noted["stamp"]["encoder"] == runtime.encoder.key


def test_rank_orders_the_given_people_for_a_job(client):
    ids = {h["name"]: h["person_id"] for h in ask(client, filters={"source": "ats"})["hits"]}
    body = {"job_id": "test:j1", "ids": [ids["Sara Sjöholm"], ids["Anna Almroth"], "nobody"]}
    answer = client.post("/v1/rank", json=body).json()
    assert [h["name"] for h in answer["hits"]] == ["Anna Almroth", "Sara Sjöholm"]
    assert answer["unknown"] == ["nobody"]
    assert set(answer["hits"][0]["parts"]) == {"level", "relevance", "prior", "relevance_parts", "prior_parts"}


def test_rank_wants_exactly_one_thing_to_rank_for(client):
    assert client.post("/v1/rank", json={"ids": ["x"]}).status_code == 400
    assert client.post("/v1/rank", json={"ids": ["x"], "text": "a", "job_id": "test:j1"}).status_code == 400


def test_a_job_one_may_not_see_is_not_there(client):
    assert client.post("/v1/rank", json={"ids": ["x"], "job_id": "test:j3"}).status_code == 404


def test_with_a_reranker_pages_still_follow_one_another_and_it_is_noted(client, runtime, app):
    plain = ask(client, text="backend developer in Stockholm")["hits"]
    runtime.rerank = Rerank(FakeReranker(), share=0.5, depth=3)
    whole = ask(client, text="backend developer in Stockholm")
    read = [h["person_id"] for h in whole["hits"] if "reranker" in h["parts"]["relevance_parts"]]
    assert set(read) == {h["person_id"] for h in plain[:3]}
    assert "rerank" in whole["took_ms"]
    first = ask(client, text="backend developer in Stockholm", limit=2)
    app.state.answers.settle()
    app.state.answers._recent.clear()  # as another process has it
    second = ask(client, text="backend developer in Stockholm", limit=2, cursor=first["cursor"])
    pages = first["hits"] + second["hits"]
    assert [(h["person_id"], h["score"]) for h in pages] == [(h["person_id"], h["score"]) for h in whole["hits"][:4]]
    noted = [one["stamp"]["reranker"] for one in runtime.ledger.reader(Viewer()).impressions()]
    assert noted[-1] is None
    assert noted[0] == FakeReranker.key


def test_a_ranking_that_was_learned_orders_and_is_noted_unless_other_weights_are_asked_for(
    client, runtime, app, tmp_path
):
    said = {"version": 1, "signals": list(SIGNALS), "weights": dict.fromkeys(SIGNALS, 0.0) | {"title": 1.0}}
    (tmp_path / "ranking.json").write_text(json.dumps(said))
    runtime.ranking = load_ranking(tmp_path / "ranking.json")
    hit = ask(client, text="backend developer with Python")["hits"][0]
    assert set(hit["parts"]["relevance_parts"]) == {"title"}
    other = ask(client, text="backend developer with Python", weights={"text": 2.0})["hits"][0]
    assert "text" in other["parts"]["relevance_parts"]
    app.state.answers.settle()
    noted = {one["stamp"]["ranking"] for one in runtime.ledger.reader(Viewer()).impressions()}
    assert noted == {runtime.ranking.name}
