"""Our own suite: recruiters' questions over made-up people whose truth is known. See README.md."""

from eval.suites.recruiting.build import NAME, SEED, build

__all__ = ["NAME", "SEED", "build"]
