"""The shapes of /v1/me, /v1/users, /v1/keys and /v1/connections. Values only."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from api.passwords import LEAST, MOST
from api.roles import Permission, Role
from api.schemas import JobId, Short, Text
from indexer.sync.status import ConnectionStatus

Name = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Names = Annotated[tuple[JobId, ...], Field(max_length=500)]
Password = Annotated[Text, Field(min_length=LEAST, max_length=MOST)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MeOut(BaseModel):
    """``jobs``: null for everyone of the workspace; else nobody but the people of these jobs."""

    name: str
    role: str
    may: list[str]
    workspace: str
    audiences: list[str]
    jobs: list[str] | None


class UserIn(_In):
    """``jobs``: whose people a hiring manager may see. ``audiences``: restricted texts they may read."""

    email: EmailStr
    name: Name
    role: Role
    password: Password | None = None
    audiences: Names = ()
    jobs: Names = ()


class UserChange(_In):
    """Fields left out stay."""

    name: Name | None = None
    role: Role | None = None
    password: Password | None = None
    audiences: Names | None = None
    jobs: Names | None = None
    disabled: bool | None = None
    ats_users: dict[Short, Short | None] | None = None
    """connection -> the vendor's id of this recruiter; null takes it away."""


class UserOut(BaseModel):
    id: str
    email: str
    name: str
    role: str
    audiences: list[str]
    jobs: list[str]
    ats_users: dict[str, str]
    has_password: bool
    locked_until: str | None
    disabled_at: str | None
    created_at: str


class UsersOut(BaseModel):
    users: list[UserOut]


class KeyIn(_In):
    """``scopes``: permissions of the role's it is cut to; null: all. ``days``: until it is over; null: never."""

    name: Name
    role: Role = "service"
    scopes: tuple[Permission, ...] | None = None
    audiences: Names = ()
    days: float | None = Field(default=None, gt=0, le=3650)


class KeyOut(BaseModel):
    id: str
    name: str
    begins: str
    role: str
    scopes: list[str] | None
    audiences: list[str]
    created_at: str
    expires_at: str | None
    used_at: str | None
    revoked_at: str | None


class KeyMade(KeyOut):
    key: str
    """Shown once."""


class KeysOut(BaseModel):
    keys: list[KeyOut]


class ConnectionsOut(BaseModel):
    connections: list[ConnectionStatus]
