"""The suite's truth is the truth: exact, hidden from whoever is measured, the same for the same seed."""

import json
from collections import Counter
from random import Random

import pytest

from engine.errors import BadInput
from eval.dataset import open_suite
from eval.suites.recruiting import build
from eval.suites.recruiting.candidates import EDGES, Applied, Candidate, Role, Wish, make_candidate
from eval.suites.recruiting.phrases import PHRASES
from eval.suites.recruiting.questions import questions
from eval.suites.recruiting.render import Writer
from eval.suites.recruiting.truth import Need, level, verdict

KINDS = {
    "title and skill", "title and years", "seniority", "negation", "applied for, is not", "C, C++, C#", "IT", "accents",
    "compounds", "history", "language", "operators",
}  # fmt: skip
PEOPLE = 600


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recruiting")
    build(folder, people=PEOPLE)
    return folder


@pytest.fixture(scope="module")
def suite(made):
    return open_suite(made)


def nurse(**more):
    role = Role("nurse", "", "Björkvård", (2018, 1), None)
    return Candidate(key="c", name="Mei Zhang", swedish=False, **{"roles": (role,), "skills": ("Triage",), **more})


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(made, tmp_path):
    build(tmp_path / "again", people=PEOPLE)
    build(tmp_path / "other", people=PEOPLE, seed=7)
    for file in ("people.jsonl", "queries.jsonl", "qrels/test.tsv"):
        assert (made / file).read_bytes() == (tmp_path / "again" / file).read_bytes()
    assert (made / "people.jsonl").read_bytes() != (tmp_path / "other" / "people.jsonl").read_bytes()


def test_there_are_more_than_200_questions_of_every_kind_in_both_languages(suite):
    kinds = Counter((q.metadata["kind"], q.metadata["language"]) for q in suite.queries)
    assert len(suite.queries) == 316
    assert {kind for kind, _ in kinds} == KINDS
    assert min(kinds.values()) >= 12
    assert len({q.text for q in suite.queries}) > 280  # "recruiter" is one in both


def test_every_question_has_somebody_who_meets_it_whole(suite):
    assert [q.id for q in suite.queries if 3 not in suite.qrels[q.id].values()] == []


def test_all_that_a_suite_needs_can_be_read(suite):
    records = list(suite.records())
    assert len(records) == PEOPLE
    assert len({record.id for record in records}) == PEOPLE
    assert {record.source for record in records} == {"ats", "outside"}
    assert len(suite.jobs()) == 26


def test_no_record_says_what_it_is_to_any_question(made):
    words = {"grade", "level", "query", "kind", "planted", "truth", "only", "metadata"}
    allowed = {"kind"}  # of a document and of an activity
    for line in (made / "people.jsonl").read_text().splitlines():
        row = json.loads(line)
        assert not (set(row) & words)
        assert {key for part in (*row["documents"], *row.get("activities", ())) for key in part} & words <= allowed


def test_tuning_and_test_share_no_phrase():
    for ways in PHRASES.values():
        for language in (0, 1):
            dev, test = set(ways["dev"][language]), set(ways["test"][language])
            assert len(dev) >= 5
            assert len(test) >= 5
            assert not dev & test


@pytest.mark.parametrize("split", ["dev", "test"])
def test_every_phrase_is_used(split):
    rng = Random(1)
    writer = Writer(split, rng)
    for number in range(1_500):
        writer.record(make_candidate(f"c{number}", rng))
    everything = {phrase for ways in PHRASES.values() for language in ways[split] for phrase in language}
    assert everything - writer.used == set()


def test_whoever_must_not_be_shown_for_a_negation_has_what_was_negated(suite):
    """Read from what their CV says, in either language."""
    texts = {record.id: record.documents[0].text for record in suite.records()}
    asked = next(q for q in suite.queries if q.text == "nurse without Geriatric care")
    having = [person for person, grade in suite.qrels[asked.id].items() if grade < 0]
    assert having
    for person in having:
        assert "Geriatric care" in texts[person] or "geriatrik" in texts[person]


