"""Signing in at the company's identity provider: the way there and the way back. Decides nothing."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.access import Access
from api.errors import status_of
from api.oidc import PENDING_S, Pending, Provider, refused
from api.routes.pages import sign_in_page, signed_in
from engine.errors import HeadwaterError, NotFound

router = APIRouter()
COOKIE = "headwater_sign_in"
BACK = "/sign-in/company/back"


@router.get("/sign-in/company")
def there(request: Request) -> Response:
    access: Access = request.app.state.access
    try:
        url, pending = _provider(request).begin(_back(request))
    except HeadwaterError as error:
        return _problem(request, error)
    answer = RedirectResponse(url, 303)
    # The browser that comes back has to be the one that left: without that a link could sign someone in as another.
    kept = access.secret.sign(COOKIE, pending.packed(), until=access.clock() + PENDING_S)
    answer.set_cookie(
        COOKIE, kept, max_age=PENDING_S, path=BACK, httponly=True, samesite="lax",
        secure=_back(request).startswith("https:"),
    )  # fmt: skip
    return answer


@router.get(BACK)
def back(request: Request) -> Response:
    access: Access = request.app.state.access
    try:
        provider = _provider(request)
        kept = access.secret.opened(COOKIE, request.cookies.get(COOKIE, ""), now=access.clock())
        if kept is None:
            raise refused("this sign-in was not begun in this browser, or too long ago")
        told = provider.finish(request.query_params, Pending.unpacked(kept), _back(request))
        answer = signed_in(request, access, access.by_company(told, newcomers=bool(provider.domains)))
    except HeadwaterError as error:
        answer = _problem(request, error)
    answer.delete_cookie(COOKIE, path=BACK)
    return answer


def _provider(request: Request) -> Provider:
    """Raises NotFound where none is set."""
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound("No identity provider is set here.", "Sign in with a password or a key.")
    return provider


def _back(request: Request) -> str:
    """Where the provider sends people, as it has to be registered there."""
    return (request.app.state.settings.public_url or str(request.base_url)).rstrip("/") + BACK


def _problem(request: Request, error: HeadwaterError) -> Response:
    return sign_in_page(request, status=status_of(error)[0], problem=f"{error.what} {error.fix}")
