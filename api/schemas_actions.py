"""The shapes of /v1/actions. Values only."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from api.schemas import In, Out, Short, Text
from indexer.connectors.actions import Action

ActionState = Literal["waiting", "applied", "conflict", "parked", "cancelled"]
ACTION_STATES: tuple[ActionState, ...] = get_args(ActionState)
Verb = Literal["cancel", "retry", "undo"]
MOST = 500
Why = Annotated[Text, Field(max_length=500)]


class ActionIn(In):
    """One thing to do. Without ``person_id``: a new candidate. ``connection``: where the person is in several."""

    person_id: Short | None = None
    connection: Annotated[Short, Field(max_length=100)] | None = None
    why: Why = ""
    action: Action


class ActionsIn(In):
    actions: tuple[dict[str, Any], ...] = Field(min_length=1, max_length=MOST)
    """Each is checked on its own, so one that is wrong does not stop the others."""


class ChangeOut(Out):
    """One value. Of tags: what is taken away, and what is added. ``theirs``: the ATS's, where it is in conflict."""

    name: str
    before: Any = None
    after: Any = None
    theirs: Any = None


class ActionOut(Out):
    id: str
    connection: str
    person_id: str
    kind: str
    state: ActionState
    note: str
    """What else is to be known of the state; often empty."""
    actor: str
    actor_name: str
    as_user: str | None
    """The ATS's user in whose name."""
    why: str
    at: str
    due_at: str | None
    """When it is tried next; null when it is over."""
    done_at: str | None
    attempts: int
    problem: str
    changes: list[ChangeOut]
    remote_id: str | None
    """The ATS's id of what was made or changed."""
    undoes: str | None
    """The action that this one takes back."""
    may: list[Verb]
    """What the caller may do about it now."""


class ActionError(Out):
    type: str
    detail: str
    fix: str
    errors: list[dict[str, str]] = []


class ActResult(Out):
    """Either the accepted actions (two for a new candidate with a job) or the error."""

    index: int
    actions: list[ActionOut] = []
    error: ActionError | None = None


class ActionsAccepted(Out):
    results: list[ActResult]
    accepted: int
    rejected: int


class ActionsOut(Out):
    actions: list[ActionOut]
    cursor: str | None
