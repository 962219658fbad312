"""Facts from CV texts: what is stated, where, and nothing raised on any text."""

import itertools
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.facts import extract, read_person
from engine.facts.dates import find_ranges, read_point, years_covered
from engine.facts.sections import heading_kind, split_sections
from engine.lexicon import Lexicon
from engine.records import Document, Person, Position, SourceRecord
from eval.world import TODAY, make_world
from eval.world.prose import plain_text, write_cv

LEXICON = Lexicon.default()


def facts_of(text, today=TODAY):
    return extract(Document(id="cv", text=text), lexicon=LEXICON, today=today)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("July 2011", "2011-07"),
        ("06/2015", "2015-06"),
        ("mars 2020", "2020-03"),
        ("Sep '09", "2009-09"),
        ("2014", "2014"),
        ("2019-03", "2019-03"),
        ("soon", None),
    ],
)
def test_one_date(words, value):
    assert read_point(words) == value


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("July 2011 to November 2012", "2011-07", "2012-11"),
        ("06/2015 - Present", "2015-06", None),
        ("2014–2016", "2014", "2016"),
        ("jan 2019 – pågående", "2019-01", None),
        ("mars 2020 - nu", "2020-03", None),
        ("sedan 2018", "2018", None),
    ],
)
def test_a_range_in_the_words_of_a_cv(text, start, end):
    (found,) = find_ranges(text)
    assert (found.start, found.end, found.current) == (start, end, end is None)


def test_overlapping_jobs_count_once():
    assert years_covered([("2010", "2014"), ("2012", "2016"), ("2020-01", "2020-12")], TODAY) == 7.0
    assert years_covered([], TODAY) is None


@pytest.mark.parametrize(
    ("text", "title", "start"),
    [
        (
            "Experience\nCompany Name July 2011 to November 2012 Accountant\nCity , State\nDid things",
            "Accountant",
            "2011-07",
        ),
        ("Experience\nAccountant 07/2011 to 11/2012 Company Name City , State\nDid", "Accountant", "2011-07"),
        (
            "Work History\nProject Engineer II , 03/2017 to 03/2018\nCompany Name – City , State\nDid",
            "Project Engineer II",
            "2017-03",
        ),
        (
            "Experience\n01/1994 to 01/2008\nProject Manager Company Name City , State\nDid",
            "Project Manager",
            "1994-01",
        ),
        (
            "Experience\nChild Advocate\nAugust 2013 to Current Company Name City , State\nDid",
            "Child Advocate",
            "2013-08",
        ),
        ("Experience\nPainter 03/2010 ï¼\u200b Current Company Name City , State\nDid", "Painter", "2010-03"),
        ("Experience\nAugust 2014\nto\nMay 2015\nCompany Name City , State Tutor\nDid", "Tutor", "2014-08"),
        ("Experience\nFood Server Company Name City , State\n2000 - 2003\nDid", "Food Server", "2000"),
        ("Experience\nCompany Name City , State Line Chef 01/2005\nOpened", "Line Chef", "2005-01"),
        ("Experience\nResearch Associate , 10/2009\nCompany Name – City , State\nDid", "Research Associate", "2009-10"),
        ("Experience\nHR Manager\nCompany Name\nCity , State\nJanuary 2009\nhired", "HR Manager", "2009-01"),
        ("Experience\nCompany Name City , State Clerk II Created, organized files", "Clerk II", None),
        ("Experience\nGolf Coach, The First Tee, 2013\nTaught", "Golf Coach", "2013"),
        ("Experience\nSenior Developer, Acme AB, Stockholm\n2019 – nu\n• Built", "Senior Developer", "2019"),
        ("Experience\nAcme AB — Backend Developer (2015–2019)\n• Built", "Backend Developer", "2015"),
        ("Erfarenhet\nSjuksköterska | Solbacka Care | mars 2020 – pågående\n• Vårdade", "Sjuksköterska", "2020-03"),
        ("Experience\n2014-07 – 2018-01: Kock, Krogen Lotsen, Umeå\n• Lagade", "Kock", "2014-07"),
    ],
)
def test_a_job_is_read_from_the_shapes_that_cvs_use(text, title, start):
    (position,) = facts_of(text).positions
    assert (position.title, position.start) == (title, start)


def test_employer_and_place_of_an_ordinary_cv():
    (position,) = facts_of("Experience\nSenior Developer, Acme AB, Stockholm\n2019 – nu").positions
    assert (position.employer, position.place, position.current) == ("Acme AB", "Stockholm", True)


