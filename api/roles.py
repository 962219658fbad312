"""What each role may do. The one table; every route names the permission it needs, and a test walks them."""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["admin", "recruiter", "hiring-manager", "viewer", "service"]
Permission = Literal[
    "me",  # know who one is; everyone's
    "search",  # ask, rank, read people and jobs
    "write-people",  # PUT /v1/people
    "act",  # write to an ATS: POST /v1/actions, the forms of a person's page
    "users",  # accounts, their roles and jobs
    "keys",  # API keys
    "connections",  # how sync stands
    "webhooks",  # who is told of events
]
ROLES: tuple[Role, ...] = get_args(Role)
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

MAY: dict[Role, frozenset[Permission]] = {
    "admin": frozenset(PERMISSIONS),
    "recruiter": frozenset({"me", "search", "write-people", "act", "connections"}),
    "hiring-manager": frozenset({"me", "search"}),
    "viewer": frozenset({"me", "search"}),
    "service": frozenset({"me", "search", "write-people", "act"}),
}
NEWCOMER: Role = "viewer"
"""Of whoever comes from the company's identity provider for the first time."""
BOUND_TO_JOBS: frozenset[Role] = frozenset({"hiring-manager"})
"""Who sees nobody but the people of the jobs they were given."""


def may(role: str, scopes: frozenset[str] | None = None) -> frozenset[str]:
    """What a role may do, cut to a key's scopes. A role nobody knows may do nothing."""
    found: frozenset[str] = next((MAY[known] for known in ROLES if known == role), frozenset())
    return found if scopes is None else found & (scopes | {"me"})
