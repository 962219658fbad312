"""Made-up people as the index holds them: random but seeded payload, tokens and vectors. No text is read."""

from datetime import date, timedelta
from uuid import UUID

import numpy as np
import pytest

from engine.index import IndexStamp, Passage, PersonDraft, PersonPoint
from engine.index.schema import SPARSE

DIM = 16
STAMP = IndexStamp(encoder="made@1#16", dim=DIM, lexicon="made")
TITLES = [f"title:t{n}" for n in range(8)]
SKILLS = [f"skill:s{n}" for n in range(10)]
TAGS = ["silver medal", "night shift", "relocates"]
JOBS = [f"job-{n}" for n in range(6)]
EMPLOYERS = ["norrvik care", "norrvik", "sundby steel", "acme"]
WORDS = [f"w{n}" for n in range(60)]
CITIES = {"Lund": (55.706, 13.191), "Malmö": (55.605, 13.0), "Göteborg": (57.707, 11.967), "Umeå": (63.826, 20.263)}
DAY = date(2026, 11, 24)


def unit(rng, n=None):
    rows = rng.standard_normal((1 if n is None else n, DIM))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return rows[0] if n is None else rows


def made_fields(rng):
    """Payload with each key left out now and then: what is absent is "not stated"."""

    def some(values, most):
        return sorted(rng.choice(values, size=int(rng.integers(0, most + 1)), replace=False).tolist())

    def maybe(value, share=0.7):
        return value if rng.random() < share else None

    city = str(rng.choice(list(CITIES)))
    lat, lon = CITIES[city]
    lat, lon = lat + float(rng.normal(0, 0.3)), lon + float(rng.normal(0, 0.3))
    skills = some(SKILLS, 4)
    languages = some(["lang:sv", "lang:en", "lang:fi"], 2)
    ats = rng.random() < 0.5
    placed = rng.random() < 0.75
    fields = {
        "source": "ats" if ats else "outside",
        "titles": some(TITLES, 2),
        "skills": skills,
        "languages": languages,
        "employers": some(EMPLOYERS, 2),
        "place": city if placed else None,
        "geo": {"lat": lat, "lon": lon} if placed and rng.random() < 0.9 else None,
        "country": maybe("SE") if placed else None,
        "years": maybe(float(np.round(rng.uniform(0.2, 20), 1))),
        "seniority": maybe(float(rng.integers(1, 6))),
        "education": maybe(float(rng.integers(1, 6))),
        "skill_years": {s: float(np.round(rng.uniform(0.3, 9), 1)) for s in skills if rng.random() < 0.5},
        "language_levels": {s: float(rng.integers(1, 8)) for s in languages if rng.random() < 0.6},
        "stage": maybe(int(rng.integers(0, 6))) if ats else None,
        "outcomes": some(["active", "hired", "rejected", "withdrawn"], 2) if ats else [],
        "reasons": some(["rejected:salary", "rejected:skills", "withdrawn:timing"], 2) if ats else [],
        "contacted": maybe(str(rng.choice(["2023", "2025-11", "2026-02-01"]))) if ats else None,
        "jobs": some(JOBS, 2) if ats else [],
        "tags": some(TAGS, 1),
        "applied": maybe((DAY - timedelta(days=int(rng.integers(0, 2500)))).isoformat()) if ats else None,
        "updated": maybe(str(rng.choice(["2021", "2022-05", "2024-02-29", "2026-01-15"]))),
        "replied": bool(ats and rng.random() < 0.3),
        "reopenable": bool(ats and rng.random() < 0.2),
        "refused": bool(ats and rng.random() < 0.15),
        "do_not_contact": bool(rng.random() < 0.1),
        "name": f"Person {int(rng.integers(1, 10_000))}",
        "emails": [f"p{int(rng.integers(1, 60))}@example.com"] if rng.random() < 0.5 else [],
    }
    return {key: value for key, value in fields.items() if value not in (None, [], {}, "", False)}


def made_point(rng, fields=None, person_id=None):
    # Word n is drawn 1/(n+1) as often as the first: some are in everyone, some in one.
    weights = 1 / np.arange(1, len(WORDS) + 1)
    weights /= weights.sum()

    def draw(most):
        return rng.choice(WORDS, size=int(rng.integers(0, most)), p=weights).tolist()

    body = draw(80)
    passages = unit(rng, int(rng.integers(0, 5)))
    draft = PersonDraft(
        person_id=person_id or str(UUID(bytes=rng.bytes(16), version=4)),
        profile="profile",
        passages=tuple(Passage(f"passage {n}", "text") for n in range(len(passages))),
        tokens={field: body if field == "text" else draw(20) for field in SPARSE},
        fields={**(made_fields(rng) if fields is None else fields), **({"words": " ".join(body)} if body else {})},
        card={"headline": None, "passages": [[f"passage {n}", "text", None, 0, 0] for n in range(len(passages))],
              "facts": []},
    )  # fmt: skip
    return PersonPoint(draft, unit(rng), passages)


@pytest.fixture(scope="session")
def stamp():
    return STAMP


@pytest.fixture(scope="session")
def make_point():
    """rng, fields, person_id -> PersonPoint"""
    return made_point


@pytest.fixture(scope="session")
def make_unit():
    """rng, n -> (n, dim) unit rows, or (dim,) without n"""
    return unit


@pytest.fixture(scope="session")
def make_world():
    """seed, n -> points"""

    def make(seed, n):
        rng = np.random.default_rng(seed)
        return [made_point(rng) for _ in range(n)]

    return make
