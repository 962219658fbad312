"""The files of a suite, line by line: BEIR corpus and queries, qrels and runs as BEIR or TREC write them.

Every error names file and line, so that a wrong number never comes of a wrong line in silence. Knows no suite.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Never

import numpy as np

from engine.errors import BadFile

Qrels = dict[str, dict[str, int]]
"""query id -> document id -> grade. Above 0 is relevant; below 0 must not be shown at all."""
Run = dict[str, list[tuple[str, float]]]
"""query id -> (document id, score), best first."""


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """(number from 1, line) of a text file, gzipped or not; empty lines left out. Raises BadFile."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except FileNotFoundError:
        raise BadFile(f"{path.name} is not there.", "Look at the names in suite.toml.") from None
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise BadFile(
            f"{path.name} cannot be read ({type(error).__name__}).", "It must be text in UTF-8, or gzip of it."
        ) from None


def wrong(path: Path, number: int, what: str, fix: str) -> Never:
    raise BadFile(f"{path.name}, line {number}: {what}", fix)


def rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Objects of JSON lines, or rows of a table with a head, tabs between (any other ending). Raises BadFile."""
    if ".jsonl" in path.suffixes:
        for number, line in lines(path):
            try:
                found = json.loads(line)
            except ValueError:
                wrong(path, number, "this is no JSON.", "Write one JSON object a line.")
            if not isinstance(found, dict):
                wrong(path, number, "this is no JSON object.", "Write one JSON object a line.")
            yield number, found
        return
    head: list[str] = []
    for number, line in lines(path):
        cells = next(csv.reader(io.StringIO(line), delimiter="\t", quoting=csv.QUOTE_NONE))
        if not head:
            head = cells
        elif len(cells) != len(head):
            wrong(path, number, f"{len(cells)} columns under a head of {len(head)}.", "Put one tab between two.")
        else:
            yield number, dict(zip(head, cells, strict=True))


def read_texts(path: Path, *, id_field: str, fields: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """id -> these fields of every row ("" where one is absent). Raises BadFile: no id, or one twice."""
    found: dict[str, tuple[str, ...]] = {}
    for number, row in rows(path):
        key = row.get(id_field)
        if not isinstance(key, str | int) or not str(key):
            wrong(path, number, f"no {id_field}.", "Every row needs an id.")
        if str(key) in found:
            wrong(path, number, f"the id {key} a second time.", "An id stands for one row.")
        found[str(key)] = tuple(str(row.get(field) or "") for field in fields)
    if not found:
        raise BadFile(f"{path.name} is empty.", "A suite needs documents and queries.")
    return found


def read_qrels(
    path: Path,
    *,
    queries: Iterable[str] | None,
    documents: Iterable[str] | None,
    grade_of: Mapping[int, int] | None = None,
) -> Qrels:
    """BEIR (query, document, grade under a head) or TREC (query, 0, document, grade). grade_of: as written -> as meant.

    Raises BadFile: a line of another shape, an id that is in neither ``queries`` nor ``documents`` (None: any), the
    same pair twice, a grade that is no whole number.
    """
    known = _Known(path, queries, documents, "Take the line out, or add what it names.")
    found: Qrels = {}
    for row, (number, line) in enumerate(lines(path)):
        cells = line.split("\t") if "\t" in line else line.split()
        if row == 0 and len(cells) == 3 and _is_words(cells[-1]):
            continue  # the head
        if len(cells) not in (3, 4):
            wrong(path, number, f"{len(cells)} columns.", "Write query, document, grade, or query, 0, document, grade.")
        query, document, grade = cells[0], cells[-2], cells[-1]
        if not _is_whole(grade):
            wrong(path, number, f"the grade {grade!r} is no whole number.", "Grades are whole numbers, 0 for none.")
        known.check(number, query, document)
        of = found.setdefault(query, {})
        if document in of:
            wrong(path, number, f"query {query!r} and document {document!r} a second time.", "Keep one of the two.")
        if grade_of is not None and int(grade) not in grade_of:
            wrong(path, number, f"suite.toml says nothing of the grade {grade}.", "Name it below [grades].")
        of[document] = grade_of[int(grade)] if grade_of is not None else int(grade)
    return found


def read_run(path: Path, *, queries: Iterable[str] | None = None, documents: Iterable[str] | None = None) -> Run:
    """A TREC run (query, Q0, document, rank, score, tag), ordered by score; of equal scores as trec_eval does it.

    Raises BadFile: a line of another shape, a score that is no finite number, a document twice in a query, an id that
    is in neither ``queries`` nor ``documents`` (None: any).
    """
    known = _Known(path, queries, documents, "Is it a run of another suite?")
    scores: dict[str, dict[str, float]] = {}
    for number, line in lines(path):
        cells = line.split("\t") if "\t" in line else line.split()
        if len(cells) != 6:
            wrong(path, number, f"{len(cells)} columns.", "Write query, Q0, document, rank, score, tag.")
        query, _, document, _, said, _ = cells
        try:
            score = float(said)
        except ValueError:
            wrong(path, number, f"the score {said!r} is no number.", "Write the score in the fifth column.")
        if not math.isfinite(score):
            wrong(path, number, f"the score is {said}.", "Only finite scores have an order.")
        known.check(number, query, document)
        of = scores.setdefault(query, {})
        if document in of:
            wrong(path, number, f"document {document!r} a second time for query {query!r}.", "Keep one of the two.")
        of[document] = score
    return {query: in_order(of) for query, of in scores.items()}


def ties(run: Run) -> int:
    """Documents that have the score of the one before them: their order is by id, and no ranker's doing."""
    return sum(a[1] == b[1] for order in run.values() for a, b in pairwise(order))


