"""Figures of measurements: percentiles, memory, disk, and the machine in words."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np


def percentiles(values_ms: Sequence[float], *points: int) -> dict[str, float]:
    """``{"p50": …}``, in the unit of the values."""
    return {f"p{point}": round(float(np.percentile(values_ms, point)), 2) for point in points or (50, 95, 99)}


def median_of(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median over rounds, figure by figure."""
    return {name: round(float(np.median([one[name] for one in rounds])), 2) for name in rounds[0]}


def rss_mb(pid: int | None = None) -> float:
    """Memory a process holds now, MB. None: this one."""
    for line in Path(f"/proc/{pid or os.getpid()}/status").read_text("ascii", "replace").splitlines():
        if line.startswith("VmRSS:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def disk_mb(folder: Path) -> float:
    """What the files take on disk, MB; files with holes count what is written."""
    sizes = [path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()]
    return round(sum(sizes) / 1e6, 1)


def machine() -> dict[str, Any]:
    flags = Path("/proc/cpuinfo").read_text("ascii", "replace") if Path("/proc/cpuinfo").exists() else ""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "bf16": "avx512_bf16" in flags or "amx_bf16" in flags,
        "python": platform.python_version(),
        "load_1_minute": round(os.getloadavg()[0], 1),
    }
