"""Who holds a lease, and whether that process is known to be dead: then nobody has to wait for the lease to run out.

Known only of processes of this very machine (and container). What is held elsewhere is waited for. Should this err, the
fencing token still keeps the one who lost the lease from changing anything.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path


def new_holder() -> str:
    """``place.pid.start.random``: of this process."""
    return f"{_place()}.{os.getpid()}.{_started(os.getpid()) or 0}.{secrets.token_hex(4)}"


def is_dead(holder: str) -> bool:
    """Certainly: of another machine nothing is known, and of a system without /proc neither."""
    place, _, rest = holder.partition(".")
    pid, _, rest = rest.partition(".")
    started = rest.partition(".")[0]
    if place != _place() or not pid.isdigit() or started in ("", "0"):
        return False
    return str(_started(int(pid))) != started


def _place() -> str:
    said = [socket.gethostname()]
    with suppress(OSError):
        said.append(Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip())
        said.append(str(Path("/proc/self/ns/pid").readlink()))
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]


def _started(pid: int) -> int | None:
    """In ticks since the machine started, so that a number given to another process is not taken for the same one."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return None