def in_order(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    """Best first; of equal scores the greatest id first, as trec_eval has it. Raises ValueError: one is not finite."""
    if bad := [document for document, score in scores.items() if not math.isfinite(score)]:
        raise ValueError(f"the score of {bad[0]!r} is {scores[bad[0]]}")
    return sorted(sorted(scores.items(), reverse=True), key=lambda item: -item[1])


def write_run(path: Path, run: Run, tag: str) -> None:
    """A TREC run that every reader puts in this very order: trec_eval goes by score alone and reads it as float32."""
    with path.open("w", encoding="utf-8") as out:
        for query in sorted(run):
            last = np.float32(np.inf)
            for rank, (document, score) in enumerate(run[query], 1):
                last = min(np.float32(score), np.nextafter(last, np.float32(-np.inf)))
                out.write(f"{query}\tQ0\t{document}\t{rank}\t{float(last)!r}\t{tag}\n")


def write_qrels(path: Path, qrels: Qrels) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.write("query-id\tcorpus-id\tscore\n")
        out.writelines(f"{q}\t{d}\t{qrels[q][d]}\n" for q in sorted(qrels) for d in sorted(qrels[q]))


class _Known:
    """The ids that a file may name. None: any."""

    def __init__(self, path: Path, queries: Iterable[str] | None, documents: Iterable[str] | None, fix: str) -> None:
        self._path, self._fix = path, fix
        self._queries = None if queries is None else frozenset(queries)
        self._documents = None if documents is None else frozenset(documents)

    def check(self, number: int, query: str, document: str) -> None:
        """Raises BadFile."""
        if self._queries is not None and query not in self._queries:
            wrong(self._path, number, f"there is no query {query!r}.", self._fix)
        if self._documents is not None and document not in self._documents:
            wrong(self._path, number, f"there is no document {document!r}.", self._fix)


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]{1,9}", text) is not None


def _is_words(text: str) -> bool:
    """As a column is called; "nan" and "--1" are no names but wrong grades."""
    return not re.search(r"\d|^[+-]?(?:nan|inf|infinity)$", text, re.I)
