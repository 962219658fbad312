"""How long a cold process takes to its first answer over a large crowd, after a kill in the middle of upserts.

``headwater bench start``. A server of ours is killed with SIGKILL while records stream in; then the command line,
which opens everything by itself, is timed from its start to the answer printed, and the server to its first answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.figures import machine
from eval.bench.installation import build_installation, load, shown
from eval.bench.served import Client, command, environment, make_key, wait_for
from eval.bench.stream import changed_people
from models import DEFAULT

QUESTION = "accountant in Stockholm with SAP, 5 years"
BARS = {"first_answer_s": 5.0}
STREAM_S = 2.0
"""How long records stream in before the kill."""


def run(
    shared: Path, folder: Path, cache_dir: Path, *, people: int = 100_000, rounds: int = 3, encoder: str = DEFAULT
) -> dict[str, Any]:
    made = build_installation(folder, people, shared, load(encoder, cache_dir), report=shown)
    settings = environment(made.folder, cache_dir, encoder)
    key = make_key(settings)
    took, served, sent = [], [], 0
    for number in range(rounds):
        start = time.perf_counter()
        process = _serve(settings, made.folder)
        try:
            address = wait_for(process, made.folder)
            with closing(Client(address, key)) as client:
                client.search(QUESTION, {})
                served.append(time.perf_counter() - start)
                sent += _kill_in_the_middle(process, client, made.folder, number)
        finally:
            process.kill()
            process.wait()
        took.append(_time_to_answer(settings))
    return {
        "people": people,
        "rounds": rounds,
        "records_sent_before_the_kills": sent,
        "first_answer_after_kill_s": round(float(np.median(took)), 2),
        "slowest_s": round(max(took), 2),
        "server_first_answer_s": round(float(np.median(served)), 2),
        "machine": machine(),
        "bars": BARS,
    }


def _time_to_answer(settings: dict[str, str]) -> float:
    """Seconds until the command line has printed its answer; what it does afterwards is waited for, not counted."""
    start = time.perf_counter()
    with subprocess.Popen(command("search", QUESTION, "--json"), env=settings, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        printed = b""
        while not printed.endswith(b"\n}\n") and (more := os.read(process.stdout.fileno(), 1 << 20)):
            printed += more
        took = time.perf_counter() - start
    if process.returncode or not json.loads(printed)["hits"]:
        raise RuntimeError("the command line gave no hits after the kill")
    return took


def _serve(settings: dict[str, str], home: Path) -> subprocess.Popen[bytes]:
    with (home / "serve.log").open("wb") as log:
        return subprocess.Popen(command("serve", "--port", "0"), env=settings, stdout=log, stderr=log)


def _kill_in_the_middle(process: subprocess.Popen[bytes], client: Client, home: Path, seed: int) -> int:
    """Records accepted until the kill, which comes while the next ones are on their way into the index."""
    sent = 0
    killer = threading.Timer(STREAM_S, process.kill)
    killer.start()
    try:
        for record in changed_people(home, 10_000, seed=seed):
            status, _ = client.ask("PUT", "/v1/people", {"connection": "crowd", "people": [record]})
            if status != 200:
                raise RuntimeError(f"PUT /v1/people answered {status}")
            sent += 1
    except (OSError, EOFError):  # the connection ends with the process
        pass
    except Exception as error:
        if process.poll() is None and killer.is_alive():
            raise RuntimeError("records could not be sent before the kill") from error
    finally:
        killer.join()
    return sent
