"""A practice ATS in memory: small, strict, and bad-tempered on demand. Its own truth is ``people``, ``notes``, ``jobs``
and ``users``. It has a clock that is coarse, reads that may trail, a limit, and a list of every effect of a write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from indexer.connectors.errors import Denied, Gone, Refused, TryLater
from indexer.connectors.http import Budget

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
Application = tuple[str, str, str]
"""(id, job id, stage id)"""


@dataclass(frozen=True)
class Row:
    """A person. ``cv_mark`` changes with the file."""

    name: str
    version: str
    tags: tuple[str, ...] = ()
    applied: tuple[Application, ...] = ()
    phone: str | None = None
    email: str | None = None
    cv: str | None = None
    cv_mark: int = 1


class Http:
    """What a connector is given in place of the real thing: the budget as last said."""

    budget: Budget | None = None
    used = 0


@dataclass(frozen=True)
class Effect:
    """One write that was carried out. ``saw``: what stood there before; ``mark``: the action it belongs to."""

    what: str
    item: str
    mark: str
    values: dict[str, Any]
    saw: dict[str, Any]
    at: datetime


@dataclass
class Ats:
    clock: Callable[[], datetime]
    page_size: int = 3
    limit: int = 50
    window_s: float = 10.0
    lag_s: float = 0.0
    list_lag_s: float = 0.0
    """How much further listings trail than the reading of one."""
    coarse_s: float = 1.0
    people: dict[str, Row] = field(default_factory=dict)
    notes: dict[str, tuple[str, str]] = field(default_factory=dict)
    applied: set[str] = field(default_factory=set)
    """ids of all applications there ever were"""
    jobs: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    before_request: list[Callable[[str], object]] = field(default_factory=list)
    after_write: list[Callable[[str], object]] = field(default_factory=list)
    """May raise: the write was carried out and its answer is lost."""
    denied: dict[str, int] = field(default_factory=dict)
    """what -> status"""
    broken: dict[str, int] = field(default_factory=dict)
    """what -> how many times still"""
    refused: dict[str, str] = field(default_factory=dict)
    """writes that are refused, with the words"""
    bad: set[str] = field(default_factory=set)
    """ids of people that cannot be read"""
    unassembled: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    """rows that live and are not listed"""
    drift: list[str] = field(default_factory=list)
    cut: int | None = None
    """a listing ends after so many rows"""
    expire: int = 0
    """cursors that die"""
    requests: list[tuple[datetime, str]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    too_many: int = 0
    downloads: list[str] = field(default_factory=list)
    dead_links: int = 0
    past: list[tuple[datetime, dict[str, Row], dict[str, tuple[str, str]]]] = field(default_factory=list)
    _window: tuple[datetime | None, int] = (None, 0)
    _made: int = 0

    def stamp(self) -> str:
        """Coarse: ties within a second, or however long."""
        at = self.clock().timestamp()
        return datetime.fromtimestamp(at - at % self.coarse_s, UTC).isoformat()

    # What somebody there does

    def put(self, key: str, name: str | None = None, **more: Any) -> None:
        before = self.people.get(key) or Row(f"Person {key}", "")
        self.people[key] = replace(before, **{**more, "name": name or before.name, "version": self.stamp()})
        self.remember()

    def remove(self, key: str) -> None:
        del self.people[key]
        self.notes = {k: v for k, v in self.notes.items() if v[0] != key}
        self.remember()

    def merge(self, keep: str, gone: str) -> None:
        """One of two: all that ``gone`` had is the other's."""
        kept, lost = self.people[keep], self.people.pop(gone)
        self.people[keep] = replace(kept, applied=(*kept.applied, *lost.applied), version=self.stamp())
        self.notes = {k: (keep if v[0] == gone else v[0], v[1]) for k, v in self.notes.items()}
        self.remember()

    def remember(self) -> None:
        """What reads show while they trail behind."""
        self.past.append((self.clock(), dict(self.people), dict(self.notes)))
        self.applied.update(one[0] for row in self.people.values() for one in row.applied)
        if len(self.past) > 400:
            del self.past[:200]

    def shown(self, *, listed: bool = False) -> dict[str, Row]:
        return self._then(listed)[0]

    def shown_notes(self, *, listed: bool = False) -> dict[str, tuple[str, str]]:
        return self._then(listed)[1]

    def _then(self, listed: bool) -> tuple[dict[str, Row], dict[str, tuple[str, str]]]:
        lag_s = self.lag_s + self.list_lag_s * listed
        if not lag_s:
            return self.people, self.notes
        until = self.clock() - timedelta(seconds=lag_s)
        first = self.past[0][1:] if self.past else ({}, {})
        return next(((people, notes) for at, people, notes in reversed(self.past) if at <= until), first)

    # What a connector asks

    def request(self, http: Http, what: str) -> None:
        for act in list(self.before_request):
            act(what)
        start, used = self._window
        if start is None or (self.clock() - start).total_seconds() >= self.window_s:
            start, used = self.clock(), 0
        used += 1
        self._window = (start, used)
        left_s = self.window_s - (self.clock() - start).total_seconds()
        self.requests.append((self.clock(), what))
        http.used += 1
        http.budget = Budget(self.limit, max(0, self.limit - used), float(int(left_s)))
        if used > self.limit:
            self.too_many += 1
            raise TryLater("Over the limit.", after_s=left_s, status=429)
        kind = what.split("/")[0]
        for name in (what, kind):
            if name in self.denied:
                raise Denied(f"{kind} may not be read.", "Make another key.", status=self.denied[name])
            if self.broken.get(name):
                self.broken[name] -= 1
                raise TryLater(f"{kind} was answered 500.", status=500)

    def edit(self, key: str, values: dict[str, Any], mark: str) -> Row:
        """Raises Gone, Refused."""
        row = self._person(key)
        self._refuse("edit")
        saw = {name: _plain(getattr(row, name)) for name in values}
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        self.put(key, **values)
        self._effect("edit", key, mark, values, saw)
        return self.people[key]

    def move(self, application: str, stage: str, mark: str) -> Row:
        owner = next((k for k, row in self.people.items() if any(a[0] == application for a in row.applied)), None)
        if owner is None:
            raise Gone(f"applications/{application} is not there (404).", status=404)
        self._refuse("move")
        row = self.people[owner]
        saw = next(a[2] for a in row.applied if a[0] == application)
        self.put(owner, applied=tuple((a, j, stage if a == application else s) for a, j, s in row.applied))
        self._effect("move", application, mark, {"stage": stage}, {"stage": saw})
        return self.people[owner]

    def note(self, owner: str, text: str, mark: str) -> str:
        self._person(owner)
        self._refuse("note")
        key = self._new("n")
        self.notes[key] = (owner, text)
        self.remember()
        self._effect("note", key, mark, {"text": text}, {})
        return key

    def unnote(self, key: str, mark: str) -> None:
        if key not in self.notes:
            raise Gone(f"notes/{key} is not there (404).", status=404)
        del self.notes[key]
        self.remember()
        self._effect("unnote", key, mark, {}, {})

    def add(self, values: dict[str, Any], mark: str) -> str:
        self._refuse("add")
        email = values.get("email")
        if email and any(row.email == email for row in self.people.values()):
            refused = Refused("candidates was refused (422).", status=422)
            refused.said = "email - has already been taken"
            raise refused
        key = self._new("p")
        more: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in values.items()}
        self.put(key, **more)
        self._effect("add", key, mark, values, {})
        return key

    def apply(self, owner: str, job: str, mark: str) -> str:
        row = self._person(owner)
        self._refuse("apply")
        key = self._new("a")
        self.put(owner, applied=(*row.applied, (key, job, "Inbox")))
        self._effect("apply", key, mark, {"job": job}, {})
        return key

    def _person(self, key: str) -> Row:
        if key not in self.people:
            raise Gone(f"candidates/{key} is not there (404).", status=404)
        return self.people[key]

    def _refuse(self, what: str) -> None:
        if what in self.refused:
            refused = Refused(f"{what} was refused (422).", status=422)
            refused.said = self.refused[what]
            raise refused

    def _new(self, letter: str) -> str:
        self._made += 1
        return f"{letter}x{self._made:04}"

    def _effect(self, what: str, item: str, mark: str, values: dict[str, Any], saw: dict[str, Any]) -> None:
        self.effects.append(Effect(what, item, mark, values, saw, self.clock()))
        for act in list(self.after_write):
            act(what)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
