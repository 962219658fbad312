"""The pages people look at: sign in, search. Server-rendered, whole without JavaScript. Decides nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, BackgroundTasks, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from pydantic import ValidationError

from api.access import COOKIE, SESSION_S, Access, Caller, PageCaller
from api.errors import NoKey, TooManyTries, first_sentence, status_of
from api.questions import STAGES
from api.routes.common import OpenAnswers, OpenRuntime
from api.schemas import SearchIn, SearchOut
from api.web import forms, views
from engine.errors import HeadwaterError, NotAllowed

router = APIRouter()
templates = Jinja2Templates(Path(__file__).parents[1] / "web" / "templates")
templates.env.globals |= {"verdicts": views.VERDICT, "levels": views.LEVELS, "stages": STAGES, "duties": views.duties}
templates.env.trim_blocks = templates.env.lstrip_blocks = True

EXAMPLES = (
    "nurse in Göteborg with 5 years, fluent Swedish",
    "backend developer in Stockholm with Python and Kubernetes",
    "ekonom med körkort, inte konsult",
)
POLICIES = (
    ("ats-first", "Known first, if as good"),
    ("strict", "All known first"),
    ("blend", "Relevance alone"),
)


def render(request: Request, name: str, *, status: int = 200, signed_in: bool = True, **values: Any) -> HTMLResponse:
    runtime = request.app.state.runtime
    values |= {"signed_in": signed_in, "age": lambda observed: views.age(observed, runtime.today)}
    return templates.TemplateResponse(request, name, values, status_code=status)


def sign_in_page(request: Request, *, status: int = 200, **values: Any) -> HTMLResponse:
    company = request.app.state.provider is not None
    return render(request, "signin.html", status=status, signed_in=False, company=company, **values)


def error_page(request: Request, error: HeadwaterError, *, signed_in: bool = True) -> HTMLResponse:
    """An error as a page."""
    status, _ = status_of(error)
    title = {404: "Not found", 400: "That cannot be read", 503: "Not just now"}.get(status, "Something went wrong")
    return render(
        request, "error.html", status=status, signed_in=signed_in, title=title, what=error.what, fix=error.fix
    )


@router.get("/")
def home() -> Response:
    return RedirectResponse("/search", 303)


@router.get("/sign-in")
def ask_sign_in(request: Request) -> Response:
    return sign_in_page(request)


@router.post("/sign-in")
def sign_in(
    request: Request,
    email: Annotated[str, Form(max_length=320)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    key: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """By e-mail address and password, or by an API key."""
    access: Access = request.app.state.access
    address = request.client.host if request.client else ""
    try:
        same_site(request)
        caller = access.by_token(key.strip()) if key else access.by_password(email, password, address=address)
    except NotAllowed as error:
        status = 429 if isinstance(error, TooManyTries) else 401
        said = f"{error.what} {error.fix}"
        return sign_in_page(request, status=status, problem=said, email=email)
    return signed_in(request, access, caller)


@router.get("/sign-in/{token}")
def sign_in_by_link(request: Request, token: str) -> Response:
    """The one-time link that ``serve`` prints."""
    access: Access = request.app.state.access
    try:
        return signed_in(request, access, access.by_link(token))
    except NoKey as error:
        return sign_in_page(request, status=401, problem=f"{error.what} {error.fix}")


def signed_in(request: Request, access: Access, caller: Caller) -> Response:
    answer = RedirectResponse("/search", 303)
    public = request.app.state.settings.public_url or ""
    answer.set_cookie(
        COOKIE, access.session(caller), max_age=SESSION_S, httponly=True, samesite="lax",
        secure=public.startswith("https:") or request.url.scheme == "https",
    )  # fmt: skip
    return answer


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    same_site(request)
    access: Access = request.app.state.access
    access.end(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE)
    return answer


def same_site(request: Request) -> None:
    """A form of another site is refused, whatever cookies its browser sends. Raises NotAllowed."""
    origin = request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise NotAllowed("This form came from another site.", "Open Headwater's own page.")


@router.get("/search")
def search_page(
    request: Request, caller: PageCaller, runtime: OpenRuntime, answers: OpenAnswers, after: BackgroundTasks
) -> Response:
    if caller is None:
        return RedirectResponse("/sign-in", 303)
    params = tuple((name, value) for name, value in request.query_params.multi_items() if name in forms.NAMES)
    values = forms.read(params)
    answer: SearchOut | None = None
    problem, status, asked = "", 200, SearchIn()
    if forms.anything_asked(values):
        try:
            asked = forms.asked_of(params)
            answered = answers.search(asked, caller.viewer)
            answer = answered.answer
            after.add_task(answered.note)
        except ValidationError as error:
            status = 422
            problem = " ".join(f"{_field_name(e['loc'])}: {first_sentence(e['msg'])}." for e in error.errors()[:3])
        except HeadwaterError as error:
            status, _ = status_of(error)
            problem = f"{error.what} {error.fix}"
    jobs = [
        (job.id, _job_label(job.title, job.location, job.opened_at)) for job in runtime.reader(caller.viewer).jobs()
    ]
    plain = [(name, value) for name, value in params if name != "cursor"]
    filters = sum(bool(values[name]) for name in forms.FILTERS)
    page = render(
        request, "search.html", status=status, q=values["q"], f=values, answer=answer, problem=problem,
        chips=views.chips(answer, params) if answer else [], off=views.taken_away(params),
        tabs=views.tabs(answer, params, asked.level) if answer else [], level=asked.level,
        jobs=jobs, policies=POLICIES, examples=EXAMPLES, people=runtime.seen_by(caller.viewer), filter_count=filters,
        clear_href=views.address(params, drop=forms.FILTERS), first_page=asked.cursor is None,
        first_href=views.address(params, drop=("cursor",)), back=urlencode(params),
        next_href="/search?" + urlencode([*plain, ("cursor", answer.cursor or "")]) if answer else "",
    )  # fmt: skip
    page.background = after
    return page


def _field_name(loc: tuple[int | str, ...]) -> str:
    return str(loc[-1]).replace("_", " ").capitalize() if loc else "The form"


def _job_label(title: str, location: str | None, opened_at: str | None) -> str:
    return ", ".join(part for part in (title, location, opened_at[:7] if opened_at else None) if part)
