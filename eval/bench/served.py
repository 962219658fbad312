"""``headwater serve`` in a child of ours over a measured installation, spoken to over loopback."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120.0


@dataclass
class Served:
    process: subprocess.Popen[bytes]
    address: str
    key: str

    def connect(self) -> Client:
        return Client(self.address, self.key)


class Client:
    """One kept-alive connection. Not thread-safe."""

    def __init__(self, address: str, key: str) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=PATIENCE_S)
        self._headers = {"X-API-Key": key, "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """(status, body), the body read to its end."""
        payload = None if body is None else json.dumps(body).encode()
        return self._call(method, path, payload, self._headers)

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """POST as it is, with these headers and no key."""
        return self._call("POST", path, body, headers)

    def _call(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        self._connection.request(method, path, body=body, headers=dict(headers))
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def search(self, text: str, filters: dict[str, Any]) -> bytes:
        status, found = self.ask("POST", "/v1/search", {"text": text, "filters": filters})
        if status != 200:
            raise RuntimeError(f"POST /v1/search answered {status}: {found[:300]!r}")
        return found

    def close(self) -> None:
        self._connection.close()


def environment(
    home: Path, cache_dir: Path, encoder: str, workspace: str = "default", secret: str | None = None
) -> dict[str, str]:
    """secret: the installation's, for who seals a credential for it. None: it makes its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")}
    return {
        **kept,
        "HEADWATER_DATA_DIR": str(home.resolve()),
        "HEADWATER_ENCODER_DIR": str(cache_dir.resolve()),
        "HEADWATER_ENCODER": encoder,
        "HEADWATER_WORKSPACE": workspace,
        "PYTHONPATH": str(ROOT),
        **({"HEADWATER_SECRET_KEY": secret} if secret else {}),
    }


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "api.cli", *words]


def make_key(settings: dict[str, str], *options: str) -> str:
    """A new API key of the installation. options: as of ``headwater keys create``."""
    words = command("keys", "create", "bench", "--json", *options)
    done = subprocess.run(words, env=settings, capture_output=True, check=True)
    return str(json.loads(done.stdout)["key"])


@contextmanager
def serving(
    home: Path, cache_dir: Path, encoder: str, workspace: str = "default", secret: str | None = None
) -> Iterator[Served]:
    """A server in a child, up and answering; ended with the block."""
    settings = environment(home, cache_dir, encoder, workspace, secret)
    key = make_key(settings)
    with (home / "serve.log").open("wb") as log:
        process = subprocess.Popen(command("serve", "--port", "0"), env=settings, stdout=log, stderr=log)
    try:
        yield Served(process, wait_for(process, home), key)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(process: subprocess.Popen[bytes], home: Path) -> str:
    """host:port, once it answers. Raises RuntimeError where it ends or stays silent instead."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        address = _announced(home, process.pid)
        if address:
            client = Client(address, "")
            try:
                if client.ask("GET", "/v1/health")[0] == 200:
                    return address
            except OSError:
                pass
            finally:
                client.close()
        time.sleep(0.01)
    raise RuntimeError(f"the server did not come up; its last words are in {home / 'serve.log'}")


def _announced(home: Path, pid: int) -> str | None:
    """What the server wrote into the lock of its data directory."""
    try:
        found = json.loads((home / "headwater.lock").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return urlsplit(found["url"]).netloc if found.get("pid") == pid and found.get("url") else None
