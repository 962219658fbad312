"""The head of one job in a CV: title, employer and place, from the lines around its dates.

A head is one to four lines. What stands on them, dates taken out, falls into pieces; each piece is weighed as a title,
and the heaviest is the title. Two forms are told apart: ordinary heads, where the rest is employer and place, and
anonymised ones, where "Company Name" and "City , State" stand for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.facts.dates import find_ranges
from engine.facts.sections import Section, heading_kind
from engine.lexicon import Lexicon

LONGEST_TITLE = 110
_EDGE = " \t\r,;:|()[]–—-·•*/\u200b\ufeff\xa0ï¼Ââ€“”“\"'"
_ANON = re.compile(
    r"Company Name(?:\W{0,8}City)?(?:\s?,\s?State)?(?!\w)|City\s?,\s?State(?!\w)|(?<!\w)City(?=\s*$)", re.M
)
_MASKED = re.compile(r"Company Name|City\s?,\s?State(?!\w)")
_BULLET = re.compile(r"^\s*[•·▪●◦*\-–]\s+")
_PIECE = re.compile(r"\s*(?:,|\||;|\t| [–—-] |—|–|\bat\b|\bhos\b|\bpå\b| @ )\s*")
_HEAD_WORD = re.compile(
    r"(?<!\w)(?:manager|engineer|developer|director|assistant|analyst|specialist|coordinator|supervisor|consultant|officer|"
    r"administrator|technician|representative|associate|teacher|instructor|chef|cook|nurse|clerk|accountant|designer|lead|"
    r"leader|intern|agent|advisor|adviser|operator|driver|president|owner|founder|editor|writer|trainer|coach|volunteer|"
    r"member|partner|executive|head|server|cashier|sergeant|attorney|therapist|counselor|professor|artist|producer|buyer|"
    r"planner|scientist|researcher|inspector|mechanic|worker|foreman|architect|auditor|controller|recruiter|receptionist|"
    r"secretary|estimator|superintendent|ambassador|tutor|educator|attendant|bartender|housekeeper|electrician|welder|"
    r"practicum|internship|fellow|captain|generalist|strategist|stylist|merchandiser|broker|teller|aide|helper|host|hostess|"
    r"waiter|waitress|advocate|paralegal|pilot|machinist|carpenter|painter|laborer|handler|caregiver|dispatcher|"
    r"bookkeeper|banker|lecturer|photographer|journalist|reporter|curator|librarian|pharmacist|dentist|physician|"
    r"\w*(?:chef|ledare|ansvarig|ekonom|ingenjör|utvecklare|tekniker|konsult|assistent|handläggare|säljare|sköterska|skötare|"
    r"lärare|pedagog|biträde|arbetare|förare|montör|koordinator|samordnare|rådgivare|specialist|administratör))s?(?!\w)",
    re.I,
)
_ORG = re.compile(
    r"(?<!\w)(?:AB|Inc\.?|LLC|Ltd\.?|GmbH|A/S|ASA?|Oy|Corp\.?|Co\.|Group|University|College|School|Hospital|Bank|kommun|"
    r"region|universitet|sjukhus|skola\w*|gymnasiet|koncernen|vårdcentral)(?!\w)",
    re.I,
)
_DOING = re.compile(
    r"(?:[A-Z][a-z]+ed|Responsible|Led|Oversaw|Built|Ran|Made|Sold|Taught|Wrote|Held|Kept|Took|Install|Manage|Assist|Provide|"
    r"Develop|Create|Perform|Work|Maintain|Support|Prepare|Ensure|Answer|Conduct|Process|Handle|Greet|Utilize|Help|Train|"
    r"Complete|Oversee|Review|Monitor|Coordinate|Operate|Duties|Key|Job)(?!\w)"
)
"""The first word of a duty that follows a title on its line without a stop."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a head line: ``text[start:end]``, trimmed."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Head:
    """``begin``: where the job's text begins."""

    begin: int
    title: Piece | None
    employer: Piece | None = None
    place: Piece | None = None
    weight: float = 0.0
    """How sure the title is: 3 and more where the lexicon or a head word says so."""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int


