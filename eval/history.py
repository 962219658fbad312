"""Suites of a workspace's own past: whom its recruiters took far on each job, and what they did after their searches.

Reads as one viewer, through the ledger's readers alone: nothing of whom, or of what, that viewer may not see. A query
that holds an e-mail address or a phone number is left out; no name, address or text of a CV is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine.errors import BadInput
from engine.query.criteria import Query
from engine.query.identity import find_contact
from engine.records import Application, Job, Person, Viewer
from eval.formats import Qrels, write_qrels
from indexer.ledger import Ledger

LEAST = 3
"""Applications that came to an end, from which on a job is asked about."""
DAYS = 14
"""After a search, for what was done to count as done because of it."""
SHOWN = 100
"""Of an order shown then, so many are kept."""
PART = 500
ACTIONS = 100_000
CAVEATS = (
    "Only people whom the old process brought up were ever judged: somebody better, whom nobody looked at, counts as "
    "wrong in the plain measures. Read those that end with :judged.",
    "Who stood higher was looked at more. Nothing here corrects for it.",
    "How it ended is no judgement of fit alone: salary, timing and other offers decide too.",
    "A small difference over a few dozen jobs is luck: look at the interval, not at the mean.",
)
HIDDEN = (
    "The history leg and the prior are switched off for these queries, for they know how each application ended: what "
    "they are worth cannot be measured here."
)


@dataclass(frozen=True)
class Built:
    """What became of the past. left_out: reason -> number."""

    jobs: int
    judged: int
    searches: int
    acted_upon: int
    left_out: Mapping[str, int]


def build_from_history(
    ledger: Ledger, folder: Path, *, viewer: Viewer, least: int = LEAST,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Built:  # fmt: skip
    """Two suites below ``folder``: ``jobs``, and ``replay`` where anything was searched. The same past, the same bytes.

    Raises BadInput where there is too little of it.
    """
    left: dict[str, int] = {}
    qrels, queries = _jobs(ledger, viewer, least, left, on_progress)
    asked, acted = _searches(ledger, viewer, left)
    if not qrels and not asked:
        raise BadInput(
            f"No job has {least} applications that came to an end, and nothing was searched yet.",
            "Connect an ATS with its history first, or lower --least.",
        )
    if qrels:
        _write(folder / "jobs", "history-jobs", queries, qrels, (*CAVEATS, HIDDEN), slices="[]")
    if asked:
        _write(folder / "replay", "replay", asked, acted, CAVEATS, slices="[]")
    acted_upon = sum(sum(map(bool, of.values())) for of in acted.values())
    return Built(len(qrels), sum(map(len, qrels.values())), len(asked), acted_upon, left)


# Jobs


def _jobs(
    ledger: Ledger, viewer: Viewer, least: int, left: dict[str, int], on_progress: Callable[[int, int], None]
) -> tuple[Qrels, list[dict[str, Any]]]:
    reader = ledger.reader(viewer)
    jobs = {job.id: job for job in reader.jobs()}
    grades: dict[str, dict[str, int]] = {}
    ids = list(reader.person_ids())
    for start in range(0, len(ids), PART):
        for person in reader.people(ids[start : start + PART]).values():
            for job_id, grade in _grades(person):
                of = grades.setdefault(job_id, {})
                of[person.id] = max(grade, of.get(person.id, 0))
        on_progress(min(start + PART, len(ids)), len(ids))
    qrels: Qrels = {}
    queries = []
    for job_id in sorted(grades):
        job = jobs.get(job_id)
        if job is None:
            _count(left, "jobs that are not known, or not for this viewer")
        elif len(grades[job_id]) < least:
            _count(left, f"jobs with fewer than {least} applications that ended")
        elif not any(grades[job_id].values()):
            _count(left, "jobs on which nobody came further than their application")
        else:
            qrels[job_id] = grades[job_id]
            queries.append(_question(job, len(grades[job_id])))
    return qrels, queries


def _grades(person: Person) -> Iterator[tuple[str, int]]:
    """(job id, grade) of each application that came to an end."""
    for record in person.records:
        for application in record.applications:
            if application.outcome != "active":
                yield application.job_id, grade_of(application)


def grade_of(application: Application) -> int:
    """3 offered or hired; 2 interviewed; 1 screened, or turned down for what says nothing against them; 0 turned down
    at once."""
    if application.outcome == "hired" or application.stage_rank >= 4:
        return 3
    if application.stage_rank >= 2:
        return 2
    return 1 if application.stage_rank == 1 or application.reopenable else 0


def _question(job: Job, number: int) -> dict[str, Any]:
    # The title alone: a town typed with it leaves out whoever lives elsewhere, and those who applied often do.
    metadata = {"kind": "job", "town": job.location, "applications": number, "hide_history": True}
    return {"_id": job.id, "text": job.title, "metadata": metadata}


# Searches


def _searches(ledger: Ledger, viewer: Viewer, left: dict[str, int]) -> tuple[list[dict[str, Any]], Qrels]:
    """Each question once, with the order shown last, and who of it was acted upon soon after by whoever asked."""
    done: dict[str, list[tuple[datetime, str]]] = {}
    for one in ledger.actions(viewer).page(limit=ACTIONS):
        if one.row.state != "cancelled":
            done.setdefault(one.row.actor, []).append((datetime.fromisoformat(one.row.at), one.person_id))
    reader = ledger.reader(viewer)
    there = frozenset(reader.person_ids())  # who was erased since, or is not for this viewer, was shown to others then
    found: dict[str, dict[str, Any]] = {}  # by what was asked
    qrels: Qrels = {}
    for row in reversed(reader.impressions(ACTIONS)):
        query = Query.model_validate(row["query"])
        if row.get("offset"):
            continue  # a further page of the same list
        if query.identity is not None or find_contact(query.text):
            _count(left, "searches for a person by name, e-mail or phone")
            continue
        if not query.text.strip():
            _count(left, "searches by filters alone")
            continue
        if any(criterion.explicit and not criterion.words for criterion in query.criteria):
            _count(left, "searches with filters beside the words: the words alone ask for something else")
            continue
        considered, at = [p for p in row["considered"] if p in there], datetime.fromisoformat(row["at"])
        usual = {"_id": f"s{len(found):05d}", "text": query.text, "metadata": {"kind": "search", "asked": 0}}
        asked = found.setdefault(query.text, usual)
        asked["metadata"]["asked"] += 1
        asked["metadata"]["last"] = row["at"][:10]
        asked["then"] = considered[:SHOWN]
        grades = qrels.setdefault(asked["_id"], {})
        for when, person in done.get(row["viewer"], ()):
            if at <= when <= at + timedelta(days=DAYS) and person in considered:
                grades[person] = 1
        for person in considered[:10]:
            grades.setdefault(person, 0)  # shown on the first page, and left alone
    return list(found.values()), {key: grades for key, grades in qrels.items() if grades}


def _count(left: dict[str, int], reason: str) -> None:
    left[reason] = left.get(reason, 0) + 1


def _write(
    folder: Path, name: str, queries: Sequence[Mapping[str, Any]], qrels: Qrels, caveats: Sequence[str], *, slices: str
) -> None:
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    with (folder / "queries.jsonl").open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in queries)
    write_qrels(folder / "qrels" / "test.tsv", qrels)
    said = ",\n".join(f"  {json.dumps(line)}" for line in caveats)
    (folder / "suite.toml").write_text(
        f'''# Made by `headwater eval build --from-history`, of this workspace's own past.
name = "{name}"
description = "Queries of our own past, over our own people."
kind = "installation"
pooled = true
slices = {slices}
metrics = ["ndcg@10:judged", "ndcg@10", "map:judged", "mrr", "recall@100", "judged@10"]
caveats = [
{said},
]
''',
        "utf-8",
    )
