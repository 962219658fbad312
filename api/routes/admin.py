"""/v1/me, /v1/users, /v1/keys, /v1/connections: who one is, who else may come in, how sync stands."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.access import Access, Anyone, KeyAdmin, SyncWatcher, UserAdmin
from api.admin import change_user, key_out, make_key, make_user, user_out
from api.routes.common import OpenRuntime, problems
from api.schemas_admin import (
    ConnectionsOut,
    KeyIn,
    KeyMade,
    KeysOut,
    MeOut,
    UserChange,
    UserIn,
    UserOut,
    UsersOut,
)
from api.syncing import opener_of, standing_of

router = APIRouter()
Id = Annotated[str, Path(min_length=1, max_length=200)]


@router.get("/me", tags=["access"], responses=problems(401))
def me(caller: Anyone) -> MeOut:
    """Who this key or command line is, and what it may do."""
    jobs = None if caller.viewer.jobs is None else sorted(caller.viewer.jobs)
    return MeOut(
        name=caller.name, role=caller.role, may=sorted(caller.may), workspace=caller.viewer.workspace,
        audiences=sorted(caller.viewer.audiences), jobs=jobs,
    )  # fmt: skip


@router.get("/users", tags=["access"], responses=problems(401, 403))
def users(caller: UserAdmin, runtime: OpenRuntime) -> UsersOut:
    """Everyone who may come in, disabled ones too."""
    accounts = runtime.ledger.accounts
    return UsersOut(users=[user_out(accounts, one) for one in accounts.list(caller.viewer.workspace)])


@router.post("/users", tags=["access"], status_code=201, responses=problems(400, 401, 403, 404, 422))
def add_user(body: UserIn, caller: UserAdmin, runtime: OpenRuntime) -> UserOut:
    """Without a password they cannot sign in until one is set."""
    return make_user(runtime.ledger.accounts, caller.viewer.workspace, body)


@router.patch("/users/{user_id}", tags=["access"], responses=problems(400, 401, 403, 404, 422))
def edit_user(user_id: Id, body: UserChange, caller: UserAdmin, runtime: OpenRuntime) -> UserOut:
    """What is given is changed; it counts at once, since the user's sessions end."""
    return change_user(runtime.ledger.accounts, caller.viewer.workspace, user_id, body)


@router.get("/keys", tags=["access"], responses=problems(401, 403))
def keys(caller: KeyAdmin, runtime: OpenRuntime) -> KeysOut:
    """All keys by their first characters, revoked ones too."""
    return KeysOut(keys=[key_out(row) for row in runtime.ledger.keys.list(caller.viewer.workspace)])


@router.post("/keys", tags=["access"], status_code=201, responses=problems(400, 401, 403, 422))
def add_key(body: KeyIn, caller: KeyAdmin, runtime: OpenRuntime, request: Request) -> KeyMade:
    """The key itself is in this answer and nowhere else."""
    access: Access = request.app.state.access
    return make_key(runtime.ledger.keys, access.secret, caller.viewer.workspace, body)


@router.delete("/keys/{key_id}", tags=["access"], status_code=204, responses=problems(401, 403, 404, 422))
def revoke_key(key_id: Id, caller: KeyAdmin, runtime: OpenRuntime) -> Response:
    """From now on it is not known; sessions opened with it end too."""
    runtime.ledger.keys.revoke(caller.viewer.workspace, key_id)
    return Response(status_code=204)


@router.get("/connections", tags=["sync"], responses=problems(401, 403))
def connections(caller: SyncWatcher, runtime: OpenRuntime) -> ConnectionsOut:
    """How each connection stands, as `headwater sync status` shows it."""
    ledger, opener = runtime.ledger, opener_of(runtime.secret)
    rows = ledger.connections.list(caller.viewer.workspace)
    return ConnectionsOut(connections=[standing_of(ledger, opener, row) for row in rows])
