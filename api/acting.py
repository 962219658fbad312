"""What users do in an ATS: from what was sent to an action that is owed, for the API, the page and the command line.

Who may see whom the ledger's readers decide; what can be done in an ATS its connector.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import NAMESPACE_URL, uuid5

import structlog

from api.access import Caller
from api.asked import checked
from api.deeds import Names, Spoken, told, verbs_of
from api.errors import KeyReused, status_of
from api.links import Links
from api.schemas_actions import ActionError, ActionIn, ActionOut, ActResult, Verb
from engine.errors import BadInput, HeadwaterError, NotFound
from engine.records import Person, SourceRecord
from indexer.connectors.actions import (
    Action,
    AddCandidate,
    Apply,
    MoveStage,
    Reject,
    Reopen,
)
from indexer.connectors.connector import Connector, Speaking, Writing
from indexer.connectors.errors import Refused
from indexer.given import GivenFiles
from indexer.ledger import Acted, ConnectionRow, Ledger, OutboxRow, Reader
from indexer.sync.desk import By, Desk
from indexer.sync.opening import Opener
from indexer.sync.worker import rules_of

log = structlog.get_logger(__name__)

Changed = Callable[[str], object]
"""Told which connection has something to do now."""


class Acting:
    """One caller's. Make one for each request: it remembers what it looked up."""

    def __init__(
        self, ledger: Ledger, opener: Opener, caller: Caller, on_change: Changed = lambda _: None, *,
        files: GivenFiles | None = None, links: Links | None = None,
    ) -> None:  # fmt: skip
        """files, links: where files given here are kept, and how a vendor fetches them; None: none are taken."""
        self._files, self._links = files, links
        self._ledger, self._opener, self._caller, self._on_change = ledger, opener, caller, on_change
        self._workspace = caller.viewer.workspace
        self._connections = {row.name: row for row in ledger.connections.list(self._workspace)}
        self._connectors: dict[str, Connector] = {}
        self._users: dict[str, str] | None = None
        self._names = Names(ledger, self._workspace)
        self.log = ledger.actions(caller.viewer)
        self._reader: Reader = ledger.reader(caller.viewer)

    def accept(self, given: Sequence[Mapping[str, Any]], *, key: str | None = None, first: int = 0) -> list[ActResult]:
        """Each is accepted or refused by itself, in order. key, first: the same again does nothing twice."""
        found = []
        for index, one in enumerate(given, first):
            try:
                rows = self._one(one, self._id_of(key, index))
                found.append(ActResult(index=index, actions=rows))
            except HeadwaterError as error:
                found.append(ActResult(index=index, error=error_of(error)))
            except Exception as error:  # a connector's own fault must not hold up the others
                log.error("an action was not taken", kind=type(error).__name__)
                said = HeadwaterError("Something went wrong on our side.", "The log names the kind of error.")
                found.append(ActResult(index=index, error=error_of(said)))
        for name in sorted({row.connection for one in found for row in one.actions}):
            self._on_change(name)
        return found

    def add_file(self, file: BinaryIO, filename: str, *, given: Mapping[str, Any], key: str | None = None) -> ActionOut:
        """A file given here, for the ATS to fetch. given: ``person_id``, ``connection``, ``why``.

        Raises Refused, NotFound, BadInput.
        """
        assert self._files is not None
        assert self._links is not None
        self._links.check()
        action = {"kind": "file", "filename": filename, "url": self._files.keep(file, filename)}
        [out] = self._one({**given, "action": action}, self._id_of(key, 0), own_file=True)
        self._on_change(out.connection)
        return out

    def _id_of(self, key: str | None, index: int) -> str | None:
        name = json.dumps(["headwater-action", self._workspace, self._caller.key_id, key, index])
        return str(uuid5(NAMESPACE_URL, name)) if key is not None else None

    def _one(self, given: Mapping[str, Any], action_id: str | None, *, own_file: bool = False) -> list[ActionOut]:
        asked = checked(given, own_file=own_file)
        if isinstance(asked.action, AddCandidate):
            connection, person_id, record = self._for_a_new_one(asked), None, None
        else:
            connection, person_id, record = self._whose(asked)
        action = self._named(asked.action, connection, record)
        rules = rules_of(connection)
        if rules["writes"] == "off":
            raise Refused(
                f"Nothing is written to {connection.name!r}: it is turned off.",
                f"An operator turns it on: `headwater sync writes {connection.name} on`.",
            )
        store = self._ledger.sync(self._workspace, connection.name)
        before = store.action(action_id) if action_id else None
        if before and before.action and before.action != _said(action):
            raise KeyReused
        desk = Desk(store, self._connector(connection), ours_wins=rules["ours_wins"])
        by = By(self._caller.viewer.user, self._user_in(connection), asked.why)
        rows = desk.accept(record.id if record else None, action, by, action_id=action_id)
        if person_id is None:
            person_id = self._reader.ids_of(connection.name, [rows[0].person])[rows[0].person]
        return self.outs([Acted(connection.name, row, person_id, row, True) for row in rows])

    def _for_a_new_one(self, asked: ActionIn) -> ConnectionRow:
        if asked.person_id is not None:
            raise BadInput("A new candidate is nobody yet.", "Leave `person_id` out, or choose another kind of action.")
        return self._chosen(asked.connection, sorted(self._connections))

    def _whose(self, asked: ActionIn) -> tuple[ConnectionRow, str, SourceRecord]:
        """The record that is meant. Raises NotFound, BadInput."""
        if asked.person_id is None:
            raise BadInput("The action names no person.", "Give `person_id`; only a new candidate has none yet.")
        person = self._reader.person(asked.person_id)
        pairs = [(c, r) for c, r in zip(person.connections, person.records, strict=True) if c in self._connections]
        if not pairs:
            raise BadInput("They are in no connected ATS, so there is nothing to write to.", "Add them there first.")
        connection = self._chosen(asked.connection, sorted({name for name, _ in pairs}))
        records = [record for name, record in pairs if name == connection.name]
        application = getattr(asked.action, "application", None)
        theirs = [r for r in records if any(a.id == application for a in r.applications)]
        return connection, person.id, max(theirs or records, key=_newest)

    def _chosen(self, given: str | None, there: Sequence[str]) -> ConnectionRow:
        if not there:
            raise BadInput("No ATS is connected.", "An operator connects one: `headwater connect`.")
        if given is None and len(there) > 1:
            raise BadInput(f"`connection` is missing: it may be {' or '.join(there)}.", "Name one of them.")
        if given is not None and given not in there:
            raise BadInput("They are not in that connection.", f"`connection` may be {' or '.join(there)}.")
        return self._connections[given or there[0]]

    def _named(self, action: Action, connection: ConnectionRow, record: SourceRecord | None) -> Action:
        """With the ATS's own ids, of what the caller may see. What they may not see is refused as what never was."""
        if isinstance(action, MoveStage | Reject | Reopen):
            if record is None or not any(a.id == action.application for a in record.applications):
                raise NotFound("They have no such application.", "`applications` of the person names them.")
            if self._on_its_way(connection, record.id, action.application):
                raise Refused("This application is not in the ATS yet.", "Wait until it is, a few seconds as a rule.")
        if isinstance(action, AddCandidate | Apply) and action.job is not None:
            name = self._reader.job(action.job).id
            where, _, theirs = name.partition(":")
            if where != connection.name:
                raise BadInput(f"The job is one of {where}, and this is written to {connection.name}.")
            return action.model_copy(update={"job": theirs})
        return action

    def _on_its_way(self, connection: ConnectionRow, person: str, application: str) -> bool:
        owed = self._ledger.sync(self._workspace, connection.name).owed([person])[person]
        return any(row.id == application for row in owed)

    def _user_in(self, connection: ConnectionRow) -> str | None:
        """Who the caller is there; else whoever was set for everybody."""
        if self._users is None:
            account = self._caller.account_id
            self._users = self._ledger.accounts.ats_users(self._workspace, account) if account else {}
        return self._users.get(connection.name) or connection.settings.get("sync_user") or None

    def _connector(self, connection: ConnectionRow) -> Connector:
        if connection.name not in self._connectors:
            self._connectors[connection.name] = self._opener.connector(connection)
        return self._connectors[connection.name]

    # What became of it

    def cancel(self, action_id: str) -> ActionOut:
        """Raises NotFound, Refused."""
        return self._settled(action_id, Desk.cancel)

    def retry(self, action_id: str) -> ActionOut:
        """Raises NotFound, Refused."""
        return self._settled(action_id, Desk.retry)

    def undo(self, action_id: str) -> ActionOut:
        """The action that takes it back. Raises NotFound, Refused."""
        if self.log.taken_back([self.log.get(action_id).row.id]):
            raise Refused("It is taken back already.", "GET /v1/actions shows by which action.")
        return self._settled(action_id, Desk.undo)

    def _settled(self, action_id: str, verb: Callable[[Desk, str, By], OutboxRow]) -> ActionOut:
        found = self.log.get(action_id)
        connection = self._connections[found.connection]
        store = self._ledger.sync(self._workspace, connection.name)
        desk = Desk(store, self._connector(connection), ours_wins=rules_of(connection)["ours_wins"])
        row = verb(desk, found.row.id, By(self._caller.viewer.user, self._user_in(connection)))
        self._on_change(connection.name)
        return self.out(Acted(connection.name, row, found.person_id, found.first, found.told))

    def get(self, action_id: str) -> ActionOut:
        """Raises NotFound."""
        return self.out(self.log.get(action_id))

    def out(self, one: Acted) -> ActionOut:
        return self.outs([one])[0]

    def outs(self, some: Sequence[Acted]) -> list[ActionOut]:
        """As they are shown."""
        taken = self.log.taken_back([one.row.id for one in some if one.row.state == "applied"])
        found = []
        for one in some:
            connection, writing = self._connections.get(one.connection), self._writing(one.connection)
            may: list[Verb] = []
            if "act" in self._caller.may and one.told and writing:
                may = verbs_of(one.row, writing.deletable, taken_back=one.row.id in taken)
            spoken = self._spoken(one.connection) if one.told else _as_it_is
            found.append(told(one, self._names, connection, spoken=spoken, may=may))
        return found

    def _writing(self, name: str) -> Writing | None:
        """None: it only reads, or it cannot be opened."""
        try:
            connector = self._connector(self._connections[name]) if name in self._connections else None
        except HeadwaterError:
            return None
        return connector if isinstance(connector, Writing) else None

    def _spoken(self, name: str) -> Spoken:
        connector = self._writing(name)
        if not isinstance(connector, Speaking):
            return _as_it_is
        speak, look = connector.spoken, self._ledger.sync(self._workspace, name).body
        return lambda path, value: speak(path, value, look)

    # The forms of a person's page

    def places(self, person: Person) -> list[Place]:
        """Where something may be done with them; of two records in one ATS the one that an action would be about."""
        found: dict[str, Place] = {}
        for name, record in zip(person.connections, person.records, strict=True):
            writing = self._writing(name)
            how = rules_of(self._connections[name])["writes"] if writing else "off"
            if writing and writing.actions and how != "off":
                here = [record] if name not in found else [record, found[name].record]
                found[name] = Place(name, max(here, key=_newest), writing.actions, dry=how == "dry")
        return list(found.values())


@dataclass(frozen=True)
class Place:
    """A record in an ATS, and the kinds of action that are possible there."""

    connection: str
    record: SourceRecord
    kinds: frozenset[str]
    dry: bool


def _newest(record: SourceRecord) -> tuple[str, str]:
    return record.updated_at or "", record.id


def _as_it_is(_path: str, value: Any) -> Any:
    return value


def error_of(error: HeadwaterError) -> ActionError:
    errors = getattr(error, "errors", [])
    return ActionError(
        type=f"urn:headwater:problem:{status_of(error)[1]}", detail=error.what, fix=error.fix, errors=errors
    )


def _said(action: Action) -> dict[str, Any]:
    """As the row that owes it holds it: a new candidate and their application are two."""
    one = action.model_copy(update={"job": None}) if isinstance(action, AddCandidate) else action
    return one.model_dump(mode="json")
