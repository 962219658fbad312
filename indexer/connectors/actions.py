"""What may be done in an ATS, in nobody's terms but ours, and what a connector makes of it.

An *action* is what a user asks for. A *draft* is that action in the vendor's terms: which of its items is made, changed
or taken away. A draft is plain data, kept with the action: shown here at once, compared before it is written, undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from engine.records import PartialDate, Record

ContactField = Literal["first_name", "last_name", "email", "phone", "linkedin", "headline"]
Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Short = Annotated[str, Field(min_length=1, max_length=200)]


class EditContact(Record):
    """Contact details; null empties one."""

    kind: Literal["contact"] = "contact"
    set: dict[ContactField, Short | None] = Field(min_length=1)


class AddNote(Record):
    kind: Literal["note"] = "note"
    text: Text
    private: bool = False


class LogMessage(Record):
    """A message or call that took place elsewhere. It is logged; nothing is sent to anybody."""

    kind: Literal["message"] = "message"
    text: Text
    channel: Literal["email", "sms", "call", "linkedin", "other"] = "email"
    inbound: bool = False
    at: PartialDate | None = None


class MoveStage(Record):
    kind: Literal["move"] = "move"
    application: Short
    stage: Short
    """Its id or its name; one of the application's job."""


class Reject(Record):
    """Nothing is sent to the candidate."""

    kind: Literal["reject"] = "reject"
    application: Short
    reason: Short | None = None
    """Its id or its words; one of the ATS's reasons."""


class Reopen(Record):
    """Take a rejection back."""

    kind: Literal["reopen"] = "reopen"
    application: Short


class ChangeTags(Record):
    kind: Literal["tags"] = "tags"
    add: tuple[Short, ...] = ()
    remove: tuple[Short, ...] = ()


class AddCandidate(Record):
    """A new person, and with ``job`` their application. No mail goes out."""

    kind: Literal["candidate"] = "candidate"
    first_name: Short
    last_name: Short
    email: Short | None = None
    phone: Short | None = None
    linkedin: Short | None = None
    headline: Annotated[str, Field(max_length=140)] | None = None
    tags: tuple[Short, ...] = ()
    job: Short | None = None


class Apply(Record):
    """Put a person on a job. No mail goes out."""

    kind: Literal["application"] = "application"
    job: Short


class AddFile(Record):
    """A file for a person, by an address the vendor can fetch it from, or by that of a file given here."""

    kind: Literal["file"] = "file"
    filename: Short
    url: Annotated[str, Field(min_length=8, max_length=2_000)]


Action = Annotated[
    EditContact | AddNote | LogMessage | MoveStage | Reject | Reopen | ChangeTags | AddCandidate | Apply | AddFile,
    Field(discriminator="kind"),
]


class Edit(Record):
    """One value of an item. ``before``: as held when the action was accepted; the three-way merge starts from it."""

    name: str
    """As it is spoken of here: phone, stage, outcome."""
    before: Any = None
    after: Any = None
    presence: bool = False
    """Only whether there is a value counts: when somebody was rejected each side writes in its own way."""


class Draft(Record):
    """``item_id`` None: it makes one, that stands here as ``body`` until the vendor's own is read.

    ``edits`` and ``sets``: by path in the item's body (``attributes.phone``). A set is added to and taken from, so two
    people who tag at once never conflict. ``known``: what was there before that a search for the effect must not take
    for it. ``file``: address of a file given here that goes with it.
    """

    item_kind: str
    item_id: str | None = None
    edits: Mapping[str, Edit] = {}
    sets: Mapping[str, Mapping[Literal["add", "remove"], tuple[str, ...]]] = {}
    body: Mapping[str, Any] | None = None
    known: tuple[str, ...] = ()
    delete: bool = False
    file: str | None = None
