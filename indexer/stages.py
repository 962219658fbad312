"""How far a stage is, and whether a reason can pass, by the words companies use. Knows no vendor and no file."""

from __future__ import annotations

import re

from engine.text import fold

_RANKS: tuple[tuple[int, str], ...] = (
    (5, r"\bhired|\banstalld|\bplaced"), (4, r"offer|erbjud|contract|\bavtal"),
    (3, r"final|\bslut|reference|referens"), (2, r"interview|intervju|assessment|\btest|meeting|\bmote"),
    (1, r"screen|phone|review|urval|granskning|telefon"),
)  # fmt: skip
_AGAINST = (
    r"fail|lack|\bnot a fit|\bskill|certificat|qualif|experience|culture|reference check|background|saknar|kompetens|"
    r"kvalifi|erfarenhet|underkand"
)
_PASSES = (
    r"headcount|on hold|\bhold\b|budget|salary|timing|start(ed)? until|another candidate|further in the process|"
    r"position (was )?(closed|filled|cancel)|vilande|\blon(en|ekrav|eansprak)?\b|annan kandidat|tillsatt|tidpunkt"
)


def rank_of(stage: str) -> int:
    """0 applied, 1 screened, 2 interviewed, 3 final, 4 offer, 5 hired; 0 for words that say nothing."""
    folded = fold(stage)
    return next((rank for rank, words in _RANKS if re.search(words, folded)), 0)


def can_pass(reason: str) -> bool | None:
    """A reason that says nothing against the person (headcount, timing, salary). None: the words do not tell."""
    folded = fold(reason)
    if re.search(_AGAINST, folded):
        return False
    return True if re.search(_PASSES, folded) else None
