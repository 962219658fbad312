"""``headwater sync act`` and its sisters: do things in an ATS, see what became of them, say what may be written."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.text import Text

from api.access import LOCAL, Caller
from api.acting import Acting, error_of
from api.commands.look import JSON
from api.commands.sync import NAME
from api.console import err, out, show_json
from api.deeds import WITHIN
from api.local import open_ledger, secret, self_of, serving
from api.roles import MAY
from api.schemas_actions import ACTION_STATES, MOST, ActionOut, ActResult
from api.settings import Settings
from api.syncing import given_of, links_of, opener_of
from engine.errors import BadFile, BadInput
from indexer.connectors.actions import ContactField

WINNABLE = (*get_args(ContactField), "stage", "outcome", "reason")
ID = Annotated[str, typer.Argument(help="As `headwater sync actions` shows it.")]


def act(
    file: Annotated[
        str, typer.Argument(help="JSON lines, each as one element of POST /v1/actions; - for standard input.")
    ],
    key: Annotated[str | None, typer.Option(help="The same file with the same key again does nothing twice.")] = None,
    as_json: JSON = False,
) -> None:
    """Do these things in the ATS. Each line is accepted or refused by itself; ends with 2 where one was refused."""
    with _acting() as acting:
        results: list[ActResult] = []
        for start, lines in _parts(file):
            results += _accepted(acting, lines, start, key)
    refused = sum(one.error is not None for one in results)
    if as_json:
        rows = [one.model_dump(mode="json") for one in results]
        show_json({"results": rows, "accepted": len(results) - refused, "rejected": refused})
    else:
        for one in results:
            for row in one.actions:
                out.print(Text(f"{one.index + 1:>6}  {row.id}  {row.kind}, {row.state}"), soft_wrap=True)
            if one.error:
                said = [one.error.detail, *(f"{e['field']}: {e['problem']}." for e in one.error.errors), one.error.fix]
                out.print(
                    Text(f"{one.index + 1:>6}  refused: {' '.join(filter(None, said))}", "yellow"), soft_wrap=True
                )
        out.print(f"{len(results) - refused:,} accepted, {refused:,} refused")
    _say_who_writes()
    if refused:
        raise typer.Exit(2)


def file(
    person_id: Annotated[str, typer.Argument(help="As a search shows it.")],
    path: Annotated[Path, typer.Argument(help="Its name is the one it gets in the ATS.", exists=True, dir_okay=False)],
    connection: Annotated[str | None, typer.Option(help="Where the person is in several.")] = None,
    why: Annotated[str, typer.Option(help="Kept with the action.")] = "",
) -> None:
    """Give the ATS a file of a person. It fetches it from HEADWATER_PUBLIC_URL, where `headwater serve` runs."""
    given = {"person_id": person_id, "connection": connection, "why": why}
    with _acting() as acting, path.open("rb") as data:
        row = acting.add_file(data, path.name, given=given)
    out.print(Text(f"{row.id}  {row.kind}, {row.state}"), soft_wrap=True)
    _say_who_writes()


def _parts(file: str) -> Iterator[tuple[int, list[str]]]:
    """(number of the first, lines) of a few hundred each."""
    try:
        with sys.stdin if file == "-" else Path(file).open(encoding="utf-8") as lines:
            part: list[str] = []
            start = 0
            for number, line in enumerate(lines):
                part.append(line)
                if len(part) == MOST:
                    yield start, part
                    start, part = number + 1, []
            if part:
                yield start, part
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(
            f"The file cannot be read ({type(error).__name__}).", "Give a file of JSON lines in UTF-8."
        ) from None


def _accepted(acting: Acting, lines: Sequence[str], start: int, key: str | None) -> list[ActResult]:
    """Of each line that is not empty."""
    found = []
    for number, line in enumerate(lines, start):
        if not line.strip():
            continue
        try:
            given: Any = json.loads(line)
        except ValueError:
            given = None
        if isinstance(given, dict):
            found += acting.accept([given], key=key, first=number)
        else:
            bad = BadInput("The line is no JSON object.", "Write one action a line.")
            found.append(ActResult(index=number, error=error_of(bad)))
    return found


def actions(
    name: Annotated[str | None, typer.Argument(help="A connection; none: all.")] = None,
    state: Annotated[str | None, typer.Option(help=", ".join(ACTION_STATES))] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    as_json: JSON = False,
) -> None:
    """What was done in the ATSs and what became of it, newest first."""
    if state is not None and state not in ACTION_STATES:
        raise BadInput(f"There is no state {state!r}.", f"Choose {', '.join(ACTION_STATES)}.")
    states = next((inner for outer, inner in WITHIN.items() if outer == state), ())
    with _acting() as acting:
        rows = acting.outs(acting.log.page(states=states, connection=name, limit=limit))
    if as_json:
        show_json({"actions": [row.model_dump(mode="json") for row in rows]})
        return
    if not rows:
        out.print("Nothing was done." if state is None else f"Nothing is {state}.")
    for row in rows:
        _show(row)


def cancel(action_id: ID, as_json: JSON = False) -> None:
    """Before it was sent; or give way in a conflict, or drop what was refused."""
    _settle("cancel", action_id, as_json)


def retry(action_id: ID, as_json: JSON = False) -> None:
    """Try what was refused once more; of a conflict, write ours over the ATS's."""
    _settle("retry", action_id, as_json)


