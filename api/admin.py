"""Users and keys, made and changed: what the command line and the API share. Decides no permission."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from api.errors import first_sentence
from api.passwords import hashed
from api.schemas_admin import KeyIn, KeyMade, KeyOut, UserChange, UserIn, UserOut
from api.secret import Secret, new_key
from engine.errors import BadInput, NotFound
from indexer.ledger import Account, Accounts, KeyRow, Keys

Shape = TypeVar("Shape", bound=BaseModel)


def make_user(accounts: Accounts, workspace: str, given: UserIn) -> UserOut:
    """Raises BadInput: the address has an account; NotFound: a job that is not there."""
    accounts.check_jobs(workspace, given.jobs)  # first: or an account without jobs would be left
    made = accounts.add(
        workspace, given.email, name=given.name, role=given.role, audiences=given.audiences,
        password=hashed(given.password) if given.password else None,
    )  # fmt: skip
    if given.jobs:
        accounts.set_jobs(workspace, made.id, given.jobs)
    return user_out(accounts, made)


def change_user(accounts: Accounts, workspace: str, user_id: str, given: UserChange) -> UserOut:
    """Raises NotFound, BadInput."""
    found = accounts.get(user_id)
    if found is None or found.workspace != workspace:
        raise NotFound("There is no such user.", "GET /v1/users lists them.")
    values: dict[str, Any] = given.model_dump(exclude_none=True, include={"name", "role", "audiences", "disabled"})
    if given.password:
        values["password"] = hashed(given.password)
    if given.jobs is not None:
        accounts.set_jobs(workspace, user_id, given.jobs)
    for connection, theirs in (given.ats_users or {}).items():
        accounts.set_ats_user(workspace, user_id, connection, theirs)
    if values:
        found = accounts.change(workspace, user_id, **values)
    return user_out(accounts, found)


def user_out(accounts: Accounts, one: Account) -> UserOut:
    return UserOut(
        id=one.id, email=one.email, name=one.name, role=one.role, audiences=sorted(one.audiences),
        jobs=sorted(accounts.jobs_of(one.id)), ats_users=accounts.ats_users(one.workspace, one.id),
        has_password=one.password is not None, locked_until=one.locked_until, disabled_at=one.disabled_at,
        created_at=one.created_at,
    )  # fmt: skip


def make_key(keys: Keys, secret: Secret, workspace: str, given: KeyIn) -> KeyMade:
    made = new_key()
    row = keys.add(
        workspace, given.name, secret.digest("key", made), made[:7], role=given.role, scopes=given.scopes,
        audiences=given.audiences, days=given.days,
    )  # fmt: skip
    return KeyMade(**key_out(row).model_dump(), key=made)


def key_out(row: KeyRow) -> KeyOut:
    return KeyOut(
        id=row.id, name=row.name, begins=row.hint, role=row.role, audiences=sorted(row.audiences),
        scopes=None if row.scopes is None else sorted(row.scopes), created_at=row.created_at,
        expires_at=row.expires_at, used_at=row.used_at, revoked_at=row.revoked_at,
    )  # fmt: skip


def checked(shape: type[Shape], **values: Any) -> Shape:
    """What a command line was given, in a shape of the API. Raises BadInput, without repeating a value."""
    try:
        return shape(**values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"] if isinstance(part, str))
        raise BadInput(f"{field.capitalize()}: {first_sentence(first['msg'])}.") from None
