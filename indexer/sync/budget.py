"""When the next request may be made. Pure.

The vendor's own numbers count, so what others spend with the same key is seen. One request is always left over: should
a worker die between a request and noting it, the next one is still within the limit.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from indexer.ledger import HOOK, WRITE, BudgetRow

NEEDS = {WRITE: 2}
"""A write is a read and a write."""
SPARE = {WRITE: 2, HOOK: 2}
SPARE_FOR_MORE_URGENT = 3
ROUNDED = timedelta(seconds=1)
"""What a vendor's whole seconds may hide."""


def ready_at(budget: BudgetRow | None, priority: int, now: datetime) -> datetime:
    """From when on a request of that priority is within the limit: ``now`` or later."""
    if budget is None:
        return now
    resets_at = datetime.fromisoformat(budget.resets_at)
    spare = min(SPARE.get(priority, SPARE_FOR_MORE_URGENT), max(0, budget.limit - 1))
    if budget.remaining > spare:
        return now
    # What is left over covers requests that come too early by less than a second, and one that a crash kept from being
    # noted; else the full second is waited for.
    covered = budget.remaining > NEEDS.get(priority, 1)
    return max(now, resets_at if covered else resets_at + (ROUNDED if budget.limit else timedelta()))