def test_skills_carry_the_years_of_the_jobs_that_mention_them():
    text = "Experience\nDeveloper, Acme AB\n2015 – 2018\n• Built in Kubernetes\nDeveloper, Beta AB\n2010 – 2012\n• Built in Java\nSkills\nKubernetes, Kite surfing"
    skills = {f.value: f.number for f in facts_of(text).facts if f.kind == "skill"}
    assert skills == {"skill:kubernetes": 3.0, "skill:java": 2.0, "kite surfing": None}


@pytest.mark.parametrize(
    ("lines", "jobs"),
    [
        ("IT Manager, Rivermark\nComfortable with Microsoft 365.", [("IT Manager", "Rivermark")]),
        ("Controller, Fjordbyte AB\nSenior Controller, Talludden AB", [("Controller", "Fjordbyte AB"),
                                                                       ("Senior Controller", "Talludden AB")]),
        ("Snickare hos Skogsbanken\n- Welder | Havsvind\nNurse", [("Snickare", "Skogsbanken"), ("Welder", "Havsvind"),
                                                                  ("Nurse", None)]),
        ("Nurses and doctors were trained by me, every day.", []),
        ("Manager of a team, responsible for budgets", []),
        ("Teacher, mentor and friend to many", []),
    ],
)  # fmt: skip
def test_where_no_job_has_a_date_a_line_that_is_a_title_with_a_name_is_one(lines, jobs):
    found = facts_of(f"Anna Berg\n\nExperience\n{lines}\n\nEducation\nMSc in Physics, 2014\n").positions
    assert [(one.title, one.employer) for one in found] == jobs
    assert all(one.start is None and not one.current for one in found)


def test_a_line_of_nothing_but_spaces_is_passed_over():
    assert facts_of("Experience\n" + " " * 200_000 + "x" * 100).positions == ()  # at once: by the square it took hours


def test_whoever_dates_their_jobs_has_no_others():
    found = facts_of("Experience\nNurse, Solbacka Care, 2019 - 2021\nWelder, Havsvind").positions
    assert [one.title for one in found] == ["Nurse"]


@pytest.mark.parametrize(
    "text",
    [
        "Experience\nWe grew sales from 31 advisors in 2014 to 75 in 2015",
        "Experience\n• Recognized as Project Manager of the Quarter in 2012 and again later on in the year that followed",
    ],
)
def test_a_date_in_a_sentence_is_no_job(text):
    assert facts_of(text).positions == ()


def skills_in(text):
    return [text[f.span.start : f.span.end] for f in facts_of(text).facts if f.kind == "skill"]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ("Strong general ledger accounting skills", ["general ledger accounting"]),
        ("Proficient in Excel (5 years)", ["Excel"]),
        ("Windows 8.1 (Advanced, 5+ years experience)", ["Windows 8.1"]),
        ("Word and Excel", ["Word", "Excel"]),
        ("Accounts payable and receivable", ["Accounts payable and receivable"]),
        ("Security\nunderstanding\nTriage", ["Security\nunderstanding", "Triage"]),
        ("*Data mapping *Brand management", ["Data mapping", "Brand management"]),
        ("Team player\nTime management\nphone, clients, Director", []),
        ("Account manager", []),
        ("C++, C#, .NET, R, C", ["C++", "C#", ".NET", "R", "C"]),
        ("I have worked with many people in Python", ["Python"]),
    ],
)
def test_items_of_a_skills_section(items, expected):
    assert skills_in(f"Skills\n{items}\n") == expected


def test_a_heading_run_into_the_line_before_opens_its_section():
    text = "Education\nTeachers license Skills\nBudget planning, Staffing, Data mapping, Grading"
    assert skills_in(text) == ["Budget planning", "Staffing", "Data mapping", "Grading"]


def test_a_block_printed_twice_is_one_job():
    job = "Cashier, Kiosken AB\n2014 – 2015\n• Sold\n"
    assert len(facts_of(f"Experience\n{job}{job}").positions) == 1


def test_a_language_among_the_skills_counts_when_it_stands_alone():
    found = facts_of("Skills\nSpanish and French (fluent), English literature, Excel")
    assert {f.value for f in found.facts if f.kind == "language"} == {"lang:es", "lang:fr"}


