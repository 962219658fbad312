"""What a person's point says of them."""

import pytest

from engine.index.point import build_point
from engine.lexicon import Lexicon
from engine.records import Activity, Application, Document, Facts, Person, SourceRecord


def point_of(record):
    return build_point(Person(id="p", records=(record,)), Facts(), lexicon=Lexicon.default())


@pytest.mark.parametrize(
    ("activity", "replied"),
    [
        (Activity(id="1", kind="message", text="Yes, gladly.", inbound=True), True),
        (Activity(id="1", kind="message", text="Hello!"), False),
        (Activity(id="1", kind="answer", text="Yes", inbound=True), False),  # asked by a form, not by us
        (Activity(id="1", kind="other", text="Consented to be kept for future jobs", inbound=True), False),
    ],
)
def test_only_a_message_is_a_reply(activity, replied):
    person = Person(id="p", records=(SourceRecord(id="1", activities=(activity,)),))
    draft = build_point(person, Facts(), lexicon=Lexicon.default())
    assert draft.fields.get("replied", False) is replied


@pytest.mark.parametrize(
    ("ended", "reasons"),
    [
        ({"outcome": "rejected", "reason": "Salary expectations too high"}, ["rejected:salary"]),
        ({"outcome": "withdrawn", "reason": "Låg lön, ett annat jobb"}, ["withdrawn:other offer", "withdrawn:salary"]),
        ({"outcome": "rejected", "reason": "Position put on hold"}, ["rejected:headcount"]),
        ({"outcome": "rejected", "reason": "Gut feeling"}, ["rejected:other"]),
        ({"outcome": "rejected"}, None),
        ({"outcome": "hired", "reason": "salary"}, None),
    ],
)
def test_why_an_application_ended_is_told_by_its_kind_and_quoted(ended, reasons):
    record = SourceRecord(id="r", applications=(Application(id="a", job_id="j", **ended),))
    point = point_of(record)
    assert point.fields.get("reasons") == reasons
    quoted = [fact["label"] for fact in point.card["facts"] if fact["kind"] == "reason"]
    assert quoted == ([ended["reason"]] if reasons else [])


@pytest.mark.parametrize(
    ("activity", "contacted"),
    [
        ({"kind": "message"}, "2026-05-01"),
        ({"kind": "call"}, "2026-05-01"),
        ({"kind": "message", "inbound": True}, None),
        ({"kind": "note"}, None),
        ({"kind": "message", "audience": "board"}, None),
    ],
)
def test_contacted_is_who_was_written_to_or_spoken_with_for_all_to_read(activity, contacted):
    said = Activity(id="x", at="2026-05-01", **activity)
    assert point_of(SourceRecord(id="r", activities=(said,))).fields.get("contacted") == contacted


def test_words_of_the_record_can_be_quoted_whether_or_not_there_is_a_cv():
    said = {"headline": "Keeps tramways running", "tags": ("night shift",)}
    for documents in ((), (Document(id="cv", text="Mechanic at the depot"),)):
        person = Person(id="p", records=(SourceRecord(id="1", documents=documents, **said),))
        words = build_point(person, Facts(), lexicon=Lexicon.default()).fields["words"]
        assert "keeps tramways running" in words
        assert "night shift" in words
        assert ("mechanic" in words) == bool(documents)
