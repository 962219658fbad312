"""How the command line talks: bars on a terminal, plain lines elsewhere, JSON when asked. Knows no room."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
Report = Callable[[int, int | None], None]
"""(done, of how many; None: not known yet)."""


def show_json(value: Any) -> None:
    """To standard output, and nothing else there."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str), flush=True)


def log_to_stderr(level: int = logging.WARNING) -> None:
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@contextmanager
def progress(title: str) -> Iterator[Report]:
    """A bar on a terminal; elsewhere a line at each tenth. Both on standard error."""
    if not err.is_terminal:
        yield _lines(title)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(title: str) -> Report:
    last = -1

    def report(done: int, total: int | None) -> None:
        nonlocal last
        if total is None:
            return
        tenth = 10 * done // max(total, 1)
        if tenth > last or done == total:
            if not (tenth == last == 10):
                err.print(f"{title}: {done} of {total}")
            last = tenth

    return report
