"""Where a text says that somebody does not have something: "no experience of SAP", "har aldrig använt Java".

What is named there proves nothing. English and Swedish; a stretch runs to the end of its sentence, or to a "but".
"""

from __future__ import annotations

import re

_OF = r"(?:of|in|with|using|from)"
_DONE = r"(?:worked|used|tried|learn(?:ed|t)|programmed|touched|practi[sc]ed|studied|handled|dealt)"
_AHEAD = re.compile(
    rf"""(?<!\w)(?:
    no\s+(?:\w+\s+)?(?:experience|knowledge|training|background)\s+{_OF}
  | (?:have|has|had)(?:\s+not|n[’']t)\s+(?:yet\s+)?{_DONE} | (?:have|has)\s+yet\s+to
  | not\s+(?:yet\s+)?{_DONE} | never\s+{_DONE} | (?:do|does|did)(?:\s+not|n[’']t)\s+(?:know|use|have)
  | cannot | lack(?:s|ing)? | without | unfamiliar\s+with | new\s+to
  | (?:want|would\s+like|wish|hope|eager|keen|plan)(?:s|ing)?\s+to\s+learn
  | ingen\s+(?:\w+\s+)?(?:erfarenhet|kunskap|vana|utbildning)\s+(?:av|i|inom|med|från)
  | (?:inte|aldrig|ej)\s+(?:ännu\s+)?(?:arbetat|jobbat|använt|provat|prövat|lärt|programmerat|hanterat)
  | ännu\s+(?:inte|ej)\s+(?:arbetat|jobbat|använt|provat|prövat|lärt)
  | kan\s+(?:inte|ej) | saknar | utan | ovan\s+vid | vill\s+(?:gärna\s+)?lära
    )(?!\w)""",
    re.I | re.X,
)
"""The thing comes after it."""
_BEHIND = re.compile(
    r"(?<!\w)(?:is|are)\s+new\s+to\s+me(?!\w)|(?<!\w)är\s+(?:nytt|ny|nya)\s+för\s+mig(?!\w)|"
    r"\s*[:–—-]\s*(?:none|no|nothing|not\s+yet|ingen|inget|inga|nej)(?!\w)",
    re.I,
)
"""The thing came before it, in the same line."""
_ENDS = re.compile(r"[.;!?](?=\s|$)|\n|(?<!\w)(?:but|however|though|yet\s+I|men|dock)(?!\w)", re.I)
_STARTS = re.compile(r"[.;!?]\s|\n")


def find_denials(text: str) -> list[tuple[int, int]]:
    """(start, end) of each stretch, in order."""
    found = []
    for cue in _AHEAD.finditer(text):
        end = _ENDS.search(text, cue.end())
        found.append((cue.start(), end.start() if end else len(text)))
    for cue in _BEHIND.finditer(text):
        start = max((m.end() for m in _STARTS.finditer(text, max(0, cue.start() - 200), cue.start())), default=0)
        found.append((start, cue.end()))
    return sorted(found)


def denied(denials: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(left <= start and end <= right for left, right in denials)
