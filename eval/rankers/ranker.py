"""The seam between a measurement and what is measured: a query in, documents in order out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from engine.records import SourceRecord
from eval.dataset import Asked, Suite
from eval.formats import read_run
from eval.installed import Installed
from models import Encoder


@dataclass(frozen=True)
class Ranked:
    """``order``: (document id, score), best first, each once. ``levels``: of those of whom the engine says one."""

    order: list[tuple[str, float]]
    levels: Mapping[str, int] = field(default_factory=dict)
    took_ms: float | None = None
    """As the ranker itself counts it; None: the caller's clock counts."""


class Ranker(Protocol):
    @property
    def name(self) -> str: ...

    def rank(self, asked: Asked, depth: int) -> Ranked:
        """At most ``depth`` documents. Never raises because of what was asked."""
        ...


class FromFile:
    """What another system ranked: a TREC run. Raises BadFile with the line: an unknown id, a score that is none."""

    def __init__(self, name: str, path: Path, suite: Suite) -> None:
        self.name = name
        documents = None if suite.manifest.kind == "installation" else suite.documents
        self.run = read_run(path, queries={asked.id for asked in suite.queries}, documents=documents)

    def rank(self, asked: Asked, depth: int) -> Ranked:
        return Ranked(self.run.get(asked.id, [])[:depth])


@dataclass(frozen=True)
class Bench:
    """What rankers are made from; the costly parts only when one asks for them."""

    suite: Suite
    open_installed: Callable[[], Installed]
    load_encoder: Callable[[], Encoder]
    folder: Path
    """Where what is dear to make is kept."""
    models: Path
    """Where converted models are."""

    @cached_property
    def installed(self) -> Installed:
        return self.open_installed()

    @cached_property
    def encoder(self) -> Encoder:
        return self.load_encoder()

    @cached_property
    def texts(self) -> dict[str, str]:
        """document id -> all its words, for rankers that know nothing but words."""
        if self.suite.texts:
            return {key: "\n".join(filter(None, said)) for key, said in self.suite.texts.items()}
        return {record.id: text_of(record) for record in self.suite.records()}


def text_of(record: SourceRecord) -> str:
    """All that is written of a person, in one text."""
    parts: list[str | None] = [record.headline, record.summary, record.location, *record.skills, *record.languages]
    for position in record.positions:
        parts += [position.title, position.employer, position.text]
    for study in record.education:
        parts += [study.degree, study.field, study.school]
    parts += [document.text for document in record.documents]
    parts += [activity.text for activity in record.activities]
    return "\n".join(part for part in parts if part)