def undo(action_id: ID, as_json: JSON = False) -> None:
    """Take back what was applied, by an action of its own."""
    _settle("undo", action_id, as_json)


def writes(name: NAME, how: Annotated[str, typer.Argument(help="on; dry: say what would be written; off.")]) -> None:
    """Whether anything is written to this ATS. What was accepted before waits while it is off."""
    if how not in ("on", "dry", "off"):
        raise BadInput(f"{how!r} is no way to write.", "Choose on, dry or off.")
    _set(name, writes=None if how == "on" else how)
    out.print(
        {"on": "What is owed is written from now on.", "off": "Nothing is written; what is owed waits."}.get(
            how, "Nothing is written; each action ends with what would have been."
        )
    )


def wins(
    name: NAME,
    values: Annotated[
        str, typer.Argument(help=f"Of {', '.join(WINNABLE)}; commas between; none: the ATS's word stands.")
    ],
) -> None:
    """The values of which ours is written whatever was changed in the ATS meanwhile."""
    names = [] if values == "none" else [one.strip() for one in values.split(",") if one.strip()]
    if unknown := [one for one in names if one not in WINNABLE]:
        raise BadInput(f"There is no value {unknown[0]!r}.", f"Choose of {', '.join(WINNABLE)}, or none.")
    _set(name, wins=",".join(dict.fromkeys(names)) or None)
    out.print(f"Ours wins: {', '.join(names)}." if names else "Where both sides changed a value, the ATS's stands.")


def user(
    name: NAME, user_id: Annotated[str | None, typer.Argument(help="The vendor's id of a user; none: nobody.")] = None
) -> None:
    """In whose name is written what someone does who is nobody there (`headwater users map` says who is somebody)."""
    _set(name, sync_user=user_id)
    out.print("Done." if user_id else "Done: what needs a name is refused to those who have none there.")


def restored(name: NAME) -> None:
    """After a restored backup: look each thing up that is owed, before it is sent again."""
    settings = Settings()
    with open_ledger(settings, create=False) as ledger:
        ledger.connections.get(settings.workspace, name)
        with ledger.sync(settings.workspace, name).write() as tx:
            number = tx.doubt()
    out.print(f"Looked up before anything is sent: {number:,}." if number else "Nothing is owed.")


@contextmanager
def _acting() -> Iterator[Acting]:
    """As this machine's own admin. A serving process is no hindrance: its worker looks every other second."""
    settings = Settings()
    caller = Caller(key_id=LOCAL, viewer=self_of(settings.workspace), may=MAY["admin"])
    with open_ledger(settings, create=False) as ledger:
        key = secret(settings)
        yield Acting(ledger, opener_of(key), caller, files=given_of(settings), links=links_of(key, settings))


def _settle(verb: str, action_id: str, as_json: bool) -> None:
    with _acting() as acting:
        do = {"cancel": acting.cancel, "retry": acting.retry, "undo": acting.undo}[verb]
        row = do(action_id)
    if as_json:
        show_json(row.model_dump(mode="json"))
    else:
        _show(row)
    if row.state == "waiting":
        _say_who_writes()


def _set(name: str, **values: str | None) -> None:
    settings = Settings()
    with open_ledger(settings, create=False) as ledger:
        ledger.connections.change_settings(settings.workspace, name, values)


def _say_who_writes() -> None:
    if serving(Settings()) is None:
        err.print("Nobody syncs now: `headwater serve` writes it, or `headwater work`.")


def _show(row: ActionOut) -> None:
    style = {"waiting": "cyan", "conflict": "yellow", "parked": "yellow", "cancelled": "dim"}.get(row.state, "green")
    out.print(
        Text.assemble((f"{row.state:9}", style), f" {row.kind} by {row.actor_name}, {row.at[:19]}  {row.connection}")
    )
    out.print(Text(f"          {row.id}, about {row.person_id}", "dim"), soft_wrap=True)
    for one in row.changes:
        theirs = f" (the ATS has {one.theirs!r})" if one.theirs is not None else ""
        before = "" if one.before in (None, []) else f"{one.before!r} → "
        out.print(Text(f"          {one.name}: {before}{one.after!r}{theirs}"[:300]), soft_wrap=True)
    for said in filter(None, (row.problem, row.note)):
        out.print(Text(f"          {said}", "yellow"), soft_wrap=True)
