"""Faults planted on purpose, each replacing a step or a port: what of these the simulator misses, it could not find.

No flag for a fault stands in what serves. ``planted(name)`` replaces for as long as its block lasts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from eval.simulate.connector import PracticeConnector
from eval.simulate.crashes import Crash
from indexer.connectors.actions import Draft
from indexer.connectors.connector import Page, Written
from indexer.connectors.errors import Denied, Gone, VendorError
from indexer.ledger import HOOK, OutboxRow, SyncStore, SyncWrite, mirror
from indexer.sync import apply as applying
from indexer.sync import desk, make, overlay, owed, pages, pull, push, read, step, sweep
from indexer.sync.work import moment, note_budget

Planting = Callable[[], Any]
_real: dict[str, Any] = {
    "compare": overlay.compare, "settle": push._settle, "accept": desk.Desk.accept,
    "cancel": desk.Desk.cancel, "write": PracticeConnector.write, "page": PracticeConnector.page,
    "is_effect": PracticeConnector.is_effect, "take": SyncWrite.take, "step_read": read.read,
}  # fmt: skip


def _strict_cursor() -> Any:
    """The newest second is taken as closed."""
    return patch.object(pull, "_since", lambda walk, feed: moment(walk.since) if feed.since and walk.since else None)


def _cursor_first() -> Any:
    """Where to go on is committed before the page's items are."""

    def write(work: Any, walk: Any) -> bool:
        feed = pull.feed_of(work, walk)
        walk = pull.begun(walk, work.now()) if walk.state != "running" else walk
        try:
            page = work.connector.page(work.http, feed.name, walk.cursor, pull._since(walk, feed))
        except VendorError as error:
            pull._failed(work, walk, error)
            return False
        ahead = replace(walk, cursor=page.next, done=walk.done + (page.shown or 0), total=page.total, due_at=work.now())
        with work.store.write() as tx:
            note_budget(work, tx)
            tx.walk(ahead if page.next else pull.ended(work, ahead, feed))
        with work.store.write() as tx:
            pages.take_page(work, tx, page, read_at=work.now(), direct=False, priority=pull.PRIORITY[walk.mode])
        return True

    return patch.object(step, "pull", write)


def _blind_retry() -> Any:
    """An answer that was lost is taken for a no."""

    def find(work: Any, some: Any) -> bool:
        with work.store.write() as tx:
            tx.settle(some.head, state="waiting", due_at=work.now())
        return True

    return patch.object(make, "find", find)


def _send_unsaid() -> Any:
    """Nothing says that it is about to be sent."""
    return patch.object(owed, "sending", lambda _work, _tx, some: some)


def _blind_overwrite() -> Any:
    """What the ATS has is not looked at."""

    def compare(body: Any, drafts: Any, **more: Any) -> Any:
        return _real["compare"](
            body, drafts, **{**more, "ours_wins": frozenset({"phone", "email", "first_name", "stage"})}
        )

    return patch.object(push, "compare", compare)


def _whole_record() -> Any:
    """Everything is written back, not only what differs."""

    def write(self: Any, http: Any, draft: Any, person: str, values: Any, mark: Any) -> Written:
        if draft.item_kind == "candidates" and draft.item_id in self.ats.people and values:
            held = _seen.setdefault(draft.item_id, self.ats.people[draft.item_id])
            values = {"name": held.name, "phone": held.phone, **values}
        return _real["write"](self, http, draft, person, values, mark)  # type: ignore[no-any-return]

    _seen: dict[str, Any] = {}
    return patch.object(PracticeConnector, "write", write)


def _edit_clobbered() -> Any:
    """A reading of the ATS replaces what is still owed to it."""
    bare = lambda connector, person, items, owed, wins: items  # noqa: E731, ARG005
    return patch.object(applying, "laid_over", bare)


def _late_apply() -> Any:
    """Who was touched while a record was made gets the older record all the same."""
    return patch.object(SyncWrite, "touched_since", lambda self, roots: [])  # noqa: ARG005


def _no_sweep() -> Any:
    """Nobody looks for who is missing."""
    return patch.object(SyncStore, "missing", lambda self, kind, before: ([], 1))  # noqa: ARG005


