"""Distinct plain-words questions over the made-up crowd, English and Swedish, half of them with clicked filters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from engine.lexicon import Lexicon
from engine.query.criteria import Criterion
from eval.world.people import CITIES
from eval.world.trades import TRADES

_ENGLISH = (
    "{title} in {city} with {skill}, {years} years",
    "{title} with at least {years} years of {skill}",
    "we need a {title} near {city}, {skill} is a plus",
    "{skill} and {other}, {title}",
    "senior {title}, fluent Swedish, {skill}",
    "looking for a {title} in {city} who knows {skill} and {other}",
    "{title} {city}",
)
_SWEDISH = (
    "{title} i {city} med {skill}, {years} år",
    "{title} med minst {years} års erfarenhet av {skill}",
    "vi söker en {title} nära {city}, gärna {skill}",
    "{skill} och {other}, {title}",
    "erfaren {title}, flytande engelska, {skill}",
    "{title} i {city} som kan {skill} och {other}",
    "{title} {city}",
)


@dataclass(frozen=True)
class Question:
    text: str
    filters: dict[str, Any] = field(default_factory=dict)
    """As ``POST /v1/search`` takes them."""


def make_questions(count: int = 500, *, seed: int = 7) -> list[Question]:
    """Every text once. Each second one has a filter or two."""
    rng = Random(seed)
    found: dict[str, Question] = {}
    while len(found) < count:
        swedish = rng.random() < 0.5
        trade = rng.choice(TRADES)
        skill, other = rng.sample(trade.skills, k=2)
        text = rng.choice(_SWEDISH if swedish else _ENGLISH).format(
            title=rng.choice(trade.titles)[swedish].lower(),
            city=rng.choice(CITIES)[0],
            skill=skill,
            other=other,
            years=rng.randint(2, 9),
        )
        if text not in found:
            found[text] = Question(text, _filters(rng, skill) if len(found) % 2 else {})
    return list(found.values())


def _filters(rng: Random, skill: str) -> dict[str, Any]:
    kinds: tuple[Callable[[], dict[str, Any]], ...] = (
        lambda: {"source": rng.choice(("ats", "outside"))},
        lambda: {"place": rng.choice(CITIES)[0], "radius_km": rng.choice((25.0, 50.0, 100.0))},
        lambda: {"skills": [skill]},
        lambda: {"years_min": float(rng.randint(2, 8))},
        lambda: {"stage_min": rng.randint(1, 3)},
        lambda: {"applied_after": f"{rng.randint(2022, 2025)}-01-01"},
    )
    made: dict[str, Any] = {}
    for kind in rng.sample(kinds, k=rng.randint(1, 2)):
        made |= kind()
    return made


def criteria_of(filters: dict[str, Any], lexicon: Lexicon) -> tuple[Criterion, ...]:
    """The filters as explicit criteria, as the API makes them of a request."""
    found = []
    if source := filters.get("source"):
        found.append(Criterion(kind="source", values=(source,), label=source, explicit=True))
    if words := filters.get("place"):
        place = lexicon.lookup(words, "place")
        assert place is not None, f"the lexicon has no {words}"
        found.append(
            Criterion(
                kind="place", values=(place.id,), label=place.label, latitude=place.latitude,
                longitude=place.longitude, radius_km=filters["radius_km"], explicit=True,
            )
        )  # fmt: skip
    for words in filters.get("skills", ()):
        skill = lexicon.lookup(words, "skill")
        assert skill is not None, f"the lexicon has no {words}"
        found.append(Criterion(kind="skill", values=(skill.id,), label=skill.label, explicit=True))
    if (years := filters.get("years_min")) is not None:
        found.append(Criterion(kind="years", low=years, label=f"{years:g} years", explicit=True))
    if (stage := filters.get("stage_min")) is not None:
        found.append(Criterion(kind="stage", low=float(stage), label=f"stage {stage}", explicit=True))
    if after := filters.get("applied_after"):
        found.append(Criterion(kind="applied", after=after, label=f"applied from {after}", explicit=True))
    return tuple(found)
