"""A page cursor: names a stored result list, a place in it and the question it belongs to. Sealed, so it is ours."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from api.schemas import SearchIn
from api.secret import Secret
from engine.errors import BadCursor
from engine.records import Viewer


@dataclass(frozen=True)
class Cursor:
    list_id: str
    offset: int


def fingerprint(asked: SearchIn, viewer: Viewer) -> str:
    """The same for every page of one question of one viewer."""
    question = asked.model_dump_json(exclude={"cursor", "limit"})
    who = f"{viewer.workspace}\n{viewer.user}\n{sorted(viewer.audiences)}\n"
    return hashlib.sha256((who + question).encode()).hexdigest()[:32]


def write(cursor: Cursor, print_: str, *, secret: Secret, until: float) -> str:
    return secret.sign("cursor", f"{cursor.list_id}:{cursor.offset}:{print_}", until=until)


def read(text: str, print_: str, *, secret: Secret, now: float) -> Cursor:
    """Raises BadCursor: forged, over, or of another question or viewer."""
    opened = secret.opened("cursor", text, now=now)
    if opened is None:
        raise BadCursor("The cursor is not one of ours or is over.", "Ask again without a cursor.")
    list_id, offset, of = opened.split(":")
    if of != print_:
        raise BadCursor(
            "The cursor belongs to another question.", "Send the same body as before with the cursor added."
        )
    return Cursor(list_id, int(offset))
