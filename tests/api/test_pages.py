"""The pages, as HTML without a browser: what is shown, what is escaped, what a stranger sees."""

import re
from datetime import date

import pytest

from api.web import views

Q = "backend developer in Stockholm with Python"


def page(visitor, path="/search", **params):
    answer = visitor.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_stranger_is_sent_to_sign_in(stranger):
    for path in ("/", "/search?q=nurse", "/people/x"):
        assert stranger.get(path).url.path == "/sign-in"


def test_signing_in_with_a_key_and_out_again(stranger, key):
    assert stranger.post("/sign-in", data={"key": "hw_wrong"}).status_code == 401
    assert stranger.post("/sign-in", data={"key": key}).url.path == "/search"
    stranger.post("/sign-out")
    assert stranger.get("/search").url.path == "/sign-in"


def test_a_search_shows_levels_people_and_why(shared_visitor):
    html = page(shared_visitor, q=Q)
    assert html.index("Anna Almroth") < html.index("Mei Zhang")
    assert "up because" in html
    for mark in ("mark yes", "In the ATS", "Outside", "Full match", "Python"):
        assert mark in html


def test_each_verdict_has_words_besides_its_colour(shared_visitor):
    html = page(shared_visitor, q="nurse in Göteborg with Kubernetes")
    for verdict in ("yes", "not stated"):
        assert f'<span class="hidden">{verdict}:</span>' in html


def test_a_chip_is_taken_away_and_put_back_by_links(shared_visitor):
    html = page(shared_visitor, q=Q)
    away = re.search(r'href="(/search\?[^"]*without=place[^"]*)"', html).group(1).replace("&amp;", "&")
    without = shared_visitor.get(away).text
    assert 'aria-label="Remove Stockholm' not in without
    back = re.search(r'href="([^"]*)" aria-label="Put back', without).group(1).replace("&amp;", "&")
    assert 'aria-label="Remove Stockholm' in shared_visitor.get(back).text


def test_a_filter_is_a_chip_that_takes_itself_out_of_the_address(shared_visitor):
    html = page(shared_visitor, q="developer", skill="Python, Django", source="ats")
    assert "Erik Ekdahl" in html
    assert "Mei Zhang" not in html
    away = re.search(r'href="([^"]*)" aria-label="Remove Django"', html).group(1)
    assert "skill=Python" in away
    assert "Django" not in away
    assert "source=ats" in away


def test_filters_alone_are_a_search(shared_visitor):
    assert "Nils Norrby" in page(shared_visitor, source="outside")


def test_the_person_page_shows_the_whole_history(shared_visitor, shared_client):
    person = shared_client.post("/v1/search", json={"text": "p1@example.com"}).json()["hits"][0]["person_id"]
    html = page(shared_visitor, f"/people/{person}", back="q=x")
    for text in (
        "Anna Almroth", "p1@example.com", "Ljung AB", "Calm and clear on the phone.", "Still interested!",
        "Position put on hold (headcount)", "Python", 'href="/search?q=x"', "Final interview",
    ):  # fmt: skip
        assert text in html
    assert "Confidential" not in html


def test_the_way_back_stays_on_this_site(shared_visitor, shared_client):
    person = shared_client.post("/v1/search", json={"text": "p1@example.com"}).json()["hits"][0]["person_id"]
    html = page(shared_visitor, f"/people/{person}", back="//elsewhere.example.com")
    assert 'href="/search?//elsewhere' in html


def test_what_a_cv_says_is_escaped(client, visitor):
    people = [
        {
            "id": "x", "name": "<script>alert(1)</script>", "headline": "<img src=x onerror=alert(1)>",
            "links": ["javascript:alert(1)"], "documents": [{"id": "cv", "text": "Welder <b>bold</b> in Kiruna"}],
        }
    ]  # fmt: skip
    result = client.put("/v1/people?wait=true", json={"people": people}).json()["results"][0]
    for html in (page(visitor, q="welder in Kiruna"), page(visitor, f"/people/{result['person_id']}")):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        for unsafe in ("<script>alert", "<img src=x", "<b>bold", 'href="javascript'):
            assert unsafe not in html


def test_an_unknown_person_is_a_page_too(shared_visitor):
    answer = shared_visitor.get("/people/00000000-0000-0000-0000-000000000000")
    assert answer.status_code == 404
    assert "text/html" in answer.headers["content-type"]


def test_pages_load_nothing_from_elsewhere_and_run_no_inline_script(shared_visitor):
    answer = shared_visitor.get("/search", params={"q": Q})
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', answer.text)
    assert not re.findall(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", answer.text)
    for path in re.findall(r'"(/static/[^"]+)"', answer.text):
        assert shared_visitor.get(path).status_code == 200


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        (None, ""), ("2026-11-02", "Nov 2026, this month"), ("2026-09", "Sep 2026, 2 months ago"),
        ("2026", "2026, this year"), ("2025", "2025, 1 year ago"), ("2020-11-30", "Nov 2020, 6 years ago"),
    ],
)  # fmt: skip
def test_an_age_is_told_in_words(observed, expected):
    assert views.age(observed, date(2026, 11, 24)) == expected