def _missing_is_gone() -> Any:
    """What a listing does not show is gone, unread and uncounted."""

    def judge(work: Any, walk: Any) -> None:
        feed = pull.feed_of(work, walk)
        missing, _ = work.store.missing(feed.lists, walk.started_at)
        with work.store.write() as tx:
            for item_id in missing:
                root = work.connector.roots.get(feed.lists)
                tx.delete(feed.lists, item_id, root=root, at=work.now(), urgency=HOOK)
            tx.walk(replace(walk, state="idle", due_at=work.after(feed.every_s)))

    return patch.object(step, "judge", judge)


def _denied_is_empty() -> Any:
    """A listing that may not be read is taken for an empty one, and an empty one for nobody."""

    def page(self: Any, http: Any, feed: str, at: Any, since: Any) -> Page:
        try:
            return _real["page"](self, http, feed, at, since)  # type: ignore[no-any-return]
        except Denied:
            return Page(total=0, shown=0)

    return _Both(patch.object(PracticeConnector, "page", page), _missing_is_gone())


def _resurrect() -> Any:
    """A listing that trails brings back who is gone."""

    def take(self: Any, items: Any, **more: Any) -> Any:
        return _real["take"](self, items, **{**more, "direct": True})

    return patch.object(SyncWrite, "take", take)


def _older_replaces_newer() -> Any:
    """A reading that is older than what is held replaces it."""
    return patch.object(mirror, "_older", lambda item, before: False)  # noqa: ARG005


def _echo() -> Any:
    """A change read from the ATS is written to it once more."""

    def reading(work: Any, row: Any) -> bool:
        changed: bool = _real["step_read"](work, row)
        done = [r for r in work.store.actions(states=("applied",), people=[row.id]) if r.kind == "contact" and r.draft]
        if done:
            draft = Draft.model_validate(done[0].draft)
            values = {path: edit.after for path, edit in draft.edits.items()}
            try:
                work.connector.write(work.http, draft, row.id, values, owed.mark(done[0]))
            except VendorError:
                return changed
        return changed

    return patch.object(step, "read", reading)


def _no_fence() -> Any:
    """A worker that lost its lease goes on."""
    real = SyncStore.__init__

    def bare(self: Any, *given: Any, **_more: Any) -> None:
        real(self, *given[:5])

    return patch.object(SyncStore, "__init__", bare)


def _error_is_gone() -> Any:
    """Any trouble with a read is taken for: it is not there."""

    def failed(work: Any, row: Any, error: Any) -> None:
        read._gone(work, row, work.now(), Gone(error.what, status=404))

    return patch.object(read, "_failed", failed)


def _conflict_swallowed() -> Any:
    """What somebody there wrote stands, and ours is said to be applied."""
    return patch.object(
        push, "_settle",
        lambda work, tx, some, _, *, remote_id: _real["settle"](work, tx, some, {}, remote_id=remote_id),
    )  # fmt: skip


def _answered_before_kept() -> Any:
    """The user is told "accepted" whether or not it was."""

    def accept(self: Any, person: Any, action: Any, by: Any, *, action_id: str) -> Any:
        try:
            return _real["accept"](self, person, action, by, action_id=action_id)
        except Crash:
            nothing: list[Any] = [None] * len(OutboxRow.__slots__)
            return [replace(OutboxRow(*nothing), id=action_id, person=person or "")]

    return patch.object(desk.Desk, "accept", accept)


def _asked_twice_done_twice() -> Any:
    """A request that is repeated is another action."""

    def accept(self: Any, person: Any, action: Any, by: Any, *, action_id: str) -> Any:  # noqa: ARG001
        return _real["accept"](self, person, action, by)

    return patch.object(desk.Desk, "accept", accept)


def _out_of_order() -> Any:
    """The newest action of a person goes first."""

    def next_owed(self: Any, now: str) -> Any:
        rows = [row for row in self.actions(states=("waiting", "sending", "unknown"), limit=1000) if row.due_at <= now]
        return max(rows, key=lambda row: row.seq, default=None)

    alone = lambda work, head: owed.Together((head,), (Draft.model_validate(head.draft),))  # noqa: E731, ARG005
    return _Both(patch.object(SyncStore, "next_owed", next_owed), patch.object(push, "_together", alone))


