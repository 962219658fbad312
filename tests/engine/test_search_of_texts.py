"""From records to hits: CVs as text through the indexer, asked in plain words. Quotes, names, filters, who may see."""

from datetime import date

import pytest

from engine.index import IndexStamp, open_folder
from engine.index.schema import point_id
from engine.index.where import Where
from engine.lexicon import Lexicon
from engine.ranking.relevance import Weights
from engine.records import Activity, Application, Document, Job, Policy, Position, SourceRecord, Viewer
from engine.search import rank, search
from indexer.follower import follow
from indexer.ledger import Ledger
from models import FakeEncoder

TODAY = date(2026, 11, 24)
CVS = {
    "anna": """Anna Lindqvist
Sjuksköterska

ARBETSLIVSERFARENHET
Sjuksköterska, Norrvik sjukhus, Göteborg
2012 - nu
Intensivvård på natten. Handledning av studenter.

UTBILDNING
Sjuksköterskeexamen, Göteborgs universitet, 2011

SPRÅK
Svenska (modersmål), engelska (flytande)
""",
    "bo": """Bo Ekman
Registered Nurse

EXPERIENCE
Registered Nurse, City Clinic, Lund
2023 - present
Geriatric care and wound dressing.

LANGUAGES
Swedish (basic), English (native)
""",
    "cia": """Cia Nilsson

EXPERIENCE
Python Developer, Acme AB, Malmö
2018 - present
Built services in Python and PostgreSQL, deployed with Kubernetes.
Data Engineer, Sundby Data, Malmö
2014 - 2018
ETL in Python and Spark.

SKILLS
Python, PostgreSQL, Kubernetes, Spark
""",
    "dan": "Dan Holm\nI like to work with people and would like to try something new. Available at once.",
}
RECORDS = [
    SourceRecord(
        id="anna", name="Anna Lindqvist", emails=("anna.lindqvist@example.com",), phones=("+46701740605",),
        location="Göteborg", documents=(Document(id="cv", text=CVS["anna"]),), updated_at="2026-01-15",
        applications=(Application(id="a1", job_id="job-icu", furthest_stage="Final interview", stage_rank=3,
                                  outcome="rejected", reason="headcount frozen", reopenable=True, applied_at="2024-03-01"),),
        activities=(Activity(id="n1", text="Wants nights. zebrafinch", audience="leads"),
                    Activity(id="n2", text="Asked about the moonraker project", job_id="job-secret"),
                    Activity(id="n3", text="Prefers permanent contracts")),
    ),
    SourceRecord(id="bo", name="Bo Ekman", location="Lund", documents=(Document(id="cv", text=CVS["bo"]),), updated_at="2025-05-01",
                 applications=(Application(id="b1", job_id="job-icu", applied_at="2026-02-02"),
                               Application(id="b2", job_id="job-secret", stage="Kingmaker round", furthest_stage="Kingmaker round",
                                           stage_rank=4, outcome="rejected", reason="moonraker cancelled", applied_at="2026-09-09"))),
    SourceRecord(id="cia", source="outside", name="Cia Nilsson", location="Malmö", documents=(Document(id="cv", text=CVS["cia"]),)),
    SourceRecord(id="dan", source="outside", name="Dan Holm", documents=(Document(id="cv", text=CVS["dan"]),)),
]  # fmt: skip
JOBS = [Job(id="job-icu", title="ICU nurse"), Job(id="job-secret", title="Moonraker director", audience="board")]
SECRETS = ("zebrafinch", "moonraker", "kingmaker")


class House:
    """A ledger, an index that followed it, and questions in plain words."""

    def __init__(self, folder, records=RECORDS):
        self.ledger = Ledger.open(f"sqlite:///{folder / 'headwater.db'}")
        self.encoder, self.lexicon = FakeEncoder(), Lexicon.default()
        stamp = IndexStamp(encoder=self.encoder.key, dim=self.encoder.dim, lexicon=self.lexicon.version)
        self.index = open_folder(folder / "index", stamp)
        writer = self.ledger.writer()
        writer.put_jobs("test", JOBS)
        self.ids = {put.person_id: r.id for put, r in zip(writer.put_records("test", records), records, strict=True)}
        self.follow()

    def follow(self):
        follow(self.ledger, self.index, self.encoder, self.lexicon, today=TODAY)

    def _common(self, viewer):
        return {
            "viewer": viewer, "policy": Policy(), "weights": Weights(), "index": self.index, "encoder": self.encoder,
            "lexicon": self.lexicon, "vocabulary": self.ledger.reader(viewer).vocabulary(), "today": TODAY,
        }  # fmt: skip

    def ask(self, text, viewer=Viewer(), **more):
        return search(text, **self._common(viewer), **more)

    def rank(self, text, *keys):
        back = {key: person for person, key in self.ids.items()}
        return rank(text, [back[key] for key in keys], **self._common(Viewer()))

    def found(self, text, level=None):
        """Who is kept (at this level), best first."""
        return [self.ids[h.person_id] for h in self.ask(text).hits if level is None or h.level == level]

    def close(self):
        self.index.close()
        self.ledger.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    opened = House(tmp_path_factory.mktemp("house"))
    yield opened
    opened.close()


