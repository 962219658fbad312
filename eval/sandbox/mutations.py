"""Ways in which a vendor's records may change without notice: for each resource at least thirty, always the same.

Each changes one record of a JSON:API document and leaves the others as they are. A reader may lose that record, with
its reason; it must not crash and must not lose another. Knows the attributes' names and nothing else of a vendor.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]
Edit = Callable[[Record], None]


@dataclass(frozen=True)
class Mutation:
    name: str
    type: str
    edit: Edit

    def on(self, identity: str | None = None) -> Callable[[dict[str, Any]], None]:
        """For ``Faults.add("mutate", change=...)``: changes the record with that id, or the first of its type."""

        def change(body: dict[str, Any]) -> None:
            data = body.get("data") or []
            for record in [*(data if isinstance(data, list) else [data]), *body.get("included", [])]:
                if record.get("type") == self.type and identity in (None, record.get("id")):
                    self.edit(record)
                    return

        return change


def _on_relations(edit: Callable[[Record], None]) -> Edit:
    def change(record: Record) -> None:
        for relation in (record.get("relationships") or {}).values():
            edit(relation)

    return change


def _turn(relation: Record) -> None:
    """One becomes many, many becomes one."""
    if "data" in relation:
        data = relation["data"]
        relation["data"] = (data[0] if data else None) if isinstance(data, list) else [data]


def _on_targets(edit: Callable[[Record], None]) -> Edit:
    def change(relation: Record) -> None:
        data = relation.get("data") or []
        for target in data if isinstance(data, list) else [data]:
            edit(target)

    return _on_relations(change)


def _renamed(record: Record, rename: Callable[[str], str]) -> None:
    record["attributes"] = {rename(name): value for name, value in record["attributes"].items()}


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(word.capitalize() for word in rest)


RECORD: Mapping[str, Edit] = {
    "an attribute nobody knows": lambda r: r["attributes"].update({"brand-new": "text"}),
    "an attribute nobody knows, nested": lambda r: r["attributes"].update({"brand-new": {"deep": [{"er": None}]}}),
    "a relation nobody knows": lambda r: r.setdefault("relationships", {}).update(
        {"brand-new": {"links": {}, "data": {"type": "novelties", "id": "1"}}}
    ),
    "a member nobody knows": lambda r: r.update({"brand-new": [1, 2]}),
    "meta on the record": lambda r: r.update({"meta": {"etag": "abc"}}),
    "id as a number": lambda r: r.update({"id": int(r["id"]) if str(r["id"]).isdigit() else 4711}),
    "id is null": lambda r: r.update({"id": None}),
    "id is missing": lambda r: r.pop("id"),
    "type is missing": lambda r: r.pop("type"),
    "type nobody knows": lambda r: r.update({"type": "novelties"}),
    "attributes are null": lambda r: r.update({"attributes": None}),
    "attributes are missing": lambda r: r.pop("attributes"),
    "attributes are a list": lambda r: r.update({"attributes": [r["attributes"]]}),
    "attributes are empty": lambda r: r.update({"attributes": {}}),
    "all attributes are null": lambda r: r.update({"attributes": dict.fromkeys(r["attributes"])}),
    "attributes in snake_case": lambda r: _renamed(r, lambda name: name.replace("-", "_")),
    "attributes in camelCase": lambda r: _renamed(r, _camel),
    "relationships are null": lambda r: r.update({"relationships": None}),
    "relationships are missing": lambda r: r.pop("relationships", None),
    "relationships are a list": lambda r: r.update({"relationships": []}),
    "links are missing": lambda r: r.pop("links", None),
    "links are null": lambda r: r.update({"links": None}),
    "relation without data": _on_relations(lambda relation: relation.pop("data", None)),
    "relation with data null": _on_relations(lambda relation: relation.update({"data": None})),
    "relation without links": _on_relations(lambda relation: relation.pop("links", None)),
    "one and many change places": _on_relations(_turn),
    "relation to an id that is not there": _on_targets(lambda target: target.update({"id": "999999999"})),
    "relation with ids as numbers": _on_targets(lambda target: target.update({"id": 4711})),
    "relation to a type nobody knows": _on_targets(lambda target: target.update({"type": "novelties"})),
}
GONE = object()
VALUES: Mapping[str, Any] = {
    "is missing": GONE,
    "is null": None,
    "is a number": 4711,
    "is a word nobody knows": "brand_new",
    "is empty text": "",
    "is a list": ["a", 1, None],
    "is an object": {"value": "a"},
    "is true": True,
    "is very long": "x" * 100_000,
}


def _attribute(name: str, value: Any) -> Edit:
    def change(record: Record) -> None:
        if value is GONE:
            record["attributes"].pop(name, None)
        else:
            record["attributes"][name] = copy.deepcopy(value)

    return change


def mutations_of(kind: str, attributes: Sequence[str]) -> list[Mutation]:
    """The changes of whole records first, then every attribute with every kind of value."""
    made = [Mutation(name, kind, edit) for name, edit in RECORD.items()]
    for what, value in VALUES.items():
        made += [Mutation(f"{name} {what}", kind, _attribute(name, value)) for name in attributes]
    return made
