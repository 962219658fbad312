"""The search, top to bottom: understand, encode, levels, candidates, scores, order, evidence.

Score, and nothing else, orders: ``10 * level + relevance (0..1) + prior``; ties by person id. The parts shown
sum to it. Never reads the ledger: the caller reads the people of a hit and drops those who are gone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from engine.considered import ORDER, Clock, consider, day_of, understood
from engine.index import Index
from engine.index.card import Card
from engine.index.engine import Leg, VectorName
from engine.index.rows import to_bitmap
from engine.index.schema import point_id
from engine.lexicon import Lexicon
from engine.query.criteria import Query
from engine.ranking.candidates import make_legs, rows_of, score
from engine.ranking.evidence import find_evidence
from engine.ranking.levels import Levels, find_levels
from engine.ranking.names import find_named
from engine.ranking.prior import prior_columns, reasons
from engine.ranking.relevance import Relevance, current, relevance_parts
from engine.ranking.reranked import Rerank, reranked_parts, text_of
from engine.ranking.results import Hit, Parts, SearchResult
from engine.ranking.verdicts import Judged
from engine.ranking.wall import Wall
from engine.records import Policy, Viewer, Vocabulary
from models import Encoder


@dataclass(frozen=True)
class _Scored:
    """People in order, and what made it. Arrays run along ``points``."""

    points: list[int]
    rows: NDArray[np.uint32]
    levels: NDArray[np.float64]
    scores: NDArray[np.float64]
    relevance: dict[str, NDArray[np.float64]]
    priors: dict[str, NDArray[np.float64]]


def search(
    question: str | Query,
    *,
    viewer: Viewer,
    policy: Policy,
    weights: Relevance,
    index: Index,
    encoder: Encoder,
    lexicon: Lexicon,
    vocabulary: Vocabulary,
    today: date,
    limit: int = 20,
    offset: int = 0,
    levels: Collection[int] | None = None,
    reach: Mapping[str, Collection[str]] | None = None,
    rerank: Rerank | None = None,
) -> SearchResult:
    """The best ``limit`` people after ``offset``, with exact counts over the workspace.

    question: what was typed, or a structured Query given back. levels: only these (a tab of the page). reach: of a
    viewer who is bound to jobs, job id -> ids of the people they may find; for any other None. rerank: who reads the
    first few once more.
    """
    wall, clock, start = Wall.around(viewer, reach), Clock(), perf_counter()
    with clock.phase("understand"):
        query = wall.asked(understood(question, lexicon, vocabulary, today))
    wanted = set(levels) if levels is not None else {3, 2, 1, 0}
    some = consider(query, wall, index, encoder, wanted, min(ORDER, max(200, offset + limit)), clock)
    scored = _rank(
        some.points, some.scores, some.judged, some.found, index, some.named, wall.policy(policy), weights, today, clock
    )
    first = scored.points[: rerank.depth] if rerank and _can_be_read(some.query, some.named) else []
    if rerank and first:
        scored = _read_again(scored, first, some.query, rerank, index, some.legs, clock)
    order = tuple(
        zip(
            [index.columns.people[row] for row in scored.rows[:ORDER].tolist()],
            scored.levels[:ORDER].astype(int).tolist(),
            scored.scores[:ORDER].tolist(),
            strict=True,
        )
    )
    hits = _show(scored, range(offset, min(offset + limit, len(scored.points))), some.judged, index, some.legs, clock)
    clock.took["total"] = (perf_counter() - start) * 1000
    counts = some.found.counts(index.columns)
    read = tuple(index.columns.people[row] for row in rows_of(first, index.columns).tolist())
    return SearchResult(query=some.query, counts=counts, hits=hits, order=order, reranked=read, took_ms=clock.took)


def rank(
    question: str | Query,
    ids: Sequence[str],
    *,
    viewer: Viewer,
    policy: Policy,
    weights: Relevance,
    index: Index,
    encoder: Encoder,
    lexicon: Lexicon,
    vocabulary: Vocabulary,
    today: date,
    reach: Mapping[str, Collection[str]] | None = None,
    rerank: Rerank | None = None,
    reranked: Collection[str] | None = None,
) -> SearchResult:
    """The given people in order, all of them that the index holds: one who breaks a must stands at level 0.

    reach, rerank: as in ``search``. reranked: read these once more, those a search did, instead of the first few.
    """
    wall = Wall.around(viewer, reach)
    clock = Clock()
    start = perf_counter()
    with clock.phase("understand"):
        query = wall.asked(understood(question, lexicon, vocabulary, today))
    with clock.phase("encode"):
        vector = encoder.begin(query.semantic)() if query.semantic else None
        legs = wall.legs(make_legs(query, vector))
    with clock.phase("levels"):
        index.catch_up()
        live = wall.rows(index.columns)
        judged = wall.judged(query.criteria, index)
        named = find_named(query, index.columns, live)
        found = find_levels(judged, live, named)
    known = [p for p in dict.fromkeys(map(point_id, ids)) if any(row in live for row in index.columns.rows([p]))]
    with clock.phase("rescore"):
        scores = score(known, index, legs)
    scored = _rank(known, scores, judged, found, index, named, wall.policy(policy), weights, today, clock)
    if rerank and _can_be_read(query, named):
        again = set(map(point_id, reranked or ()))
        first = scored.points[: rerank.depth] if reranked is None else [p for p in scored.points if p in again]
        scored = _read_again(scored, first, query, rerank, index, legs, clock)
    hits = _show(scored, range(len(scored.points)), judged, index, legs, clock)
    here = to_bitmap(scored.rows)
    given = Levels({k: rows & here for k, rows in found.of.items()}, here, found.dropped_for_empty)
    clock.took["total"] = (perf_counter() - start) * 1000
    return SearchResult(query=query, counts=given.counts(index.columns), hits=hits, took_ms=clock.took)


def _rank(
    points: list[int], scores: dict[str, NDArray[np.float64]], judged: Sequence[Judged], found: Levels, index: Index,
    named: dict[int, float], policy: Policy, weights: Relevance, today: date, clock: Clock,
) -> _Scored:  # fmt: skip
    """Every candidate in order. scores: raw, leg by leg, along points."""
    columns = index.columns
    with clock.phase("rank"):
        rows = rows_of(points, columns)
        parts = relevance_parts({**scores, **current(rows, judged, columns)}, weights)
        level = found.levels(rows)
        relevance = sum(parts.values()) if parts else np.zeros(len(points))
        if named:  # a person named in the question: how well the name fits is the relevance
            fit = np.array([named.get(row, -1.0) for row in rows.tolist()])
            parts = {leg: np.where(fit >= 0, 0.0, part) for leg, part in parts.items()}
            parts["name"] = np.maximum(fit, 0.0)
            relevance = np.where(fit >= 0, fit, relevance)
        priors = prior_columns(rows, columns, policy, day_of(today))
        total = 10 * level + relevance + (sum(priors.values()) if priors else 0.0)
        order = _order(total, [columns.people[row] for row in rows.tolist()])
    return _in_order(order, _Scored(points, rows, level, np.asarray(total), parts, priors))


def _in_order(order: NDArray[np.intp], scored: _Scored) -> _Scored:
    return _Scored(
        points=[scored.points[i] for i in order.tolist()],
        rows=scored.rows[order],
        levels=scored.levels[order],
        scores=scored.scores[order],
        relevance={name: part[order] for name, part in scored.relevance.items()},
        priors={name: part[order] for name, part in scored.priors.items()},
    )


def _can_be_read(query: Query, named: Mapping[int, float]) -> bool:
    """By a reranker: not where a person is named, nor where nothing was asked in words."""
    return bool(query.semantic) and not named


def _read_again(
    scored: _Scored, first: Sequence[int], query: Query, rerank: Rerank, index: Index, legs: dict[VectorName, Leg],
    clock: Clock,
) -> _Scored:  # fmt: skip
    """The same people in the order that what is read of the first few makes. first: their points."""
    with clock.phase("rerank"):
        cards, leg = index.shown(first), legs.get("passages")
        texts = [text_of(cards.get(point), leg.dense if leg else None) for point in first]
        place = {point: number for number, point in enumerate(scored.points)}
        said = rerank.by.score(query.semantic, texts)
        parts = reranked_parts(scored.relevance, [place[point] for point in first], said, rerank.share)
        relevance = sum(parts.values())
        total = 10 * scored.levels + relevance + (sum(scored.priors.values()) if scored.priors else 0.0)
        order = _order(np.asarray(total), [index.columns.people[row] for row in scored.rows.tolist()])
    return _in_order(order, replace(scored, scores=np.asarray(total), relevance=parts))


def _order(total: NDArray[np.float64], people: list[str]) -> NDArray[np.intp]:
    """The highest first, ties by person id."""
    order = np.argsort(-total, kind="stable")
    ends = np.flatnonzero(np.diff(total[order], append=-np.inf)) + 1
    start = 0
    for end in ends.tolist():
        if end - start > 1:
            order[start:end] = sorted(order[start:end].tolist(), key=people.__getitem__)
        start = end
    return order


def _show(
    scored: _Scored, places: range, judged: Sequence[Judged], index: Index, legs: dict[VectorName, Leg],
    clock: Clock,
) -> tuple[Hit, ...]:  # fmt: skip
    """The hits at these places, with parts, evidence and the nearest passage."""
    columns = index.columns
    shown = [scored.points[i] for i in places]
    with clock.phase("evidence"):
        cards = index.shown(shown)
        ats = columns.any_of("source", ("ats",))
        hits = []
        for i in places:
            point, row = scored.points[i], int(scored.rows[i])
            if point not in cards:  # deleted by another process since
                continue
            priors = {name: float(part[i]) for name, part in scored.priors.items() if part[i] > 0}
            relevance = {leg: float(part[i]) for leg, part in scored.relevance.items() if part[i] > 0}
            hits.append(
                Hit(
                    rank=i + 1,
                    person_id=columns.people[row],
                    source="ats" if row in ats else "outside",
                    level=int(scored.levels[i]),
                    score=float(scored.scores[i]),
                    parts=Parts(
                        level=10.0 * float(scored.levels[i]),
                        relevance=sum(relevance.values()),
                        prior=sum(priors.values()),
                        relevance_parts=relevance,
                        prior_parts=priors,
                    ),
                    evidence=find_evidence(row, judged, cards[point].body),
                    passage=_nearest(cards[point], legs),
                    headline=cards[point].body.get("headline"),
                    reasons=reasons(row, columns, priors),
                )
            )
    return tuple(hits)


def _nearest(card: Card, legs: dict[VectorName, Leg]) -> str | None:
    """The text of the passage nearest to the question."""
    leg = legs.get("passages")
    if leg is None or leg.dense is None or not len(card.passages):
        return None
    best = int(np.argmax(card.passages @ leg.dense))
    return str(card.body["passages"][best][0])
