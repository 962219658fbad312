"""Typed operators in the box: "phrases", field:value, -word, NOT, brackets. What is left is plain words.

Consumed parts are blanked, not cut, so that places in the text stay what they are. A Boolean tree across kinds
of criteria does not fit the flat form: it gets the best flat reading and a remark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

FIELDS = {
    "title": "title", "titel": "title", "skill": "skill", "kompetens": "skill", "place": "place", "ort": "place",
    "location": "place", "company": "company", "företag": "company", "language": "language", "språk": "language",
    "years": "years", "år": "years", "stage": "stage", "steg": "stage", "job": "job", "jobb": "job", "tag": "tag",
    "tagg": "tag", "source": "source", "källa": "source", "education": "education", "utbildning": "education",
    "outcome": "outcome", "reason": "reason", "orsak": "reason",
}  # fmt: skip
_VALUE = r'(?:"[^"]*"|“[^”]*”|[^\s()"]+)'
_FIELD = re.compile(rf"(?<![\w:/])(?P<minus>-)?(?P<field>{'|'.join(FIELDS)}):\s?(?P<value>{_VALUE})", re.I)
_PHRASE = re.compile(r"(?P<minus>(?<![\w])-|\bNOT\s+)?[\"“](?P<value>[^\"”]+)[\"”]")
_MINUS = re.compile(r"(?<![\w-])(?:-(?=[^\W\d_])|NOT\s+)(?P<value>[^\s()\",;]+)")
_GROUP = re.compile(r"[()\[\]]")
_OPERATOR = re.compile(r"\b(?:AND|OCH)\b|(?<!\w)&&?(?!\w)|\|\|")


@dataclass(frozen=True)
class Typed:
    """One typed operator: ``kind`` a criterion kind, ``phrase`` or ``word``."""

    kind: str
    value: str
    negated: bool
    words: str


@dataclass
class Operators:
    plain: str
    """The text with every operator blanked out; the same length."""
    typed: list[Typed] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read_operators(text: str) -> Operators:
    found = Operators(text)
    _balance(found)
    _take(found, _FIELD, lambda m: Typed(FIELDS[m["field"].lower()], _bare(m["value"]), bool(m["minus"]), m.group()))
    _take(found, _PHRASE, lambda m: Typed("phrase", m["value"].strip(), bool(m["minus"]), m.group()))
    _take(found, _MINUS, lambda m: Typed("word", m["value"], True, m.group()))
    if _GROUP.search(found.plain) and re.search(r"\bOR\b", found.plain) and re.search(r"\bAND\b|\bNOT\b", found.plain):
        found.remarks.append("Brackets are read flat: OR joins neighbours of the same kind, all else counts as AND.")
    found.plain = _OPERATOR.sub(lambda m: "," + " " * (len(m.group()) - 1), _GROUP.sub(" ", found.plain))
    return found


def _balance(found: Operators) -> None:
    if sum(found.plain.count(mark) for mark in '"“”') % 2:
        found.plain = found.plain.replace('"', " ").replace("“", " ").replace("”", " ")
        found.remarks.append("A quotation mark has no partner: the words count without it.")
    if found.plain.count("(") != found.plain.count(")"):
        found.remarks.append("A bracket has no partner: the words count without it.")


def _take(found: Operators, pattern: re.Pattern[str], make) -> None:  # type: ignore[no-untyped-def]
    for match in pattern.finditer(found.plain):
        typed = make(match)
        if typed.value.strip():
            found.typed.append(typed)
    found.plain = pattern.sub(lambda m: " " * len(m.group()), found.plain)


def _bare(value: str) -> str:
    return value.strip('"“”').strip()
