"""What was sent -> one thing to do in an ATS, or which of its fields cannot be used. Pure; repeats nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from api.errors import first_sentence
from api.schemas_actions import ActionIn
from engine.errors import BadInput
from indexer.connectors.actions import AddFile, AddNote, ChangeTags, LogMessage


class _Unusable(BadInput):
    """Fields that cannot be used, each named."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        names = ", ".join(sorted({one["field"] for one in errors}))
        super().__init__(f"These fields cannot be used: {names}.")
        self.errors = errors


def checked(given: Mapping[str, Any], *, own_file: bool = False) -> ActionIn:
    """own_file: of a file given here, whose address nobody else can name. Raises BadInput, naming the fields."""
    if not _is_text(given):
        raise _Unusable([{"field": "action", "problem": "holds a NUL or half a character (a lone surrogate)"}])
    try:
        asked = ActionIn.model_validate(given)
    except ValidationError as error:
        raise _Unusable(
            [
                {"field": _field(item["loc"]), "problem": first_sentence(item["msg"])}
                for item in error.errors(include_input=False)[:20]
            ]
        ) from None
    action = asked.action
    if isinstance(action, ChangeTags) and not (action.add or action.remove):
        raise _Unusable([{"field": "action.add", "problem": "names no tag, and `remove` neither"}])
    if isinstance(action, AddNote | LogMessage) and not action.text.strip():
        raise _Unusable([{"field": "action.text", "problem": "holds nothing but blanks"}])
    if isinstance(action, AddFile) and not (own_file or action.url.startswith("https://")):
        raise _Unusable([{"field": "action.url", "problem": "must begin with https://"}])
    return asked


def _field(loc: tuple[int | str, ...]) -> str:
    """``action.text``: without the name of the kind, which stands in the place of a field."""
    kept = [str(part) for place, part in enumerate(loc) if not (place == 1 and loc[0] == "action" and len(loc) > 2)]
    return ".".join(kept) or "action"


def _is_text(given: Any) -> bool:
    """JSON can name half a character, which no database and no page can hold."""
    left: list[Any] = [given]
    while left:
        one = left.pop()
        if isinstance(one, Mapping):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple):
            left += one
        elif isinstance(one, str) and any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in one):
            return False
    return True
