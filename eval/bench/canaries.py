"""Two made-up workspaces in which every restricted thing has a word of its own, and who may meet which of these words.

A word is nine letters that stand nowhere else, so one that turns up in an answer says what leaked. What a viewer may
see is worked out here from how the world was made, never by asking the ledger that is being tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from engine.records import Activity, Application, Document, Job, Position, SourceRecord, Viewer
from eval.world.people import CITIES
from eval.world.trades import TRADES

CONNECTION = "ats"
PRIVATE, LEADS = "private-notes", "leads"
LETTERS = 9
_RUNS = re.compile(r"[a-z]{9,}")
_STAGES = ("Applied", "Screening", "Interview", "Final interview", "Offer", "Hired")
_CV = """{name}
{title}
{city}

EXPERIENCE
{title}, {employer} AB
{year}-01 - present
{duty}

SKILLS
{skills}
"""


@dataclass(frozen=True)
class Canary:
    """What a word stands for. ``person``, ``job``: on whom and about which job it was said; None: the workspace."""

    kind: str
    workspace: str
    person: str | None = None
    job: str | None = None
    audience: str | None = None


@dataclass(frozen=True)
class Seen:
    """What one viewer may meet: ids of people, and words."""

    people: frozenset[str]
    words: frozenset[str]


@dataclass
class Workspace:
    name: str
    jobs: list[Job] = field(default_factory=list)
    records: list[SourceRecord] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    """record id -> person id, once the ledger has them."""

    def applied(self, jobs: Iterable[str]) -> set[str]:
        """Record ids of those who applied for one of these."""
        wanted = set(jobs)
        return {r.id for r in self.records if wanted & {a.job_id for a in r.applications}}


@dataclass
class CanaryWorld:
    spaces: list[Workspace]
    canaries: dict[str, Canary]

    def seen(self, viewer: Viewer) -> Seen:
        """viewer: jobs by the ledger's names, ``connection:id``."""
        space = next(one for one in self.spaces if one.name == viewer.workspace)
        jobs = None if viewer.jobs is None else {name.removeprefix(f"{CONNECTION}:") for name in viewer.jobs}
        people = set(space.ids) if jobs is None else space.applied(jobs)
        hidden = {job.id for job in space.jobs if job.audience is not None and job.audience not in viewer.audiences}

        def may(one: Canary) -> bool:
            if one.workspace != viewer.workspace or not (one.audience is None or one.audience in viewer.audiences):
                return False
            if one.person is not None and one.person not in people:
                return False
            if jobs is None:
                return one.job not in hidden
            return one.kind != "note" if one.job is None else one.job in jobs

        # A tag or the workspace's own word is on many: whoever sees one of them sees it.
        return Seen(
            frozenset(space.ids[key] for key in people), frozenset(w for w, one in self.canaries.items() if may(one))
        )

    def met(self, text: str) -> set[str]:
        """Every canary in a text, inside longer words too."""
        found = set()
        for run in _RUNS.findall(text.lower()):
            for start in range(len(run) - LETTERS + 1):
                if (word := run[start : start + LETTERS]) in self.canaries:
                    found.add(word)
        return found


class _Words:
    """New words, each once."""

    def __init__(self, rng: Random) -> None:
        self._rng, self.canaries = rng, dict[str, Canary]()

    def make(self, canary: Canary) -> str:
        word = made_up(self._rng)
        while word in self.canaries:
            word = made_up(self._rng)
        self.canaries[word] = canary
        return word


def made_up(rng: Random) -> str:
    """Nine letters that no language has, and no stemmer shortens."""
    return "".join(rng.choice("bdfgjkmpvz" if place % 2 == 0 else "aiou") for place in range(LETTERS - 1)) + "x"


def make_canaries(people: int = 120, jobs: int = 8, *, seed: int = 1) -> CanaryWorld:
    """``people`` and ``jobs`` in each of two workspaces, every fourth job for an audience."""
    rng = Random(seed)
    words = _Words(rng)
    spaces = []
    for name in ("default", "elsewhere"):
        space = Workspace(name)
        own = words.make(Canary("workspace", name))
        for number in range(jobs):
            space.jobs.append(_job(rng, words, name, LEADS if number % 4 == 3 else None))
        stages = {job.id: words.make(Canary("stage", name, job=job.id)) for job in space.jobs}
        for number in range(people):
            space.records.append(_person(rng, words, space, own, stages, outside=number % 4 == 0))
        spaces.append(space)
    return CanaryWorld(spaces, words.canaries)


