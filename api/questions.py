"""What a client or the page asks, turned into a Query: words, structured criteria, filters, chips taken away.

Pure: filters become explicit criteria. Knows no ledger and no index.
"""

from __future__ import annotations

import re
from datetime import date

from api.schemas import Filters, SearchIn
from engine.errors import BadInput
from engine.lexicon import Lexicon
from engine.query.criteria import Criterion, Query
from engine.query.understand import understand
from engine.records import Vocabulary
from engine.text import normalise

STAGES = ("applied", "screened", "interviewed", "final interview", "offer", "hired")
"""Names of the stage ranks 0..5."""
DEFAULT_RADIUS_KM = 50.0


def key_of(criterion: Criterion) -> str:
    """What names a chip in an address: kind and label."""
    return f"{criterion.kind}:{criterion.label}"


def query_of(asked: SearchIn, *, lexicon: Lexicon, vocabulary: Vocabulary, today: date) -> Query:
    """The one Query of a request. Raises BadInput for a place or a job that nobody knows."""
    if asked.query is not None:
        query = asked.query
    else:
        query = understand(asked.text, lexicon=lexicon, vocabulary=vocabulary, today=today)
        if asked.without:
            query = _without(query, asked.without, lexicon=lexicon, vocabulary=vocabulary, today=today)
    added = criteria_of(asked.filters, lexicon=lexicon, vocabulary=vocabulary)
    return query.model_copy(update={"criteria": (*query.criteria, *added)})


def _without(query: Query, keys: tuple[str, ...], *, lexicon: Lexicon, vocabulary: Vocabulary, today: date) -> Query:
    """The question once more without the words behind the chips that were taken away."""
    text = query.text
    for criterion in query.criteria:
        if key_of(criterion) in keys and criterion.words:
            text = re.sub(rf"(?<!\w){re.escape(criterion.words)}(?!\w)", " ", text, count=1, flags=re.IGNORECASE)
    again = understand(" ".join(text.split()), lexicon=lexicon, vocabulary=vocabulary, today=today)
    kept = tuple(c for c in again.criteria if key_of(c) not in keys)
    return again.model_copy(update={"text": query.text, "criteria": kept})


def criteria_of(filters: Filters, *, lexicon: Lexicon, vocabulary: Vocabulary) -> tuple[Criterion, ...]:
    """Filters as explicit criteria, in a fixed order."""
    found: list[Criterion] = []
    if filters.source:
        label = "In the ATS" if filters.source == "ats" else "Outside the ATS"
        found.append(Criterion(kind="source", values=(filters.source,), label=label, explicit=True))
    if filters.place:
        found.append(_place(filters, lexicon))
    for words in filters.skills:
        concept = lexicon.lookup(words, "skill")
        found.append(
            Criterion(kind="skill", values=(concept.id,), label=concept.label, explicit=True)
            if concept
            else Criterion(kind="keyword", values=(normalise(words),), label=words, explicit=True)
        )
    if filters.years_min is not None or filters.years_max is not None:
        label = _range(filters.years_min, filters.years_max, "years")
        found.append(Criterion(kind="years", low=filters.years_min, high=filters.years_max, label=label, explicit=True))
    if filters.stage_min is not None:
        label = f"Reached {STAGES[filters.stage_min]}"
        found.append(Criterion(kind="stage", low=float(filters.stage_min), label=label, explicit=True))
    if filters.job:
        if filters.job not in vocabulary.job_titles:
            raise BadInput(f"No job has the id {filters.job!r}.", "GET /v1/jobs lists them.")
        label = f"Applied to {vocabulary.job_titles[filters.job]}"
        found.append(Criterion(kind="job", values=(filters.job,), label=label, explicit=True))
    for kind, after, before, word in (
        ("applied", filters.applied_after, filters.applied_before, "Applied"),
        ("updated", filters.updated_after, filters.updated_before, "Updated"),
    ):
        if after or before:
            label = " ".join([word, *([f"from {after}"] if after else []), *([f"to {before}"] if before else [])])
            found.append(
                Criterion(
                    kind=kind,
                    after=after.isoformat() if after else None,
                    before=before.isoformat() if before else None,
                    label=label,
                    explicit=True,
                )
            )
    return tuple(found)


def _place(filters: Filters, lexicon: Lexicon) -> Criterion:
    words = filters.place or ""
    if country := lexicon.lookup(words, "country"):
        return Criterion(
            kind="place", values=(country.id,), label=country.label, country=country.id.removeprefix("country:"),
            explicit=True,
        )  # fmt: skip
    place = lexicon.lookup(words, "place")
    if place is None:
        raise BadInput("The place of the filter is not known.", "Write a town or a country as a map names it.")
    radius = filters.radius_km or DEFAULT_RADIUS_KM
    return Criterion(
        kind="place",
        values=(place.id,),
        label=f"Within {radius:g} km of {place.label}",
        latitude=place.latitude,
        longitude=place.longitude,
        radius_km=radius,
        explicit=True,
    )


def _range(low: float | None, high: float | None, unit: str) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g} {unit}"
    return f"At least {low:g} {unit}" if low is not None else f"At most {high:g} {unit}"
