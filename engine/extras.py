"""Libraries that serving does not need: asked for where they are used, and said plainly where they are absent."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from engine.errors import NeedsOperator


def extra(module: str, what: str, *, group: str = "eval") -> Any:
    """The module. what: whom or what it is for, as the subject of a sentence. Raises NeedsOperator: it is not here."""
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        fix = f"In Headwater's folder: .venv/bin/pip install -e '.[{group}]'"
        raise NeedsOperator(f"{what} needs {package}, which is not here.", fix) from None
