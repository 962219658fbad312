"""Who says a phrase: the same as looking through every text, whatever was written, written over and taken out."""

from hypothesis import given
from hypothesis import strategies as st

from engine.index.texts import Texts

WORD = st.sampled_from(["a", "b", "c", "ab", "å", "日本"])
WORDS = st.lists(WORD, max_size=8).map(" ".join)
CHANGES = st.lists(st.tuples(st.integers(0, 6), st.none() | WORDS), max_size=40)


def looked_through(held: dict[int, str], phrase: str) -> set[int]:
    return {row for row, words in held.items() if phrase and f" {phrase} " in f" {words} "}


@given(CHANGES, st.lists(WORDS, max_size=6))
def test_a_phrase_is_found_where_it_is_said_and_nowhere_else(changes, phrases):
    texts, held = Texts(), {}
    for row, words in changes:
        if words is None:
            texts.drop(row)
            held.pop(row, None)
        else:
            texts.put(row, words)
            held[row] = words
    for phrase in phrases:
        assert set(texts.saying(phrase)) == looked_through(held, phrase)


def test_a_phrase_never_reaches_from_one_person_into_the_next():
    texts = Texts()
    texts.put(0, "head of customer")
    texts.put(1, "service desk")
    assert not texts.saying("customer service")


def test_what_is_nobodys_any_more_is_dropped_and_nothing_else():
    texts = Texts()
    texts.put(7, "stays as it is")
    for number in range(400):
        texts.put(3, " ".join(f"w{number}x{place}" for place in range(100)))
    assert texts.used < 30_000
    assert set(texts.saying("stays as it is")) == {7}
    assert set(texts.saying("w399x0 w399x1")) == {3}
    assert not texts.saying("w398x0")
