"""The suite every connector inherits: what the protocol promises, tried on a vendor-faithful server.

A connector's own test gives a ``Bench``; nothing here knows a vendor. ``Change`` says of one kind of change which polls
show it: what moves no cursor must be shown by the sweep, or the suite fails. Needs pytest; nothing that serves may
import it.

    class TestAcme(ConnectorContract):
        @pytest.fixture
        def bench(self): return AcmeBench()
"""

from __future__ import annotations

import copy
import itertools
import json
import random
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from indexer.connectors.bench import Bench, Change, Delivery, Held, Key, collect, walk
from indexer.connectors.connector import Feed, Item, Page
from indexer.connectors.errors import (
    BadAnswer,
    BadRecord,
    CursorExpired,
    Denied,
    Forged,
    Gone,
    LinkExpired,
    TooLarge,
    TryLater,
    VendorError,
)
from indexer.connectors.mutations import fuzzed, mutate


class ConnectorContract:
    """Inherit it, give ``bench``, and every promise below is tried."""

    seed = 20261125
    mutations = 30
    person = "candidates"
    """The kind of a person's root item."""
    resources: frozenset[str] = frozenset()
    """The kinds that must have been mutated."""

    @pytest.fixture
    def bench(self) -> Bench:
        raise NotImplementedError("give the bench of your connector")

    @pytest.fixture
    def small_bench(self, bench: Bench) -> Bench:
        """One with few people, for what is tried hundreds of times."""
        return bench

    # Pages

    def test_every_listing_ends_and_names_everything(self, bench: Bench) -> None:
        plan = bench.connector.plan
        feeds = {feed.name: feed for walk_of in (plan.backfill, plan.poll, plan.sweep) for feed in walk_of}
        for feed in feeds.values():
            found = collect(bench, feed.name)
            if feed.lists:
                assert {i for kind, i in found if kind == feed.lists} == bench.ids(feed.lists), feed.name
        assert self.person in {feed.lists for feed in plan.sweep}

    def test_the_first_sync_brings_every_person_once_it_is_through(self, bench: Bench) -> None:
        held = Held()
        for feed in bench.connector.plan.backfill:
            for page in walk(bench, feed.name):
                held.take(page)
                assert page.bad == ()
        assert {i for kind, i in held.items if kind == self.person} == bench.ids(self.person)
        for item in list(held.items.values()):
            assert item.root != "person" or (self.person, item.owner) in held.items, f"{item.kind} of nobody"

    def test_ties_over_three_pages_are_all_found(self, bench: Bench) -> None:
        since = bench.now()
        bench.wait(1)
        tied = bench.tie(95)
        for feed in self._polls_of_people(bench):
            http = bench.http()
            at, found, requests = None, set[str](), 0
            while requests == 0 or at:
                page = bench.connector.page(http, feed.name, at, since)
                found |= {item.id for item in page.items if item.kind == self.person}
                at, requests = page.next, requests + 1
            if tied <= found:
                assert requests <= 2 * -(-len(tied) // 30)
                return
        pytest.fail("no poll shows all of them")

    def test_what_changes_while_somebody_pages_is_not_missed(self, bench: Bench) -> None:
        """Rows go and come under the walk: nobody who stays is missed by the walk, or by the poll and the one after it,
        which goes back by the feed's overlap."""
        sweep = next(feed for feed in bench.connector.plan.sweep if feed.lists == self.person)
        start, gone, seen = bench.now(), set[str](), set[str]()
        turn = itertools.count()

        def between() -> None:
            if next(turn) % 3 == 0:  # where somebody goes with every request no walk can keep up
                gone.update(bench.disturb())

        bench.wait(1)
        for page in walk(bench, sweep.name, between=between):
            seen |= {item.id for item in page.items if item.kind == self.person}
        assert bench.ids(self.person) - seen == set()
        tied, seen = bench.tie(95), set()
        for feed in self._polls_of_people(bench):
            began = bench.now()
            pages = [*walk(bench, feed.name, start, between=between)]
            pages += walk(bench, feed.name, began - timedelta(seconds=feed.overlap_s))
            seen |= {item.id for page in pages for item in page.items if item.kind == self.person}
        assert tied - gone - seen == set()

    def test_a_place_that_is_no_longer_known_starts_the_walk_again(self, bench: Bench) -> None:
        sweep = next(feed for feed in bench.connector.plan.sweep if feed.lists == self.person)
        http = bench.http()
        page = bench.connector.page(http, sweep.name, None, None)
        assert page.next
        bench.fault("expired-cursor")
        with pytest.raises(CursorExpired):
            bench.connector.page(http, sweep.name, page.next, None)
        bench.heal()
        for broken in ("", "x", "[1]", "[]", "{}", "null", json.dumps([None, 1, 2, 3])):
            if broken:
                with pytest.raises(CursorExpired):
                    bench.connector.page(http, sweep.name, broken, None)

    def _polls_of_people(self, bench: Bench) -> list[Feed]:
        return [feed for feed in bench.connector.plan.poll if feed.since]

    # Changes

    def test_every_kind_of_change_gets_here_the_way_that_is_said(self, bench: Bench) -> None:
        for name, change in bench.changes.items():
            self.try_change(bench, name, change)

    def try_change(self, bench: Bench, name: str, change: Change) -> None:
        plan = bench.connector.plan
        bench.deliveries()
        before = collect(bench, change.sweep)
        since = bench.now()
        bench.wait(2)
        key, root = change.do()
        bench.wait(1)
        told = [self._hint(bench, delivery) for delivery in bench.deliveries()]
        showing = {
            f.name for f in plan.poll if self._shows(f, before, collect(bench, f.name, since), key, root, change)
        }
        assert showing == change.polls, f"{name}: shown by {sorted(showing)}, said {sorted(change.polls)}"
        after = collect(bench, change.sweep)
        sweep = next(feed for feed in plan.sweep if feed.name == change.sweep)
        assert self._shows(sweep, before, after, key, root, change), f"{name} is not shown by the sweep {change.sweep}"
        assert bool({key, root} & set(told)) == change.hook, f"{name}: deliveries tell of {told}"
        if change.gone and key == root:
            with pytest.raises(Gone):
                bench.connector.fetch(bench.http(), *root)

    def _hint(self, bench: Bench, delivery: Delivery) -> Key | None:
        hint = bench.connector.hint(delivery.headers, delivery.body, bench.secrets, now=bench.now())
        found = bench.connector.root_of(hint, _nothing)
        if found is None or hint.gone:
            return (hint.kind, hint.id) if hint.gone else None
        partial = bench.connector.fetch(bench.http(), *found).partial
        return partial[0] if partial else found

    def _shows(
        self, feed: Feed, before: Mapping[Key, Item], after: Mapping[Key, Item], key: Key, root: Key, change: Change
    ) -> bool:
        if not change.gone:
            return key in after and after[key] != before.get(key)
        if key == root:  # a whole listing that named it names it no more
            return feed.lists == key[0] and key in before and key not in after
        named = after[root].children.get(key[0]) if root in after else None
        return named is not None and key[1] not in named

    def test_the_capability_table_says_no_more_than_is_proven(self, bench: Bench) -> None:
        """``sandbox`` stands where a change above or a test of the connector's own (``proven_elsewhere``) shows it."""
        names = {row.name for row in bench.connector.capabilities}
        proven = {change.proves for change in bench.changes.values()} | self.proven_elsewhere()
        assert proven <= names | {""}
        assert {row.name for row in bench.connector.capabilities if row.sandbox} == proven - {""}
        assert not [row.name for row in bench.connector.capabilities if row.live], "no real account was seen"

    def proven_elsewhere(self) -> set[str]:
        """Rows that tests of the connector's own class prove: every name needs its test there."""
        return set()

    # What goes wrong

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("forbidden", Denied), ("unauthorized", Denied), ("html", BadAnswer), ("cut", (BadAnswer, TryLater)),
            ("redirect", BadAnswer), ("too-many", TryLater), ("server-error", TryLater), ("timeout", TryLater),
            ("not-found", Denied),
        ],
    )  # fmt: skip
    def test_a_failing_listing_is_never_an_empty_one(self, bench: Bench, kind: str, expected: Any) -> None:
        bench.fault(kind)
        for feed in bench.connector.plan.sweep:
            with pytest.raises(expected) as caught:
                bench.connector.page(bench.http(), feed.name, None, None)
            assert bench.credential not in "".join(traceback.format_exception(caught.value))
            assert caught.value.what

    def test_over_the_limit_says_when_to_come_back(self, bench: Bench) -> None:
        http = bench.http()
        feed = bench.connector.plan.sweep[0].name
        for _ in range(1000):
            page = bench.connector.page(http, feed, None, None)
            assert page.items
            assert http.budget
            if http.budget.remaining == 0:
                break
        with pytest.raises(TryLater) as caught:
            bench.connector.page(http, feed, None, None)
        assert caught.value.after_s is not None
        bench.wait(caught.value.after_s)
        assert bench.connector.page(http, feed, None, None).items

    def test_an_empty_list_says_so_and_deletes_nobody(self, bench: Bench) -> None:
        """Whether to believe it is for the sweep's brake; a read of the person still finds them."""
        someone = sorted(bench.ids(self.person))[0]
        bench.fault("empty-list")
        sweep = next(feed for feed in bench.connector.plan.sweep if feed.lists == self.person)
        page = bench.connector.page(bench.http(), sweep.name, None, None)
        assert (page.items, page.next) == ((), None)
        assert bench.connector.fetch(bench.http(), self.person, someone).items

    def test_a_record_that_is_not_there_is_gone(self, bench: Bench) -> None:
        for item_id in ("999999999", "../company", "x y", ""):
            with pytest.raises(Gone):
                bench.connector.fetch(bench.http(), self.person, item_id)

    def test_a_missing_right_to_one_record_is_no_deletion(self, bench: Bench) -> None:
        someone = sorted(bench.ids(self.person))[0]
        bench.fault("forbidden")
        with pytest.raises(Denied):
            bench.connector.fetch(bench.http(), self.person, someone)

    # Drift

    def test_thirty_mutations_of_each_resource_lose_nothing_else(self, small_bench: Bench) -> None:
        bench = small_bench
        rng, tried = random.Random(self.seed), Counter[str]()
        for feed in {feed.name: feed for feed in (*bench.connector.plan.sweep, *bench.connector.plan.backfill)}:
            bench.heal()
            whole = bench.connector.page(bench.http(), feed, None, None)
            bench.wait(60)
            for kind in sorted({item.kind for item in whole.items if self.types_of(item.kind)}):
                tried[kind] += 1
                for _ in range(self.mutations if tried[kind] == 1 else 0):
                    self._mutate_once(bench, feed, whole, kind, rng)
        assert tried.keys() >= self.resources, "a resource was never mutated"

    def allowed(self, kind: str, what: str) -> bool:  # noqa: ARG002
        """Whether the vendor's reference lets such a field be absent (``gone NAME``), so that it is not reported."""
        return False

    def types_of(self, kind: str) -> frozenset[str]:
        """Under which types the vendor writes that kind. None: an item of our own making."""
        return frozenset((kind,))

    def _mutate_once(self, bench: Bench, feed: str, whole: Page, kind: str, rng: random.Random) -> None:
        done: list[tuple[str, str]] = []
        bench.fault("mutate", change=lambda body: done.append(mutate(body, self.types_of(kind), rng)))
        page = bench.connector.page(bench.http(), feed, None, None)
        bench.heal()
        bench.wait(1)
        assert done, "the fault did not strike"
        what, victim = done[0]
        held = {(item.kind, item.id): item for item in page.items}
        for item in whole.items:
            if item.id != victim and item.owner != victim and item.body.get("application") != victim:
                assert (item.kind, item.id) in held, f"{feed}: {what} of {kind} {victim} lost {item.kind} {item.id}"
        if what and not self.allowed(kind, what):
            assert page.drift, f"{feed}: {what} of {kind} was not reported"
        assert (kind, victim) in held or any(bad.id in (victim, "?") for bad in page.bad)

    # Records

    def test_a_record_is_made_of_items_alone_and_always_the_same(self, bench: Bench) -> None:
        held, rng = Held(), random.Random(self.seed)
        for feed in bench.connector.plan.backfill:
            for page in walk(bench, feed.name):
                held.take(page)
        people = sorted(bench.ids(self.person))
        for person in rng.sample(people, min(40, len(people))):
            items = held.of(person)
            before = copy.deepcopy(items)
            record = bench.connector.assemble(person, items, held.look)
            assert items == before, "assemble changed what it was given"
            assert record.id == person
            for _ in range(3):
                rng.shuffle(items)
                assert bench.connector.assemble(person, iter(items), held.look) == record
            bench.connector.assemble(person, items, _nothing)
        with pytest.raises(BadRecord):
            bench.connector.assemble("nobody", [], held.look)
        for kind, item_id in held.items:
            if kind == "jobs":
                assert bench.connector.assemble_job(item_id, [held.items[(kind, item_id)]], held.look).id == item_id

    # Files

    def test_a_file_is_downloaded_at_once_or_its_link_is_dead(self, bench: Bench) -> None:
        http = bench.http()
        for person in sorted(bench.ids(self.person)):
            files = bench.connector.fetch(http, self.person, person).files
            if files:
                break
            bench.wait(1)
        got = bytearray()
        bench.connector.download(http, files[0], got.extend, max_bytes=25_000_000)
        assert got
        bench.wait(3600)
        with pytest.raises(LinkExpired):
            bench.connector.download(http, files[0], got.extend, max_bytes=25_000_000)
        again = bench.connector.fetch(http, self.person, person).files[0]
        assert again.fingerprint == files[0].fingerprint
        assert again.url not in repr(bench.connector.fetch(http, self.person, person).items)

    def test_a_file_of_200_mb_is_cut(self, bench: Bench) -> None:
        kind, person = bench.large_file()
        http, got = bench.http(), 0

        def into(piece: bytes) -> None:
            nonlocal got
            got += len(piece)

        (large, *_) = bench.connector.fetch(http, kind, person).files
        with pytest.raises(TooLarge):
            bench.connector.download(http, large, into, max_bytes=25_000_000)
        assert got <= 25_000_000

    # Deliveries

    def test_only_a_genuine_delivery_is_a_hint(self, bench: Bench) -> None:
        bench.deliveries()
        bench.tie(1)
        (delivery, *_) = bench.deliveries()
        hint, rng = bench.connector.hint, random.Random(self.seed)
        genuine = hint(delivery.headers, delivery.body, bench.secrets, now=bench.now())
        assert genuine.kind == self.person
        assert (
            hint(delivery.headers, delivery.body, bench.secrets, now=bench.now()) == genuine
        )  # a replay is the same hint
        assert hint(delivery.headers, delivery.body, ["new", *bench.secrets], now=bench.now()) == genuine
        later, earlier = bench.now() + timedelta(hours=1), bench.now() - timedelta(hours=1)
        forged: list[tuple[Mapping[str, str], bytes, Sequence[str], datetime]] = [
            (delivery.headers, delivery.body + b" ", bench.secrets, bench.now()),
            (delivery.headers, delivery.body, ["another"], bench.now()),
            (delivery.headers, delivery.body, [], bench.now()),
            (delivery.headers, delivery.body, [""], bench.now()),
            (delivery.headers, delivery.body, bench.secrets, later),
            (delivery.headers, delivery.body, bench.secrets, earlier),
            ({}, b"", bench.secrets, bench.now()),
            ({}, b"[]", bench.secrets, bench.now()),
            ({}, b"{" + b" " * 5_000_000 + b"}", bench.secrets, bench.now()),
        ]
        for _ in range(500):
            changed = {name: fuzzed(value, rng) for name, value in delivery.headers.items()}
            if changed != dict(delivery.headers):
                forged.append((changed, rng.randbytes(rng.randrange(40)), bench.secrets, bench.now()))
        for headers, body, secrets, now in forged:
            with pytest.raises(Forged):
                hint(headers, body, secrets, now=now)

    def test_no_error_tells_the_credential(self, bench: Bench) -> None:
        for kind in ("forbidden", "unauthorized", "not-found", "html", "cut", "redirect", "too-many", "timeout"):
            bench.heal()
            bench.fault(kind)
            for call in (
                lambda: bench.connector.page(bench.http(), bench.connector.plan.poll[0].name, None, bench.now()),
                lambda: bench.connector.fetch(bench.http(), self.person, "1"),
                lambda: bench.connector.standing(bench.http()),
            ):
                told = ""
                try:
                    call()
                except VendorError as error:
                    told = "".join(traceback.format_exception(error))
                assert bench.credential not in told
        assert bench.credential not in repr(bench.connector)


def _nothing(kind: str, item_id: str) -> None:
    """Looks up what is not held."""
