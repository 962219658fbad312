"""docs/import.md says what the code does: fields, columns, endings, limits."""

import re
from pathlib import Path

from engine.records import Job, SourceRecord
from indexer.documents import SUFFIXES, values
from indexer.imports import lines, resume, sheet
from indexer.imports.columns import HEADS

PAGE = (Path(__file__).parents[3] / "docs" / "import.md").read_text("utf-8")


def table(title):
    """The rows of the table under a heading, as cells."""
    part = PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"^\|.*\|$", part, re.MULTILINE)]
    return rows[2:]


def test_the_column_table_is_the_one_in_the_code():
    assert {field.strip("`"): heads for field, heads, *_ in table("Columns of a CSV")} == HEADS


def test_every_field_of_a_person_and_a_job_is_there():
    named = {name for row in table("Fields of a line") for name in re.findall(r"`(\w+)`", row[0])}
    assert set(SourceRecord.model_fields) | {"text"} <= named
    jobs = {name for row in table("Jobs") for name in re.findall(r"`(\w+)`", row[0])}
    assert jobs == set(Job.model_fields)


def test_every_ending_is_there():
    assert [suffix for suffix in SUFFIXES if f"`{suffix}`" not in PAGE] == []


def test_the_limits_are_those_in_the_code():
    limits = dict(row[:2] for row in table("Limits"))
    assert limits == {
        "A CV file": f"{values.MOST_BYTES // 2**20} MB",
        "A Word or OpenDocument file, unpacked": f"{values.MOST_UNPACKED // 2**20} MB",
        "Pages of a PDF": f"{values.MOST_PAGES}",
        "Scanned pages of a PDF": f"{values.SCAN_PAGES}, and {values.SCAN_S:g} seconds",
        "Text of a file": f"{values.MOST_LETTERS:,} letters",
        "Reading a file": f"{values.SECONDS:g} seconds",
        "Memory for a file": f"{values.MEMORY // 2**30} GB",
        "A line of JSONL": f"{lines.MOST_BYTES // 1_000_000} MB",
        "A JSON Resume file": f"{resume.MOST_BYTES // 1_000_000} MB",
        "A CSV file": f"{sheet.MOST_BYTES // 1_000_000} MB",
        "Lines in one cell of a CSV": f"{sheet.MOST_LINES:,}",
    }
