"""A workspace's own past becomes judgements: as it ended, nothing hidden in it, nobody named."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import BadInput
from engine.query.criteria import Criterion, Query
from engine.ranking.relevance import SIGNALS
from engine.records import Activity, Application, Job, SourceRecord, Viewer
from eval.dataset import open_suite
from eval.features import table
from eval.history import build_from_history, grade_of
from eval.installed import Installed
from eval.run import run_suite
from indexer.ledger import Ledger, SearchNote

ME = Viewer(workspace="default", user="user:anna")


def application(person, job, outcome="rejected", rank=0, **more):
    return Application(id=f"{person}-{job}", job_id=job, outcome=outcome, stage_rank=rank, **more)


def record(name, *applications, **more):
    return SourceRecord(
        id=name, name=f"{name.title()} Lindqvist", emails=(f"{name}@example.com",), applications=applications, **more
    )


@pytest.fixture
def clock():
    class Clock:
        now = datetime(2026, 11, 1, tzinfo=UTC)

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def ledger(tmp_path, clock):
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock)
    writer = opened.writer("default", "test")
    writer.put_jobs("crm", [Job(id="nurse", title="Nurse", location="Lund"), Job(id="chef", title="Chef"),
                            Job(id="secret", title="New CEO", audience="board")])  # fmt: skip
    writer.put_records("crm", [
        record("anna", application("anna", "nurse", "hired", 5)),
        record("omar", application("omar", "nurse", "rejected", 2), application("omar", "chef", "rejected", 3)),
        record("mei", application("mei", "nurse", "rejected", 0, reason="Position on hold", reopenable=True)),
        record("erik", application("erik", "nurse", "rejected", 0), application("erik", "secret", "hired", 5)),
        record("olena", application("olena", "nurse", "active", 3), application("olena", "secret", "rejected", 2)),
        record("luc", application("luc", "secret", "rejected", 0)),
    ])  # fmt: skip
    yield opened
    opened.close()


def people(ledger):
    names = ("anna", "omar", "mei", "erik", "olena", "luc")
    return ledger.reader(ME).ids_of("crm", list(names))


def searched(ledger, clock, text, considered, *, viewer=ME, offset=0, criteria=()):
    query = Query(text=text, criteria=criteria).model_dump()
    ledger.writer("default", "test").note_searches([
        SearchNote(viewer, {"query": query, "considered": considered, "offset": offset}, "x", None)
    ])  # fmt: skip
    clock.now += timedelta(minutes=1)


@pytest.mark.parametrize(
    ("ended", "grade"),
    [
        (("hired", 5, None), 3), (("withdrawn", 4, None), 3), (("rejected", 3, False), 2), (("rejected", 2, False), 2),
        (("rejected", 1, False), 1), (("rejected", 0, True), 1), (("rejected", 0, False), 0),
    ],
)  # fmt: skip
def test_grades_follow_how_it_ended(ended, grade):
    outcome, rank, reopenable = ended
    assert grade_of(application("a", "j", outcome, rank, reopenable=reopenable)) == grade


def test_a_job_that_ended_becomes_a_question_with_its_applicants_as_judgements(ledger, tmp_path):
    built = build_from_history(ledger, tmp_path / "own", viewer=ME)
    suite = open_suite(tmp_path / "own" / "jobs")
    ids = people(ledger)
    assert [(q.id, q.text) for q in suite.queries] == [("crm:nurse", "Nurse")]
    assert suite.qrels["crm:nurse"] == {ids["anna"]: 3, ids["omar"]: 2, ids["mei"]: 1, ids["erik"]: 0}
    assert (built.jobs, built.judged) == (1, 4)
    assert built.left_out["jobs with fewer than 3 applications that ended"] == 1
    assert suite.manifest.pooled
    assert any("history leg and the prior" in line for line in suite.manifest.caveats)


def test_a_job_for_others_and_those_on_it_are_not_in_it(ledger, tmp_path):
    build_from_history(ledger, tmp_path / "mine", viewer=ME, least=1)
    text = "".join(path.read_text() for path in (tmp_path / "mine").rglob("*") if path.is_file())
    assert "CEO" not in text
    assert "secret" not in text
    board = Viewer(workspace="default", user="user:anna", audiences=frozenset({"board"}))
    build_from_history(ledger, tmp_path / "board", viewer=board, least=1)
    assert "New CEO" in (tmp_path / "board" / "jobs" / "queries.jsonl").read_text()


def test_nobody_is_named_and_the_same_past_gives_the_same_bytes(ledger, clock, tmp_path):
    searched(ledger, clock, "nurse in Lund", list(people(ledger).values()))
    for name in ("a", "b"):
        build_from_history(ledger, tmp_path / name, viewer=ME)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) == 6
    for file in files:
        text = (tmp_path / "a" / file).read_text()
        assert text == (tmp_path / "b" / file).read_text()
        assert "Lindqvist" not in text
        assert "@example.com" not in text
        assert "user:anna" not in text


def test_who_is_erased_is_in_no_judgement(ledger, clock, tmp_path):
    ids = people(ledger)
    searched(ledger, clock, "nurse", [ids["omar"], ids["anna"]])
    ledger.writer("default", "test").erase(ids["omar"])
    build_from_history(ledger, tmp_path / "own", viewer=ME)
    assert ids["omar"] not in open_suite(tmp_path / "own" / "jobs").qrels["crm:nurse"]
    assert open_suite(tmp_path / "own" / "replay").queries[0].then == (ids["anna"],)


def test_a_search_is_replayed_with_what_it_showed(ledger, clock, tmp_path):
    ids = people(ledger)
    searched(ledger, clock, "nurse", [ids["mei"], ids["anna"]])
    searched(ledger, clock, "nurse", [ids["anna"], ids["mei"]])
    searched(ledger, clock, "nurse", [ids["anna"], ids["mei"]], offset=20)
    searched(ledger, clock, "anna@example.com", [ids["anna"]])
    searched(ledger, clock, "  ", [ids["anna"]])
    clicked = Criterion(kind="source", values=("ats",), label="source: ats", explicit=True)
    typed = Criterion(kind="keyword", values=("triage",), label="triage", explicit=True, words='"triage"')
    searched(ledger, clock, "nurse", [ids["omar"]], criteria=(clicked,))
    searched(ledger, clock, 'nurse "triage"', [ids["omar"]], criteria=(typed,))
    built = build_from_history(ledger, tmp_path / "own", viewer=ME)
    suite = open_suite(tmp_path / "own" / "replay")
    assert [(q.text, q.then, q.metadata["asked"]) for q in suite.queries] == [
        ("nurse", (ids["anna"], ids["mei"]), 2), ('nurse "triage"', (ids["omar"],), 1)
    ]  # fmt: skip
    assert built.left_out["searches for a person by name, e-mail or phone"] == 1
    assert built.left_out["searches by filters alone"] == 1
    assert sum(n for reason, n in built.left_out.items() if reason.startswith("searches with filters")) == 1
    assert suite.qrels["s00000"] == {ids["anna"]: 0, ids["mei"]: 0}


def test_too_little_of_a_past_is_said(tmp_path, clock):
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'empty.db'}", clock=clock)
    with pytest.raises(BadInput, match="No job has 3 applications"):
        build_from_history(ledger, tmp_path / "own", viewer=ME)
    ledger.close()


def test_the_answer_does_not_stand_in_what_is_asked(ledger, clock, tmp_path):
    """Who was hired, and says so in a note, is not first because of it: history and prior are off for these queries."""
    from datetime import date

    from engine.index import index_folder, open_folder
    from engine.lexicon import Lexicon
    from eval.installed import stamp_of
    from indexer.follower import follow
    from models import FakeEncoder

    note = Activity(id="n", text="Nurse nurse nurse: hired for the nurse job in Lund", at="2026-01-01")
    ledger.writer("default", "test").put_records(
        "crm", [record("anna", application("anna", "nurse", "hired", 5), activities=(note,)),
                record("zoe", application("zoe", "nurse"), headline="Nurse")]
    )  # fmt: skip
    build_from_history(ledger, tmp_path / "own", viewer=ME)
    encoder, lexicon = FakeEncoder(), Lexicon.default()
    index = open_folder(index_folder(tmp_path / "index", stamp_of(encoder, lexicon)), stamp_of(encoder, lexicon))
    follow(ledger, index, encoder, lexicon, today=date(2026, 11, 1))
    at = Installed(ledger, index, encoder, lexicon, ledger.reader(ME).vocabulary(), date(2026, 11, 1), viewer=ME)
    suite = open_suite(tmp_path / "own" / "jobs")
    run_suite(suite, ["headwater", "blend"], folder=tmp_path / "out", cache_dir=tmp_path, encoder="fake", at=at)
    lines = {
        name: (tmp_path / "out" / "history-jobs" / name / "run.trec").read_text() for name in ("headwater", "blend")
    }
    assert lines["headwater"].replace("headwater", "") == lines["blend"].replace("blend", "")
    zoe = ledger.reader(ME).ids_of("crm", ["zoe"])["zoe"]
    assert lines["headwater"].split("\t")[2] == zoe
    [asked] = table(suite, at)
    assert not asked.signals[:, SIGNALS.index("history")].any()
    with pytest.raises(BadInput, match="needs the texts"):
        run_suite(suite, ["bm25"], folder=tmp_path / "out", cache_dir=tmp_path, encoder="fake", at=at)
    index.close()


def test_what_was_shown_then_is_measured_beside_today(ledger, clock, tmp_path):
    ids = people(ledger)
    searched(ledger, clock, "nurse", [ids["anna"], ids["mei"]])
    build_from_history(ledger, tmp_path / "own", viewer=ME)
    folder = tmp_path / "own" / "replay"
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\ns00000\t{ids['mei']}\t1\n")
    found = run_suite(open_suite(folder), ["then"], folder=tmp_path / "out", cache_dir=tmp_path, encoder="fake")["then"]
    assert found.metrics["mrr"] == 0.5


def test_what_was_done_after_a_search_is_a_judgement(ledger, clock, tmp_path):
    """Through the outbox, as any action is: by the same user, soon after, about somebody who was shown."""
    ids = people(ledger)
    searched(ledger, clock, "nurse", [ids["anna"], ids["mei"]])

    class Acted:
        def __init__(self, person, actor, days):
            self.person_id = person
            self.row = type(
                "Row",
                (),
                {
                    "state": "applied",
                    "actor": actor,
                    "at": (datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=days)).isoformat(),
                },
            )()

    class Log:
        def page(self, **_):
            return [Acted(ids["mei"], "user:anna", 3), Acted(ids["anna"], "user:bo", 3), Acted(ids["anna"], "user:anna", 20),
                    Acted(ids["omar"], "user:anna", 1)]  # fmt: skip

    class Seen:
        reader = ledger.reader

        def actions(self, _viewer):
            return Log()

    built = build_from_history(Seen(), tmp_path / "own", viewer=ME)
    assert open_suite(tmp_path / "own" / "replay").qrels["s00000"] == {ids["anna"]: 0, ids["mei"]: 1}
    assert built.acted_upon == 1
    json.dumps(built.left_out)
