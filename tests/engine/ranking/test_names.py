"""Names, e-mails and phones in the box: who is found, and who is not."""

import pytest

from engine.query.criteria import Identity, Query
from engine.ranking.names import find_named

NAMES = [
    "Anna Lindqvist", "Anna Maria Lind", "Åsa Wójcik", "Göran Östberg", "Bo Ek", "Hanna Berg", "Karl-Erik Nyström",
    "Søren Ægidius", "Maria Garcia Lopez", "Mohammed Al-Sayed", "Li Wu", "Kristoffer Andersson",
]  # fmt: skip


@pytest.fixture
def ask(fill):
    index = fill(
        *(
            {"name": n, "emails": [f"{row}@example.com"], "phones": ["+46701740605"] if row < 2 else []}
            for row, n in enumerate(NAMES)
        )
    )

    def find(value, kind="name"):
        found = find_named(Query(identity=Identity(kind=kind, value=value)), index.columns)
        best = max(found.values(), default=0)
        return sorted(NAMES[row] for row, fit in found.items() if fit == best)

    find.columns = index.columns
    return find


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Anna Lindqvist", "Anna Lindqvist"),
        ("anna lindqvist", "Anna Lindqvist"),
        ("Lindqvist Anna", "Anna Lindqvist"),  # surname first
        ("Ana Lindqvist", "Anna Lindqvist"),  # a letter missing
        ("Annna Lindqvist", "Anna Lindqvist"),  # a letter too many
        ("Anna Lindqvsit", "Anna Lindqvist"),  # two swapped
        ("Anna Lindkvist", "Anna Lindqvist"),  # one other
        ("Lindkvist Ana", "Anna Lindqvist"),  # all at once
        ("Yanna Lindqvist", "Anna Lindqvist"),  # the first letter too
        ("Asa Wojcik", "Åsa Wójcik"),
        ("ÅSA WÓJCIK", "Åsa Wójcik"),
        ("Goran Ostberg", "Göran Östberg"),
        ("Soren Aegidius", "Søren Ægidius"),
        ("Bo Ek", "Bo Ek"),
        ("Hana Berg", "Hanna Berg"),
        ("Karl Erik Nyström", "Karl-Erik Nyström"),
        ("Karl-Erik Nystrom", "Karl-Erik Nyström"),
        ("Karl Nyström", "Karl-Erik Nyström"),
        ("Anna Lind", "Anna Maria Lind"),  # without the middle name
        ("Maria Lopez", "Maria Garcia Lopez"),
        ("Mohamed Al Sayed", "Mohammed Al-Sayed"),
        ("Kristofer Anderson", "Kristoffer Andersson"),
        ("Lindqvist", "Anna Lindqvist"),  # one name of two
        ("Hanna", "Hanna Berg"),
        ("Åsa", "Åsa Wójcik"),
    ],
)
def test_the_person_is_found_first(ask, asked, found):
    assert ask(asked) == [found]


@pytest.mark.parametrize("asked", ["Anna", "anna"])
def test_a_given_name_finds_everyone_who_has_it(ask, asked):
    assert ask(asked) == ["Anna Lindqvist", "Anna Maria Lind"]


@pytest.mark.parametrize(
    "asked",
    [
        "Anna Svensson",  # another surname
        "Anna Anna",
        "Hanne",  # one word alone must be spelt right
        "blockchain wizard",
        "Bo Ok",  # two letters are too few to forgive one
        "Nobody Here",
        "Anna Lindqvist Olofsdotter Berg",
        "...",
    ],
)
def test_nobody_is_taken_for_someone_else(ask, asked):
    assert ask(asked) == []


def test_the_fit_says_how_sure_it_is(ask):
    def fit(value):
        return max(find_named(Query(identity=Identity(kind="name", value=value)), ask.columns).values())

    assert fit("Anna Lindqvist") == fit("Lindqvist Anna") == 1.0
    assert 1 > fit("Ana Lindqvist") > fit("Ana Lindkvist") > 0.5


def test_an_email_or_phone_finds_exactly_whose_it_is(ask):
    assert ask("3@example.com", "email") == ["Göran Östberg"]
    assert ask("+46701740605", "phone") == ["Anna Lindqvist", "Anna Maria Lind"]
    assert ask("nobody@example.com", "email") == []


def test_names_follow_what_changes(ask):
    columns = ask.columns
    assert ask("Hanna Berg") == ["Hanna Berg"]
    columns.put(columns.ids[5], columns.people[5], {"source": "ats", "name": "Johanna Sjö"}, 99)
    renamed = find_named(Query(identity=Identity(kind="name", value="Johanna Sjo")), columns)
    assert renamed == {5: 1.0}
    assert ask("Hanna Berg") == []
    columns.drop(columns.ids[0])
    assert ask("Anna Lindqvist") == []


def test_a_question_that_names_nobody_finds_nobody(ask):
    assert find_named(Query(text="nurse"), ask.columns) == {}
