"""``headwater bench``: what eval/bench measures. A measurement is a module with ``run``; its arguments are options."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command_from_info
from typer.models import CommandInfo

from api.console import out, show_json
from api.settings import Settings

NAMES = (
    "search", "embed", "facts", "load", "categories", "start", "index", "recall", "access", "walls", "backfill",
    "webhooks", "sync", "kill", "writers", "workspaces",
)  # fmt: skip
REFERENCE = Path("../shared/data")
"""Where the reference data lies beside a checkout."""


def places() -> dict[str, Path | None]:
    """What a measurement's arguments of these names are when not given: below the data directory."""
    settings = Settings()
    return {
        "shared": REFERENCE if REFERENCE.is_dir() else None,
        "folder": settings.data_dir / "bench",
        "cache_dir": settings.model_dir,
    }


class _Measurements(TyperGroup):
    """Loads a measurement only when it is asked for: eval has no place in a serving process."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - click's signature
        return [name for name in NAMES if find_spec(f"eval.bench.{name}")]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        run = import_module(f"eval.bench.{cmd_name}").run
        info = CommandInfo(name=cmd_name, callback=_with_json(run))
        return get_command_from_info(info, pretty_exceptions_short=True, rich_markup_mode=None)


def _with_json(run: Callable[..., dict[str, Any]]) -> Callable[..., None]:
    """``run`` as a command: its own arguments as options, and ``--json``. A bar that is missed ends with 1."""

    @functools.wraps(run)
    def command(*, as_json: bool, **options: Any) -> None:
        found = run(**options)
        if as_json:
            show_json(found)
        else:
            for name, value in found.items():
                out.print(f"{name}: {value}", soft_wrap=True)
        if found.get("met") is False:
            raise typer.Exit(1)

    signature = inspect.signature(run, eval_str=True)
    known = places()
    own = []
    for given in signature.parameters.values():
        one = given.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        place = known.get(one.name)
        own.append(one.replace(default=place) if place is not None and one.default is one.empty else one)
    annotation = Annotated[bool, typer.Option("--json", help="Print JSON.")]
    flag = inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=annotation)
    command.__signature__ = signature.replace(parameters=[*own, flag], return_annotation=None)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in [*own, flag]}
    return command


app = typer.Typer(cls=_Measurements, no_args_is_help=True, help="Measure speed and quality.")


@app.callback()
def bench() -> None:
    """Measure speed and quality. Each figure in docs/performance.md names its command."""