def _not_adopted() -> Any:
    """Who was made here stays beside who was made there."""
    return patch.object(SyncWrite, "adopt", lambda self, ours, theirs: self.touch("person", theirs, 0))  # noqa: ARG005


def _restored_and_sent() -> Any:
    """After a backup was restored what was waiting is sent, as if it never had been."""
    return patch.object(SyncWrite, "doubt", lambda self: 0)  # noqa: ARG005


def _impatient() -> Any:
    """What reads do not show at once never happened."""
    return _Both(patch.object(make, "TRAILS_S", -1e9), patch.object(SyncWrite, "made_lately", lambda *_: False))


def _no_budget() -> Any:
    """The vendor's limit is not looked at."""
    return patch.object(step, "ready_at", lambda budget, priority, now: now)  # noqa: ARG005


def _seen_twice() -> Any:
    """What is owed is shown beside the ATS's own."""

    def laid(items: Any, rows: Any, person: str, _is_effect: Any, **more: Any) -> Any:
        return overlay.overlay(items, rows, person, lambda *_: False, **more)

    return patch.object(applying, "overlay", laid)


def _tags_as_a_whole() -> Any:
    """A list is written as it was when the action was accepted."""

    def compare(body: Any, drafts: Sequence[Draft], **more: Any) -> Any:
        found = _real["compare"](body, drafts, **more)
        write = dict(found.write)
        for draft in drafts:
            for path, change in draft.sets.items():
                write[path] = list(change.get("add", ()))
        return overlay.Compared(write, found.conflicts)

    return patch.object(push, "compare", compare)


def _cancelled_and_sent() -> Any:
    """What may be on its way can be cancelled."""

    def cancel(self: Any, action_id: str, by: Any) -> Any:
        row = self._row(action_id)
        if row.state in ("sending", "unknown"):
            with self._store.write() as tx:
                tx.settle(row, state="cancelled", done_at=self._store.now())
            return row
        return _real["cancel"](self, action_id, by)

    return patch.object(desk.Desk, "cancel", cancel)


def _for_ever() -> Any:
    """What the vendor refuses is sent again, and again."""

    def failed(work: Any, some: Any, _error: Any) -> bool:
        with work.store.write() as tx:
            for row in some.rows:
                tx.settle(row, state="waiting", due_at=work.after(30))
        return True

    return patch.object(owed, "failed", failed)


def _short_is_whole() -> Any:
    """A listing that ends too soon has shown everything."""

    def page(self: Any, http: Any, feed: str, at: Any, since: Any) -> Page:
        found: Page = _real["page"](self, http, feed, at, since)
        return replace(found, total=None)

    return _Both(patch.object(PracticeConnector, "page", page), patch.object(sweep, "SHARE", 9.0))


def _settled_by_news() -> Any:
    """What is owed counts as done once any news of the person is read."""

    def taken(work: Any, tx: Any, page: Any, **more: Any) -> Any:
        found = pages.take_page(work, tx, page, **more)
        for _, owner in found[0].owners:
            for row in work.store.owed([owner])[owner]:
                tx.settle(row, state="applied", done_at=work.now())
        return found

    return patch.object(pull, "take_page", taken)


class _Both:
    """Two replacements as one."""

    def __init__(self, *parts: Any) -> None:
        self._parts = parts

    def __enter__(self) -> None:
        for part in self._parts:
            part.__enter__()

    def __exit__(self, *error: Any) -> None:
        for part in reversed(self._parts):
            part.__exit__(*error)


FAULTS: dict[str, Planting] = {
    name.strip("_").replace("_", "-"): made
    for name, made in list(globals().items())
    if name.startswith("_") and callable(made) and name not in ("_Both",) and made.__module__ == __name__
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Raises KeyError for a fault that is not in FAULTS."""
    with FAULTS[name]():
        yield


__all__ = ["FAULTS", "planted"]
