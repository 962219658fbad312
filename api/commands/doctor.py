"""``headwater doctor``: what is here, what was parked and why, whether the index fits what is running."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import Annotated, Any

import typer
from rich.text import Text

from api.commands import imports
from api.commands.look import JSON
from api.console import err, out, show_json
from api.indexes import drop_wanted, report
from api.local import open_ledger, self_of, serving
from api.lock import holder
from api.runtime import open_runtime
from api.settings import Settings
from engine.errors import Busy, HeadwaterError
from engine.lexicon import Lexicon

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
    found = examine(settings)
    if as_json:
        show_json(found)
    else:
        _show(found)


def _rebuild(settings: Settings) -> None:
    if serving(settings):
        raise Busy("The data is being served.", "Stop `headwater serve`, rebuild, start it again.")
    drop_wanted(settings, Lexicon.default())
    err.print("Opening…")
    with open_runtime(settings, create=False) as runtime:
        imports.index(runtime)


def examine(settings: Settings) -> dict[str, Any]:
    """The report as JSON. Raises NeedsOperator when there is no data."""
    with open_ledger(settings, create=False) as ledger:
        reader = ledger.reader(self_of(settings.workspace))
        parked = [
            {"connection": r.connection, "place": r.place, "what": r.what, "fix": r.fix, "at": r.at}
            for r in reader.parked()
        ]
        counts = reader.counts()
    found = holder(settings.data_dir)
    return {
        "data_dir": str(settings.data_dir),
        "counts": counts,
        "held_by": {"pid": found.pid, "url": found.url} if found else None,
        "index": report(settings, Lexicon.default()) | {"switch": _switch(settings)},
        "parked": parked,
        "missing_programs": {name: why for name, why in PROGRAMS.items() if shutil.which(name) is None},
    }


def _switch(settings: Settings) -> dict[str, Any] | None:
    """How far the serving process is with the change to another index; None: none is under way."""
    try:
        remote = serving(settings)
        found: dict[str, Any] | None = remote.health()["switch"] if remote else None
    except HeadwaterError:
        return None
    return found


def _show(report: dict[str, Any]) -> None:
    counts = report["counts"]
    out.print(f"{counts['people']} people, {counts['records']} records, {counts['jobs']} jobs in {report['data_dir']}")
    held = report["held_by"]
    if held:
        out.print(f"Open in process {held['pid']}" + (f", serving at {held['url']}" if held["url"] else ""))
    _show_index(report["index"])
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


def _show_index(index: dict[str, Any]) -> None:
    if index["problem"]:
        out.print(Text(f"The encoder of the settings cannot be used: {index['problem']}", "red"), soft_wrap=True)
    else:
        stamp = index["running"]
        out.print(f"Index: {index['engine']}, encoder {stamp['encoder']}, lexicon {stamp['lexicon']}", soft_wrap=True)
    if switch := index["switch"]:
        out.print(Text(f"Its index is being built: {switch['done']} of {switch['total']} people", "yellow"))
        if switch["problem"]:
            out.print(Text(f"The last try ended ({switch['problem']}), it is tried again.", "red"), soft_wrap=True)
    elif not index["built"]:
        begun = "begun but not whole" if index["begun"] else "not built yet"
        out.print(Text(f"Its index is {begun}: `serve` builds it, or `doctor --rebuild`.", "yellow"))
    for other in index["others"]:
        what = "Meanwhile an older index answers" if other["answers"] else "Another index stands beside"
        out.print(Text(f"{what}: {'; '.join(other['differs'])}", "dim"), soft_wrap=True)