def test_languages_with_their_level_and_education_with_its_year():
    found = facts_of(
        "Språk\nSvenska (modersmål), Engelska: flytande\nUtbildning\nCivilingenjör i datateknik, Lunds universitet, 2012"
    )
    assert {(f.value, f.number) for f in found.facts if f.kind == "language"} == {("lang:sv", 7.0), ("lang:en", 5.0)}
    (study,) = found.education
    assert (study.level, study.end, study.field) == ("master", "2012", "datateknik")


@pytest.mark.parametrize(
    ("head", "place"),
    [
        ("Sofía Rosengren\nStockholm · sofia@example.com · 070-1740675", "Stockholm"),
        ("Sofía Rosengren\nsofia@example.com", None),
        ("Anna Lund\nStorgatan 1, 411 03 Göteborg", "Göteborg"),
        ("Anna Berg\nI live in Lund, with two cats", "Lund"),
        ("Paris Hilltop\nNurse | Oslo, Norway | 22 22 22 22", "Oslo"),
        ("Karl Engdahl\nStockholm", "Stockholm"),
    ],
)
def test_home_is_the_place_that_stands_by_itself(head, place):
    places = [
        f.label for f in facts_of(f"{head}\nExperience\nNurse, Solbacka Care, 2019 - 2021").facts if f.kind == "place"
    ]
    assert places == ([place] if place else [])


def test_headings_are_told_from_sentences():
    assert heading_kind("WORK HISTORY:") == "work"
    assert heading_kind("Språkkunskaper") == "languages"
    assert heading_kind("I have experience of work") is None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=600))
def test_no_text_raises_and_every_span_is_in_the_text(text):
    found = facts_of(text)
    spans = [f.span for f in found.facts if f.span] + [p.span for p in found.positions if p.span]
    assert all(0 <= s.start <= s.end <= len(text) for s in spans)


@given(st.text())
def test_sections_cover_the_text_in_order(text):
    sections = split_sections(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(sections))


def test_spans_state_what_the_fact_says_over_a_whole_world():
    world = make_world(60, seed=5)
    titles = titles_found = skills = skills_found = 0
    for person in world.people:
        text = plain_text(write_cv(person, Random(person.key)))
        found = facts_of(text)
        for position in found.positions:
            assert (
                position.title_span is None
                or text[position.title_span.start : position.title_span.end] == position.title
            )
        stated = {p.title for p in found.positions}
        titles += len({person.word(post.title) for post in person.posts})
        titles_found += len({person.word(post.title) for post in person.posts} & stated)
        labels = " ".join(f.label.casefold() for f in found.facts if f.kind == "skill")
        skills += len(person.skills)
        skills_found += sum(skill.casefold() in labels for skill in person.skills)
    assert titles_found / titles > 0.9
    assert skills_found / skills > 0.8


def test_the_same_job_in_a_field_and_in_the_cv_is_one():
    record = SourceRecord(
        id="1",
        positions=(Position(title="Nurse", employer="Solbacka Care", start="2020-03", current=True),),
        documents=(Document(id="cv", text="Experience\nNurse | Solbacka Care | March 2020 – Present"),),
        location="Göteborg",
        languages=("Swedish (fluent)",),
    )
    found = read_person(Person(id="p", records=(record,)), lexicon=LEXICON, today=date(2026, 3, 1))
    assert len(found.positions) == 1
    assert found.years == 6.1
    assert {f.label for f in found.facts if f.kind == "place"} == {"Göteborg"}
    assert all(f.record_id == "1" for f in found.facts if f.kind != "years")


@pytest.mark.parametrize(
    ("sentence", "place"),
    [
        ("I live in Göteborg with my family.", "Göteborg"),
        ("A nurse living outside Lund since 2019.", "Lund"),
        ("Resident of Malmo.", "Malmö"),
        ("Jag bor i Umeå med två barn.", "Umeå"),
        ("Bosatt i centrala Stockholm sedan 2020.", "Stockholm"),
        ("I'm based in Oslo and travel a lot.", "Oslo"),
        ("Worked for an agency based in Oslo.", None),
        ("I lived in Oslo for two years.", None),
        ("Grew up in Oslo.", None),
    ],
)
def test_a_sentence_of_the_opening_may_say_where_somebody_lives(sentence, place):
    text = f"Anna Lindqvist\n\nProfile\n{sentence}\n\nExperience\nNurse, Solbacka Care, 2019 - 2021"
    places = [f.label for f in facts_of(text).facts if f.kind == "place"]
    assert places == ([place] if place else [])