def read_head(text: str, section: Section, at: int, to: int, lexicon: Lexicon) -> Head:
    """The head around the dates ``text[at:to]``; for an undated anonymised job around its "Company Name"."""
    first = max(text.rfind("\n", section.start, at) + 1, section.start)
    stop = text.find("\n", to, section.end)
    last = section.end if stop < 0 else stop
    above = list(_lines_above(text, section.start, first, 3))
    below = list(_lines_below(text, last, section.end, 2))
    own = [_Line(first, at), _Line(to, last)]
    if _MASKED.search(text, (above[0].start if above else first), (below[0].end if below else last)):
        return _anonymous(text, first, own, above, below, lexicon)
    return _named(text, section, first, own, above, below, lexicon)


def _anonymous(
    text: str, first: int, own: list[_Line], above: list[_Line], below: list[_Line], lexicon: Lexicon
) -> Head:
    """The heaviest run beside "Company Name City , State": on the dates' line, then below, then above."""
    runs: list[tuple[float, Piece, int]] = []

    def weigh(line: _Line, bonus: float, begin: int) -> bool:
        """Whether the line holds anything but what stands for employer and place."""
        found = list(_runs(text, line))
        for run in found:
            cut = _cut(run)
            runs.append((title_weight(cut.words, lexicon) + bonus, cut, begin))
        return bool(found)

    mine = [weigh(line, 0.4, first) for line in own]
    for line in below[: 1 if any(mine) else 2]:
        if weigh(line, 0.3 if _named_here(text, line) else -0.5, first) or not _named_here(text, line):
            break
    named = any(_named_here(text, line) for line in own)
    for line in above:
        here = _named_here(text, line)
        if weigh(line, 0.35 if here or named else 0.0, line.start) or (not here and not named):
            break
        named = named or here
    best = max(runs, key=lambda run: run[0], default=None)
    if best is None or best[0] < 1:
        return Head(first, None)
    weight, title, begin = best
    return Head(min(first, begin), title, weight=weight)


def _named_here(text: str, line: _Line) -> bool:
    return bool(_ANON.search(text, line.start, line.end))


def _runs(text: str, line: _Line) -> Iterator[Piece]:
    """What is left of a line beside "Company Name City , State"."""
    place = line.start
    for match in _ANON.finditer(text, line.start, line.end):
        yield from _with_letters(piece_at(text, place, match.start()))
        place = match.end()
    yield from _with_letters(piece_at(text, place, line.end))


def _with_letters(piece: Piece | None) -> Iterable[Piece]:
    return [piece] if piece and re.search(r"[^\W\d_]{2}", piece.words) else []


def _cut(piece: Piece) -> Piece:
    """ "Clerk II Created, organized and …": the title ends where, after its head word, a duty begins."""
    for match in re.finditer(r"\S+", piece.words):
        before = piece.words[: match.start()]
        duty = _DOING.match(match.group()) and _HEAD_WORD.search(before)
        if duty and (found := piece_at(before, 0, len(before))):
            return Piece(piece.start, piece.start + found.end, found.words)
    return piece


def _named(
    text: str, section: Section, first: int, own: list[_Line], above: list[_Line], below: list[_Line], lexicon: Lexicon
) -> Head:
    """Ordinary CVs: title, employer and place stand on the dates' line, the line above or the line below."""
    beside = [piece_at(text, line.start, line.end) for line in own]
    mine = [piece for part in beside if part and len(part.words) <= 160 for piece in _split(text, part)]
    upper = _head_line(text, above[:1], forbid_stop=True)
    lower = _head_line(text, below[:1]) if not mine and not upper else []
    pieces = [*mine, *upper, *lower]
    places = [p for p in pieces if _is_place(p.words, lexicon)]
    rest = [p for p in pieces if p not in places]
    weights = {p: title_weight(p.words, lexicon) for p in rest}
    title = max(rest, key=lambda p: (weights[p], -p.start), default=None)
    if title and weights[title] < 1:
        title = None
    employers = [p for p in rest if p is not title]
    # The line above counts only when it completes this head: a title or an employer that the own line lacks.
    used_above = title in upper or (not mine and bool(upper))
    if not used_above:
        employers = [p for p in employers if p not in upper]
        places = [p for p in places if p not in upper]
    employer = next((p for p in employers if _ORG.search(p.words)), employers[0] if employers else None)
    begin = min([first, *(p.start for p in upper if used_above)])
    return Head(
        max(begin, section.start), title, employer, places[0] if places else None, weights[title] if title else 0.0
    )


