"""A document of Teamtailor -> items, files, what is bad and what is new. Pure; asks nothing and makes no record."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from indexer.connectors.connector import Bad, File, Item, Root
from indexer.connectors.teamtailor.shapes import SHAPES, Shape, drift_of, wrong_with
from indexer.connectors.teamtailor.wire import Document, Resource, Unreadable, moment

CHILDREN = SHAPES["candidates"].children
SHARED = (
    "users", "stages", "reject-reasons", "custom-fields", "questions", "departments", "roles", "locations", "regions",
)  # fmt: skip
PROOFS = "stage-proofs"
_TIMES = ("updated-at", "changed-stage-at", "rejected-at")
_CV = re.compile(r"\b(cv|resume|résumé|curriculum|meritf|lebenslauf)", re.IGNORECASE)
_LETTER = re.compile(r"(cover.?letter|personligt.?brev|anschreiben)", re.IGNORECASE)


class Reading:
    """What one document gives. ``sparse``: kinds of which only some attributes were asked for."""

    def __init__(self, document: Document, *, sparse: frozenset[str] = frozenset()) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        self.files: list[File] = []
        self.bad: dict[tuple[str, str], Bad] = {}
        self.drift: dict[str, None] = dict.fromkeys(document.drift)
        self.partial: dict[tuple[str, str], None] = {}
        self._included, self._sparse = document.included, sparse
        for found in document.included.values():
            if isinstance(found, Unreadable):
                self._unreadable(found)
            elif found.kind in SHARED and found.kind not in sparse:
                self._add(found, "shared", found.id, asked=False)
            elif found.kind not in SHAPES:
                self.drift[f"included.{found.kind[:60]}: new"] = None

    def primary(self, found: Resource | Unreadable) -> None:
        if isinstance(found, Unreadable):
            self._unreadable(found)
        elif found.kind == "candidates":
            self._candidate(found)
        elif found.kind == "jobs":
            self._add(found, "job", found.id, asked=True)
        elif found.kind in SHARED:
            self._add(found, "shared", found.id, asked=False)
        elif found.kind in SHAPES:
            self._of_a_candidate(found)
        else:
            self.drift[f"data.{found.kind[:60]}: new"] = None

    def _candidate(self, found: Resource) -> None:
        children = {
            kind: frozenset(identity for _, identity in found.refs[kind]) for kind in CHILDREN if kind in found.refs
        }
        if self._add(found, "person", found.id, asked=True, children=children) is None:
            return
        self._resume(found)
        for kind in CHILDREN:
            for ref in found.refs.get(kind, ()):
                child = self._included.get((kind, ref[1]))
                if child is None:
                    self.drift[f"included.{kind}: gone"] = None
                elif isinstance(child, Resource):
                    self._child(child, found.id)

    def _of_a_candidate(self, found: Resource) -> None:
        """Listed by itself: a note, an application, a to-do. Whose it is stands in a relationship or an attribute."""
        owner = next((identity for _, identity in found.refs.get("candidate", ())), None)
        given = found.attributes.get("candidate-id")
        if owner is None and isinstance(given, int | str) and not isinstance(given, bool):
            owner = str(given)
        if owner is None:
            self.drift.update(dict.fromkeys(drift_of(found, SHAPES[found.kind], asked=found.kind != "notes")))
            if found.kind not in ("todos", "referrals", "partner-results"):  # those may be about nobody yet
                self._bad(found, "it does not say whose it is")
            return
        self._child(found, owner)
        if found.kind == "job-applications":
            self.partial[("candidates", owner)] = None

    def _child(self, found: Resource, owner: str) -> None:
        added = self._add(found, "person", owner, asked=found.kind != "notes")
        if added is None:
            return
        if found.kind == "uploads":
            self._upload(found, owner)
        if found.kind == "job-applications" and (proof := self._proof(found, owner)):
            self.items[(proof.kind, proof.id)] = proof

    def _add(
        self,
        found: Resource,
        root: Root,
        owner: str,
        *,
        asked: bool,
        children: Mapping[str, frozenset[str]] | None = None,
    ) -> Item | None:
        shape = SHAPES[found.kind]
        self.drift.update(dict.fromkeys(drift_of(found, shape, asked=asked)))
        if wrong := wrong_with(found, shape):
            self._bad(found, wrong)
            return None
        item = Item(
            kind=found.kind,
            id=found.id,
            root=root,
            owner=owner,
            body=_body(found, shape, owner if root == "person" and found.kind != "candidates" else None),
            version=_version(found),
            children=children or {},
        )
        self.items[(item.kind, item.id)] = item
        return item

    def _bad(self, found: Resource, wrong: str) -> None:
        shape = SHAPES[found.kind]
        what = f"{found.kind} {found.id} cannot be used: {wrong}."
        body = {"attributes": _kept(found, shape), "refs": {name: list(refs) for name, refs in found.refs.items()}}
        fix = "Look at it in Teamtailor; it is read again when it changes there."
        self.bad[(found.kind, found.id)] = Bad(found.kind, found.id, what, fix, body)

    def _unreadable(self, found: Unreadable) -> None:
        self.drift[f"{found.kind[:60]}: no resource object"] = None
        fix = "Tell the makers of this connector: Teamtailor's format may have changed."
        what = f"An entry of kind {found.kind[:60]} is no resource with type, id and attributes."
        self.bad[(found.kind, found.id)] = Bad(found.kind, found.id, what, fix, _unsigned(found.body))

    def _resume(self, found: Resource) -> None:
        """The PDF the vendor made of it, else the file as uploaded: they say the same."""
        for name in ("resume", "original-resume"):
            url = found.attributes.get(name)
            if isinstance(url, str) and url:
                path = urlsplit(url).path if _splits(url) else ""
                # Nothing says when the file changed and a new one may have the old one's path: any change of the
                # candidate may be that.
                said = f"{name} {path} {_version(found)}"
                mark = hashlib.sha256(said.encode()).hexdigest()[:32]
                self.files.append(File("resume", found.id, _filename(path, "resume.pdf"), url, mark, "cv"))
                return

    def _upload(self, found: Resource, owner: str) -> None:
        url, said = found.attributes["url"], found.attributes.get("file-name")
        name = said if isinstance(said, str) and said else _filename(urlsplit(url).path if _splits(url) else "", "file")
        kind = "cv" if _CV.search(name) else "letter" if _LETTER.search(name) else "other"
        # An upload cannot be changed, only added or removed: its id says which file it is.
        self.files.append(File(f"upload-{found.id}", owner, name[:200], url, f"upload-{found.id}", kind))  # type: ignore[arg-type]

    def _proof(self, found: Resource, owner: str) -> Item | None:
        """That the application stood in this stage, kept when it has moved on: the vendor shows the latest only."""
        ref = next(iter(found.refs.get("stage", ())), None)
        stage = self._included.get(ref) if ref else None
        if ref is None:
            return None
        said = stage.attributes if isinstance(stage, Resource) and not wrong_with(stage, SHAPES["stages"]) else {}
        moved = moment(found.attributes.get("changed-stage-at"))
        return proof(found.id, owner, said.get("name"), ref[1], stage_type(said), moved, "snapshot")


def proof(
    application: str, owner: str, name: str | None, stage: str | None, kind: str | None, moved: str | None, by: str
) -> Item:
    """A stage by its id or by its name alone. moved: when it was entered; None: at the latest when it was seen."""
    body = {"application": application, "stage": stage, "name": name, "type": kind, "moved": moved, "by": by}
    mark = hashlib.sha256(f"{stage or name} {moved or ''} {by}".encode()).hexdigest()[:16]
    return Item(PROOFS, f"{application}.{mark}", "person", owner, body)


def stage_type(attributes: Mapping[str, Any]) -> str | None:
    found = attributes.get("stage-type") or attributes.get("legacy-stage-type-name")
    return found if isinstance(found, str) else None


def _body(found: Resource, shape: Shape, candidate: str | None) -> dict[str, Any]:
    """The same for one state of a resource, whichever listing it came through; no link that is signed."""
    refs: dict[str, Any] = {"candidate": candidate} if candidate else {}
    for name in shape.one:
        if name in found.refs:
            refs[name] = next((identity for _, identity in found.refs[name]), None)
    for name in shape.many:
        if name in found.refs:
            refs[name] = sorted(identity for _, identity in found.refs[name])
    return {"attributes": _kept(found, shape), "refs": refs}


def _kept(found: Resource, shape: Shape) -> dict[str, Any]:
    return {name: value for name, value in found.attributes.items() if name not in shape.volatile}


def _version(found: Resource) -> str | None:
    times = [at for name in _TIMES if (at := moment(found.attributes.get(name)))]
    return max(times) if times and "updated-at" in found.attributes else None


def _splits(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True


def _filename(path: str, otherwise: str) -> str:
    name = PurePosixPath(unquote(path)).name
    return name[:200] if "." in name and name.isprintable() else otherwise


def read(found: Iterable[Resource | Unreadable], reading: Reading) -> Iterator[Item]:
    for entry in found:
        reading.primary(entry)
    yield from reading.items.values()


def _unsigned(body: Any) -> Any:
    """Without what signs its links: they open files to whoever has them."""
    if isinstance(body, dict):
        return {name: _unsigned(value) for name, value in body.items()}
    if isinstance(body, list):
        return [_unsigned(value) for value in body]
    return body.partition("?")[0] if isinstance(body, str) and body.startswith(("https://", "http://")) else body
