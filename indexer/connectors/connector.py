"""What a connector is: one vendor's wire format behind one protocol. Knows no other vendor, no ledger and no clock.

A connector holds no state and never sleeps. Each call makes at most one API request through the ``Http`` it is given
and says where to go on, so that the steps of sync can stop and resume between any two requests. What it reads it gives
back raw, as *items*; ``assemble`` makes records of items, later and as often as wanted, without a request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from engine.records import Job, Record, SourceRecord
from indexer.connectors.actions import Action, Draft
from indexer.connectors.http import Http

Root = Literal["person", "job", "shared"]
"""What an item belongs to. shared: looked up by others (users, stages, reasons, custom fields)."""
Way = Literal["webhook", "poll", "sweep", "none"]


@dataclass(frozen=True)
class Item:
    """One resource as the vendor gave it.

    ``version`` orders two readings of one item (a time as the vendor writes it, in UTC); None: the vendor has none, the
    later reading wins. ``owner``: the id of the person or job it belongs to; for a root resource its own id.
    ``children``: kind -> every id of that kind the owner has now; those held and not named here are gone.
    """

    kind: str
    id: str
    root: Root
    owner: str
    body: Mapping[str, Any]
    version: str | None = None
    children: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Bad:
    """One resource that could not be read, with what is wrong; the others of the page go on."""

    kind: str
    id: str
    what: str
    fix: str
    body: Any = None


@dataclass(frozen=True)
class File:
    """A file of a person. ``url`` dies within seconds: download at once, store never."""

    id: str
    owner: str
    filename: str
    url: str
    fingerprint: str
    """Changes when the file does, without the link's signature."""
    kind: Literal["cv", "letter", "other"] = "cv"


@dataclass(frozen=True)
class Page:
    """``next``: where to go on, opaque, or None at the end. ``total``: items in the whole listing, if said.

    ``complete``: the ids of this listing are the whole of it once every page was read, so a sweep may trust it.
    ``drift``: fields and values never seen before ("candidates.attributes.new-field"), reported, never fatal.
    ``partial``: (kind, id) of roots of which the page holds only a part: fetch each that is not held yet, or of which
    an item here is new or changed. The other items of a page are all there is to know, without a fetch.
    ``shown``: how many of ``total`` this page shows, so that a listing that ends too soon is noticed.
    """

    items: tuple[Item, ...] = ()
    files: tuple[File, ...] = ()
    bad: tuple[Bad, ...] = ()
    next: str | None = None
    total: int | None = None
    drift: tuple[str, ...] = ()
    partial: tuple[tuple[str, str], ...] = ()
    shown: int | None = None


@dataclass(frozen=True)
class Feed:
    """One listing that is walked page by page.

    ``since``: can be asked for what changed after a moment. ``overlap_s``: how far a later round goes back, because the
    vendor's clock is coarse or late. ``every_s``: how often a quiet connection walks it again. ``lists``: the kind
    whose ids it lists completely (a sweep proves deletions with it), or None.
    """

    name: str
    since: bool = False
    overlap_s: float = 600.0
    every_s: float = 300.0
    lists: str | None = None


@dataclass(frozen=True)
class Plan:
    """The feeds of the three walks, each in the order to walk them."""

    backfill: tuple[Feed, ...]
    poll: tuple[Feed, ...]
    sweep: tuple[Feed, ...]


class Capability(Record):
    """One row of the capability table."""

    name: str
    """``read candidates``, ``webhook candidate.update``, ``read messages``, ``write note`` …"""
    documented: bool
    """False: awaiting the vendor's reference, and off."""
    sandbox: bool = False
    """Agrees with our sandbox, by a test."""
    live: bool = False
    """Seen on a real account."""
    way: Way = "none"
    """How a change of this kind gets here soonest."""
    note: str = ""
    feeds: tuple[str, ...] = ()
    """The listings that bring such a change without a webhook; of several any one will do."""


class Standing(Record):
    """What a credential may do, as tried: never the credential itself."""

    origin: str
    account: str | None = None
    may: tuple[str, ...] = ()
    may_not: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hint:
    """What a webhook tells to look at. ``gone``: it says the item was deleted, to be proved by reading it.

    ``proofs``: what the delivery proves of the past and a later read no longer shows (a stage passed through). Kept
    with the root that the hint leads to, which becomes their owner; no other field is taken from them.
    """

    kind: str
    id: str
    gone: bool = False
    at: str | None = None
    proofs: tuple[Item, ...] = ()


Look = Callable[[str, str], Mapping[str, Any] | None]
"""(kind, id) -> the body held of that item, whatever it belongs to."""


