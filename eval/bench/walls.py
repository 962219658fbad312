"""Who may see what, tried from outside: random searches of three viewers in two workspaces, served as anyone gets them.

``headwater bench walls``. One database, one server after the other, one for each workspace. A recruiter and a viewer
ask by API key; a hiring manager, who is bound to jobs, by the pages, signed in with a password.
"""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import time
from collections import Counter
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from engine.records import Viewer
from eval.bench.canaries import CanaryWorld, Workspace, make_canaries, viewers_of
from eval.bench.figures import machine
from eval.bench.installation import database_of, shown
from eval.bench.leaks import Send, Watcher, fill, watch
from eval.bench.served import PATIENCE_S, Client, Served, command, environment, make_key, serving
from indexer.ledger import Ledger
from models import DEFAULT

EMAIL, PASSWORD = "manager@example.com", "correct horse battery staple"


def run(
    folder: Path,
    cache_dir: Path,
    *,
    searches: int = 20_000,
    people: int = 120,
    jobs: int = 8,
    seed: int = 1,
    encoder: str = DEFAULT,
) -> dict[str, Any]:
    """people, jobs: in each workspace. ``first``: the first leaks, in words."""
    world = make_canaries(people, jobs, seed=seed)
    home = folder / "walls"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    with closing(Ledger.open(database_of(home))) as ledger:
        for space in world.spaces:
            fill(space, ledger)
    watchers: list[Watcher] = []
    start = time.perf_counter()
    for number, space in enumerate(world.spaces):
        settings = environment(home, cache_dir, encoder, space.name)
        with serving(home, cache_dir, encoder, space.name) as served, ExitStack() as stack:
            _wait_until_indexed(served, people)
            own = [_watcher(world, one, served, settings, Random(seed * 100 + number), stack) for one in _named(space)]
            watch(own, searches // len(world.spaces), partial(_report, space.name))
            watchers += own
    return report(watchers) | {
        "people": people, "jobs": jobs, "seed": seed, "seconds": round(time.perf_counter() - start),
        "machine": machine(),
    }  # fmt: skip


def report(watchers: list[Watcher]) -> dict[str, Any]:
    """The figures, all in all and by viewer. ``met``: how many words of their own each got to see."""
    tallies = [one.tally for one in watchers]

    def total(name: str) -> int:
        return sum(getattr(tally, name) for tally in tallies)

    counted = ("searches", "twins", "reads", "hits", "leaked_ids", "leaked_words", "told_apart", "wrong_status")
    viewers = []
    for one in watchers:
        tally = one.tally
        viewers.append({"viewer": one.name, "searches": tally.searches, "leaks": tally.leaks, "met": len(tally.met)})
    return {
        **{name: total(name) for name in counted},
        "leaks": total("leaks"),
        "kinds": dict(sum((tally.kinds for tally in tallies), Counter[str]())),
        "statuses": dict(sum((tally.statuses for tally in tallies), Counter[int]())),
        "viewers": viewers,
        "first": [said for tally in tallies for said in tally.first][:10],
    }


def _named(space: Workspace) -> list[tuple[str, str, Viewer]]:
    return [(f"{name} of {space.name}", role, viewer) for name, role, viewer in viewers_of(space)]


def _watcher(
    world: CanaryWorld, of: tuple[str, str, Viewer], served: Served, settings: dict[str, str],
    rng: Random, stack: ExitStack,
) -> Watcher:  # fmt: skip
    name, role, viewer = of
    bound = viewer.jobs is not None
    rng = Random(f"{rng.random()} {name}")
    if bound:
        jobs = [word for job in sorted(viewer.jobs or ()) for word in ("--job", job)]
        words = command("users", "add", EMAIL, "--name", "Lee", "--role", role, *jobs)
        subprocess.run(words, env=settings, input=PASSWORD.encode(), capture_output=True, check=True)
        send: Send = _signed_in(served.address, stack)
    else:
        audiences = [word for one in sorted(viewer.audiences) for word in ("--audience", one)]
        client = Client(served.address, make_key(settings, "--role", role, *audiences))
        stack.callback(client.close)

        def send(method: str, path: str, body: Any) -> tuple[int, str]:
            status, said = client.ask(method, path, body)
            return status, said.decode()

    return Watcher(name, viewer, world, send, rng, pages=bound)


def _signed_in(address: str, stack: ExitStack) -> Send:
    """A browser with a session."""
    connection = http.client.HTTPConnection(address, timeout=PATIENCE_S)
    stack.callback(connection.close)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", urlencode({"email": EMAIL, "password": PASSWORD}), form)
    answer = connection.getresponse()
    answer.read()
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    if answer.status != 303 or not cookie:
        raise RuntimeError(f"signing in answered {answer.status}")

    def send(method: str, path: str, _body: Any) -> tuple[int, str]:
        connection.request(method, path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    return send


def _wait_until_indexed(served: Served, people: int) -> None:
    client = served.connect()
    until = time.monotonic() + 10 * PATIENCE_S
    with closing(client):
        while time.monotonic() < until:
            health = json.loads(client.ask("GET", "/v1/health")[1])
            if health["index"] == "ready" and health["people"] == people:
                return
            time.sleep(0.2)
    raise RuntimeError("the server did not index the people; its last words are in serve.log")


def _report(workspace: str, done: int, of: int) -> None:
    if done % 500 == 0 or done == of:
        shown(f"searching {workspace}", done, of)
