"""One seed -> one schedule: a mix of faults drawn from it, some forty turns of everybody, then all is healed and must
come to rest with nothing lost, doubled or overwritten.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from eval.sandbox.clock import VirtualClock
from eval.simulate.ats import START
from eval.simulate.connector import PracticeConnector
from eval.simulate.crashes import Crash
from eval.simulate.rules import Watch, quiet
from eval.simulate.world import NAME, Human, World
from indexer.connectors.actions import Action, AddCandidate, AddNote, Apply, ChangeTags, EditContact, MoveStage
from indexer.ledger import Ledger
from indexer.ledger.practice import Backup, put_back, saved
from indexer.sync.sweep import allow_deletes, sweep_now

TURNS = (25, 60)
MOST_REST_S = 7_200.0
POLLS = len(PracticeConnector.plan.poll)
MOST_TRAIL_S = 55.0
"""Just less than the practice connector's polls go back: what trails further they miss, and the sweep finds."""
BREAKABLE = ("candidates", "changed", "notes", "write-notes", "write-candidates")
TROUBLE = ("expire", "cut", "skip", "deny", "refuse", "ok")


@dataclass(frozen=True)
class Outcome:
    seed: int
    violations: tuple[str, ...]
    crashes: int
    seen: Counter[str]
    trace: str


@dataclass
class Mix:
    """How likely what is, this time: each seed leaves some faults out altogether."""

    crash: float
    lost: float
    hooks: str
    broken: float
    lag_s: float
    coarse_s: float
    two: bool
    restore: bool
    deletes: bool
    between: float
    lists_trail: bool
    limit: int
    early: bool
    """From the first sync on; otherwise that one goes well."""

    @classmethod
    def of(cls, rng: random.Random) -> Mix:
        return cls(
            crash=rng.choice([0.0, 0.15, 0.4]), lost=rng.choice([0.0, 0.2, 0.5]),
            hooks=rng.choice(["none", "all", "dropped", "doubled", "shuffled"]), broken=rng.choice([0.0, 0.0, 0.15]),
            lag_s=rng.choice([0.0, 0.0, 5.0, 40.0]), coarse_s=rng.choice([1.0, 1.0, 10.0]), two=rng.random() < 0.4,
            restore=rng.random() < 0.2, deletes=rng.random() < 0.6,
            between=rng.choice([0.0, 0.3]), lists_trail=rng.random() < 0.5, limit=rng.choice([50, 50, 6]),
            early=rng.random() < 0.3,
        )  # fmt: skip


