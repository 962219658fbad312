"""Yes, just outside, no, not stated: a row a case, for every kind of criterion."""

import pytest

from engine.query.criteria import Criterion
from engine.ranking.verdicts import judge

LUND, MALMO, UMEA = ({"lat": 55.706, "lon": 13.191}, {"lat": 55.605, "lon": 13.0}, {"lat": 63.826, "lon": 20.263})
NEAR_LUND = {"kind": "place", "latitude": 55.706, "longitude": 13.191, "radius_km": 12.0, "label": "Lund, 12 km"}

CASES = [
    # criterion, {name of a person: (payload, verdict)}; "close" is shown as no, and counts as nearly
    (
        {"kind": "title", "values": ("title:nurse",)},
        [({"titles": ["title:nurse"]}, "yes"), ({"titles": ["title:cook"]}, "no"), ({}, "not stated")],
    ),
    (
        {"kind": "title", "values": ("title:nurse", "title:doctor")},
        [({"titles": ["title:cook", "title:doctor"]}, "yes")],
    ),
    ({"kind": "title", "values": ("title:x",), "expanded": ("title:y",)}, [({"titles": ["title:y"]}, "yes")]),
    (
        {"kind": "skill", "values": ("skill:java",)},
        [({"skills": ["skill:java"]}, "yes"), ({"skills": ["skill:go"]}, "not stated"), ({}, "not stated")],
    ),
    ({"kind": "skill", "values": ("skill:x",), "expanded": ("skill:y",)}, [({"skills": ["skill:y"]}, "yes")]),
    (
        {"kind": "skill", "values": ("skill:java",), "low": 5},
        [
            ({"skills": ["skill:java"], "skill_years": {"skill:java": 5}}, "yes"),
            ({"skills": ["skill:java"], "skill_years": {"skill:java": 4}}, "close"),
            ({"skills": ["skill:java"], "skill_years": {"skill:java": 3.9}}, "no"),
            ({"skills": ["skill:java"]}, "not stated"),
            ({"skills": ["skill:go"], "skill_years": {"skill:go": 9}}, "not stated"),
        ],
    ),
    (
        {"kind": "skill", "values": ("skill:java", "skill:kotlin"), "low": 5},
        [
            (
                {
                    "skills": ["skill:java", "skill:kotlin"],
                    "skill_years": {"skill:java": 1, "skill:kotlin": 6},
                },
                "yes",
            )
        ],
    ),
    (
        {"kind": "language", "values": ("lang:sv",), "low": 5},
        [
            ({"languages": ["lang:sv"], "language_levels": {"lang:sv": 7}}, "yes"),
            ({"languages": ["lang:sv"], "language_levels": {"lang:sv": 4}}, "close"),
            ({"languages": ["lang:sv"], "language_levels": {"lang:sv": 2}}, "no"),
            ({"languages": ["lang:sv"]}, "not stated"),
            ({"languages": ["lang:en"]}, "not stated"),
        ],
    ),
    (
        {"kind": "company", "values": ("norrvik",)},
        [
            ({"employers": ["norrvik care ab"]}, "yes"),
            ({"employers": ["norrviken"]}, "not stated"),
            ({"employers": ["acme"]}, "not stated"),
        ],
    ),
    (
        NEAR_LUND,
        [
            ({"place": "Lund", "geo": LUND}, "yes"),
            ({"place": "Malmö", "geo": MALMO}, "close"),
            ({"place": "Umeå", "geo": UMEA}, "no"),
            ({}, "not stated"),
            ({"place": "Nowhere known"}, "not stated"),
        ],
    ),
    (
        {"kind": "place", "values": ("storforsby",), "label": "Storforsby"},
        [({"place": "Storforsby"}, "yes"), ({"place": "Lund", "geo": LUND}, "no"), ({}, "not stated")],
    ),
    (
        {"kind": "place", "values": ("harads by",), "label": "harads by"},
        [({"place": "Harads, By"}, "yes")],
    ),
    (
        {"kind": "place", "country": "SE"},
        [({"country": "SE"}, "yes"), ({"country": "NO"}, "no"), ({}, "not stated")],
    ),
    (
        {"kind": "years", "low": 5},
        [
            ({"years": 5}, "yes"),
            ({"years": 30}, "yes"),
            ({"years": 4}, "close"),
            ({"years": 3.9}, "no"),
            ({}, "not stated"),
        ],
    ),
    ({"kind": "years", "low": 20}, [({"years": 16}, "close"), ({"years": 15.9}, "no")]),
    (
        {"kind": "years", "low": 3, "high": 5},
        [({"years": 4}, "yes"), ({"years": 6}, "close"), ({"years": 6.1}, "no"), ({"years": 2}, "close")],
    ),
    (
        {"kind": "seniority", "low": 3},
        [({"seniority": 4}, "yes"), ({"seniority": 2}, "close"), ({"seniority": 1}, "no"), ({}, "not stated")],
    ),
    ({"kind": "seniority", "high": 1}, [({"seniority": 1}, "yes"), ({"seniority": 2}, "close")]),
    (
        {"kind": "education", "low": 4},
        [({"education": 5}, "yes"), ({"education": 3}, "no"), ({}, "not stated")],
    ),
    (
        {"kind": "stage", "low": 3},
        [({"stage": 3}, "yes"), ({"stage": 2}, "no"), ({"stage": 0}, "no"), ({}, "not stated")],
    ),
    (
        {"kind": "outcome", "values": ("rejected",)},
        [({"outcomes": ["active", "rejected"]}, "yes"), ({"outcomes": ["hired"]}, "no"), ({}, "not stated")],
    ),
    (
        {"kind": "reason", "values": ("rejected:salary",)},
        [
            ({"outcomes": ["rejected"], "reasons": ["rejected:salary", "rejected:fit"]}, "yes"),
            ({"outcomes": ["rejected"], "reasons": ["rejected:fit"]}, "no"),
            ({"outcomes": ["rejected"]}, "not stated"),  # nobody said why
            ({"outcomes": ["rejected", "withdrawn"], "reasons": ["withdrawn:salary"]}, "not stated"),
            ({"outcomes": ["hired"]}, "no"),
            ({}, "not stated"),
        ],
    ),
    (
        {"kind": "contacted", "before": "2026-02-28"},
        [({"contacted": "2026-02-28"}, "yes"), ({"contacted": "2026-03-01"}, "no"), ({}, "yes")],
    ),
    (
        {"kind": "contacted", "after": "2026-03-01"},
        [({"contacted": "2026-02-28"}, "no"), ({"contacted": "2026-03-01"}, "yes"), ({}, "not stated")],
    ),
    (
        {"kind": "applied", "after": "2024-01-01", "before": "2024-12-31"},
        [
            ({"applied": "2024-01-01"}, "yes"),
            ({"applied": "2024-12-31"}, "yes"),
            ({"applied": "2024"}, "yes"),
            ({"applied": "2023-12-31"}, "no"),
            ({"applied": "2025-01-01"}, "no"),
            ({}, "not stated"),
        ],
    ),
    ({"kind": "updated", "after": "2024-01-01"}, [({"updated": "2025-05"}, "yes"), ({"updated": "2023-05"}, "no")]),
    ({"kind": "job", "values": ("job-1",)}, [({"jobs": ["job-1"]}, "yes"), ({"jobs": ["job-2"]}, "not stated")]),
    ({"kind": "tag", "values": ("night",)}, [({"tags": ["night"]}, "yes"), ({}, "not stated")]),
    ({"kind": "source", "values": ("ats",)}, [({"source": "ats"}, "yes"), ({"source": "outside"}, "no")]),
    ({"kind": "name", "values": ("anna",)}, [({"name": "anna"}, "not stated")]),
]


