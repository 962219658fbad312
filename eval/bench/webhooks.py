"""How soon a webhook is answered, and how soon what it told of is found.

``headwater bench webhooks``. A server of ours is connected to a sandbox ATS with the vendor's own limit of requests;
its worker syncs all the while. First deliveries come at a fixed rate, each about a change that was made for it and
due at its moment whatever became of the ones before: a wait counts from there. Then single people change while others
change too and searches go on: counted is from the moment the vendor's read shows a change until a search finds it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from eval.bench.connected import NAME, Background, Connected, connected, postman
from eval.bench.figures import machine, percentiles
from eval.bench.installation import VIEWER
from eval.bench.questions import make_questions
from eval.bench.served import Client
from models import DEFAULT

BARS = {"answer_p99_ms": 50.0, "searchable_p95_s": 2.0}
SENDERS = 24
"""Connections at once: so many deliveries may wait for an answer before the next ones come late."""
AHEAD_S = 0.02
"""So long before it is due a change is made and its delivery signed: that is the vendor's time, not ours."""
LOOK_S = 0.02
PATIENCE_S = 120.0
LEARNING = 5
"""How many changes it takes to learn how far a vendor's reads trail; they are counted apart as well."""


def run(
    folder: Path,
    cache_dir: Path,
    *,
    rate: float = 200.0,
    seconds: float = 20.0,
    people: int = 200,
    changes: int = 60,
    every_s: float = 2.0,
    delay_s: float = 30.0,
    encoder: str = DEFAULT,
) -> dict[str, Any]:
    home = folder / f"webhooks-{secrets.token_hex(4)}"
    with connected(home, cache_dir, encoder, people=people) as to:
        received = receive(to, rate=rate, seconds=seconds)
        to.settle()
        with traffic(to):
            found = {
                "vendor_delay_0": searchable(to, changes=changes, every_s=every_s, delay_s=0.0),
                f"vendor_delay_{delay_s:g}": searchable(to, changes=changes, every_s=every_s, delay_s=delay_s),
            }
    shutil.rmtree(home)  # after a failure it stays: serve.log in it says more
    return {
        "people": people, "encoder": encoder, "receive": received, "searchable": found, "machine": machine(),
        "bars": BARS,
    }  # fmt: skip


# Answering


@dataclass
class _Answers:
    """Of each delivery: how long from when it was due and from when it was sent, and what was said."""

    since_due_ms: list[float] = field(default_factory=list)
    since_sent_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)
    """Event ids of those that were answered 202."""
    failed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def receive(to: Connected, *, rate: float, seconds: float) -> dict[str, Any]:
    """So many deliveries a second, whether or not those before are answered."""
    total, answers, numbers = int(rate * seconds), _Answers(), count()
    begin = time.perf_counter() + 0.5
    jobs = [
        threading.Thread(target=_deliver, args=(to, numbers, total, begin, rate, answers), daemon=True)
        for _ in range(SENDERS)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    if answers.failed:
        raise RuntimeError(f"{len(answers.failed)} senders failed, the first: {answers.failed[0]}")
    there = to.ledger.connections.received(VIEWER.workspace, NAME, answers.kept)
    return {
        "rate": rate, "seconds": seconds, "sent": total, "statuses": dict(answers.statuses),
        "answer_ms": percentiles(answers.since_due_ms) | {"max": round(max(answers.since_due_ms), 2)},
        "answer_since_sent_ms": percentiles(answers.since_sent_ms) | {"max": round(max(answers.since_sent_ms), 2)},
        "lost": len(set(answers.kept) - there),
    }  # fmt: skip


def _deliver(to: Connected, numbers: Iterator[int], total: int, begin: float, rate: float, answers: _Answers) -> None:
    try:
        with closing(to.served.connect()) as client:
            client.ask("GET", "/v1/health")  # connected before it counts
            while (number := next(numbers)) < total:
                due = begin + number / rate
                time.sleep(max(0.0, due - AHEAD_S - time.perf_counter()))
                _, [delivery] = to.act(
                    "edit_candidate", to.people[number % len(to.people)], phone=f"+46 70 {number:07d}"
                )
                time.sleep(max(0.0, due - time.perf_counter()))
                sent = time.perf_counter()
                status = to.send(client, delivery)
                now = time.perf_counter()
                with answers.lock:
                    answers.since_due_ms.append((now - due) * 1000)
                    answers.since_sent_ms.append((now - sent) * 1000)
                    answers.statuses[status] += 1
                    if status == 202:
                        answers.kept.append(hashlib.sha256(delivery.body).hexdigest())
    except Exception as error:  # a thread's error must reach the one who waits
        answers.failed.append(repr(error))


# Finding


@dataclass(frozen=True)
class _Change:
    person: str
    word: str
    shown_at: float
    """When the vendor's reads show it."""


def traffic(to: Connected) -> ExitStack:
    """Searches and other people's changes, until it is closed; and the vendor's webhooks on their way."""
    asked, rng = make_questions(200), Random(3)
    half = len(to.people) // 2

    def search(client: Client, number: int) -> None:
        question = asked[number % len(asked)]
        client.search(question.text, question.filters)

    def change(_client: Client, number: int) -> None:
        with to.vendor.lock:
            to.vendor.recruiter.edit_candidate(rng.choice(to.people[half:]), phone=f"+46 73 {number:07d}")

    stack = ExitStack()
    stack.enter_context(postman(to))
    stack.enter_context(Background(to.served, 0.25, search))
    stack.enter_context(Background(to.served, 2.0, change))
    return stack


def searchable(to: Connected, *, changes: int, every_s: float, delay_s: float) -> dict[str, Any]:
    """A new word in one person after another: until a search for it finds them. Raises RuntimeError if one is not."""
    to.vendor.recruiter.read_delay_s, to.vendor.recruiter.everything_late = delay_s, delay_s > 0
    made: list[_Change] = []
    took: dict[str, float] = {}

    def change(_client: Client, number: int) -> None:
        if number < changes:
            word = "zq" + "".join(Random(f"{delay_s} {number}").choices("abcdefghijklmnoprstuvy", k=10))
            person = to.people[number % (len(to.people) // 2)]
            with to.vendor.lock:
                at = time.perf_counter()
                to.vendor.recruiter.edit_candidate(person, pitch=f"Knows {word} since 2019.")
            made.append(_Change(person, word, at + delay_s))

    with Background(to.served, every_s, change), closing(to.served.connect()) as client:
        until = time.monotonic() + changes * every_s + delay_s + PATIENCE_S
        while len(took) < changes:
            if time.monotonic() > until:
                raise RuntimeError(f"{changes - len(took)} of {changes} changes are not found after {PATIENCE_S:g} s")
            now = time.perf_counter()
            for one in made:
                if one.word not in took and now >= one.shown_at and _finds(client, one):
                    took[one.word] = time.perf_counter() - one.shown_at
            time.sleep(LOOK_S)
    in_order = [took[one.word] for one in made]
    return {"changes": changes, "seconds": _seconds(in_order), "seconds_once_learned": _seconds(in_order[LEARNING:])}


def _finds(client: Client, one: _Change) -> bool:
    """Quoted, a word is found only as it stands there."""
    hits = json.loads(client.search(f'"{one.word}"', {}))["hits"]
    return any(found["id"] == one.person for hit in hits for found in hit["external_ids"])


def _seconds(values: Sequence[float]) -> dict[str, float]:
    return percentiles(values, 50, 95) | {"max": round(max(values), 2)} if values else {}
