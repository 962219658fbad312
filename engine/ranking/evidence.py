"""For a hit that is shown: each criterion's verdict with the words of the record that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.index.card import facts_of
from engine.query.criteria import Criterion
from engine.ranking.results import Evidence
from engine.ranking.verdicts import Judged
from engine.records import Span
from engine.text import normalise

_FACT_KIND = {
    "title": "title", "skill": "skill", "language": "language", "company": "employer", "place": "place",
    "seniority": "seniority", "education": "education", "years": "years", "reason": "reason",
}  # fmt: skip


def find_evidence(row: int, judged: Sequence[Judged], card: Mapping[str, Any]) -> tuple[Evidence, ...]:
    """In the order of the criteria. A verdict of "not stated" carries no quote."""
    return tuple(_one(number, one, row, card) for number, one in enumerate(judged))


def _one(number: int, judged: Judged, row: int, card: Mapping[str, Any]) -> Evidence:
    verdict = judged.verdict(row)
    if verdict == "not stated":
        return Evidence(criterion=number, verdict=verdict)
    fact = _fact_for(judged.criterion, card, supports=verdict == "yes")
    if judged.criterion.kind == "keyword":
        return _phrase(number, judged.criterion, card)
    if fact is None:
        return Evidence(criterion=number, verdict=verdict, field=judged.criterion.kind)
    span = Span(document_id=fact["document"], start=fact["start"], end=fact["end"]) if fact.get("document") else None
    return Evidence(
        criterion=number,
        verdict=verdict,
        quote=fact.get("quote") or fact["label"],
        span=span,
        record_id=fact.get("record"),
        field=None if span else fact["kind"],
        observed=fact.get("observed"),
    )


def _fact_for(criterion: Criterion, card: Mapping[str, Any], *, supports: bool) -> dict[str, Any] | None:
    """The fact that gave the verdict: one of the asked values where it supports, else what is stated instead."""
    kind = _FACT_KIND.get(criterion.kind)
    named = supports and criterion.kind in ("title", "skill", "language", "reason")
    facts = facts_of(card, kind, {*criterion.values, *criterion.expanded} if named else None)
    if supports and criterion.kind == "company":
        facts = [f for f in facts if any(f" {w} " in f" {v} " for w in criterion.values for v in f["values"])]
    if (
        criterion.kind == "place" and facts
    ):  # the field is believed before a text, see point.py; quote what agrees with it
        home = next((fact for fact in facts if not fact.get("quote")), facts[0])
        facts = [fact for fact in facts if fact["values"] == home["values"]]
    if criterion.kind in ("education", "language"):
        facts.sort(key=lambda fact: -fact.get("number", 0))
    # A quote from a text says more than a bare field.
    return next((fact for fact in facts if fact.get("quote")), facts[0] if facts else None)


def _phrase(number: int, criterion: Criterion, card: Mapping[str, Any]) -> Evidence:
    """The passage that holds the phrase; quoted around its first word."""
    for text, _, document, start, end in card["passages"]:
        if any(f" {value} " in f" {normalise(text)} " for value in criterion.values):
            span = Span(document_id=document, start=start, end=end) if document else None
            return Evidence(criterion=number, verdict="yes", quote=_around(text, criterion), span=span)
    return Evidence(criterion=number, verdict="yes", field="text")


def _around(text: str, criterion: Criterion) -> str:
    first = criterion.words.strip('" ').split(" ")[0].lower() if criterion.words else criterion.values[0].split(" ")[0]
    place = max(0, text.lower().find(first))
    left = text.rfind(" ", 0, max(0, place - 60)) + 1
    right = text.find(" ", min(len(text), place + 120))
    return text[left : right if right > 0 else len(text)]
