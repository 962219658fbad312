"""docs/search-language.md and docs/ranking.md say what is so: each example is parsed, each number compared."""

import re
from datetime import date
from pathlib import Path

import pytest

from engine.index.schema import SPARSE
from engine.lexicon import Lexicon
from engine.query import understand
from engine.query.operators import FIELDS
from engine.ranking import candidates, prior, relevance, verdicts
from engine.records import Policy, Vocabulary

DOCS = Path(__file__).parents[2] / "docs"
LANGUAGE = (DOCS / "search-language.md").read_text("utf-8")
RANKING = (DOCS / "ranking.md").read_text("utf-8")
EXAMPLES = re.findall(r"^\| `(.+?)` \| (.+?) \|$", LANGUAGE, re.M)
VOCABULARY = Vocabulary(job_titles={"ats:7": "ICU nurse"}, tags=("night shift",))


def ask(text):
    return understand(text, lexicon=Lexicon.default(), vocabulary=VOCABULARY, today=date(2026, 11, 24))


def said(query):
    if query.identity:
        return f"{query.identity.kind}: {query.identity.value}"
    return "; ".join(f"{c.weight}{'!' if c.explicit else ''} {c.kind}: {c.label}" for c in query.criteria)


@pytest.mark.parametrize(("typed", "understood"), EXAMPLES, ids=[typed for typed, _ in EXAMPLES])
def test_each_example_is_understood_as_the_page_says(typed, understood):
    assert said(ask(typed)) == understood
    assert ask(typed).remarks == ()


def test_the_page_has_examples_of_every_kind_and_field():
    assert len(EXAMPLES) > 40
    asked = {c.kind for typed, _ in EXAMPLES for c in ask(typed).criteria}
    assert set(FIELDS.values()) <= asked
    assert {typed.lstrip("-").split(":")[0] for typed, _ in EXAMPLES if ":" in typed} >= {"title", "titel", "ort"}


def test_brackets_across_kinds_get_a_remark():
    assert any("flat" in remark for remark in ask('("data engineer" OR ETL) AND spark').remarks)


def row(name):
    return re.search(rf"^\| {re.escape(name)} \|(.+)\|$", RANKING, re.M).group(1)


def test_the_sizes_of_the_prior_are_those_of_the_code():
    sizes = {"known": prior.KNOWN, "furthest stage": prior.STAGE, "recency": prior.RECENCY,
             "replied": prior.REPLIED, "reopenable": prior.REOPENABLE}  # fmt: skip
    for name, size in sizes.items():
        assert f" {size:.2f} " in row(name), name
    assert sum(sizes.values()) == pytest.approx(prior.WHOLE) == pytest.approx(Policy().prior_max)
    assert f"{prior.HALF_LIFE_DAYS:g} days" in RANKING
    assert f"+{prior.STRICT:g}" in RANKING


def test_the_weights_of_the_legs_are_those_of_the_code():
    for name, weight in relevance.Weights().scaled().items():
        assert f" {weight:.2f} " in row(f"`{name}`"), name
    for name in SPARSE:
        assert f"s / (s + {relevance.HALF[name]:g})" in row(f"`{name}`"), name


def test_the_other_numbers_are_those_of_the_code():
    for number in (candidates.DEPTH, candidates.SMALL, verdicts.NEAR_PLACE):
        assert f"{number:g}" in RANKING
