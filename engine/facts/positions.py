"""Jobs held, from a CV's work sections: title, employer, dates, place and the text of each, with spans.

A job is found by its date range; what stands around the range on its line and the two lines beside it is
sorted into title, employer and place. Knows the lexicon only to tell a title or a place from an employer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.facts.dates import DateRange, find_ranges
from engine.facts.sections import Section, heading_kind
from engine.lexicon import Lexicon
from engine.records import Position, Span

_EDGE = " \t\r,;:|()[]–—-·•*/\u200b\ufeff\xa0ï¼â€“”“\"'"
_ANON = re.compile(
    r"Company Name(?:\s*\W*\s*(?:City)?\s*,?\s*(?:State)?)?(?!\w)|City\s*,\s*State(?!\w)|(?<!\w)City(?=\s*$)"
)
_BULLET = re.compile(r"^\s*[•·▪●◦*\-–]\s+")
_PIECE = re.compile(r"\s*(?:,|\||;|\t| [–—-] |—|–|\bat\b|\bhos\b|\bpå\b| @ )\s*")
_HEAD_WORD = re.compile(
    r"(?<!\w)(?:manager|engineer|developer|director|assistant|analyst|specialist|coordinator|supervisor|consultant|officer|"
    r"administrator|technician|representative|associate|teacher|instructor|chef|cook|nurse|clerk|accountant|designer|lead|"
    r"leader|intern|agent|advisor|operator|driver|president|owner|founder|editor|writer|trainer|coach|volunteer|member|"
    r"partner|executive|head|server|cashier|sergeant|attorney|therapist|counselor|professor|artist|producer|buyer|planner|"
    r"scientist|researcher|inspector|mechanic|worker|foreman|architect|auditor|controller|recruiter|receptionist|secretary|"
    r"\w*(?:chef|ledare|ansvarig|ekonom|ingenjör|utvecklare|tekniker|konsult|assistent|handläggare|säljare|sköterska|skötare|"
    r"lärare|pedagog|biträde|arbetare|förare|montör|koordinator|samordnare|rådgivare|specialist|administratör))(?!\w)",
    re.I,
)
_ORG = re.compile(
    r"(?<!\w)(?:AB|Inc\.?|LLC|Ltd\.?|GmbH|A/S|ASA?|Oy|Corp\.?|Co\.|Group|University|College|School|Hospital|Bank|kommun|"
    r"region|universitet|sjukhus|skola\w*|gymnasiet|koncernen|vårdcentral)(?!\w)",
    re.I,
)
_LONGEST_TITLE = 110


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of a head line: ``text[start:end]``, trimmed."""

    start: int
    end: int
    words: str


def find_positions(document_id: str, text: str, sections: list[Section], lexicon: Lexicon) -> list[Position]:
    """In the order of the text."""
    work = [s for s in sections if s.kind == "work"] or [s for s in sections if s.kind in ("head", "summary", "other")]
    heads = [(section, dates) for section in work for dates in find_ranges(text, section.start, section.end)]
    read = [_read_head(text, section, dates, lexicon) for section, dates in heads]
    found: list[Position] = []
    for number, ((section, dates), (begin, title, employer, place)) in enumerate(zip(heads, read, strict=True)):
        if title and "Company Name" in title.words:
            title = None
        if title is None and employer is None and not _stands_alone(text, dates):
            continue  # a range inside a sentence
        following = number + 1
        until = section.end
        if following < len(heads) and heads[following][0] is section:
            until = max(read[following][0], dates.to)
        found.append(
            Position(
                title=title.words if title else None,
                employer=employer.words if employer else None,
                place=place.words if place else None,
                start=dates.start,
                end=dates.end,
                current=dates.current,
                text=text[begin:until].strip(),
                span=Span(document_id=document_id, start=begin, end=until),
                title_span=Span(document_id=document_id, start=title.start, end=title.end) if title else None,
            )
        )
    return found


def _read_head(
    text: str, section: Section, dates: DateRange, lexicon: Lexicon
) -> tuple[int, _Piece | None, _Piece | None, _Piece | None]:
    """(where the job's text begins, title, employer, place)."""
    begin = max(text.rfind("\n", section.start, dates.at) + 1, section.start)
    stop = text.find("\n", dates.to, section.end)
    stop = section.end if stop < 0 else stop
    before, after = _piece_at(text, begin, dates.at), _piece_at(text, dates.to, stop)
    above = _line_above(text, section.start, begin)
    below = _line_below(text, stop, section.end)
    anonymous = any("Company Name" in text[p.start : p.end] for p in (before, after, below) if p) or (
        below is not None and below.words.startswith("City , State")
    )
    if anonymous:
        title = _anonymous_title(text, before, after, above, below)
        first = title.start if title and title.start < begin else begin
        return max(text.rfind("\n", section.start, first) + 1, section.start), title, None, None
    return _named_head(text, section, begin, [before, after], above, below, lexicon)


