"""What a question asks of our own history: stages reached, outcomes, when somebody applied. English and Swedish."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.query.criteria import Criterion
from engine.query.numbers import find_applied

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


def find_history(text: str) -> Iterator[tuple[int, int, Criterion]]:
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
            yield (
                match.start(),
                match.end(),
                Criterion(kind="outcome", values=(outcome,), label=outcome, words=match.group()),
            )
    if applied := find_applied(text):
        after, before, start, end = applied
        label = f"applied {after or ''}…{before or ''}"
        yield start, end, Criterion(kind="applied", label=label, after=after, before=before, words=text[start:end])
