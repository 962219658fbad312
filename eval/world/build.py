"""Write a made-up world to a folder: people.jsonl, jobs.jsonl and cvs/ with real PDF and DOCX files.

The folder has the shape that ``headwater import`` reads. Everything in it is disclosed as made up. The
same seed gives the same world.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from engine.records import Job, SourceRecord
from eval.world.files import fits_pdf, write_docx, write_pdf
from eval.world.history import make_history, make_jobs
from eval.world.people import MadeUpPerson, make_people
from eval.world.prose import Block, write_cv

TODAY = date(2026, 11, 1)
"""The world's own day. Fixed, so that a world is the same on every day it is built."""


@dataclass(frozen=True)
class World:
    """A world in memory: the truth (people), what an ATS would hold (records, jobs), and the CVs."""

    people: tuple[MadeUpPerson, ...]
    jobs: tuple[Job, ...]
    records: tuple[SourceRecord, ...]
    """Without documents: a CV is in ``cvs`` at the same place."""
    cvs: tuple[list[Block], ...]


def make_world(people: int = 300, *, seed: int = 2026, today: date = TODAY) -> World:
    rng = Random(seed)
    made = make_people(people, rng, today)
    jobs = make_jobs(max(14, people // 8), rng, today)
    records, cvs = [], []
    for person in made:
        cvs.append(write_cv(person, rng))
        applications, activities = ((), ()) if person.outside else make_history(person, jobs, rng, today)
        dates = [a.updated_at for a in applications if a.updated_at]
        records.append(
            SourceRecord(
                id=person.key,
                source="outside" if person.outside else "ats",
                name=person.name,
                emails=(person.email,),
                phones=(person.phone,),
                location=person.city,
                latitude=person.latitude,
                longitude=person.longitude,
                tags=(person.trade.department.lower(),) if not person.outside and rng.random() < 0.3 else (),
                applications=applications,
                activities=activities,
                created_at=min((a.applied_at for a in applications if a.applied_at), default=None),
                updated_at=max(dates, default=today.isoformat()),
                do_not_contact=rng.random() < 0.02,
            )
        )
    return World(tuple(made), tuple(job for _, job in jobs), tuple(records), tuple(cvs))


def build(
    folder: Path, *, people: int = 300, seed: int = 2026, on_progress: Callable[[int, int], None] | None = None
) -> World:
    """Make a world and write it to ``folder`` (created; files of an earlier build are written over)."""
    world = make_world(people, seed=seed)
    cvs = folder / "cvs"
    cvs.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, (record, blocks) in enumerate(zip(world.records, world.cvs, strict=True)):
        pdf = fits_pdf(blocks) and number % 3 != 2
        name = f"{record.id}.{'pdf' if pdf else 'docx'}"
        (write_pdf if pdf else write_docx)(blocks, cvs / name)
        line = record.model_dump(mode="json", exclude_defaults=True)
        line["source"] = record.source
        line["documents"] = [{"id": "cv", "kind": "cv", "filename": name, "path": f"cvs/{name}"}]
        lines.append(line)
        if on_progress:
            on_progress(number + 1, len(world.records))
    _write_lines(folder / "people.jsonl", iter(lines))
    _write_lines(folder / "jobs.jsonl", (job.model_dump(mode="json") for job in world.jobs))
    return world


def _write_lines(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")