def _anonymous_title(
    text: str, before: _Piece | None, after: _Piece | None, above: _Piece | None, below: _Piece | None
) -> _Piece | None:
    """The title where the employer is written as "Company Name": whatever else stands on the head lines."""
    for piece in (before, after):
        if piece and (left := _without_anonymous(text, piece)):
            return left if len(left.words) <= _LONGEST_TITLE else None
    alone = before is None and after is None
    if alone and below and (company := text.find("Company Name", below.start, below.end)) > below.start:
        return _piece_at(text, below.start, company)
    return above if above and len(above.words) <= _LONGEST_TITLE else None


def _without_anonymous(text: str, piece: _Piece) -> _Piece | None:
    """What is left of a line part beside "Company Name City , State": the longest run."""
    runs, place = [], piece.start
    for match in _ANON.finditer(text, piece.start, piece.end):
        runs.append(_piece_at(text, place, match.start()))
        place = match.end()
    runs.append(_piece_at(text, place, piece.end))
    kept = [run for run in runs if run and re.search(r"[^\W\d_]{2}", run.words)]
    return max(kept, key=lambda run: len(run.words), default=None)


def _named_head(
    text: str, section: Section, begin: int, beside: list[_Piece | None], above: _Piece | None, below: _Piece | None,
    lexicon: Lexicon,
) -> tuple[int, _Piece | None, _Piece | None, _Piece | None]:  # fmt: skip
    """Ordinary CVs: title, employer and place stand on the date's line, the line above or the line below."""
    own = [piece for part in beside if part and len(part.words) <= 160 for piece in _split(text, part)]
    upper = _split(text, above) if above and len(above.words) <= 160 else []
    lower = _split(text, below) if below and len(below.words) <= 160 and not own and not upper else []
    pieces = [*own, *upper, *lower]
    places = [p for p in pieces if _is_place(p.words, lexicon)]
    rest = [p for p in pieces if p not in places]
    title = max(rest, key=lambda p: (_title_weight(p.words, lexicon), -p.start), default=None)
    if title and not own and not lower and _title_weight(title.words, lexicon) == 0 and len(title.words) > 60:
        title = None
    employers = [p for p in rest if p is not title]
    # The line above counts only when it completes this head: a title or an employer that the own line lacks.
    used_above = any(p in upper for p in (title,)) or (not own and bool(upper))
    if not used_above:
        employers = [p for p in employers if p not in upper]
        places = [p for p in places if p not in upper]
    employer = next((p for p in employers if _ORG.search(p.words)), employers[0] if employers else None)
    first = min([begin, *(p.start for p in upper if used_above)])
    return max(first, section.start), title, employer, places[0] if places else None


def _title_weight(words: str, lexicon: Lexicon) -> int:
    """How much a piece looks like a title: 3 the lexicon knows it, 2 a title's head word, 0 an employer's mark."""
    if any(True for m in lexicon.find(words, ("title",), listed=True)):
        return 1 if _ORG.search(words) and not _HEAD_WORD.search(words) else 3
    if _HEAD_WORD.search(words):
        return 2
    return 0 if _ORG.search(words) else 1


def _is_place(words: str, lexicon: Lexicon) -> bool:
    return lexicon.lookup(words, "place") is not None or lexicon.lookup(words, "country") is not None


def _split(text: str, piece: _Piece) -> list[_Piece]:
    found, place = [], piece.start
    for match in _PIECE.finditer(text, piece.start, piece.end):
        found.append(_piece_at(text, place, match.start()))
        place = match.end()
    found.append(_piece_at(text, place, piece.end))
    return [p for p in found if p]


def _piece_at(text: str, start: int, end: int) -> _Piece | None:
    """The trimmed piece, or None when nothing but edges is left."""
    while start < end and (text[start] in _EDGE or text[start].isspace()):
        start += 1
    while end > start and (text[end - 1] in _EDGE or text[end - 1].isspace()):
        end -= 1
    return _Piece(start, end, text[start:end]) if end - start >= 2 else None


def _line_above(text: str, floor: int, begin: int) -> _Piece | None:
    """The line before, when it can be a head line: short, no bullet, no full stop, no heading."""
    start = max(text.rfind("\n", floor, max(begin - 1, floor)) + 1, floor)
    line = text[start : max(begin - 1, start)]
    if not line.strip() or len(line) > 140 or _BULLET.match(line) or line.rstrip().endswith((".", "!", ";")):
        return None
    return None if heading_kind(line.strip()) else _piece_at(text, start, begin - 1)


def _line_below(text: str, stop: int, ceiling: int) -> _Piece | None:
    end = text.find("\n", stop + 1, ceiling)
    end = ceiling if end < 0 else end
    line = text[stop + 1 : end]
    if not line.strip() or len(line) > 160 or _BULLET.match(line):
        return None
    return _piece_at(text, stop + 1, end)


def _stands_alone(text: str, dates: DateRange) -> bool:
    begin = text.rfind("\n", 0, dates.at) + 1
    stop = text.find("\n", dates.to)
    line = text[begin : len(text) if stop < 0 else stop]
    return len(line) - (dates.to - dates.at) <= 12
