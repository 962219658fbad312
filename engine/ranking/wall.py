"""Whom a viewer who is bound to jobs may find, and what of a question they may ask. Pure.

The index holds of a person what was said about every job. So such a viewer gets people by a set that the ledger made,
and neither a leg, nor a criterion, nor the prior that knows of other jobs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pyroaring import BitMap

from engine.errors import NotAllowed
from engine.index import Index
from engine.index.columns import Columns
from engine.index.engine import Leg, VectorName
from engine.index.schema import point_id
from engine.query.criteria import Criterion, Query
from engine.ranking.verdicts import Judged, judge
from engine.records import Policy, Viewer

OF_ALL_JOBS = frozenset({"stage", "outcome", "reason", "job", "applied", "updated", "contacted"})
"""Kinds of criteria whose answer depends on what happened with a person on any job."""
BLIND = Policy(name="blend")
"""Being known to us, as far as others were concerned, moves nobody up."""


@dataclass(frozen=True)
class Wall:
    """``of``: job id -> ids of the people who applied, for the jobs that are theirs; None: there is no wall."""

    of: Mapping[str, Collection[str]] | None

    @classmethod
    def around(cls, viewer: Viewer, of: Mapping[str, Collection[str]] | None) -> Wall:
        """Raises NotAllowed for a viewer bound to jobs without the people of these: nobody sees more by a mistake."""
        if viewer.jobs is None:
            return cls(None)
        if of is None or not of.keys() <= viewer.jobs:
            raise NotAllowed("A viewer who is bound to jobs asked without the people of those.")
        return cls(of)

    def rows(self, columns: Columns) -> BitMap:
        """Everyone there is within it."""
        return columns.live if self.of is None else self._rows(columns, self.of)

    def _rows(self, columns: Columns, jobs: Iterable[str]) -> BitMap:
        people = frozenset[str]().union(*((self.of or {}).get(job_id, ()) for job_id in jobs))
        return BitMap(columns.rows(map(point_id, people))) & columns.live

    def asked(self, query: Query) -> Query:
        """The question without what may not be asked, and a remark that says so."""
        if self.of is None:
            return query
        left_out = [criterion for criterion in query.criteria if not self._allows(criterion)]
        if not left_out:
            return query
        said = ", ".join(criterion.label for criterion in left_out)
        remark = f"Left out, since it depends on jobs that are not yours: {said}."
        kept = tuple(criterion for criterion in query.criteria if self._allows(criterion))
        return query.model_copy(update={"criteria": kept, "remarks": (*query.remarks, remark)})

    def _allows(self, criterion: Criterion) -> bool:
        if criterion.kind == "job":
            return all(value in (self.of or {}) for value in criterion.values)
        return criterion.kind not in OF_ALL_JOBS

    def judged(self, criteria: Iterable[Criterion], index: Index) -> list[Judged]:
        """Verdicts; who applied for a job of theirs by what the ledger said."""
        return [
            Judged(one, self._rows(index.columns, one.values)) if self.of is not None and one.kind == "job"
            else judge(one, index)
            for one in criteria
        ]  # fmt: skip

    def legs(self, legs: dict[VectorName, Leg]) -> dict[VectorName, Leg]:
        if self.of is None:
            return legs
        return {name: leg for name, leg in legs.items() if name != "history"}

    def policy(self, policy: Policy) -> Policy:
        return policy if self.of is None else BLIND
