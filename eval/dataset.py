"""A suite: what is searched, what is asked, what would be right. A plain folder with a ``suite.toml``; docs/eval.md.

Knows the files, not the engine. Everything is checked when it is opened, so that a measurement never starts on half.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from engine.errors import BadFile, BadInput
from engine.records import Job, Record, SourceRecord
from eval.formats import Qrels, lines, read_qrels, read_texts, rows, wrong
from eval.metrics import STANDARD, Measure

SUITES = Path(__file__).parent / "suites"
"""Suites that come with Headwater. Some read the reference data in place and need ``data``."""
Kind = Literal["texts", "people", "installation"]


class Fields(Record):
    """Names of the columns where they are not BEIR's."""

    id: str = "_id"
    title: str = "title"
    text: str = "text"
    query_id: str = "_id"
    query: str = "text"


class Manifest(Record):
    """``suite.toml``."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    description: str = ""
    kind: Kind = "texts"
    """texts: a corpus of titled texts. people: records as `headwater import` reads them. installation: the people of a
    Headwater that stands, by its own ids."""
    made_up: bool = False
    pooled: bool = False
    """Only some were judged: read the measures that end with :judged."""
    data: str | None = None
    """The folder of the files below the reference data; None: they lie beside suite.toml."""
    corpus: str = "corpus.jsonl"
    queries: str = "queries.jsonl"
    qrels: str = "qrels/test.tsv"
    same: str | None = None
    """Instead of the qrels: a document is relevant whose field of this name is the query's."""
    jobs: str | None = None
    fields: Fields = Fields()
    grades: dict[int, int] | Literal["levels"] | None = None
    """A grade as written -> as meant. levels: the grade is the level a person truly has."""
    text_is: Literal["cv", "title"] = "cv"
    """What a text becomes: a CV, or the title of a position."""
    metrics: tuple[str, ...] = STANDARD
    slices: tuple[str, ...] = ()
    """Fields of a query's metadata by whose values the measures are also told apart."""
    caveats: tuple[str, ...] = ()
    today: date | None = None
    seed: int | None = None
    split: str | None = None
    people: int | None = None


@dataclass(frozen=True)
class Asked:
    """One query. metadata: whatever its row says beside id and text. ``only``: whoever has no row in the qrels must
    not be shown."""

    id: str
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    then: tuple[str, ...] = ()
    """Of a search that was made: whom it showed, best first."""

    @property
    def only(self) -> bool:
        return bool(self.metadata.get("only"))

    @property
    def hides_history(self) -> bool:
        """Our history knows the answer, how the application ended: its leg and the prior are off."""
        return bool(self.metadata.get("hide_history"))


@dataclass(frozen=True)
class Suite:
    """``digest`` stands for corpus, queries, judgements and how they are read: results of two cannot be compared."""

    manifest: Manifest
    folder: Path
    queries: tuple[Asked, ...]
    qrels: Qrels
    texts: Mapping[str, tuple[str, str]]
    """id -> (title, text), of kind "texts"."""
    documents: frozenset[str]
    """All ids there are; empty of kind "installation"."""
    digest: str

    @property
    def name(self) -> str:
        return self.manifest.name

    def records(self) -> Iterator[SourceRecord]:
        """Everyone who is searched, as the engine takes them: a text is a person's only CV, or a position's title."""
        if self.manifest.kind == "people":
            yield from _people(self.folder / self.manifest.corpus)
            return
        for key, (title, text) in self.texts.items():
            body: dict[str, Any] = (
                {"positions": [{"title": text or title, "current": True}]}
                if self.manifest.text_is == "title"
                else {"documents": [{"id": "text", "kind": "cv", "text": "\n".join(filter(None, (title, text)))}]}
            )
            yield SourceRecord.model_validate({"id": key, **body})

    def jobs(self) -> list[Job]:
        if self.manifest.jobs is None:
            return []
        path = self.folder / self.manifest.jobs
        return [_valid(Job, path, number, row) for number, row in rows(path)]


def open_suite(name: str | Path, *, data: Path | None = None) -> Suite:
    """A suite that comes with Headwater, by its name, or one in a folder.

    data: where the reference data lies. Raises BadInput: no such suite, its data is absent; BadFile: a line is wrong.
    """
    folder = Path(name)
    if not (folder / "suite.toml").is_file():
        folder = SUITES / str(name)
    if not (folder / "suite.toml").is_file():
        known = ", ".join(here())
        raise BadInput(f"There is no suite {str(name)!r}.", f"Name a folder with a suite.toml, or one of {known}.")
    manifest = read_manifest(folder / "suite.toml")
    at = folder
    if manifest.data is not None:
        if data is None or not (data / manifest.data).is_dir():
            raise BadInput(
                f"The suite {manifest.name} reads {manifest.data} of the reference data, which is not there.",
                "Say where it lies with --data.",
            )
        at = data / manifest.data
    return _opened(manifest, folder, at)


