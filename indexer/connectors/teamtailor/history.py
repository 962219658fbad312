"""One application as it stands, and the stages it is proven to have been in. Pure.

Teamtailor keeps no history of stages: it shows the present one and when it was entered. What is known of the past
comes from stages read before (snapshot), from deliveries that named one (webhook) and from logged activities that name
a stage of the same job. Nothing is filled in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from engine.records import Application, Outcome, StageSpell
from indexer.connectors.connector import Item, Look
from indexer.connectors.teamtailor.items import stage_type
from indexer.connectors.teamtailor.texts import inside, leaves, one_line
from indexer.connectors.teamtailor.wire import moment
from indexer.stages import can_pass, rank_of

Proof = Literal["activity", "snapshot", "webhook"]
_STRENGTH = {"snapshot": 0, "webhook": 1, "activity": 2}
_LEFT = ("from", "old", "prev", "before", "source")


def application_of(item: Item, proofs: Iterable[Item], activities: Iterable[Item], look: Look) -> Application:
    attributes, refs = item.body["attributes"], item.body["refs"]
    job = refs["job"]
    stages = _stages_of(job, look)
    stage = _stage(refs.get("stage"), look)
    applied = day(attributes.get("created-at"))
    spells = [s for p in proofs if p.body.get("application") == item.id for s in _proven(p, applied, stages)]
    spells += [s for a in activities if a.body["refs"].get("job") == job for s in _logged(a, applied, stages)]
    history = _in_order(spells)
    name, rank = (stage["name"], _rank(stage["name"], stage_type(stage))) if stage else (None, 0)
    best = max(history, key=lambda spell: spell.rank, default=None)
    furthest, furthest_rank = (best.stage, best.rank) if best and best.rank > rank else (name, rank)
    outcome, reason, reopenable = _outcome(attributes, refs, look, hired=bool(stage) and rank == 5)
    return Application(
        id=item.id,
        job_id=job,
        stage=name,
        furthest_stage=furthest,
        stage_rank=furthest_rank,
        outcome=outcome,
        reason=reason,
        reopenable=reopenable,
        applied_at=applied,
        updated_at=day(item.version),
        history=history,
    )


def day(value: Any) -> str | None:
    at = moment(value)
    return at[:10] if at else None


def _stage(identity: Any, look: Look) -> Mapping[str, Any] | None:
    """None: there is none, or it vanished before it was ever read."""
    body = look("stages", identity) if isinstance(identity, str) else None
    return body["attributes"] if body else None


def _stages_of(job: str, look: Look) -> dict[str, tuple[str, int]]:
    """id and name of every stage of the job -> (name, rank)."""
    body = look("jobs", job)
    found = {}
    for identity in (body or {"refs": {}})["refs"].get("stages", ()):
        if stage := _stage(identity, look):
            known = stage["name"], _rank(stage["name"], stage_type(stage))
            found[identity] = found[stage["name"].casefold()] = known
    return found


def _rank(name: str, kind: str | None) -> int:
    """The vendor's type says the ends; between them the company's words do."""
    said = rank_of(name)
    if kind is None:
        return said
    folded = kind.strip().lower()
    return {"inbox": 0, "hired": 5}.get(folded, min(max(said, 1), 4))


def _proven(item: Item, applied: str | None, stages: Mapping[str, tuple[str, int]]) -> Iterable[StageSpell]:
    body = item.body
    by: Proof = "webhook" if body["by"] == "webhook" else "snapshot"
    said = body.get("name") or ""
    known = stages.get(body.get("stage") or "") or stages.get(said.casefold())
    name = said or (known[0] if known else "")
    if name:
        rank = _rank(name, body["type"]) if body.get("type") else known[1] if known else rank_of(name)
        at = day(body.get("moved"))
        yield StageSpell(stage=name, rank=rank, not_before=at or applied, not_after=at, proof=by)


def _logged(item: Item, applied: str | None, stages: Mapping[str, tuple[str, int]]) -> Iterable[StageSpell]:
    """The vendor documents neither codes nor data: only the id or the name of a stage of this very job counts."""
    attributes = item.body["attributes"]
    at = day(attributes.get("created-at"))
    about_stages = "stage" in str(attributes.get("code")).lower()
    for path, value in leaves(inside(attributes.get("data"))):
        if not (about_stages or "stage" in path.lower()) or isinstance(value, bool | float):
            continue
        if known := stages.get(str(value).strip()) or stages.get(str(value).strip().casefold()):
            left = any(word in path.lower() for word in _LEFT)
            before = applied if left else at
            yield StageSpell(stage=known[0], rank=known[1], not_before=before, not_after=at, proof="activity")


def _in_order(spells: Iterable[StageSpell]) -> tuple[StageSpell, ...]:
    """One for each stage and day it was entered, by the best proof; a spell that only says "by then" gives way to one
    that says when."""
    ranked = sorted(spells, key=lambda s: (s.not_before != s.not_after, _STRENGTH[s.proof], s.not_after or "9999"))
    kept: list[StageSpell] = []
    for spell in ranked:
        same = [k for k in kept if k.stage == spell.stage and _may_be_one(k, spell)]
        if not same:
            kept.append(spell)
    kept.sort(key=lambda s: (s.not_after or s.not_before or "9999", s.not_before or "", s.rank, s.stage))
    return tuple(kept)


def _may_be_one(known: StageSpell, spell: StageSpell) -> bool:
    return (spell.not_before or "") <= (known.not_after or "9999") and (known.not_before or "") <= (
        spell.not_after or "9999"
    )


def _outcome(
    attributes: Mapping[str, Any], refs: Mapping[str, Any], look: Look, *, hired: bool
) -> tuple[Outcome, str | None, bool | None]:
    if not attributes.get("rejected-at"):
        return ("hired" if hired else "active"), None, None
    identity = refs.get("reject-reason")
    body = look("reject-reasons", identity) if isinstance(identity, str) else None
    said = body["attributes"] if body else {}
    reason = one_line(said.get("reason"))
    if said.get("rejected-by-company") is False:  # they said no to us
        return "withdrawn", reason, True
    return "rejected", reason, can_pass(reason) if reason else None
