"""Asks as one viewer and counts what they got that is not theirs. Knows no HTTP: it is given ``send``.

An answer may hold no word and no id that is not its viewer's, but for the words that were asked. Where those are
another's, the same question with words of nothing must be answered alike: so counts and order tell nothing either.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import unescape
from random import Random
from typing import Any
from urllib.parse import unquote

from engine.records import Viewer
from eval.bench.asking import Asked, Asking
from eval.bench.canaries import CONNECTION, CanaryWorld, Seen, Workspace
from indexer.ledger import Ledger

Send = Callable[[str, str, Any], tuple[int, str]]
"""(method, path with its query, JSON body or None) -> (status, body)"""
NOBODY = "00000000-0000-4000-8000-000000000000"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CURSOR = re.compile(r"cursor=([^\"&\s]+)")
_COUNTS = re.compile(r"class=\"count\">([\d,]+)")
_MS = re.compile(r"\d+ ms")
_TABS = re.compile(r"<nav class=\"tabs\".*?</nav>", re.S)


@dataclass
class Tally:
    """What was asked and found. ``met``: words of their own that a viewer got to see; none, and nothing was tried."""

    searches: int = 0
    twins: int = 0
    reads: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    hits: int = 0
    leaked_ids: int = 0
    leaked_words: int = 0
    told_apart: int = 0
    wrong_status: int = 0
    met: set[str] = field(default_factory=set)
    first: list[str] = field(default_factory=list)

    @property
    def leaks(self) -> int:
        return self.leaked_ids + self.leaked_words + self.told_apart + self.wrong_status


class Watcher:
    """One viewer, through the API or through the pages."""

    def __init__(
        self, name: str, viewer: Viewer, world: CanaryWorld, send: Send, rng: Random, *, pages: bool = False
    ) -> None:
        self.name, self.tally = name, Tally()
        self._world, self._send, self._rng, self._pages = world, send, rng, pages
        self.seen: Seen = world.seen(viewer)
        self._asking = Asking(world, self.seen, rng, pages=pages)
        self._bound = viewer.jobs is not None
        self._everyone = sorted(person for one in world.spaces for person in one.ids.values())
        self.last: Asked | None = None
        """The newest question that had a further page, with its cursor."""

    def search(self, others: Sequence[Watcher] = ()) -> None:
        """One search, its twin where there is one, and sometimes a read. others: whose cursors may be tried."""
        asked = self._next(others)
        foreign = asked.kind == "cursor of another"
        status, text = self._ask(asked)
        self.tally.searches += 1
        self.tally.kinds[asked.kind] += 1
        self._look(asked.kind, status, text, exempt=self._world.met(json.dumps([asked.body(), asked.page()])))
        answer = None if self._pages or status != 200 else json.loads(text)
        if answer is not None:
            self._look_at_hits(asked.kind, answer["hits"])
            self._keep(asked, answer["cursor"])
        elif status == 200 and (found := _CURSOR.search(text)):
            self._keep(asked, unquote(unescape(found.group(1))))
        if foreign and status == 200:
            self._count("wrong_status", f"{asked.kind} was taken")
        if asked.bait and asked.cursor is None and not set(asked.bait) & self.seen.words:
            self._twin(asked, status, text)
        if self._bound and status == 200 and asked.cursor is None and asked.blind() != asked:
            self._blind_twin(asked, text)
        if self._rng.random() < 0.2:
            self._read()

    def _next(self, others: Sequence[Watcher]) -> Asked:
        luck = self._rng.random()
        if luck < 0.15 and self.last is not None:
            return _again(self.last, "next page")
        if luck < 0.2:
            theirs = [other.last for other in others if other is not self and other.last is not None]
            theirs = [one for one in theirs if not (self._pages and one.query)]
            if theirs:
                return _again(self._rng.choice(theirs), "cursor of another")
        return self._asking.next()

    def _ask(self, asked: Asked) -> tuple[int, str]:
        return self._send("GET", asked.page(), None) if self._pages else self._send("POST", "/v1/search", asked.body())

    def _keep(self, asked: Asked, cursor: str | None) -> None:
        if cursor:
            self.last = Asked(**{**asked.__dict__, "cursor": cursor})

    def _look(self, what: str, status: int, text: str, *, exempt: set[str]) -> None:
        self.tally.statuses[status] += 1
        if status >= 500 or status in (401, 403):
            self._count("wrong_status", f"{what}: {status}")
        met = self._world.met(text)
        self.tally.met |= met & self.seen.words
        for word in sorted(met - self.seen.words - exempt):
            self._count("leaked_words", f"{what}: {self._world.canaries[word]}")
        for person in sorted(set(_UUID.findall(text)) & set(self._everyone) - self.seen.people):
            self._count("leaked_ids", f"{what}: {person}")

    def _look_at_hits(self, what: str, hits: list[dict[str, Any]]) -> None:
        """Nothing of a hit repeats the question but the labels of its evidence, so nothing is exempt here."""
        self.tally.hits += len(hits)
        for hit in hits:
            bare = {**hit, "evidence": [{**one, "label": ""} for one in hit["evidence"]]}
            for word in sorted(self._world.met(json.dumps(bare)) - self.seen.words):
                self._count("leaked_words", f"{what}, in a hit: {self._world.canaries[word]}")

    def _twin(self, asked: Asked, status: int, text: str) -> None:
        decoys = self._asking.decoys(asked)
        other_status, other = self._ask(asked.with_decoys(decoys))
        for word, decoy in decoys.items():
            other = other.replace(decoy, word)
        self.tally.twins += 1
        one, two = (self._comparable(asked, body) for body in (text, other))
        if (status, one) != (other_status, two):
            self._count("told_apart", f"{asked.kind}: {asked.text or asked.query} ({status}, {other_status})")

    def _blind_twin(self, asked: Asked, text: str) -> None:
        """Stages, outcomes and dates of all jobs must move nobody in the answer of one who is bound to some."""
        blind = asked.blind()
        if self._pages and not (blind.text or blind.filters):  # a page that was asked nothing searches nothing
            return
        self.tally.twins += 1
        _, other = self._ask(blind)
        if self._people_of(text) != self._people_of(other):
            self._count("told_apart", f"{asked.kind}: {asked.filters or asked.query}")

    def _people_of(self, text: str) -> Any:
        """Who and how many, in order."""
        if self._pages:
            return _COUNTS.findall("".join(_TABS.findall(text))), re.findall(r"/people/([0-9a-f-]{36})", text)
        found = json.loads(text)
        counts = {name: found["counts"][name] for name in ("total", "levels", "ats", "outside")}
        return counts, [hit["person_id"] for hit in found["hits"]]

    def _comparable(self, asked: Asked, text: str) -> Any:
        """What must not depend on whether a word is somebody's. By meaning any two words differ: then all but order."""
        if self._pages:
            tabs = _TABS.findall(_CURSOR.sub("", text))
            return _MS.sub("", "".join(tabs) if asked.dense else _CURSOR.sub("", text))
        found = json.loads(text)
        for name in ("took_ms", "cursor", *(("hits",) if asked.dense else ())):
            found.pop(name, None)
        return found

    def _read(self) -> None:
        self.tally.reads += 1
        ways = [self._profile] if self._pages else [self._profile, self._rank, self._jobs]
        self._rng.choice(ways)()

    def _profile(self) -> None:
        person = self._rng.choice(self._everyone)
        path = "/people/" if self._pages else "/v1/people/"
        status, text = self._send("GET", path + person, None)
        self._look("profile", status, text, exempt=set())
        if (status == 200) != (person in self.seen.people):
            self._count("wrong_status", f"profile of {person}: {status}")
        if person not in self.seen.people and (status, text) != self._send("GET", path + NOBODY, None):
            self._count("told_apart", f"profile of {person} and of nobody")

    def _rank(self) -> None:
        ids = self._rng.sample(self._everyone, k=min(12, len(self._everyone)))
        job = self._asking.bait("job")
        of = {"job_id": f"{CONNECTION}:{job}"} if self._rng.random() < 0.5 else {"text": f"nurse {job}"}
        status, text = self._send("POST", "/v1/rank", {"ids": ids, **of})
        if status != 200:
            self._look("rank", status, text, exempt={job})
            if status != 404 or job in self.seen.words:
                self._count("wrong_status", f"rank: {status}")
            return
        answer = json.loads(text)
        unknown = set(answer.pop("unknown"))
        self._look("rank", status, json.dumps(answer), exempt={job} if "text" in of else set())
        self._look_at_hits("rank", answer["hits"])
        if unknown != set(ids) - self.seen.people:
            self._count("told_apart", "rank: other ids are unknown than those that are not theirs")

    def _jobs(self) -> None:
        self._look("jobs", *self._send("GET", "/v1/jobs?limit=500", None), exempt=set())

    def _count(self, what: str, said: str) -> None:
        setattr(self.tally, what, getattr(self.tally, what) + 1)
        if len(self.tally.first) < 10:
            self.tally.first.append(f"{what}: {said}")


def _again(asked: Asked, kind: str) -> Asked:
    return Asked(**{**asked.__dict__, "kind": kind})


def watch(
    watchers: Sequence[Watcher], searches: int, on_progress: Callable[[int, int], None] = lambda *_: None
) -> None:
    """So many searches, in turn, so that each may try the cursors of the others."""
    for number in range(searches):
        watchers[number % len(watchers)].search(watchers)
        on_progress(number + 1, searches)


def fill(space: Workspace, ledger: Ledger) -> None:
    """Put a workspace into a ledger and note whom it made of its records."""
    writer = ledger.writer(space.name, "bench")
    writer.put_jobs(CONNECTION, space.jobs)
    writer.put_records(CONNECTION, space.records)
    reader = ledger.reader(Viewer(workspace=space.name, user="bench"))
    space.ids = reader.ids_of(CONNECTION, [record.id for record in space.records])
