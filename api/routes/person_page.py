"""The page of one person: who they are, what was done with them, and plain forms to do something in the ATS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from api.access import Caller, PageCaller, allowed
from api.acting import Place
from api.answers import Answers
from api.errors import status_of
from api.routes.actions import acting_of
from api.routes.pages import error_page, render, same_site
from api.runtime import Runtime
from api.schemas import PersonOut
from api.web import deeds, views
from engine.errors import BadInput, HeadwaterError, NotFound

router = APIRouter()
SHOWN = 30
"""Actions on a page; all of them are in the API."""
_HEADINGS = {
    "title": "Titles", "employer": "Employers", "skill": "Skills", "place": "Places", "language": "Languages",
    "education": "Education", "years": "Years", "seniority": "Seniority",
}  # fmt: skip
_CEFR = {1: "A1", 2: "A2", 3: "B1", 4: "B2", 5: "C1", 6: "C2", 7: "native"}


@router.get("/people/{person_id}")
def person_page(request: Request, person_id: str, caller: PageCaller, back: str = "") -> Response:
    if caller is None:
        return RedirectResponse("/sign-in", 303)
    return _page(request, person_id, caller, back)


@router.post("/people/{person_id}/act")
async def act(request: Request, person_id: str, caller: PageCaller, back: str = "") -> Response:
    """One of the page's forms. What cannot be done is said on the page, with what was typed still in it."""
    form = await request.form(max_files=0, max_fields=100)
    typed = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return await run_in_threadpool(_act, request, person_id, caller, back, typed)


def _act(request: Request, person_id: str, caller: Caller | None, back: str, typed: list[tuple[str, str]]) -> Response:
    if caller is None:
        return RedirectResponse("/sign-in", 303)
    try:
        same_site(request)
        acting = acting_of(request, allowed(caller, "act"))
        runtime: Runtime = request.app.state.runtime
        person = runtime.reader(caller.viewer).person(person_id)
        asked = deeds.asked_of(typed, acting.places(person), person_id)
        [result] = acting.accept([asked], key=f"page:{deeds.first(typed, 'once')}")
        if result.error:
            said = [f"{one['field'].rpartition('.')[2]}: {one['problem']}." for one in result.error.errors]
            raise BadInput(" ".join([result.error.detail, *said]), result.error.fix)
    except HeadwaterError as error:
        return _problem(request, person_id, caller, back, error, typed)
    return _to(person_id, back)


@router.post("/people/{person_id}/actions/{action_id}")
def settle(
    request: Request, person_id: str, action_id: str, caller: PageCaller, verb: Annotated[str, Form(max_length=10)],
    back: str = "",
) -> Response:  # fmt: skip
    """Cancel, try again or take back."""
    if caller is None:
        return RedirectResponse("/sign-in", 303)
    try:
        same_site(request)
        acting = acting_of(request, allowed(caller, "act"))
        do = {"cancel": acting.cancel, "retry": acting.retry, "undo": acting.undo}.get(verb)
        if do is None:
            raise BadInput("There is no such button.", "Choose cancel, retry or undo.")
        if acting.get(action_id).person_id != person_id:
            raise NotFound("There is no such action.", "It may be about somebody else.")
        do(action_id)
    except HeadwaterError as error:
        return _problem(request, person_id, caller, back, error, [])
    return _to(person_id, back)


def _to(person_id: str, back: str) -> Response:
    query = f"?{urlencode({'back': back})}" if back else ""
    return RedirectResponse(f"/people/{quote(person_id, safe='')}{query}#done", 303)


def _problem(
    request: Request, person_id: str, caller: Caller, back: str, error: HeadwaterError, typed: list[tuple[str, str]]
) -> Response:
    status, _ = status_of(error)
    said = f"{error.what} {error.fix}".strip()
    return _page(request, person_id, caller, back, status=status, problem=said, typed=typed)


def _page(
    request: Request, person_id: str, caller: Caller, back: str, *, status: int = 200, problem: str = "",
    typed: Sequence[tuple[str, str]] = (),
) -> Response:  # fmt: skip
    runtime: Runtime = request.app.state.runtime
    answers: Answers = request.app.state.answers
    try:
        person = answers.person(person_id, caller.viewer)
        whole = runtime.reader(caller.viewer).person(person_id)
    except HeadwaterError as error:
        return error_page(request, error)
    words = runtime.vocabulary(caller.viewer)
    acting = acting_of(request, caller)
    places: list[Place] = acting.places(whole) if "act" in caller.may else []
    done = acting.outs(acting.log.page(person_id=person_id, limit=SHOWN))
    return render(
        request,
        "person.html",
        status=status,
        p=person,
        back=f"/search?{back}" if back else "",
        years=f"{person.years:.0f} years in work" if person.years else None,
        applications=[
            (one, words.job_titles.get(one.job_id), _place(places, one.job_id)) for one in person.applications
        ],
        facts=_facts(person, lambda observed: views.age(observed, runtime.today)),
        places=places,
        details=deeds.details,
        done=[deeds.shown(one, words.job_titles) for one in done],
        words=words,
        problem=problem,
        typed=dict(typed),
        to=f"?{urlencode({'back': back})}" if back else "",
        once=lambda: uuid4().hex,
    )


def _place(places: list[Place], job_id: str) -> Place | None:
    """Where an application can be changed: in its own ATS."""
    return next((place for place in places if place.connection == job_id.partition(":")[0]), None)


def _facts(person: PersonOut, age: Any) -> list[tuple[str, list[dict[str, str]]]]:
    """Facts by kind for reading: each value once, with its number and where and when it was stated."""
    connections = {item.record.id: item.connection for item in person.records}
    groups: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for fact in person.facts:
        detail = ""
        if fact.number is not None and fact.kind == "skill":
            detail = f"{fact.number:.0f} y" if fact.number >= 1 else ""
        elif fact.number is not None and fact.kind == "language":
            detail = _CEFR.get(int(fact.number), "")
        origin = " · ".join(part for part in (connections.get(fact.record_id or "", ""), age(fact.observed)) if part)
        groups[fact.kind].setdefault(fact.label, {"label": fact.label, "detail": detail, "origin": origin})
    return [(heading, list(groups[kind].values())) for kind, heading in _HEADINGS.items() if groups.get(kind)]
