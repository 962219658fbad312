"""``headwater doctor``: what is here, what was parked and why, whether the index fits what is running."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from api.commands.look import JSON
from api.console import err, out, progress, show_json
from api.local import SELF, open_ledger, serving
from api.lock import holder
from api.runtime import drop_other_indexes, index_folder, open_runtime, stamp_of
from api.settings import Settings
from engine.errors import Busy, NeedsOperator
from engine.index import IndexStamp
from engine.lexicon import Lexicon
from models import ModelError
from models.catalog import entry

PROGRAMS = {
    "soffice": ".doc, .rtf and .odt files are parked without LibreOffice",
    "tesseract": "scanned documents are parked without tesseract",
}
SHOWN = 20


def doctor(
    rebuild: Annotated[bool, typer.Option(help="Build the index anew from the ledger.")] = False, as_json: JSON = False
) -> None:
    """Say what is here, what was parked and why, and what to do."""
    settings = Settings()
    if rebuild:
        _rebuild(settings)
    report = examine(settings)
    if as_json:
        show_json(report)
    else:
        _show(report)


def _rebuild(settings: Settings) -> None:
    if serving(settings):
        raise Busy("The data is being served.", "Stop `headwater serve`, rebuild, start it again.")
    if not settings.qdrant_url:
        shutil.rmtree(index_folder(settings, running_stamp(settings)), ignore_errors=True)
    err.print("Opening…")
    with open_runtime(settings, create=False) as runtime, progress("Indexing") as report:
        if settings.qdrant_url:
            runtime.index.delete(list(runtime.index.columns.people))
        runtime.follow(report)
        drop_other_indexes(settings, runtime.index.stamp)


def running_stamp(settings: Settings) -> IndexStamp:
    """What an index opened now would be stamped with. Loads no model."""
    try:
        found = entry(settings.encoder)
    except ModelError as error:
        raise NeedsOperator(str(error)) from error
    return stamp_of(found, Lexicon.default())


def examine(settings: Settings) -> dict[str, Any]:
    """The report as JSON. Raises NeedsOperator when there is no data."""
    with open_ledger(settings, create=False) as ledger:
        reader = ledger.reader(SELF)
        parked = [
            {"connection": r.connection, "place": r.place, "what": r.what, "fix": r.fix, "at": r.at}
            for r in reader.parked()
        ]
        counts = reader.counts()
    running = running_stamp(settings)
    found = holder(settings.data_dir)
    return {
        "data_dir": str(settings.data_dir),
        "counts": counts,
        "held_by": {"pid": found.pid, "url": found.url} if found else None,
        "index": _index(settings, running),
        "parked": parked,
        "missing_programs": {name: why for name, why in PROGRAMS.items() if shutil.which(name) is None},
    }


def _index(settings: Settings, running: IndexStamp) -> dict[str, Any]:
    """The stamp that is running, and what of earlier ones stands beside it."""
    report: dict[str, Any] = {"running": asdict(running), "engine": "server" if settings.qdrant_url else "embedded"}
    if settings.qdrant_url:
        return report
    ours = index_folder(settings, running)
    others = [path for path in ours.parent.glob("*/stamp.json") if path.parent != ours]
    report["built"] = (ours / "stamp.json").is_file()
    report["others"] = [{"folder": path.parent.name, "differs": _differs(running, path)} for path in others]
    return report


def _differs(running: IndexStamp, path: Path) -> list[str]:
    try:
        return running.differs(IndexStamp(**json.loads(path.read_text("utf-8"))))
    except (ValueError, TypeError, OSError):
        return ["its stamp cannot be read"]


def _show(report: dict[str, Any]) -> None:
    counts = report["counts"]
    out.print(f"{counts['people']} people, {counts['records']} records, {counts['jobs']} jobs in {report['data_dir']}")
    held = report["held_by"]
    if held:
        out.print(f"Open in process {held['pid']}" + (f", serving at {held['url']}" if held["url"] else ""))
    index = report["index"]
    stamp = index["running"]
    out.print(f"Index: {index['engine']}, encoder {stamp['encoder']}, lexicon {stamp['lexicon']}", soft_wrap=True)
    if index.get("built") is False:
        out.print(Text("The index for this encoder and lexicon is not built yet: `serve` builds it.", "yellow"))
    for other in index.get("others", ()):
        out.print(Text(f"An older index stands beside: {'; '.join(other['differs'])}", "dim"), soft_wrap=True)
    for name, why in report["missing_programs"].items():
        out.print(Text(f"Not installed: {name} ({why})", "yellow"))
    parked = report["parked"]
    out.print(f"\n{len(parked)} parked" if parked else "\nNothing is parked.")
    for (what, fix), number in Counter((row["what"], row["fix"]) for row in parked).most_common():
        out.print(Text(f"{number:>6} × {what} {fix}".rstrip()), soft_wrap=True)
        places = [f"{row['connection']}: {row['place']}" for row in parked if (row["what"], row["fix"]) == (what, fix)]
        for place in places[:SHOWN]:
            out.print(Text(f"         {place}", "dim"), soft_wrap=True)
        if len(places) > SHOWN:
            out.print(Text(f"         and {len(places) - SHOWN} more (--json lists all)", "dim"))