def _job(rng: Random, words: _Words, workspace: str, audience: str | None) -> Job:
    trade = rng.choice(TRADES)
    job_id = words.make(Canary("job", workspace))
    words.canaries[job_id] = Canary("job", workspace, job=job_id)  # known by its own id

    def say(kind: str) -> str:
        return words.make(Canary(kind, workspace, job=job_id))

    return Job(
        id=job_id,
        title=f"{rng.choice(trade.titles)[0]} {say('title')}",
        department=f"{trade.department} {say('title')}",
        location=rng.choice(CITIES)[0],
        description=f"You will work with {trade.skills[0]} and {say('title')}.",
        opened_at=f"{rng.randint(2021, 2026)}-02-03",
        audience=audience,
    )


def _person(
    rng: Random, words: _Words, space: Workspace, own: str, stages: dict[str, str], *, outside: bool
) -> SourceRecord:
    trade, city = rng.choice(TRADES), rng.choice(CITIES)[0]
    key = words.make(Canary("person", space.name))
    words.canaries[key] = Canary("person", space.name, person=key)

    def say(kind: str, job: str | None = None, audience: str | None = None) -> str:
        return words.make(Canary(kind, space.name, person=key, job=job, audience=audience))

    surname, employer, tag = say("name"), say("employer"), say("tag")
    skills, title = rng.sample(trade.skills, k=3), rng.choice(trade.titles)[0]
    text = _CV.format(
        name=f"Kim {surname}", title=title, city=city, employer=employer, year=rng.randint(2008, 2023),
        duty=f"Worked with {skills[0]} on {say('cv')}.", skills=", ".join(skills),
    )  # fmt: skip
    common = {
        "id": key, "name": f"Kim {surname}", "emails": (f"{surname}@example.com",), "location": city, "skills": skills,
        "headline": f"{title} {own}", "tags": (tag,), "documents": (Document(id="cv", text=text),),
        "positions": (Position(title=title, employer=employer, start="2020-01", current=True),),
        "updated_at": f"{rng.randint(2022, 2026)}-03-04",
    }  # fmt: skip
    if outside:
        return SourceRecord(source="outside", **common)
    applications, activities = [], []
    for job in rng.sample(space.jobs, k=rng.randint(1, 3)):
        rank = rng.randint(0, 5)
        lost, stage = rng.random() < 0.6, f"{_STAGES[rank]} {stages[job.id]}"
        applications.append(
            Application(
                id=say("application", job.id), job_id=job.id, stage=stage, stage_rank=rank, furthest_stage=stage,
                outcome="rejected" if lost else "active",
                reason=f"Another was closer {say('reason', job.id)}" if lost else None, reopenable=rng.random() < 0.5,
                applied_at=f"{rng.randint(2020, 2025)}-05-06", updated_at="2026-01-02",
            )
        )  # fmt: skip
        activities += [_said(say("note", job.id), job.id), _said(say("note", job.id, PRIVATE), job.id, PRIVATE)]
        activities.append(_said(say("note", job.id), job.id, kind="message", inbound=True))
    activities += [_said(say("note"), None), _said(say("note", None, PRIVATE), None, PRIVATE)]
    return SourceRecord(applications=tuple(applications), activities=tuple(activities), **common)


def _said(word: str, job: str | None, audience: str | None = None, **more: object) -> Activity:
    text = f"Spoke about {word} and the salary."
    return Activity(id=word, text=text, author="Karl", job_id=job, audience=audience, at="2025-06-07", **more)


def viewers_of(space: Workspace) -> Sequence[tuple[str, str, Viewer]]:
    """(name, role, viewer): one who may read all, one bound to an open and a confidential job, one of no audience."""
    named = [f"{CONNECTION}:{job.id}" for job in space.jobs]
    return (
        ("recruiter", "recruiter", Viewer(workspace=space.name, audiences=frozenset({PRIVATE, LEADS}))),
        ("manager", "hiring-manager", Viewer(workspace=space.name, jobs=frozenset({named[0], named[3]}))),
        ("viewer", "viewer", Viewer(workspace=space.name)),
    )