@dataclass
class Schedule:
    ledger: Ledger
    written: Mapping[str, int]
    clock: VirtualClock
    folder: Path
    seed: int
    build: Callable[..., World] = World
    watch: Watch = field(default_factory=Watch)
    broken: list[str] = field(default_factory=list)
    troubles: int = 0
    """Crashes and lost answers so far: right after one, somebody may well decide about what is unsure."""

    def run(self) -> Outcome:
        rng = random.Random(self.seed)
        self.clock.now = START
        self.world = self.build(self.ledger, self.written, self.clock, f"s{self.seed}", rng, self.folder)
        self.rng, self.mix = rng, Mix.of(rng)
        self.backup: Backup | None = None
        self._populate()
        if not self.mix.early:
            self._rest()
        elif self.mix.crash and rng.random() < 0.7:
            self.world.fuse.left, self.world.fuse.only = rng.randint(1, 20), "after a commit"
        ats = self.world.ats
        ats.after_write.insert(0, self._echo)
        ats.lag_s, ats.coarse_s, ats.limit = self.mix.lag_s, self.mix.coarse_s, self.mix.limit
        ats.list_lag_s = MOST_TRAIL_S - self.mix.lag_s if self.mix.lists_trail else 0.0
        self.clock.advance(70.0)  # so that reads that trail show all that was there
        for _ in range(rng.randint(*TURNS)):
            if self.broken:
                break
            self._turn()
            self.clock.advance(rng.choice([0.05, 0.05, 0.5, 3.0]))
            self._check()
        if not self.broken:
            self._heal()
        world = self.world
        return Outcome(
            self.seed, tuple(self.broken), sum(world.fuse.where.values()), world.seen + world.fuse.where,
            world.trace.hexdigest(),
        )  # fmt: skip

    def _check(self) -> None:
        """The rules, after a step."""
        if not self.broken:
            self.broken += self.watch.step(self.world)

    # Before

    def _populate(self) -> None:
        ats, rng = self.world.ats, self.rng
        ats.users["u1"] = "Karl"
        ats.jobs |= {"j1": "Nurse", "j2": "Developer"}
        ats.page_size = rng.choice([2, 3])
        for n in range(rng.randint(2, 5)):
            ats.put(f"p{n:02}", phone=f"+46{n}", applied=((f"a{n}", f"j{1 + n % 2}", "Inbox"),), tags=("t",))
            if n % 2:
                ats.notes[f"n{n:02}"] = (f"p{n:02}", f"Called p{n:02}.")
        ats.remember()
        self.clock.advance(600.0)  # older than any poll looks back: only the first sync shows it

    # One turn of somebody

    def _turn(self) -> None:
        rng, mix, world = self.rng, self.mix, self.world
        if rng.random() < mix.crash / 4:
            world.fuse.left, world.fuse.only = rng.randint(1, 12), None
            if rng.random() < 0.4:
                world.fuse.left, world.fuse.only = 1, "after a write, before its answer"
        if rng.random() < mix.lost / 4:
            world.lose_next += 1
        troubles = sum(n for name, n in world.seen.items() if name == "crash" or name.endswith(" lost"))
        new, self.troubles = troubles > self.troubles, troubles
        what = rng.choices(
            ["work", "here", "there", "deliver", "wait", "break", "decide", "backup", "sweep"],
            [50, 16, 12, 12, 7, 10 * bool(mix.broken), 40 if new else 4, 8 * mix.restore, 2],
        )[0]
        if what == "work" and rng.random() < mix.between:
            world.fuse.between = self._here_turn if rng.random() < 0.7 else self._there_turn
        getattr(self, f"_{what}_turn")()
        world.fuse.between = None

    def _work_turn(self) -> None:
        world = self.world
        worker = world.workers[self.rng.randrange(2) if self.mix.two else 0]
        for _ in range(self.rng.randint(1, 4)):
            if not world.turn(worker):
                break
            self._check()
            self.clock.advance(0.05)

    def _wait_turn(self) -> None:
        for worker in self.world.workers:
            if self.rng.random() < 0.8:  # a worker that was held up for longer than its lease finds out
                self.world.renew(worker)
        self.clock.advance(self.rng.choice([2.0, 15.0, 61.0, 200.0, 400.0]))

    def _here_turn(self) -> None:
        rng, world = self.rng, self.world
        people = sorted(world.records())
        if not people:
            return
        person, n = rng.choice(people), world.number()
        applied = [a.id for a in world.records()[person].applications]
        choices: list[Action] = [
            EditContact(set={"phone": f"o{n}"}), EditContact(set={"first_name": f"Ours {n}"}),
            EditContact(set={"phone": f"o{n}", "email": f"o{n}@example.com"}), AddNote(text=f"Note {n}."),
            AddNote(text=f"Note {n}."), ChangeTags(add=(f"o{n}",), remove=("t",)), Apply(job=rng.choice(["j1", "j2"])),
            AddCandidate(first_name=f"New {n}", last_name="N", email=rng.choice([f"n{n}@example.com", None]), job="j1"),
            *([MoveStage(application=applied[0], stage=f"Stage {n}")] if applied else []),
        ]  # fmt: skip
        action = rng.choice(choices)
        world.act(None if isinstance(action, AddCandidate) else person, action)

    def _there_turn(self) -> None:
        rng, ats, n = self.rng, self.world.ats, self.world.number()
        if not ats.people:
            return
        key = rng.choice(sorted(ats.people))
        what = rng.choice(["phone", "name", "tags", "note", "new", "move", *(["delete", "merge"] * self.mix.deletes)])
        if what in ("phone", "name"):
            self._wrote(key, what, f"h{n}")
            ats.put(key, **{what: f"h{n}"})
        elif what == "tags":
            self._wrote(key, "tags", f"h{n}")
            ats.put(key, tags=(*ats.people[key].tags, f"h{n}"))
        elif what == "note":
            ats.notes[f"n{n:03}h"] = (key, f"Theirs {n}.")
            ats.remember()
            self._hook("notes", f"n{n:03}h")
        elif what == "new":
            key = f"q{n:03}"
            ats.put(key, name=f"Theirs {n}")
        elif what == "move" and ats.people[key].applied:
            first, *rest = ats.people[key].applied
            self._wrote(key, "stage", f"h{n}")
            ats.put(key, applied=((first[0], first[1], f"h{n}"), *rest))
        elif what == "delete":
            self._count_pending(key, "deleted there while owed")
            if rng.random() < 0.5:
                ats.put(key, phone=f"h{n}")  # changed a while before, so that a listing that trails shows them still
                self.clock.advance(rng.choice([1.0, 30.0]))
            ats.remove(key)
        elif what == "merge" and len(ats.people) > 1:
            keep = rng.choice(sorted(set(ats.people) - {key}))
            self._count_pending(key, "merged there while owed")
            ats.merge(keep, key)
            self._hook("candidates", keep)
        self.world.note("there", what, key)
        self._hook("candidates", key)

    def _wrote(self, key: str, path: str, value: str) -> None:
        self.world.human.append(Human(key, path, value, self.clock()))

    def _count_pending(self, key: str, name: str) -> None:
        if self.world.store().owed([key])[key]:
            self.world.seen[name] += 1

    def _hook(self, kind: str, key: str) -> None:
        ats = self.world.ats
        if self.mix.hooks != "none":
            self.world.hook(kind, key, gone=key not in (ats.people if kind == "candidates" else ats.notes))

    def _echo(self, _what: str) -> None:
        """The ATS tells of what we wrote as of anybody's change, often before its answer is here."""
        ats, effect = self.world.ats, self.world.ats.effects[-1]
        if effect.what in ("note", "unnote"):
            self._hook("notes", effect.item)
        for key, row in ats.people.items():
            if effect.item == key or any(a[0] == effect.item for a in row.applied):
                self._hook("candidates", key)

    def _deliver_turn(self) -> None:
        hooks, rng, kind = self.world.hooks, self.rng, self.mix.hooks
        if not hooks:
            return
        event = hooks.pop(rng.randrange(len(hooks)) if kind == "shuffled" else 0)
        if kind == "dropped" and rng.random() < 0.5:
            self.world.seen["webhook dropped"] += 1
            return
        for _ in range(3 if kind == "doubled" else 1):
            self.world.deliver(event)

    def _break_turn(self) -> None:
        ats = self.world.ats
        what = self.rng.choice([*BREAKABLE, *TROUBLE])
        if what == "expire":
            ats.expire += 1
            self.world.seen["cursor expired"] += 1
        elif what == "cut":
            ats.cut = 1
            self.world.seen["listing cut"] += 1
        elif what == "skip":
            ats.skipped.add(self.rng.choice(sorted(ats.people) or [""]))
            self.world.seen["row left out of a listing"] += 1
        elif what == "deny":
            ats.denied[self.rng.choice(["candidates", "notes"])] = 403
            self.world.seen["listing denied"] += 1
        elif what == "refuse":
            ats.refused[self.rng.choice(["edit", "note", "apply", "add"])] = "is frozen"
            self.world.seen["write refused"] += 1
        elif what == "ok":
            self._repair()
        else:
            ats.broken[what] = self.rng.randint(1, 3)

    def _repair(self) -> None:
        ats = self.world.ats
        for table in (ats.broken, ats.denied, ats.refused, ats.skipped):
            table.clear()
        ats.cut, ats.expire = None, 0

    def _decide_turn(self) -> None:
        rows = [row for row in self.world.store().actions() if row.state != "cancelled"]
        unsure = [row for row in rows if row.state in ("sending", "unknown")]
        if rows:
            row = self.rng.choice(unsure or rows)
            options = {"waiting": "cancel", "sending": "cancel", "unknown": "cancel", "applied": "undo"}
            self.world.decide(options.get(row.state) or self.rng.choice(["cancel", "retry"]), row.id)

    def _sweep_turn(self) -> None:
        with suppress(Crash):
            sweep_now(self.world.store())

    def _backup_turn(self) -> None:
        world = self.world
        if self.backup is None:
            self.backup = saved(self.ledger, world.workspace)
        elif not world.restored:
            # It takes longer than a vendor counts: what was asked just before it is no part of the limit any more.
            self.clock.advance(world.ats.window_s)
            put_back(self.ledger, world.workspace, self.backup)
            world.fuse.left = None
            world.restored = True
            world.seen["restored"] += 1
            for worker in world.workers:
                world.die(worker)
            with world.store().write() as tx:
                tx.doubt()
            self.watch.versions.clear()
            self.watch.gone.clear()
            self.watch.shown.clear()

    # After

    def _heal(self) -> None:
        world, ats = self.world, self.world.ats
        world.fuse.left, world.lose_next = None, 0
        if self.rng.random() < 0.5 and self.mix.broken:  # listings that do not show everything
            if self.rng.random() < 0.5:
                ats.cut, world.lose_next = 1, 1
                world.seen["listing cut"] += 1
            self._here_turn()
            sweep_now(world.store())
            self._round(patience_s=self.rng.choice([300.0, 2_400.0]))
            self._check()
            world.lose_next = 0
        self._repair()
        self.clock.advance(3_700.0)
        self._rest()
        self._check()
        if not (world.seen["listing cut"] or world.seen["row left out of a listing"]):  # that only a sweep can see
            self.broken += quiet(world, deletes=False)
        self._sweep()
        if any(walk.state == "asks" for walk in world.store().walks()):
            world.seen["a sweep asked"] += 1
            allow_deletes(world.store())
            self._rest()
        self.broken += quiet(world, deletes=True)
        written = len(ats.effects)
        for key in 2 * sorted(ats.people):  # whoever sends late, or once more, changes nothing
            world.deliver((f"e{world.number()}", "candidates", key, False))
        self._rest()
        if len(ats.effects) != written:
            self.broken.append("something is written although nothing was done")
        for row in world.store().actions(limit=1000):
            world.seen[f"{row.state} {row.kind}"] += 1

    def _sweep(self) -> None:
        sweep_now(self.world.store())
        self._rest()

    def _rest(self) -> None:
        """Until nothing is on its way any more, and every poll has been round since the last write was to be seen."""
        written = -1
        while written != len(self.world.ats.effects) and not self.broken:
            written = len(self.world.ats.effects)
            if not self._round():
                self.broken.append("it does not come to rest")

    def _round(self, *, patience_s: float = MOST_REST_S) -> bool:
        world = self.world
        self.clock.advance(world.ats.lag_s + world.ats.list_lag_s)
        since = world.store().now()
        with world.ledger.sync(world.workspace, NAME).write() as tx:
            for walk in world.store().walks():
                if walk.mode == "poll" and walk.state == "idle":
                    tx.walk(replace(walk, due_at=since))
        until = self.clock() + timedelta(seconds=patience_s)
        while self.clock() < until:
            moved = False
            for worker in world.workers[: 1 + self.mix.two]:
                world.renew(worker)
            for worker in world.workers[: 1 + self.mix.two]:
                moved = world.turn(worker) or moved
                self._check()
            if moved:
                self.clock.advance(0.05)
                continue
            store = world.store()
            walks = store.walks()
            rounds = [walk.started_at or "" for walk in walks if walk.mode == "poll" and walk.state == "idle"]
            swept = all(w.state in ("idle", "asks") and w.due_at > since for w in walks if w.mode == "sweep")
            begun = all(walk.state == "over" for walk in walks if walk.mode == "backfill")
            polled = len(rounds) == POLLS and min(rounds) >= since
            if begun and polled and swept and not (store.fetches() or store.owed_at() or store.inbox(1)):
                return True
            self.clock.advance(max(world.idle_until() or 0.0, 0.001 if world.idle_until() is not None else 20.0))
        return False