def test_where_only_the_judged_may_be_shown_nobody_is_judged_who_lacks_it(suite):
    asked = next(q for q in suite.queries if q.text == 'title:"chef" skill:"Grill"')
    assert asked.only
    texts = {record.id: record.documents[0].text for record in suite.records()}
    shown = [person for person, grade in suite.qrels[asked.id].items() if grade >= 0]
    assert all("Grill" in texts[person] for person in shown)


def test_years_of_nobody_lie_where_rounding_would_decide():
    rng = Random(3)
    for number in range(300):
        assert min(abs(make_candidate(f"c{number}", rng).years - edge) for edge in EDGES) >= 0.3


def test_a_wish_is_granted():
    wish = Wish("nurse", ("Triage",), without=("CPR",), years=(6, 12), town="Lund", spoken=("Finnish", "fluent"))
    for seed in range(50):
        one = make_candidate("c", Random(seed), wish)
        assert {"Triage"} <= set(one.skills)
        assert "CPR" not in one.skills
        assert (one.roles[0].title, one.town, one.spoken["Finnish"]) == ("nurse", "Lund", "fluent")
        assert 5.9 <= one.years <= 12.1


TITLE, TRIAGE, CPR = (
    Need("title", ("nurse",)),
    Need("skill", ("Triage",), weight="want"),
    Need("skill", ("CPR",), weight="want"),
)


@pytest.mark.parametrize(
    ("needs", "one", "expected"),
    [
        ((TITLE, TRIAGE), nurse(), 3),
        ((TITLE, CPR), nurse(), 2),
        ((TITLE, CPR, Need("skill", ("Wound care",), weight="want")), nurse(), 1),
        ((TITLE, TRIAGE), nurse(titled=False), 1),
        ((Need("title", ("chef",)), TRIAGE), nurse(), None),
        ((TITLE, Need("town", ("Lund",))), nurse(town="Malmö"), 3),
        ((TITLE, Need("town", ("Lund",))), nurse(town="Oslo"), None),
        ((TITLE, Need("town", ("Lund",))), nurse(), 1),
        ((TITLE, Need("town", ("Lund",), explicit=True)), nurse(), None),
        ((TITLE, Need("years", number=10)), nurse(), 2),
        ((TITLE, Need("years", number=5)), nurse(dated=False), 1),
        ((TITLE, Need("skill", ("Triage",), weight="not")), nurse(), None),
        ((TITLE, Need("language", ("Finnish",), number=5)), nurse(spoken={"Finnish": "B2"}), 2),
        ((TITLE, Need("language", ("Finnish",), number=5)), nurse(spoken={"Finnish": "basic"}), None),
        ((TITLE, Need("language", ("Finnish",), number=5)), nurse(spoken={"Finnish": ""}), 1),
        ((TITLE, Need("stage", number=3)), nurse(applied=(Applied("nurse", 2, "active", None, "2025-01-15"),)), None),
        ((TITLE, Need("reason", ("salary",))), nurse(applied=(Applied("nurse", 2, "rejected", "salary", "2025-01-15"),)), 3),
        ((TITLE, Need("applied", number=2024)), nurse(), 1),
        ((Need("skill", ("CPR",), weight="want"),), nurse(), 0),
    ],
)  # fmt: skip
def test_levels_are_those_of_the_law(needs, one, expected):
    assert level(needs, one) == expected


def test_a_kind_of_what_was_asked_counts_and_a_wider_one_does_not():
    theatre = nurse(roles=(Role("theatre nurse", "", "Björkvård", (2018, 1), None),))
    assert verdict(TITLE, theatre) == "yes"
    assert verdict(Need("title", ("theatre nurse",)), nurse()) == "no"


def test_questions_name_no_person():
    assert all("@" not in one.english + one.swedish for one in questions())


def test_too_few_people_are_refused(tmp_path):
    with pytest.raises(BadInput, match="are too few"):
        build(tmp_path, people=10)
