"""``headwater search`` and ``headwater person``: what the page shows, on a terminal."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.text import Text

from api.console import out, show_json
from api.errors import first_sentence
from api.local import Door, open_door
from api.schemas import SearchIn
from api.settings import Settings
from api.web.views import LEVELS
from engine.errors import BadInput

JSON = Annotated[bool, typer.Option("--json", help="Print the API's JSON instead.")]
MARKS = {"yes": ("✓", "green"), "no": ("✗", "red"), "not stated": ("?", "dim")}


def search(
    question: Annotated[str, typer.Argument(help='Plain words, or "exact words" AND operators.')] = "",
    limit: Annotated[int, typer.Option(min=1, max=100)] = 10,
    source: Annotated[str | None, typer.Option(help="ats or outside")] = None,
    place: Annotated[str | None, typer.Option(help="A town or a country.")] = None,
    radius_km: Annotated[float | None, typer.Option(help="Around the place; 50 when not given.")] = None,
    skill: Annotated[list[str] | None, typer.Option(help="Must be stated; may be repeated.")] = None,
    years_min: Annotated[float | None, typer.Option()] = None,
    years_max: Annotated[float | None, typer.Option()] = None,
    stage_min: Annotated[int | None, typer.Option(help="0 applied .. 5 hired")] = None,
    job: Annotated[str | None, typer.Option(help="Applied to the job of this id.")] = None,
    applied_after: Annotated[str | None, typer.Option(help="YYYY-MM-DD")] = None,
    applied_before: Annotated[str | None, typer.Option(help="YYYY-MM-DD")] = None,
    updated_after: Annotated[str | None, typer.Option(help="YYYY-MM-DD")] = None,
    updated_before: Annotated[str | None, typer.Option(help="YYYY-MM-DD")] = None,
    level: Annotated[int | None, typer.Option(help="Only this level: 3 full .. 0 unknown.")] = None,
    policy: Annotated[str, typer.Option(help="ats-first, strict or blend")] = "ats-first",
    cursor: Annotated[str | None, typer.Option(help="The next page: from the answer before.")] = None,
    as_json: JSON = False,
) -> None:
    """Find people and see why."""
    filters = {
        "source": source, "place": place, "radius_km": radius_km, "skills": skill or [], "years_min": years_min,
        "years_max": years_max, "stage_min": stage_min, "job": job, "applied_after": applied_after,
        "applied_before": applied_before, "updated_after": updated_after, "updated_before": updated_before,
    }  # fmt: skip
    given = {
        "text": question, "filters": filters, "policy": {"name": policy}, "level": level, "limit": limit,
        "cursor": cursor,
    }  # fmt: skip
    asked = asked_of(given)
    with open_door(Settings()) as door:  # closing a large index takes a moment: the answer is shown before
        answer = door.search(asked)
        if as_json:
            show_json(answer)
        else:
            show_answer(answer)


def asked_of(given: dict[str, Any]) -> SearchIn:
    """Raises BadInput naming the option."""
    try:
        return SearchIn.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][-1]).replace("_", "-") if first["loc"] else "question"
        raise BadInput(f"--{name} cannot be used: {first_sentence(first['msg'])}.") from None


def find(door: Door, question: str, limit: int) -> dict[str, Any]:
    return door.search(asked_of({"text": question, "limit": limit}))


def show_answer(answer: dict[str, Any]) -> None:
    """One search for a reader."""
    for remark in answer["remarks"]:
        out.print(Text(remark, style="yellow"))
    chips = [("not " if c["weight"] == "not" else "") + c["label"] for c in answer["criteria"]]
    if chips:
        out.print(Text("Understood: " + " · ".join(chips), style="dim"))
    counts = answer["counts"]
    levels = ", ".join(f"{counts['levels'][str(n)]} {LEVELS[n].lower()}" for n in (3, 2, 1, 0))
    out.print(
        f"{counts['total']} people ({levels}); {counts['ats']} in the ATS, {counts['outside']} outside; "
        f"{answer['took_ms'].get('total', 0):.0f} ms"
    )
    for label, number in counts["not_stated_dropped"].items():
        if number:
            out.print(Text(f"{number} left out only because “{label}” is not stated", style="yellow"))
    for hit in answer["hits"]:
        show_hit(hit)
    if answer["cursor"]:
        out.print(Text(f"\nNext page: --cursor {answer['cursor']}", style="dim"))


def show_hit(hit: dict[str, Any]) -> None:
    head = Text(f"\n{hit['rank']:>3}. ")
    head.append(hit["name"] or "Name not stated", style="bold")
    about = " · ".join(part for part in (hit["headline"], hit["location"]) if part)
    head.append(f"  {about}" if about else "")
    head.append(f"  [{'ATS' if hit['source'] == 'ats' else 'outside'}, {LEVELS[hit['level']].lower()}]", style="cyan")
    head.append(f"  {hit['score']:.3f}", style="dim")
    out.print(head, soft_wrap=True)
    if hit["reasons"]:
        out.print(Text(f"     ↑ up because {'; '.join(hit['reasons'])}", style="cyan"), soft_wrap=True)
    for item in hit["evidence"]:
        mark, style = MARKS[item["verdict"]]
        line = Text("     ")
        line.append(mark, style=style)
        line.append(f" {item['label']}: {item['verdict']}")
        if item["quote"]:
            line.append(f" “{' '.join(item['quote'].split())}”", style="dim")
        out.print(line, soft_wrap=True)
    out.print(Text(f"     {hit['person_id']}", style="dim"))


def person(person_id: Annotated[str, typer.Argument(help="As a search shows it.")], as_json: JSON = False) -> None:
    """One person's whole history."""
    with open_door(Settings()) as door:
        found = door.person(person_id)
    if as_json:
        show_json(found)
        return
    out.print(Text(found["name"] or "Name not stated", style="bold"))
    out.print(Text(" · ".join(part for part in (found["headline"], found["location"]) if part)), soft_wrap=True)
    for value in (*found["emails"], *found["phones"], *found["links"]):
        out.print(Text(value), soft_wrap=True)
    if found["do_not_contact"]:
        out.print(Text("Do not contact", style="red"))
    if found["positions"]:
        out.print("\nExperience")
    for item in found["positions"]:
        until = "now" if item["current"] and not item["end"] else item["end"] or "?"
        about = " · ".join(part for part in (item["title"], item["employer"], item["place"]) if part)
        out.print(Text(f"  {item['start'] or '?'} – {until}  {about}"), soft_wrap=True)
    if found["timeline"]:
        out.print("\nHistory with us")
    for item in found["timeline"]:
        job = f" ({item['job_title']})" if item["job_title"] else ""
        text = " ".join(item["text"].split())
        out.print(Text(f"  {item['at'] or 'undated'}  {item['kind']}: {text}{job}"), soft_wrap=True)
    out.print("\nSources")
    for item in found["external_ids"]:
        out.print(Text(f"  {item['connection']}: {item['id']}"))
