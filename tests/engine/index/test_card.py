"""A card is read back as it was written, whatever letters it holds, and a part of it as the whole."""

from hypothesis import given
from hypothesis import strategies as st

from engine.index.card import CardBody, facts_of, write_card

SAID = st.text(st.sampled_from('ab"\\\n å\ue000\ue001\ue002 {}[]:,') | st.characters(codec="utf-8"), max_size=12)
VALUE = st.sampled_from(["skill:python", "skill:python-web", "title:nurse", "two words"])
FACT = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["skill", "title", "place"]),
        "values": st.lists(VALUE, min_size=1, max_size=2),
        "label": SAID,
    },
    optional={"quote": SAID, "number": st.integers(0, 9)},
)
CARD = st.fixed_dictionaries(
    {
        "headline": st.none() | SAID,
        "passages": st.lists(st.tuples(SAID, SAID).map(list), max_size=3),
        "facts": st.lists(FACT, max_size=6),
    }
)


@given(CARD)
def test_a_card_is_read_back_as_it_was_written(card):
    body = CardBody(write_card(card))
    read = dict(body)
    read["facts"] = sorted(map(repr, read["facts"]))
    assert read == card | {"facts": sorted(map(repr, card["facts"]))}


@given(CARD, st.sampled_from(["skill", "title", "education"]), st.none() | st.sets(VALUE, min_size=1))
def test_facts_of_a_kind_are_those_of_the_whole_card_in_its_order(card, kind, values):
    assert facts_of(CardBody(write_card(card)), kind, values) == facts_of(card, kind, values)


@given(CARD)
def test_what_is_kept_needs_no_escape(card):
    assert not set('"\\\n') & set(write_card(card))
