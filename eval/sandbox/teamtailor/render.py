"""Rows -> JSON:API documents: attributes, relationships with ``data`` only where they were included, included rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

from eval.sandbox.teamtailor.query import Query, Tree
from eval.sandbox.teamtailor.schema import KIN, resource
from eval.sandbox.teamtailor.store import Ref, Row, Store

ZONE = timezone(timedelta(hours=1))
"""Times carry the company's offset, not Z."""

CHANGING = frozenset({"candidates", "uploads", "stages"})
"""Show more than what stands on the row: links that expire, counts."""


class Renderer:
    """For one request: ``origin`` stands in every link, ``visible`` hides what the key may not see.

    link_files: the signed links of a row, by attribute. admin: private attributes are shown.
    """

    def __init__(
        self,
        store: Store,
        origin: str,
        query: Query,
        *,
        admin: bool,
        visible: Callable[[Row], bool],
        link_files: Callable[[Row], dict[str, str | None]],
    ) -> None:
        self._store, self._origin, self._query, self._admin = store, origin, query, admin
        self._visible, self._link_files = visible, link_files

    def document(self, found: Row | list[Row] | None, **more: Any) -> str:
        """JSON text. more: further members of the envelope."""
        rows = found if isinstance(found, list) else [found] if found else []
        tree = self._query.include
        data = [self._text(row, tree) for row in rows]
        members = [f'"data":{_list(data) if isinstance(found, list) else data[0] if data else "null"}']
        if tree:
            asked: dict[Ref, tuple[Row, Tree]] = {}
            for row in rows:
                self._walk(row, tree, asked)
            primary = {row.ref for row in rows}
            included = [self._text(row, sub) for ref, (row, sub) in asked.items() if ref not in primary]
            members.append(f'"included":{_list(included)}')
        members += [f'"{name}":{to_json(value)}' for name, value in more.items()]
        return f"{{{','.join(members)}}}"

    def _walk(self, row: Row, tree: Tree, asked: dict[Ref, tuple[Row, Tree]]) -> None:
        for name, below in tree.items():
            for target in self._targets(row, name):
                known = asked.get(target.ref)
                if known is None:
                    asked[target.ref] = target, below
                elif known[1] is not below:
                    asked[target.ref] = target, _joined(known[1], below)
                if below:
                    self._walk(target, below, asked)

    def _targets(self, row: Row, name: str) -> Iterable[Row]:
        return [t for t in self._store.related(row, name, resource(row.type).relations[name]) if self._visible(t)]

    def _text(self, row: Row, tree: Tree) -> str:
        """A row behind which nothing was asked for is written once and kept: a page names the same jobs and stages
        again and again."""
        if tree or row.type in CHANGING:
            return to_json(self._one(row, tree))
        key = (self._origin, self._admin, self._query.fields.get(row.type))
        if row.texts is None:
            row.texts = {}
        text = row.texts.get(key)
        if text is None:
            text = row.texts[key] = to_json(self._one(row, tree))
        return text

    def _one(self, row: Row, tree: Tree) -> dict[str, Any]:
        wanted = self._query.fields.get(row.type)
        me = (
            f"{self._origin}/v1/{KIN.get(row.type, row.type)}/{row.id}"
            if row.type != "company"
            else f"{self._origin}/v1/company"
        )
        links = {"self": me}
        if row.type == "jobs":
            links |= _career_links(row)
        made: dict[str, Any] = {
            "id": row.id,
            "type": row.type,
            "links": links,
            "attributes": self._attributes(row, wanted),
        }
        relations = resource(row.type).relations
        if relations and (wanted is None or wanted & relations.keys()):
            shown: dict[str, Any] = {}
            for name, relation in relations.items():
                if wanted is not None and name not in wanted:
                    continue
                shown[name] = {"links": {"self": f"{me}/relationships/{name}", "related": f"{me}/{name}"}}
                if name in tree:
                    refs = [{"type": t.type, "id": t.id} for t in self._targets(row, name)]
                    shown[name]["data"] = (refs[0] if refs else None) if relation.single else refs
            made["relationships"] = shown
        return made

    def _attributes(self, row: Row, wanted: frozenset[str] | None) -> dict[str, Any]:
        what = resource(row.type)
        stored = row.attributes
        if row.type == "stages":
            stored = stored | self._counts(row)
        elif row.type in ("candidates", "uploads") and (
            wanted is None or wanted & {"resume", "original-resume", "url"}
        ):
            stored = stored | self._link_files(row)
        made = {}
        for name in what.attributes:
            if (wanted is not None and name not in wanted) or (not self._admin and name in what.private):
                continue
            value = stored.get(name)
            made[name] = shown_time(value) if isinstance(value, datetime) else value
        return made

    def _counts(self, row: Row) -> dict[str, int]:
        found = self._store.related(row, "job-applications", resource("stages").relations["job-applications"])
        rejected = sum(one.attributes["rejected-at"] is not None for one in found)
        return {
            "active-job-applications-count": len(found) - rejected,
            "rejected-job-applications-count": rejected,
        }


def to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _list(texts: list[str]) -> str:
    return f"[{','.join(texts)}]"


def shown_time(moment: datetime) -> str:
    return moment.astimezone(ZONE).isoformat(timespec="milliseconds")


def _joined(left: Tree, right: Tree) -> Tree:
    made = dict(left)
    for name, below in right.items():
        made[name] = _joined(made[name], below) if name in made else below
    return made


def _career_links(row: Row) -> dict[str, str]:
    page = f"https://career.company.example.com/jobs/{row.id}"
    return {
        "careersite-job-url": page,
        "careersite-job-internal-url": f"{page}/internal",
        "careersite-job-apply-url": f"{page}/applications/new",
        "careersite-job-apply-iframe-url": f"{page}/applications/new?iframe=true",
    }
