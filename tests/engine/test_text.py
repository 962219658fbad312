"""The normaliser: symbols survive, letters fold, and a document's word always finds it."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.text import fold, guess_language, normalise, query_tokens, split_compound, stem, tokens, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C++ and C# and C", ["cplusplus", "and", "csharp", "and", "c"]),
        (".NET, ASP.NET", ["dotnet", "aspnet", "dotnet"]),
        ("Node.js Vue.js", ["nodejs", "vuejs"]),
        ("CI/CD", ["cicd"]),
        ("IT manager, it was", ["informationtechnology", "manager", "it", "was"]),
        ("R, Go", ["r", "go"]),
        ("Göteborg Ørsted Straße", ["goteborg", "orsted", "strasse"]),
        ("", []),
    ],
)
def test_words_keep_what_recruiters_mean(text, expected):
    assert words(text) == expected


@given(st.text(max_size=300))
def test_normalise_is_idempotent(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(max_size=100))
def test_fold_is_idempotent(text):
    assert fold(fold(text)) == fold(text)


@given(
    st.lists(st.sampled_from("nurses utvecklare Krankenschwester läkare Kubernetes ledger budgetering".split())),
    st.sampled_from(["en", "sv", "de", "fi", "da", "no"]),
)
def test_a_question_made_of_a_documents_word_finds_it(parts, language):
    assume(parts)
    document = set(tokens(" ".join(parts), language))
    assert all(document & set(query_tokens(word)) for word in parts)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Responsible for the ledger and the closing of four companies", "en"),
        ("Jag har arbetat som sjuksköterska på en avdelning med 24 platser och trivs", "sv"),
        ("Ich bin Entwickler und arbeite mit der Datenbank für das Team", "de"),
        ("", "en"),
    ],
)
def test_language_is_told_by_the_commonest_words(text, language):
    assert guess_language(text) == language


def test_a_compound_gives_its_parts_and_a_plain_word_none():
    known = frozenset({"grundskola", "larare", "barn", "omsorg"})
    assert split_compound("grundskollarare", known) == ["grundskola", "larare"]
    assert split_compound("barnomsorg", known) == ["barn", "omsorg"]
    assert split_compound("universitet", known) == []


def test_compound_parts_are_searchable():
    known = frozenset({"grundskola", "larare"})
    assert stem("larare", "sv") in tokens("Grundskollärare i Umeå och en till", "sv", known)


def test_stop_words_go_but_single_letter_skills_stay():
    assert tokens("the C and R of it", "en") == ["c", "r"]