FILE = "file"
"""Name of the value that is the link to a draft's file."""


@dataclass(frozen=True)
class Mark:
    """By what an effect is known again. ``action``: our id of it; ``user``: in whose name, an id of the vendor's;
    ``at``: when it was accepted."""

    action: str
    user: str | None = None
    at: str = ""


@dataclass(frozen=True)
class Written:
    """What the vendor answered to a write: the item's id, its version now, and what of its body the answer shows.

    ``whole``: that, over what was written, is all there is to know of it.
    """

    id: str
    version: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = True


Every = Callable[[str], Mapping[str, Mapping[str, Any]]]
"""kind -> id -> body, of items that others look up"""


class Connector(Protocol):
    """Raises only the errors of ``indexer.connectors.errors``; each says what the caller does next."""

    name: str
    roots: Mapping[str, Root]
    """The kinds that others belong to, each with what it is the root of: the vendor's candidate is a person."""
    plan: Plan
    capabilities: tuple[Capability, ...]

    def standing(self, http: Http) -> Standing:
        """Try the credential (a few requests). Raises Denied for one that is not known anywhere."""
        ...

    def page(self, http: Http, feed: str, at: str | None, since: datetime | None) -> Page:
        """One page of a feed: from its beginning (``at`` None) or where a page before said to go on.

        Raises CursorExpired: the walk starts again from its beginning.
        """
        ...

    def fetch(self, http: Http, kind: str, item_id: str) -> Page:
        """One root item and all that belongs to it, files included; for a kind that is no root, the item and its root
        as ``partial``. Raises Gone."""
        ...

    def root_of(self, hint: Hint, look: Look) -> tuple[str, str] | None:
        """(kind, id) to fetch for a hint, or None where it concerns nothing we hold or can read."""
        ...

    def download(self, http: Http, file: File, into: Callable[[bytes], None], *, max_bytes: int) -> None:
        """Raises LinkExpired (fetch again), TooLarge."""
        ...

    def hint(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], *, now: datetime) -> Hint:
        """Verify a delivery on its raw bytes and say what it is about. Raises Forged for anything else."""
        ...

    def assemble(self, person_id: str, items: Iterable[Item], look: Look) -> SourceRecord:
        """The record of one person from all items that belong to them. Pure. Raises BadRecord."""
        ...

    def assemble_job(self, job_id: str, items: Iterable[Item], look: Look) -> Job:
        """Pure. Raises BadRecord."""
        ...


@runtime_checkable
class Writing(Protocol):
    """The half of a connector that writes; one that only reads has ``actions`` empty.

    Every effect can be found again: by ``is_effect`` among items, after ``look`` has read them anew.
    """

    actions: frozenset[str]
    """The kinds of action it can carry out."""
    deletable: frozenset[str]
    """Kinds of item that it can take away again, once it has made them."""
    traces: tuple[str, ...]
    """Kinds of item that are read by themselves and lead to whom somebody was merged into."""

    def draft(
        self, action: Action, person_id: str, items: Sequence[Item], look: Look, every: Every, mark: Mark
    ) -> Draft:
        """Pure. items: all of the person, with what is still on its way there. Raises Refused with what is wrong."""
        ...

    def write(self, http: Http, draft: Draft, person_id: str, values: Mapping[str, Any], mark: Mark) -> Written:
        """One request. values: path -> what to write there, the changed ones only. Of a draft with a file: ``FILE`` ->
        the link by which the vendor can fetch it, for a quarter of an hour.

        Raises Refused, Denied or Gone where it certainly did not happen; after TryLater and BadAnswer it may have.
        """
        ...

    def look(self, http: Http, draft: Draft, person_id: str, since: datetime, at: str | None) -> Page:
        """Read where the effect of a draft that makes an item would be, ``at`` as a page said, nothing older needed
        than ``since``."""
        ...

    def is_effect(self, item: Item, draft: Draft, person_id: str, mark: Mark) -> bool:
        """Pure: is it what this action made?"""
        ...


@runtime_checkable
class Speaking(Protocol):
    """A connector some of whose values are ids of the vendor's."""

    def spoken(self, path: str, value: Any, look: Look) -> Any:
        """Pure. A value of an edit as people call it: the name of a stage."""
        ...


class Vendor(Protocol):
    """A plug-in of the entry-point group ``headwater.connectors``."""

    name: str
    origins: tuple[str, ...]
    """https origins of the vendor's regions; nothing else is ever called."""

    def connector(self, credential: str, *, origin: str, settings: Mapping[str, str] = {}) -> Connector: ...