QUESTIONS = [
    "sjuksköterska i Göteborg med minst 5 års erfarenhet, flytande engelska",
    "nurse in Lund who knows Swedish",
    "python developer with Kubernetes and Spark, 5 years of Python",
    '"wound dressing" nurse',
    "nurse with a bachelor's degree",
    "utvecklare hos Acme",
]


@pytest.mark.parametrize("text", QUESTIONS)
def test_every_quote_stands_in_the_record_where_it_says(house, text):
    found, quoted = house.ask(text), 0
    for hit in found.hits:
        assert [e.criterion for e in hit.evidence] == list(range(len(found.query.criteria)))
        for one in hit.evidence:
            if one.verdict == "not stated":
                assert (one.quote, one.span) == (None, None)
            if one.span:
                record, document = one.span.document_id.split("/")
                assert record == house.ids[hit.person_id]
                assert document == "cv"
                written = CVS[record][one.span.start : one.span.end]
                assert " ".join(one.quote.split()) in " ".join(written.split())
                quoted += 1
    assert quoted


def test_a_quote_is_the_line_that_says_it_with_its_source_and_age(house):
    [anna] = [h for h in house.ask("sjuksköterska i Göteborg").hits if house.ids[h.person_id] == "anna"]
    title = anna.evidence[0]
    assert (title.verdict, title.record_id, title.observed) == ("yes", "anna", "2026-01-15")
    assert "Sjuksköterska" in title.quote


def test_a_no_is_quoted_too(house):
    [cia] = house.rank("nurse", "cia").hits
    assert cia.evidence[0].verdict == "no"
    assert cia.evidence[0].quote in CVS["cia"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Anna Lindqvist", "anna"),
        ("Lindkvist Ana", "anna"),
        ("anna.lindqvist@example.com", "anna"),
        ("Anna.Lindqvist@Example.com", "anna"),
        ("070-174 06 05", "anna"),
        ("+46 70 174 06 05", "anna"),
        ("Cia Nilson", "cia"),
        ("Ekman", "bo"),
    ],
)
def test_a_name_an_email_or_a_phone_finds_that_person_first(house, text, first):
    hit = house.ask(text).hits[0]
    assert (house.ids[hit.person_id], hit.level) == (first, 3)
    assert hit.parts.relevance_parts.keys() == {"name"}
    assert sum(hit.parts.relevance_parts.values()) == hit.parts.relevance > 0.8


@pytest.mark.parametrize(
    ("text", "kept", "left_out"),
    [
        ("source:outside", {"cia", "dan"}, {}),
        ("place:Malmö", {"bo", "cia"}, {"Malmö, 40 km": 1}),
        ("place:Göteborg", {"anna"}, {"Göteborg, 40 km": 1}),
        ("skill:python", {"cia"}, {"Python": 3}),
        ("years:>=10", {"anna", "cia"}, {"10+ years": 1}),
        ("years:1-5", {"bo"}, {"1–5 years": 1}),
        ("stage:final", {"anna"}, {"stage final": 2}),
        ("job:test:job-icu", {"anna", "bo"}, {"test:job-icu": 2}),
        ('job:"ICU nurse"', {"anna", "bo"}, {"ICU nurse": 2}),
        ("applied since 2026", {"bo", "cia", "dan"}, {}),  # plain words: who never applied stays
        ("-title:nurse", {"cia", "dan"}, {}),
        ('"intensivvård på natten"', {"anna"}, {"“intensivvård på natten”": 3}),
        ('-"geriatric care"', {"anna", "cia", "dan"}, {}),
    ],
)
def test_a_filter_keeps_whom_it_should_and_counts_whom_it_drops_for_an_empty_field(house, text, kept, left_out):
    found = house.ask(text)
    assert {house.ids[h.person_id] for h in found.hits} == kept
    assert found.counts.not_stated_dropped == left_out
    assert found.counts.total == len(kept)


