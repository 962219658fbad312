"""One answer of the vendor into the mirror, within the caller's transaction: items, what is bad, what is to be read."""

from __future__ import annotations

import json
from collections.abc import Iterable

from indexer.connectors.connector import File, Item, Page
from indexer.ledger import FileRow, MirrorItem, SyncWrite, Taken
from indexer.sync.work import Work

LINKS_S = 120.0
"""Files not here by then are asked for again: their links are dead, or we were."""


def take_page(
    work: Work, tx: SyncWrite, page: Page, *, read_at: str, direct: bool, priority: int
) -> tuple[Taken, list[File]]:
    """Returns what changed and the files to download after the commit, at once: links live for seconds."""
    roots = work.connector.roots
    taken = tx.take(
        [kept(item, roots.get(item.kind) is not None) for item in page.items],
        read_at=read_at, direct=direct, urgency=priority,
    )  # fmt: skip
    for kind, item_id in taken.doubted:
        tx.want(kind, item_id, priority)
    for bad in page.bad:
        raw = None if bad.body is None else json.dumps(bad.body, ensure_ascii=False)
        tx.park(f"{bad.kind}/{bad.id}", bad.what, bad.fix, raw)
    tx.see([(bad.kind, bad.id) for bad in page.bad], read_at)
    tx.unpark([f"{kind}/{item_id}" for kind, item_id in taken.good])
    tx.drift(page.drift)
    whole = {key for key in taken.good if key[0] in roots} - set(page.partial) - set(taken.doubted)
    for kind in roots:
        tx.not_needed(kind, sorted(item_id for name, item_id in whole if name == kind), read_at)
    _read_rest(work, tx, page, taken, priority)
    return taken, _wanted_files(work, tx, page.files, whole, priority)


def kept(item: Item, is_root: bool) -> MirrorItem:
    body = json.dumps(item.body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).replace("\\u0000", "")
    return MirrorItem(item.kind, item.id, item.root, item.owner, item.version, body, item.children, is_root)


def _read_rest(work: Work, tx: SyncWrite, page: Page, taken: Taken, priority: int) -> None:
    """Of whom the page held a part: who is not here yet, or of whom that part is news."""
    for kind in {kind for kind, _ in page.partial}:
        ids = [item_id for name, item_id in page.partial if name == kind]
        held, erased = tx.held(kind, ids), tx.erased(ids) if work.connector.roots.get(kind) == "person" else set()
        for item_id in ids:
            news = (work.connector.roots.get(kind), item_id) in taken.owners
            if item_id not in erased and (news or item_id not in held):
                tx.want(kind, item_id, priority)


def _wanted_files(
    work: Work, tx: SyncWrite, files: Iterable[File], whole: set[tuple[str, str]], priority: int
) -> list[File]:
    """Whoever is whole on the page has these files and no others."""
    people = {owner: kind for kind, owner in sorted(whole) if work.connector.roots[kind] == "person"}
    theirs: dict[str, dict[str, File]] = {owner: {} for owner in people}
    for file in files:
        if file.owner in theirs:
            theirs[file.owner][file.id] = file
    wanted = tx.files({owner: [_row(file) for file in some.values()] for owner, some in theirs.items()})
    for owner, ids in wanted.items():
        if ids:  # in the same commit: a kill before the download loses the link, not the wish
            tx.want(people[owner], owner, priority, due_at=work.after(LINKS_S), expect={"files": True})
    return [theirs[owner][file_id] for owner, ids in wanted.items() for file_id in ids]


def _row(file: File) -> FileRow:
    return FileRow(file.owner, file.id, file.fingerprint, file.filename[:300], file.kind, "wanted", "", 0)
