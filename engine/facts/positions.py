"""Jobs held, from a CV's work sections: title, employer, dates, place and the text of each, with spans.

A job is found by its dates: a range, or a single date at the edge of a line that holds a title. In anonymised CVs
"Company Name" marks a job that has none; a work section none of whose jobs has a date is read by undated.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.facts.dates import find_points, find_ranges
from engine.facts.heads import Head, Piece, read_head
from engine.facts.sections import Section
from engine.facts.undated import undated_heads
from engine.lexicon import Lexicon
from engine.records import Position, Span

_UNDATED = re.compile(r"Company Name(?!\w)")
_SURE = 2.9
"""Weight of a title that a lone date, or no date at all, may rest on."""


@dataclass(frozen=True, slots=True)
class _Anchor:
    """What a job is found by: ``text[at:to]``."""

    at: int
    to: int
    start: str | None = None
    end: str | None = None
    current: bool = False
    ranged: bool = False


def find_positions(document_id: str, text: str, sections: list[Section], lexicon: Lexicon) -> list[Position]:
    """In the order of the text, each once."""
    work = [s for s in sections if s.kind == "work"] or [s for s in sections if s.kind in ("head", "summary", "other")]
    found: list[Position] = []
    seen = set()
    for section in work:
        jobs = list(_jobs(text, section, lexicon))
        if not jobs and section.kind == "work":
            jobs = [(_Anchor(end, end), head) for end, head in undated_heads(text, section, lexicon)]
        for number, (anchor, head) in enumerate(jobs):
            until = max(jobs[number + 1][1].begin, anchor.to) if number + 1 < len(jobs) else section.end
            position = _position(document_id, text, anchor, head, until)
            key = (position.title, position.employer, position.start, position.end)
            if key not in seen:  # a block printed twice is one job
                seen.add(key)
                found.append(position)
    return found


def _jobs(text: str, section: Section, lexicon: Lexicon) -> Iterator[tuple[_Anchor, Head]]:
    """Anchors that are heads of jobs, in order."""
    reach = section.start
    for anchor in _anchors(text, section):
        if anchor.at < reach:
            continue
        head = read_head(text, section, anchor.at, anchor.to, lexicon)
        if anchor.ranged:
            if head.title is None and head.employer is None and not _stands_alone(text, anchor):
                continue  # a range inside a sentence
        elif head.title is None or head.weight < _SURE or (anchor.start and not _at_an_edge(text, anchor, head.title)):
            continue
        yield anchor, head
        reach = max(anchor.to, head.title.end if head.title else 0)


def _anchors(text: str, section: Section) -> list[_Anchor]:
    """Ranges, lone dates outside them, and "Company Name" with no date on the lines beside it."""
    body = section.start, section.end
    ranges = [_Anchor(r.at, r.to, r.start, r.end, r.current, True) for r in find_ranges(text, *body)]
    inside = {place for r in ranges for place in range(r.at, r.to)}
    points = [_Anchor(at, to, point) for at, to, point in find_points(text, *body) if at not in inside]
    dated = [*ranges, *points]
    near = {line for a in dated for line in _lines_about(text, a.at, a.to)}
    undated = [
        _Anchor(m.start(), m.end())
        for m in _UNDATED.finditer(text, section.start, section.end)
        if text.count("\n", 0, m.start()) not in near
    ]
    return sorted([*dated, *undated], key=lambda a: a.at)


def _lines_about(text: str, at: int, to: int) -> range:
    """Numbers of the lines that an anchor may share a head with."""
    return range(text.count("\n", 0, at) - 2, text.count("\n", 0, to) + 3)


def _at_an_edge(text: str, anchor: _Anchor, title: Piece) -> bool:
    """Whether a lone date ends or begins its line: dates in sentences do not. A bare year needs its title beside it."""
    begin, stop = text.rfind("\n", 0, anchor.at) + 1, text.find("\n", anchor.to)
    line = len(text) if stop < 0 else stop
    if line - begin > 120 or (len(anchor.start or "") == 4 and not begin <= title.start < line):
        return False
    before, after = text[begin : anchor.at].strip(" ,(-–•\t"), text[anchor.to : line].strip(" ,.)-–:\t")
    return not before or not after


def _position(document_id: str, text: str, anchor: _Anchor, head: Head, until: int) -> Position:
    title = head.title
    return Position(
        title=title.words if title else None,
        employer=head.employer.words if head.employer else None,
        place=head.place.words if head.place else None,
        start=anchor.start,
        end=anchor.end,
        current=anchor.current,
        text=text[head.begin : until].strip(),
        span=Span(document_id=document_id, start=head.begin, end=until),
        title_span=Span(document_id=document_id, start=title.start, end=title.end) if title else None,
    )


def _stands_alone(text: str, anchor: _Anchor) -> bool:
    begin = text.rfind("\n", 0, anchor.at) + 1
    stop = text.find("\n", anchor.to)
    line = text[begin : len(text) if stop < 0 else stop]
    return len(line) - (anchor.to - anchor.at) <= 12