def ends_as_title(words: str) -> bool:
    """ "Account manager": a head word of titles stands last."""
    return any(match.end() == len(words.rstrip()) for match in _HEAD_WORD.finditer(words))


def title_weight(words: str, lexicon: Lexicon) -> float:
    """4 the lexicon knows a title in it, 3 a title's head word, 2 capitalised words, 1 others, 0 no title."""
    tokens = words.split()
    if len(words) > LONGEST_TITLE or words.rstrip().endswith("."):
        return 0.0
    organisation = bool(_ORG.search(words))
    head_word = bool(_HEAD_WORD.search(words))
    wordy = len(tokens) > 8 or (_DOING.match(words) and len(tokens) > 3)
    if any(True for _ in lexicon.find(words, ("title",), listed=True)) and not (organisation and not head_word):
        return 3.0 if wordy else 4.0
    if head_word:
        return 2.0 if wordy else 3.0
    if wordy or organisation:
        return 0.5
    capitals = sum(t[:1].isupper() or not t[:1].isalpha() for t in tokens)
    return 2.0 if capitals >= 0.6 * len(tokens) else 1.0


def _is_place(words: str, lexicon: Lexicon) -> bool:
    return lexicon.lookup(words, "place") is not None or lexicon.lookup(words, "country") is not None


def _head_line(text: str, lines: list[_Line], *, forbid_stop: bool = False) -> list[Piece]:
    """The pieces of a line that can be a head line: short, no bullet, above the dates no full stop."""
    for line in lines:
        words = text[line.start : line.end]
        if len(words) <= 140 and not (forbid_stop and words.rstrip().endswith((".", "!", ";"))):
            piece = piece_at(text, line.start, line.end)
            return _split(text, piece) if piece else []
    return []


def _split(text: str, piece: Piece) -> list[Piece]:
    found, place = [], piece.start
    for match in _PIECE.finditer(text, piece.start, piece.end):
        found.append(piece_at(text, place, match.start()))
        place = match.end()
    found.append(piece_at(text, place, piece.end))
    return [p for p in found if p]


def piece_at(text: str, start: int, end: int) -> Piece | None:
    """The trimmed piece, or None when nothing but edges is left."""
    while start < end and (text[start] in _EDGE or text[start].isspace()):
        start += 1
    while end > start and (text[end - 1] in _EDGE or text[end - 1].isspace()):
        end -= 1
    return Piece(start, end, text[start:end]) if end - start >= 2 else None


def _lines_above(text: str, floor: int, begin: int, most: int) -> Iterator[_Line]:
    """Nearest first, up to a heading, a bullet or another job's dates; one blank line may stand between."""
    end, blank = begin - 1, 0
    while most and end > floor:
        start = max(text.rfind("\n", floor, end) + 1, floor)
        line = text[start:end]
        if not line.strip():
            blank += 1
            if blank > 1:
                return
        elif _BULLET.match(line) or heading_kind(line.strip()) or any(True for _ in find_ranges(line)):
            return
        else:
            most -= 1
            yield _Line(start, end)
        end = start - 1


def _lines_below(text: str, stop: int, ceiling: int, most: int) -> Iterator[_Line]:
    start = stop + 1
    for _ in range(most):
        if start >= ceiling:
            return
        end = text.find("\n", start, ceiling)
        end = ceiling if end < 0 else end
        line = text[start:end]
        if not line.strip() or len(line) > 160 or _BULLET.match(line) or any(True for _ in find_ranges(line)):
            return
        yield _Line(start, end)
        start = end + 1
