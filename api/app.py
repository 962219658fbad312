"""The HTTP app: routes, limits, errors and pages put together around an open runtime. Knows no vendor and no eval."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api import errors
from api.access import Access
from api.answers import Answers
from api.deliveries import Deliveries, Door
from api.limits import MB, BodyLimit, Headers
from api.oidc import Provider
from api.routes import actions, admin, company, files, health, hooks, jobs, pages, people, person_page, search, webhooks
from api.runtime import Runtime
from api.settings import LOOPBACK, Settings
from api.syncing import given_of, links_of, opener_of
from engine.errors import NeedsOperator

STATIC = Path(__file__).parent / "web" / "static"


def make_app(
    runtime: Runtime, settings: Settings, *, close_runtime: bool = False, webhook_origins: Sequence[str] = ()
) -> FastAPI:
    """The app over an open runtime. close_runtime: the app's end closes it.

    webhook_origins: of this machine, that may be subscribed to events; none but in tests.
    """

    answers = Answers(runtime, list_minutes=settings.result_list_minutes)

    connections = runtime.ledger.connections
    deliveries = Deliveries(connections.receive)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=runtime.warm, daemon=True).start()
        runtime.follow_soon()  # what was written while nobody served
        runtime.watch()
        yield
        deliveries.close()
        answers.close()
        if close_runtime:
            runtime.close()

    app = FastAPI(
        title="Headwater",
        version=version("headwater"),
        summary="Search and ranking over a company's whole recruiting history.",
        lifespan=lifespan,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # both documentation pages load scripts from elsewhere
        redoc_url=None,
    )
    app.state.runtime = runtime
    app.state.access = Access(
        runtime.secret, runtime.ledger.keys, runtime.ledger.accounts, runtime.ledger.subjects,
        workspace=runtime.workspace,
    )  # fmt: skip
    app.state.provider = provider_of(settings)
    app.state.answers = answers
    app.state.settings = settings
    app.state.opener = opener_of(runtime.secret)
    app.state.given, app.state.links = given_of(settings), links_of(runtime.secret, settings)
    app.state.door = Door(connections.by_token, app.state.opener, clock=runtime.clock)
    app.state.deliveries = deliveries
    app.state.webhook_origins = tuple(webhook_origins)
    for routes in (health, search, people, jobs, actions, files, hooks, admin, webhooks):
        app.include_router(routes.router, prefix="/v1")
    app.include_router(files.fetched, include_in_schema=False)
    app.include_router(company.router, include_in_schema=False)  # before the page whose address takes any token
    app.include_router(pages.router, include_in_schema=False)
    app.include_router(person_page.router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    errors.install(app)
    app.add_middleware(BodyLimit, people_bytes=int(settings.max_body_mb * MB))
    app.add_middleware(Headers, hosts=hosts_of(settings))
    return app


def hosts_of(settings: Settings) -> frozenset[str] | None:
    """Names we answer to: our own, and that of the public URL. Beyond loopback without one: any."""
    public = urlsplit(settings.public_url).hostname if settings.public_url else None
    if not settings.loopback and public is None:
        return None
    return frozenset({*LOOPBACK, settings.host, *([public] if public else [])})


def provider_of(settings: Settings) -> Provider | None:
    """The company's identity provider, where one is set. Raises NeedsOperator for half of it."""
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id:
        raise NeedsOperator("HEADWATER_OIDC_CLIENT_ID is missing.", "Take it from the provider's registration.")
    if not settings.loopback and not settings.public_url:
        raise NeedsOperator(
            "Signing in with a company needs HEADWATER_PUBLIC_URL.", "The provider sends people back to it."
        )
    domains = {part.strip().casefold().lstrip("@") for part in settings.oidc_allowed_domains.split(",")}
    secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
    return Provider(settings.oidc_issuer, settings.oidc_client_id, secret, domains=frozenset(domains - {""}))
