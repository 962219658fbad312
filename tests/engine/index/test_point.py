"""What a person's point says of them."""

import pytest

from engine.index.point import build_point
from engine.lexicon import Lexicon
from engine.records import Activity, Document, Facts, Person, SourceRecord


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


def test_words_of_the_record_can_be_quoted_whether_or_not_there_is_a_cv():
    said = {"headline": "Keeps tramways running", "tags": ("night shift",)}
    for documents in ((), (Document(id="cv", text="Mechanic at the depot"),)):
        person = Person(id="p", records=(SourceRecord(id="1", documents=documents, **said),))
        words = build_point(person, Facts(), lexicon=Lexicon.default()).fields["words"]
        assert "keeps tramways running" in words
        assert "night shift" in words
        assert ("mechanic" in words) == bool(documents)
