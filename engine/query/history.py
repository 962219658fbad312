"""What a question asks of our own history: stages reached, outcomes and why, when somebody applied or was contacted.

English and Swedish.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from engine.lexicon.reasons import reason_kinds
from engine.query.criteria import Criterion, CriterionKind
from engine.query.when import POINT, SPAN, ago, start_of

_STAGES: tuple[tuple[int, str, str], ...] = (
    (4, "offer", r"(?:got|received|reached|fått) (?:an? |ett )?(?:offer|erbjudande)|(?:offer|erbjudande) stage"),
    (
        3,
        "final interview",
        r"(?:(?:reached|got to|made it to|been to|nått|varit på|kom till|gått till)\s+)?(?:the |our |en )?"
        r"(?:final interview|final round|last round|slutintervju|sista intervju\w*)|finalist\w*|"
        r"silver medal(?:l?ists?)?",
    ),
    (
        2,
        "interviewed",
        r"(?:been |already |previously )?interviewed(?: before| by us)?|(?:har )?(?:varit på|blivit) intervju\w*",
    ),
)
_OUTCOMES: tuple[tuple[str, str], ...] = (
    ("rejected", r"rejected|turned down|(?:fått|fick) (?:avslag|nej)|avslag|nekad\w*"),
    (
        "hired",
        r"previously hired|hired before|(?:we|vi) (?:have |har )?(?:hired|anställt|anställde)|tidigare anställd\w*",
    ),
    ("withdrawn", r"withdrew|withdrawn|dragit sig ur|tackat nej"),
)
_BECAUSE = re.compile(
    r"\s+(?:for|because of|due to|over|on|by|based on|på grund av|pga\.?|p\.\s?g\.\s?a\.?|för|av|på|med)\s+"
    r"(?P<why>[^,;.!?\n]{2,60})",
    re.I,
)
_WHY_ENDS = re.compile(r"(?<!\w)(?:and|but|in|with|who|or|och|men|i|med|som|eller)(?!\w)", re.I)
_APPLIED = re.compile(r"(?<!\w)(?:applied|applications?|sökt|ansökt|ansökte|sökte)\s+", re.I)
_CONTACT = r"(?:contacted|spoken (?:to|with)|talked to|reached out to|messaged|kontakta(?:d\w*|ts?)|pratat med)"
_NOT_CONTACTED = re.compile(
    rf"(?<!\w)(?:not|never|nobody|haven[’']t|hasn[’']t|inte|ej|ingen|aldrig)\s+(?:\w+\s+){{0,2}}?{_CONTACT}\s+", re.I
)
_CONTACTED = re.compile(rf"(?<!\w)(?:last |recently |senast )?{_CONTACT}\s+", re.I)
_FROM = re.compile(r"(?:since|after|sedan|efter|from|från)\s+", re.I)
_UNTIL = re.compile(r"(?:before|until|före|innan)\s+", re.I)
_DURING = re.compile(r"(?:in|during|for|within|under|på|i|inom)\s+|(?=the last|last|past|de senaste|senaste)", re.I)
_POINT, _SPAN = re.compile(POINT, re.I), re.compile(SPAN, re.I)


def find_history(text: str, today: date) -> Iterator[tuple[int, int, Criterion]]:
    """(start, end, criterion)."""
    for rank, label, words in _STAGES:
        if match := re.search(rf"(?<!\w)(?:{words})(?!\w)", text, re.I):
            criterion = Criterion(
                kind="stage", values=(label,), label=f"reached {label}", low=rank, words=match.group()
            )
            yield match.start(), match.end(), criterion
            break
    for outcome, words in _OUTCOMES:
        if match := re.search(rf"(?<!\w)(?:{words})(?!\w)", text, re.I):
            yield _with_reason(text, outcome, match) or (
                match.start(),
                match.end(),
                Criterion(kind="outcome", values=(outcome,), label=outcome, words=match.group()),
            )
    yield from _when(text, "applied", _APPLIED, today)
    if found := next(_when(text, "contacted", _NOT_CONTACTED, today), None):
        yield from _turned(*found)
    else:
        yield from _when(text, "contacted", _CONTACTED, today)


def _with_reason(text: str, outcome: str, match: re.Match[str]) -> tuple[int, int, Criterion] | None:
    """ "rejected for salary": that reason, and no other."""
    because = _BECAUSE.match(text, match.end())
    if because is None:
        return None
    ends = _WHY_ENDS.search(because["why"])
    why = because["why"][: ends.start()] if ends else because["why"]
    kinds = reason_kinds(why)
    if not kinds:
        return None
    end = because.start("why") + len(why.rstrip())
    values = tuple(f"{outcome}:{kind}" for kind in kinds)
    label = f"{outcome}: {' or '.join(kinds)}"
    return match.start(), end, Criterion(kind="reason", values=values, label=label, words=text[match.start() : end])


def _when(text: str, kind: CriterionKind, cue: re.Pattern[str], today: date) -> Iterator[tuple[int, int, Criterion]]:
    """The first time that is named right after the cue."""
    for match in cue.finditer(text):
        if found := _period(text, match.end(), today):
            after, before, end = found
            label = f"{kind} {after or ''}…{before or ''}"
            words = text[match.start() : end]
            yield match.start(), end, Criterion(kind=kind, label=label, after=after, before=before, words=words)
            return


def _period(text: str, at: int, today: date) -> tuple[str | None, str | None, int] | None:
    """(after, before, end), days inclusive."""
    if (cue := _FROM.match(text, at)) and (point := _POINT.match(text, cue.end())):
        day = start_of(point, today)
        return (day.isoformat(), None, point.end()) if day else None
    if (cue := _UNTIL.match(text, at)) and (point := _POINT.match(text, cue.end())):
        day = start_of(point, today)
        return (None, (day - timedelta(days=1)).isoformat(), point.end()) if day else None
    if cue := _DURING.match(text, at):
        if point := _POINT.match(text, cue.end()):
            day = start_of(point, today)
            return (day.isoformat(), _last_day(point, day).isoformat(), point.end()) if day else None
        if span := _SPAN.match(text, cue.end()):
            return ago(span, today).isoformat(), None, span.end()
    return None


def _last_day(point: re.Match[str], first: date) -> date:
    """Of the year, the season, the month or the day that is named."""
    said = point.groupdict()
    if said["year"] or said["past"]:
        return date(first.year, 12, 31)
    if said["iso"] and len(said["iso"]) == 10:
        return first
    months = 3 if any(said[name] for name in said if name[0] == "s") else 1
    following = first.month - 1 + months
    return date(first.year + following // 12, following % 12 + 1, 1) - timedelta(days=1)


def _turned(start: int, end: int, criterion: Criterion) -> Iterator[tuple[int, int, Criterion]]:
    """Not contacted since: whose last contact lies before, and whoever never was. Not contacted before: nothing."""
    if day := criterion.after:
        before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
        update = {"after": None, "before": before, "label": f"not contacted since {day}"}
        yield start, end, criterion.model_copy(update=update)