def here() -> list[str]:
    """Names of the suites that come with Headwater."""
    return sorted(found.parent.name for found in SUITES.glob("*/suite.toml"))


def read_manifest(path: Path) -> Manifest:
    """Raises BadFile."""
    try:
        return Manifest.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadFile(f"suite.toml cannot be read: {error}.", "docs/eval.md shows one.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadFile(f"suite.toml, {where}: {first['msg']}.", "docs/eval.md lists what it may say.") from None


def _opened(manifest: Manifest, folder: Path, at: Path) -> Suite:
    for name in manifest.metrics:
        Measure.named(name)
    fields, texts, of_document = manifest.fields, {}, {}
    corpus = at / manifest.corpus
    if manifest.kind == "texts":
        said = read_texts(corpus, id_field=fields.id, fields=(fields.title, fields.text, manifest.same or ""))
        texts = {key: (title, text) for key, (title, text, _) in said.items()}
        of_document = {key: same for key, (_, _, same) in said.items()}
    elif manifest.kind == "people":
        of_document = dict.fromkeys(read_texts(corpus, id_field="id", fields=()), "")
    queries = _queries(_beside(manifest.queries, folder, at), fields)
    documents = None if manifest.kind == "installation" else of_document
    if manifest.same is not None:
        alike: dict[str, dict[str, int]] = {}
        for document, value in of_document.items():
            alike.setdefault(value, {})[document] = 1
        qrels = {q.id: alike.get(str(q.metadata.get(manifest.same)), {}) for q in queries}
    else:
        meant = manifest.grades if isinstance(manifest.grades, dict) else None
        qrels = read_qrels(at / manifest.qrels, queries={q.id for q in queries}, documents=documents, grade_of=meant)
    judged = tuple(query for query in queries if query.id in qrels)
    if not judged:
        raise BadFile("No query has a judgement.", "Are queries and qrels of the same suite?")
    return Suite(manifest, at, judged, qrels, texts, frozenset(of_document), _digest(manifest, corpus, judged, qrels))


def _beside(name: str, folder: Path, at: Path) -> Path:
    """Queries of our own may stand beside suite.toml while the corpus is read in place."""
    return folder / name if (folder / name).exists() else at / name


def _queries(path: Path, fields: Fields) -> tuple[Asked, ...]:
    found: dict[str, Asked] = {}
    for number, row in rows(path):
        key, text = str(row.get(fields.query_id, "")), row.get(fields.query)
        if not key or key in found:
            wrong(path, number, f"no id, or {key!r} a second time.", "Every query needs an id of its own.")
        if not isinstance(text, str) or not text.strip():
            wrong(path, number, f"query {key!r} has no text.", "A search needs something to go by.")
        rest = row.get("metadata")
        if rest is None:
            rest = {name: value for name, value in row.items() if name not in (fields.query_id, fields.query)}
        if not isinstance(rest, dict):
            wrong(path, number, "metadata is no object.", 'Write {"language": "en"}.')
        then = row.get("then", ())
        found[key] = Asked(key, text, rest, tuple(map(str, then)) if isinstance(then, list) else ())
    return tuple(found.values())


def _people(path: Path) -> Iterator[SourceRecord]:
    for number, row in rows(path):
        yield _valid(SourceRecord, path, number, row)


def _valid(kind: Any, path: Path, number: int, row: Mapping[str, Any]) -> Any:
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        wrong(path, number, f"{where}: {first['msg']}.", "docs/import.md says what a record is.")


def _digest(manifest: Manifest, corpus: Path, queries: tuple[Asked, ...], qrels: Qrels) -> str:
    said = hashlib.sha256(repr((manifest.kind, manifest.text_is, manifest.fields, manifest.today)).encode())
    if manifest.kind != "installation":
        for _, line in lines(corpus):
            said.update(line.encode())
    for query in queries:
        how = (query.only, query.hides_history)
        said.update(repr((query.id, query.text, how, sorted(qrels[query.id].items()))).encode())
    return said.hexdigest()[:16]
