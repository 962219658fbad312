"""Where a text says that somebody does not have something: "no experience of SAP", "har aldrig använt Java".

What is named there proves nothing. English and Swedish; a stretch runs to the end of its sentence, or to a "but".
"""

from __future__ import annotations

import re
from bisect import bisect_right

_OF = r"(?:of|in|with|using|from)"
_DONE = r"(?:worked|used|tried|learn(?:ed|t)|programmed|touched|practi[sc]ed|studied|handled|dealt)"
_AHEAD = re.compile(
    rf"""(?<!\w)(?:
    no\s+(?:\w+\s+)?(?:experience|knowledge|training|background)\s+{_OF}
  | (?:have|has|had)(?:\s+not|n[’']t)\s+(?:yet\s+)?{_DONE} | (?:have|has)\s+yet\s+to
  | not\s+(?:yet\s+)?{_DONE} | never\s+{_DONE} | (?:do|does|did)(?:\s+not|n[’']t)\s+(?:know|use|have)
  | lack(?:s|ing)? | unfamiliar\s+with
  | (?:want|would\s+like|wish|hope|eager|keen|plan)(?:s|ing)?\s+to\s+learn
  | ingen\s+(?:\w+\s+)?(?:erfarenhet|kunskap|vana|utbildning)\s+(?:av|i|inom|med|från)
  | (?:inte|aldrig|ej)\s+(?:ännu\s+)?(?:arbetat|jobbat|använt|provat|prövat|lärt|programmerat|hanterat)
  | ännu\s+(?:inte|ej)\s+(?:arbetat|jobbat|använt|provat|prövat|lärt)
  | saknar | vill\s+(?:gärna\s+)?lära
  | (?P<brief>cannot | without | new\s+to | kan\s+(?:inte|ej) | utan | ovan\s+vid)
    )(?!\w)""",
    re.I | re.X,
)
"""The thing comes after it. brief: as often said of something else ("without supervision, using Python")."""
_BEHIND = re.compile(
    r"(?<!\w)(?:is|are)\s+new\s+to\s+me(?!\w)|(?<!\w)är\s+(?:nytt|ny|nya)\s+för\s+mig(?!\w)|"
    r"[:–—-]\s*(?:none|no|nothing|not\s+yet|ingen|inget|inga|nej)(?!\w)",
    re.I,
)
"""The thing came before it, in the same line."""
_END = r"[.;!?](?=\s|$)|\n|(?<!\w)(?:but|however|though|yet\s+I|men|dock)(?!\w)"
_ENDS = re.compile(_END, re.I)
_ENDS_BRIEF = re.compile(rf"{_END}|,|(?<!\w)(?:with|using|by|through|via|med|genom|tack\s+vare)(?!\w)", re.I)
_STARTS = re.compile(r"[.;!?]\s|\n")
_LONGEST = 200
"""Letters of a stretch on one side of its cue: a text without a full stop costs no more than one with."""


def find_denials(text: str) -> list[tuple[int, int]]:
    """(start, end) of each stretch, in order; none touches another."""
    found = []
    for cue in _AHEAD.finditer(text):
        last = min(len(text), cue.end() + _LONGEST)
        end = (_ENDS_BRIEF if cue["brief"] else _ENDS).search(text, cue.end(), last)
        found.append((cue.start(), end.start() if end else last))
    for cue in _BEHIND.finditer(text):
        first = max(0, cue.start() - _LONGEST)
        start = max((m.end() for m in _STARTS.finditer(text, first, cue.start())), default=first)
        found.append((start, cue.end()))
    apart: list[tuple[int, int]] = []
    for start, stop in sorted(found):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], stop))
        else:
            apart.append((start, stop))
    return apart


def denied(denials: list[tuple[int, int]], start: int, end: int) -> bool:
    """``denials`` as find_denials gives them."""
    at = bisect_right(denials, start, key=lambda stretch: stretch[0]) - 1
    return at >= 0 and end <= denials[at][1]
