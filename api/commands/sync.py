"""``headwater sync``: how the connections stand, and what an operator may do about it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated

import typer
from rich.text import Text

from api.commands import imports
from api.commands.look import JSON
from api.console import Report, err, out, progress, show_json
from api.local import open_ledger, secret, serving
from api.runtime import open_runtime
from api.settings import Settings
from api.syncing import opener_of, standing_of, worker_of
from engine.errors import Busy
from indexer.ledger import SyncStore
from indexer.sync import Work, first_sync_done
from indexer.sync.replay import replay
from indexer.sync.status import ConnectionStatus, FirstSync
from indexer.sync.step import Done
from indexer.sync.sweep import allow_deletes, sweep_now

app = typer.Typer(no_args_is_help=True, help="How the connections to applicant tracking systems stand.")
NAME = Annotated[str, typer.Argument(help="As `headwater connect list` shows it.")]


@app.command()
def status(as_json: JSON = False) -> None:
    """How far, how fresh and by which way, and what needs an operator."""
    settings = Settings()
    opener = opener_of(secret(settings))
    with open_ledger(settings, create=False) as ledger:
        found = [standing_of(ledger, opener, row) for row in ledger.connections.list(settings.workspace)]
    if as_json:
        show_json({"connections": [one.model_dump() for one in found]})
        return
    if not found:
        out.print("Nothing is connected yet: `headwater connect teamtailor`.")
    for one in found:
        show(one)
    if found and serving(settings) is None:
        err.print("Nobody syncs now: `headwater serve` does, or `headwater work`.")


@app.command()
def run(name: NAME) -> None:
    """Sync one connection here and now, until nothing is left to do, and index what came."""
    settings = Settings()
    if serving(settings):
        raise Busy("The data is being served, and synced by that.", "`headwater sync status` shows how far it is.")
    with open_runtime(settings, create=False) as runtime:
        runtime.ledger.connections.get(settings.workspace, name)
        with (
            worker_of(runtime.ledger, runtime.secret, settings, on_change=runtime.follow_soon) as worker,
            progress("Reading") as report,
        ):
            worker.run(settings.workspace, name, until=first_sync_done, on_step=teller(report))
        imports.index(runtime)
        row = runtime.ledger.connections.get(settings.workspace, name)
        show(standing_of(runtime.ledger, opener_of(runtime.secret), row))


def teller(report: Report) -> Callable[[Work, Done | None], None]:
    """Shows how many people are here with all that belongs to them, at each twentieth step."""
    steps = itertools.count()

    def tell(work: Work, done: Done | None) -> None:
        if done is not None and next(steps) % 20:
            return
        counts = work.store.counts()
        waiting = counts["to_read"] + counts["to_apply"] + counts["files_wanted"]
        lists = {f.name for f in work.connector.plan.backfill if work.connector.roots.get(f.lists or "") == "person"}
        totals = [w.total for w in work.store.walks() if w.mode == "backfill" and w.feed in lists and w.total]
        report(max(0, counts["people"] - waiting), max(totals) if totals else None)

    return tell


@app.command()
def parked(name: NAME, as_json: JSON = False) -> None:
    """Records of a connection that could not be read, and why."""
    with _store(name) as store:
        rows = store.parked()
    if as_json:
        show_json([{"place": r.place, "what": r.what, "fix": r.fix, "at": r.at, "raw": r.raw} for r in rows])
        return
    out.print(f"{len(rows)} parked" if rows else "Nothing is parked.")
    for (what, fix), number in Counter((row.what, row.fix) for row in rows).most_common():
        out.print(Text(f"{number:>6} × {what} {fix}".rstrip()), soft_wrap=True)
        places = [row.place for row in rows if (row.what, row.fix) == (what, fix)]
        out.print(Text(f"         {', '.join(places[:10])}{' …' if len(places) > 10 else ''}", "dim"), soft_wrap=True)


@app.command("replay")
def again(
    name: NAME,
    places: Annotated[list[str] | None, typer.Argument(help="As `sync parked` shows them; none: all.")] = None,
) -> None:
    """Try parked records and files once more, after a repair in the ATS or a new version of Headwater."""
    settings = Settings()
    with open_ledger(settings, create=False) as ledger:
        row = ledger.connections.get(settings.workspace, name)
        roots = opener_of(secret(settings)).connector(row).roots
        number = replay(ledger.sync(settings.workspace, name), roots, places or ())
    out.print(
        f"{number} tried again as soon as somebody syncs; what fails once more stays parked."
        if number
        else "Nothing is parked."
    )


@app.command("allow-deletes")
def allow(name: NAME) -> None:
    """A sweep found more people missing than is believed unasked: they are really gone there."""
    with _store(name) as store:
        number = allow_deletes(store)
    out.print(
        "Each is read by itself once more; what is not there any more is hidden."
        if number
        else "No sweep of this connection asks for it."
    )


@app.command()
def sweep(name: NAME) -> None:
    """Compare everything with the ATS now, not at the next turn."""
    with _store(name) as store:
        sweep_now(store)
    out.print("It begins as soon as the first sync is over; `headwater sync status` shows it.")


@app.command()
def stop(name: NAME) -> None:
    """Ask this ATS nothing any more. What is here stays."""
    settings = Settings()
    with open_ledger(settings, create=False) as ledger:
        ledger.connections.stop(settings.workspace, name, "An operator stopped it: `headwater sync start` goes on.")
    out.print("Stopped.")


@app.command()
def start(name: NAME) -> None:
    """Go on where it was."""
    settings = Settings()
    with open_ledger(settings, create=False) as ledger:
        ledger.connections.start(settings.workspace, name)
    out.print("It goes on with the next look of `headwater serve`.")


@contextmanager
def _store(name: str) -> Iterator[SyncStore]:
    """Raises NotFound."""
    settings = Settings()
    with open_ledger(settings, create=False) as ledger:
        ledger.connections.get(settings.workspace, name)
        yield ledger.sync(settings.workspace, name)


def show(one: ConnectionStatus) -> None:
    out.print(Text.assemble((one.name, "bold"), f"  {one.vendor} at {one.origin}, {one.state}"), soft_wrap=True)
    out.print(f"  First sync: {how_far(one.first_sync)}")
    if one.lag_s is not None:
        out.print(f"  What changed there is here after {_spoken(one.lag_s)} at most without a webhook.")
    hooks = f"last one {one.last_delivery_at}" if one.last_delivery_at else "none came yet"
    out.print(f"  Webhooks: {hooks if one.webhooks else 'no secret is set, so none is believed'}", soft_wrap=True)
    if one.writes != "on" or one.wins:
        how = {"dry": "dry, nothing is written", "off": "off, what is owed waits"}.get(one.writes, "on")
        out.print(f"  Writing: {how}{'; ours wins: ' + ', '.join(one.wins) if one.wins else ''}")
    for kind in one.kinds:
        age = "not once whole" if kind.age_s is None else f"whole as of {_spoken(kind.age_s)} ago"
        out.print(Text(f"  {kind.name:34} by {kind.way:8} {age}", "dim"), soft_wrap=True)
    for feed in one.feeds:
        if feed.problem and feed.state not in ("asks", "denied"):
            out.print(Text(f"  {feed.way} of {feed.feed}: {feed.problem}", "yellow"), soft_wrap=True)
    c = one.counts
    out.print(f"  {c['people']:,} people, {c['jobs']:,} jobs, {c['files']:,} files read; {c['gone']:,} gone there")
    for said in one.needs:
        out.print(Text(f"  ! {said}", "yellow"), soft_wrap=True)


def how_far(first: FirstSync) -> str:
    if first.over:
        return f"done, {first.done:,} people"
    if first.total is None:
        return f"{first.done:,} people so far"
    left = f", about {_spoken(first.left_s)} left" if first.left_s is not None else ""
    return f"{first.done:,} of {first.total:,}{left}"


def _spoken(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else str(timedelta(seconds=round(seconds)))