@pytest.mark.parametrize(("criterion", "people"), CASES, ids=lambda c: c.get("kind") if isinstance(c, dict) else "")
def test_the_verdict_of_each_person(fill, criterion, people):
    index = fill(*(fields for fields, _ in people))
    judged = judge(Criterion(**{"label": "asked", **criterion}), index)
    found = ["close" if row in judged.close else judged.verdict(row) for row, _ in enumerate(people)]
    assert found == [verdict for _, verdict in people]
    assert all(judged.verdict(row) == "no" for row in judged.close)


@pytest.mark.parametrize(("criterion", "people"), CASES, ids=lambda c: c.get("kind") if isinstance(c, dict) else "")
def test_nobody_has_two_verdicts_and_who_is_gone_has_none(fill, criterion, people):
    index = fill(*(fields for fields, _ in people))
    for point in list(index.columns.row_of):
        index.columns.drop(point)
    judged = judge(Criterion(**{"label": "asked", **criterion}), index)
    assert (len(judged.yes), len(judged.close), len(judged.no)) == (0, 0, 0)


@pytest.mark.parametrize("seed", range(5))
def test_the_three_sets_never_overlap(random_columns, seed):
    _, index = random_columns(seed, 200)
    for criterion, _ in CASES:
        judged = judge(Criterion(**{"label": "asked", **criterion}), index)
        assert not judged.yes & judged.no
        assert not judged.yes & judged.close
        assert not judged.close & judged.no
        assert (judged.yes | judged.no | judged.close) <= index.columns.live
