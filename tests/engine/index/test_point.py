"""What a person's point says of them."""

import pytest

from engine.index.point import build_point
from engine.lexicon import Lexicon
from engine.records import Activity, Facts, Person, SourceRecord


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
