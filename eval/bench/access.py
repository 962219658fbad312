"""Does a search ever tell a viewer what is not theirs? Random questions, each asked twice.

``headwater bench access``. Once of the whole installation (two workspaces in one ledger; confidential jobs, private
notes) as the viewer; once of an installation that holds nothing but what this viewer may see. Whatever differs in
who is found, at which level, with which counts, evidence, passage or suggested word, is a leak. A canary word stands
in everything that is restricted, so that a leak of words is seen wherever it comes out.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from time import perf_counter
from typing import Any

from engine.index import Index, IndexStamp, open_folder
from engine.lexicon import Lexicon
from engine.query.criteria import Criterion, Query
from engine.query.understand import understand
from engine.ranking.relevance import Weights
from engine.ranking.results import SearchResult
from engine.records import Activity, Document, Job, Policy, SourceRecord, Viewer
from engine.search import rank, search
from eval.bench.figures import machine
from eval.bench.questions import make_questions
from eval.world.build import TODAY, make_world
from eval.world.prose import plain_text
from indexer.follower import follow
from indexer.ledger import Ledger, Reader
from models import Encoder, FakeEncoder

CANARY = "zanzibar"
HERE, THERE, CONNECTION = "default", "elsewhere", "world"
Ask = Callable[..., SearchResult]
Reach = Mapping[str, Collection[str]] | None


@dataclass(frozen=True)
class Installation:
    ledger: Ledger
    index: Index
    encoder: Encoder
    lexicon: Lexicon


@dataclass(frozen=True)
class Pair:
    """A viewer of the whole, and the installation that holds nothing but what they may see."""

    viewer: Viewer
    cut: Installation
    allowed: frozenset[str]
    """Person ids."""


def run(*, searches: int = 20_000, people: int = 160, seed: int = 2026) -> dict[str, Any]:
    """searches: in all, over the viewers in turn."""
    started = perf_counter()
    folder = Path(mkdtemp(prefix="headwater-access-"))
    try:
        with ExitStack() as stack:
            whole, pairs = make(folder, people, seed, stack)
            leaks, tried = compare(whole, pairs, searches, seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "searches": sum(tried.values()), "by_viewer": dict(tried), "workspaces": 2, "leaks": len(leaks),
        "first_leaks": leaks[:5], "met": not leaks, "seconds": round(perf_counter() - started, 1), "machine": machine(),
    }  # fmt: skip


def make(folder: Path, people: int, seed: int, stack: ExitStack) -> tuple[Installation, list[Pair]]:
    """The whole, and for a recruiter, a lead and a hiring manager what each of them may see."""
    lexicon = Lexicon.default()
    jobs, records = restricted_world(people, seed)
    other_jobs, others = restricted_world(people // 2, seed + 1)
    whole = _installed(folder / "whole", jobs, records, lexicon, stack)
    writer = whole.ledger.writer(THERE)
    writer.put_jobs(CONNECTION, [job.model_copy(update={"title": f"{CANARY} {job.title}"}) for job in other_jobs])
    writer.put_records(CONNECTION, [r.model_copy(update={"name": f"{CANARY} {r.name}"}) for r in others])
    index = open_folder(folder / "elsewhere", whole.index.stamp)
    stack.callback(index.close)
    follow(whole.ledger, index, whole.encoder, lexicon, today=TODAY, workspace=THERE)
    secret = {job.id for job in jobs if job.audience}
    given = frozenset(job.id for job in jobs[:3] if job.id not in secret) | {next(iter(sorted(secret)))}
    qualified = frozenset(f"{CONNECTION}:{job_id}" for job_id in given)
    viewers = {
        "recruiter": Viewer(user="recruiter"),
        "lead": Viewer(user="lead", audiences=frozenset({"board", "private-notes"})),
        "hiring-manager": Viewer(user="hiring-manager", jobs=qualified),
    }
    pairs = []
    for name, viewer in viewers.items():
        if viewer.jobs is None:
            # Restricted text is in nobody's index, so that a lead searches as a recruiter does, and reads more.
            left = [_cut(record, lambda job_id: job_id not in secret, open_text=True) for record in records]
            left_jobs = [job for job in jobs if not job.audience]
        else:
            left = [
                _cut(r, lambda job_id: job_id in given, open_text=False)
                for r in records if any(a.job_id in given for a in r.applications)
            ]  # fmt: skip
            left_jobs = [job.model_copy(update={"audience": None}) for job in jobs if job.id in given]
        cut = _installed(folder / name, left_jobs, left, lexicon, stack)
        pairs.append(Pair(viewer, cut, frozenset(cut.ledger.reader(Viewer()).person_ids())))
    return whole, pairs


def restricted_world(people: int, seed: int) -> tuple[list[Job], list[SourceRecord]]:
    """Every eighth job is confidential; a third of the people have a private note and one about a confidential job."""
    rng, world = Random(seed), make_world(people, seed=seed)
    jobs = [
        job.model_copy(update={"audience": "board", "title": f"{CANARY} {job.title}"}) if n % 8 == 3 else job
        for n, job in enumerate(world.jobs)
    ]
    secret = {job.id for job in jobs if job.audience}
    records = []
    for record, cv in zip(world.records, world.cvs, strict=True):
        notes = list(record.activities)
        if rng.random() < 0.33:
            notes.append(Activity(id="private", text=f"{CANARY} private remark", audience="private-notes"))
        applications = tuple(
            a.model_copy(update={"reason": f"{CANARY} reason", "stage": f"{CANARY} stage"}) if a.job_id in secret else a
            for a in record.applications
        )
        for application in applications:
            if application.job_id in secret:
                note = Activity(id=f"c-{application.id}", text=f"{CANARY} on that job", job_id=application.job_id)
                notes.append(note)
        documents = (Document(id="cv", text=plain_text(cv), filename="cv.pdf"),)
        changed = {"applications": applications, "activities": tuple(notes), "documents": documents}
        records.append(record.model_copy(update=changed))
    return jobs, records


def _cut(record: SourceRecord, shown: Callable[[str], bool], *, open_text: bool) -> SourceRecord:
    """Without what is said of other jobs; open_text: with open notes that belong to no job."""
    notes = [
        a for a in record.activities
        if a.audience is None and (open_text if a.job_id is None else shown(a.job_id))
    ]  # fmt: skip
    applications = tuple(a for a in record.applications if shown(a.job_id))
    return record.model_copy(update={"applications": applications, "activities": tuple(notes)})


def _installed(
    folder: Path, jobs: Sequence[Job], records: Sequence[SourceRecord], lexicon: Lexicon, stack: ExitStack
) -> Installation:
    encoder = FakeEncoder(32)
    ledger = Ledger.open(f"sqlite:///{folder / 'headwater.db'}")
    stack.callback(ledger.close)
    index = open_folder(folder / "index", IndexStamp(encoder=encoder.key, dim=encoder.dim, lexicon=lexicon.version))
    stack.callback(index.close)
    ledger.writer(HERE).put_jobs(CONNECTION, list(jobs))
    ledger.writer(HERE).put_records(CONNECTION, list(records))
    follow(ledger, index, encoder, lexicon, today=TODAY, workspace=HERE)
    return Installation(ledger, index, encoder, lexicon)


def compare(
    whole: Installation, pairs: Sequence[Pair], searches: int, seed: int, *, ask: Ask = search,
    reader_of: Callable[[Ledger, Viewer], Reader] = Ledger.reader,
) -> tuple[list[str], Counter[str]]:  # fmt: skip
    """(leaks, searches by viewer). ask, reader_of: a test puts one with a hole in their place."""
    rng, leaks, tried = Random(seed), list[str](), Counter[str]()
    texts = [question.text for question in make_questions(400, seed=seed)]
    everyone = list(whole.ledger.reader(Viewer()).person_ids()) + list(
        whole.ledger.reader(Viewer(workspace=THERE)).person_ids()
    )
    for number in range(searches):
        pair = pairs[number % len(pairs)]
        reader = reader_of(whole.ledger, pair.viewer)
        words = reader.vocabulary()
        query = _question(rng, texts, whole, words.job_titles)
        reach, ids = reader.reach(), None
        if number % 5 == 4:
            ids = rng.sample(everyone, k=40)
            known = list(reader.briefs(ids))
            found = _rank(whole, pair.viewer, query, known, reach)
        else:
            found = _search(whole, pair.viewer, query, reach, ask)
        leaks += [f"{pair.viewer.user}: {what}" for what in _differs(pair, reader, found, ids)]
        if number % 50 == 0:
            leaks += [f"{pair.viewer.user}: {what}" for what in _read(pair, reader, rng.sample(everyone, k=5))]
        tried[pair.viewer.user] += 1
    return leaks, tried


def _question(rng: Random, texts: Sequence[str], whole: Installation, jobs: Collection[str]) -> Query:
    """Plain words, Boolean, a name, an address, a canary; now and then a filter on history or a job."""
    text = rng.choice(texts)
    kind = rng.randrange(8)
    if kind == 0:
        text = f'({text}) OR "{CANARY}"' if rng.random() < 0.5 else CANARY
    elif kind == 1:
        text = f"{text} -{CANARY} AND (Python OR nurse)"
    elif kind in (2, 3):
        row = rng.randrange(len(whole.index.columns.names))
        text = whole.index.columns.names[row] if kind == 2 else f"{text} interviewed"
    elif kind == 4:
        text = rng.choice(["rejected", "reached final interview", "hired before", "applied in 2024"])
    query = understand(text, lexicon=whole.lexicon, vocabulary=whole.ledger.reader(Viewer()).vocabulary(), today=TODAY)
    added: list[Criterion] = []
    if rng.random() < 0.3:
        added.append(Criterion(kind="stage", low=float(rng.randint(1, 4)), label="stage", explicit=True))
    if rng.random() < 0.2 and jobs:
        added.append(Criterion(kind="job", values=(rng.choice(sorted(jobs)),), label="job", explicit=True))
    return query.model_copy(update={"criteria": (*query.criteria, *added)})


def _given(on: Installation, viewer: Viewer) -> dict[str, Any]:
    return {
        "viewer": viewer, "policy": Policy(), "weights": Weights(), "index": on.index, "encoder": on.encoder,
        "lexicon": on.lexicon, "vocabulary": on.ledger.reader(viewer).vocabulary(), "today": TODAY,
    }  # fmt: skip


def _search(on: Installation, viewer: Viewer, query: Query, reach: Reach, ask: Ask) -> SearchResult:
    return ask(query, limit=200, reach=reach, **_given(on, viewer))


def _rank(on: Installation, viewer: Viewer, query: Query, ids: Sequence[str], reach: Reach) -> SearchResult:
    return rank(query, ids, reach=reach, **_given(on, viewer))


def _differs(pair: Pair, reader: Reader, found: SearchResult, ids: Sequence[str] | None) -> Iterable[str]:
    """What the whole says to this viewer and the installation without the rest does not."""
    shown = {hit.person_id for hit in found.hits} | {who for who, *_ in found.order}
    if not shown <= pair.allowed:
        yield f"{len(shown - pair.allowed)} people that are not theirs for {found.query.text!r}"
    plain = Viewer(user=pair.viewer.user)
    if ids is None:
        cut = _search(pair.cut, plain, found.query, None, search)
    else:
        cut = _rank(pair.cut, plain, found.query, [person for person in ids if person in pair.allowed], None)
    if found.counts != cut.counts:
        yield f"counts {found.counts} instead of {cut.counts} for {found.query.text!r}"
    mine, theirs = ({h.person_id: (h.level, _evidence(h)) for h in one.hits} for one in (found, cut))
    if mine != theirs:
        who = next(person for person in {**mine, **theirs} if mine.get(person) != theirs.get(person))
        yield f"another level or evidence of a person: {mine.get(who)} instead of {theirs.get(who)}"
    said = json.dumps([hit.model_dump(mode="json") for hit in found.hits], ensure_ascii=False).lower()
    if CANARY in said:
        yield f"a restricted word in the hits for {found.query.text!r}"
    briefs = reader.briefs(shown)
    if any(CANARY in (brief.name or "").lower() for brief in briefs.values()):
        yield "a name of another workspace"


def _evidence(hit: Any) -> tuple[Any, ...]:
    return tuple((item.criterion, item.verdict, item.quote) for item in hit.evidence)


def _read(pair: Pair, reader: Reader, ids: Sequence[str]) -> Iterable[str]:
    """Pages of people, jobs and suggested words."""
    bare = reader.people(ids)
    if not bare.keys() <= pair.allowed:
        yield "the page of somebody who is not theirs"
    words = json.dumps(reader.vocabulary().model_dump(mode="json"), ensure_ascii=False)
    pages = json.dumps([person.model_dump(mode="json") for person in bare.values()], ensure_ascii=False)
    jobs = json.dumps([job.model_dump(mode="json") for job in reader.jobs()], ensure_ascii=False)
    if not pair.viewer.audiences and pair.viewer.jobs is None and CANARY in f"{words}{pages}{jobs}".lower():
        yield "a restricted word on a page, among the jobs or the suggested words"
    if pair.viewer.jobs is not None:
        cut = pair.cut.ledger.reader(Viewer())
        if {p: _history(one) for p, one in bare.items()} != {p: _history(one) for p, one in cut.people(ids).items()}:
            yield "another history than what concerns their jobs"
        if {job.id for job in reader.jobs()} != {job.id for job in cut.jobs()}:
            yield "other jobs than theirs"


def _history(person: Any) -> Any:
    return [(record.applications, record.activities) for record in person.records]