def test_plain_words_keep_whom_they_know_nothing_of(house):
    assert house.found("nurse in Göteborg with 5 years", 3) == ["anna"]
    assert "dan" in house.found("nurse in Göteborg with 5 years", 0)
    assert "cia" not in house.found("nurse in Göteborg")


def test_what_is_asked_in_swedish_finds_what_is_written_in_english_and_the_other_way(house):
    assert set(house.found("sjuksköterska", 3)) == set(house.found("registered nurse", 3)) == {"anna", "bo"}
    assert house.found("nurse, not geriatric", 3) == ["anna"]


def test_what_only_some_may_see_reaches_nothing_that_everyone_is_searched_by(house):
    """An activity for an audience, and all that concerns a confidential job: not in payload, cards or word counts."""
    index = house.index
    held = index.cards(index.matching(Where()))
    stored = repr([held, index.columns.names, *({f: list(s) for f, s in index.columns.sets.items()}.items())]).lower()
    payloads = repr(list(index._scroll(None, payload=True))).lower()
    for word in (*SECRETS, "job-secret"):
        assert word not in stored
        assert word not in payloads
    for word in SECRETS:
        legs = house.ask(word).hits
        assert all(not {"history", "text", "title", "skills"} & h.parts.relevance_parts.keys() for h in legs), word
    assert any("history" in h.parts.relevance_parts for h in house.ask("prefers permanent contracts").hits)
    [bo] = [h for h in house.ask("nurse").hits if house.ids[h.person_id] == "bo"]
    assert not any("offer" in reason for reason in bo.reasons)  # how far they came on the confidential job
    assert index.columns.number("stage")[index.columns.row_of[point_id(bo.person_id)]] == 0


def test_the_words_a_question_is_understood_by_are_those_of_the_viewer(house):
    shared, board = (house.ledger.reader(Viewer(audiences=a)).vocabulary() for a in (frozenset(), frozenset({"board"})))
    assert not any(word in repr(shared).lower() for word in SECRETS)
    assert all(word in repr(board).lower() for word in ("moonraker", "kingmaker"))
    assert house.found('job:"Moonraker director"') == []


def test_a_job_made_confidential_leaves_the_index(tmp_path):
    house = House(tmp_path)
    try:
        assert set(house.found("job:test:job-icu")) == {"anna", "bo"}
        house.ledger.writer().put_jobs("test", [JOBS[0].model_copy(update={"audience": "board"})])
        house.follow()
        assert house.found("job:test:job-icu") == []
        assert "headcount" not in repr(list(house.index._scroll(None, payload=True)))
        house.ledger.writer().put_jobs("test", JOBS)
        house.follow()
        assert set(house.found("job:test:job-icu")) == {"anna", "bo"}
    finally:
        house.close()


def test_an_address_that_nobody_has_is_said_so(house):
    assert "Nobody here has this e-mail address." in house.ask("nobody@example.com").query.remarks
    assert "Nobody here has this phone number." in house.ask("+46 70 174 06 99").query.remarks
    assert house.ask("nurse").query.remarks == ()


@pytest.fixture
def titled(tmp_path):
    """People who differ in their titles only."""

    def opened(**titles):
        records = [
            SourceRecord(
                id=key,
                positions=tuple(Position(title=t, start=f"{2020 - n}", end=f"{2021 - n}") for n, t in enumerate(held)),
            )
            for key, held in titles.items()
        ]
        houses.append(House(tmp_path, records))
        return houses[0]

    houses = []
    yield opened
    for house in houses:
        house.close()


def test_a_title_that_nobody_knows_says_nothing_against_a_person(titled):
    house = titled(chef=["Chef"], nurse=["Nurse"], artist=["Culinary Virtuoso"])
    assert house.found("chef") == ["chef", "artist"]
    assert house.found("chef", level=3) == ["chef"]
    assert house.found('title:"culinary virtuoso"') == ["artist"]
    assert house.found("title:chef") == ["chef"]


def test_who_is_it_now_comes_before_who_was_it_once(titled):
    house = titled(was=["Store Manager", "Chef"], now=["Chef", "Store Manager"])
    hits = house.ask("chef").hits
    assert [house.ids[h.person_id] for h in hits] == ["now", "was"]
    assert [h.parts.relevance_parts.get("current", 0) for h in hits] == [pytest.approx(0.1), 0]
