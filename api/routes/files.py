"""Files for people in an ATS: given here, and fetched by the vendor from here."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Header, Path, Request, UploadFile
from fastapi.responses import FileResponse

from api.access import Actor
from api.routes.actions import acting_of
from api.routes.common import problems
from api.schemas_actions import ActionOut
from engine.errors import BadInput

router, fetched = APIRouter(tags=["actions"]), APIRouter()
Text = Annotated[str | None, Form(max_length=500)]


@router.post("/people/{person_id}/files", status_code=202, responses=problems(400, 401, 403, 404, 409, 413, 422, 503))
def give(
    person_id: Annotated[str, Path(min_length=1, max_length=200)],
    file: Annotated[UploadFile, File(description="Its name is the one it gets in the ATS.")],
    caller: Actor,
    request: Request,
    connection: Text = None,
    why: Text = None,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> ActionOut:
    """A file for a person, as an action of kind `file`. The ATS fetches it from this installation's public address.

    `connection`: where the person is in several.
    """
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2].strip()
    if not name or not file.size:
        raise BadInput("The file has no name, or nothing in it.", "Send it as `file` of a multipart form.")
    given: dict[str, Any] = {"person_id": person_id, "connection": connection or None, "why": why or ""}
    return acting_of(request, caller).add_file(file.file, name, given=given, key=idempotency_key)


@fetched.get("/files/{token}/{name:path}")
def fetch(token: str, name: str, request: Request) -> FileResponse:
    """For a vendor: the link is the key. The name in it is for who reads it; what is sent hangs on the token alone."""
    state = request.app.state
    path = state.given.path(state.links.opened(token[:300]))
    return FileResponse(path, media_type="application/octet-stream", filename=name.rpartition("/")[2][:200])
