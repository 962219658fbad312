"""Typed operators -> explicit criteria: these exclude, also where nothing is stated."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.lexicon import Lexicon
from engine.lexicon.levels import education_level
from engine.lexicon.reasons import ENDED, KINDS, reason_kinds
from engine.query.criteria import Criterion, CriterionKind
from engine.query.operators import Typed
from engine.query.place import place_criterion
from engine.records import Vocabulary
from engine.text import normalise

_STAGES = ("applied", "screened", "interviewed", "final", "offer", "hired")
_FORMS = {
    "stage": f"one of {', '.join(_STAGES)}",
    "education": "one of secondary, vocational, bachelor, master, doctorate",
    "reason": f"one of {', '.join(kind for kind, _ in KINDS)}",
    "years": "years:5, years:3-5 or years:<3",
}
_RANGE = re.compile(r"(?P<op>>=|<=|>|<)?\s*(?P<low>\d+(?:\.\d+)?)\s*(?:(?:-|\.\.)\s*(?P<high>\d+(?:\.\d+)?)|\+)?")


def typed_criteria(
    typed: Iterable[Typed], lexicon: Lexicon, vocabulary: Vocabulary
) -> tuple[list[Criterion], list[str]]:
    """(criteria, remarks on operators that could not be read)."""
    found, remarks = [], []
    for one in typed:
        criterion = _criterion(one, lexicon, vocabulary)
        if criterion is None:
            remarks.append(f"“{one.words.strip()[:80]}” was left out: write {_FORMS.get(one.kind, 'a word')}.")
        else:
            weight = "not" if one.negated else "must"
            found.append(criterion.model_copy(update={"weight": weight, "explicit": True, "words": one.words.strip()}))
    return found, remarks


def _criterion(one: Typed, lexicon: Lexicon, vocabulary: Vocabulary) -> Criterion | None:
    value, words = one.value, normalise(one.value)
    if one.kind == "years":
        return _years(value)
    if not words:
        return None
    if one.kind == "stage":
        rank = next((n for n, name in enumerate(_STAGES) if name in words), None)
        return Criterion(kind="stage", values=(words,), label=f"stage {value}", low=rank) if rank is not None else None
    if one.kind == "education":
        found = education_level(value)
        return Criterion(kind="education", values=(found[1],), label=found[1], low=found[0]) if found else None
    if one.kind == "place":
        return _place(value, words, lexicon)
    if one.kind in ("title", "skill", "language"):
        kind: CriterionKind = one.kind  # type: ignore[assignment]
        mention = next(iter(lexicon.find(value, (one.kind,), listed=True)), None)
        found_value = mention.concept.id if mention else words
        return Criterion(kind=kind, values=(found_value,), label=mention.concept.label if mention else value)
    if one.kind == "word":
        mention = next(iter(lexicon.find(value, ("skill", "title"), listed=True)), None)
        if mention and mention.concept.kind in ("skill", "title"):
            return Criterion(kind=mention.concept.kind, values=(mention.concept.id,), label=mention.concept.label)
    if one.kind == "reason":
        kinds = reason_kinds(value)
        found_values = tuple(f"{outcome}:{kind}" for outcome in ENDED for kind in kinds)
        return Criterion(kind="reason", values=found_values, label=f"reason: {' or '.join(kinds)}") if kinds else None
    if one.kind == "job":
        known = tuple(job for job, title in vocabulary.job_titles.items() if normalise(title) == words)
        return Criterion(kind="job", values=known or (value,), label=value)
    if one.kind in ("company", "tag", "source", "outcome"):
        return Criterion(kind=one.kind, values=(words,), label=value)
    return Criterion(kind="keyword", values=(words,), label=f"“{value}”")


def _place(value: str, words: str, lexicon: Lexicon) -> Criterion:
    concept = lexicon.lookup(value, "place") or lexicon.lookup(value, "country")
    return place_criterion(concept, value) if concept else Criterion(kind="place", values=(words,), label=value)


def _years(value: str) -> Criterion | None:
    match = _RANGE.match(value)
    if not match:
        return None
    low = float(match["low"])
    if match["op"] in ("<", "<="):
        return Criterion(kind="years", label=f"at most {low:g} years", high=low)
    high = float(match["high"]) if match["high"] else None
    label = f"{low:g}–{high:g} years" if high else f"{low:g}+ years"
    return Criterion(kind="years", label=label, low=low, high=high)
