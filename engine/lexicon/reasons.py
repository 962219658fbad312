"""Why an application ended: kinds of reasons, as recruiters ask for them and as they are written. English and Swedish.

Every company writes its own list of reasons ("Comp expectations", "För höga löneanspråk"); these kinds are what they
have in common.
"""

from __future__ import annotations

import re

KINDS: tuple[tuple[str, str], ...] = (
    (
        "salary",
        r"salar(?:y|ies)|compensation|pay|wages?|day rate|hourly rate|too expensive|"
        r"lön\w*|ersättning\w*|för dyr",
    ),
    (
        "headcount",
        r"head\s?count|on hold|hiring (?:freeze|stop)|position (?:was )?(?:cancel\w+|closed|filled|put)|no budget|"
        r"budget (?:cut|freeze)|vakans\w* stängd|tjänst\w* (?:är |blev )?(?:tillsatt|pausad|indragen)|"
        r"anställningsstopp",
    ),
    (
        "timing",
        r"timing|notice(?: period)?|start(?:ing)? date|availab\w+|not (?:ready|able) to start|uppsägningstid\w*|"
        r"startdatum|tillgänglig\w*|tajming",
    ),
    ("location", r"locations?|commut\w+|relocat\w+|distance|remote|ort(?:en)?|pendl\w+|avstånd\w*|flytta|distans\w*"),
    (
        "skills",
        r"skills?|(?:technical |coding |case )?tests?|competenc\w+|qualifications?|underqualified|certificat\w+|"
        r"kompetens\w*|kunskap\w*|kvalifikation\w*|arbetsprov\w*",
    ),
    (
        "experience",
        r"experience|too (?:junior|senior)|seniority|overqualified|erfarenhet\w*|"
        r"för (?:junior|senior)|överkvalificerad",
    ),
    ("language", r"languages?|swedish|english|språk\w*|svenska\w*|engelska\w*"),
    ("fit", r"culture|cultural|team fit|personality|motivation|attitude|kultur\w*|personlighet\w*|motivation\w*"),
    (
        "other offer",
        r"(?:other|another|competing|better|counter\s?-?)\s?(?:offers?|job|position)|annat (?:erbjudande|jobb)|"
        r"motbud|tackat ja till annat",
    ),
    ("no answer", r"no[- ]?shows?|ghost\w*|no (?:answer|response|reply)|unresponsive|(?:dök|kom) inte upp|svarar inte"),
    ("references", r"references?|background check|referens\w*|bakgrundskontroll"),
    ("permit", r"visas?|work permit|right to work|arbetstillstånd|uppehållstillstånd"),
)
"""(kind, words)."""
ENDED = ("rejected", "withdrawn")
"""Outcomes that a reason is given for."""
OTHER = "other"
"""A reason that is none of these."""

_WORDS = [(kind, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.I)) for kind, words in KINDS]


def reason_kinds(text: str) -> tuple[str, ...]:
    """The kinds that a reason's words speak of, in the order of KINDS."""
    return tuple(kind for kind, words in _WORDS if words.search(text[:500]))
