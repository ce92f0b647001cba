"""The web application: which address leads where, and what a visitor sees when something is wrong.

    GET  /survey/<token>/<score>    shows the answer; the page posts it
    POST /survey/<token>/<score>    takes it in
    POST /survey/<token>/comment    takes a comment in
    GET  /healthz                   200 when answers can be taken in
    POST /hooks/<name>              signed calls of other systems (`engine.web.hooks`)
    /api/…                          the HTTP API (`engine.web.api`), where it may be served

The outermost edge of the process for one request: errors become pages that tell nothing about us.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.effects.context import Context
from engine.errors import InputError, NotFound, TenureError
from engine.services.runner import Runner
from engine.store.database import Database
from engine.web.api.application import make_api
from engine.web.api.house import House
from engine.web.hooks import Hooks, Secrets
from engine.web.limits import Limiter
from engine.web.pages import HEADERS, page
from engine.web.surveys import SurveyPages

logger = logging.getLogger("web")
_SAID = {
    400: ("This does not fit", "Please use one of the links in the email you got from us."),
    404: ("There is nothing here", "Please check that you used the whole link from the email."),
    405: ("This does not fit", "Please use one of the links in the email you got from us."),
    408: ("That took too long", "Please try again."),
    413: ("That is too long", "Please send us a shorter text."),
    429: ("One moment, please", "We got many requests from your network. Please try again soon."),
    500: ("Something went wrong", "It is not your fault. Please try again later."),
    503: ("One moment, please", "We cannot take your answer in right now. Please try again soon."),
}
RETRY_AFTER_S = 30


def make_app(
    database: Database,
    contexts: Callable[[], Context],
    *,
    limiter: Limiter | None = None,
    runner: Callable[[], Runner] | None = None,
    secrets: Secrets = lambda _: {},
    callers: Limiter | None = None,
) -> Starlette:
    """Return the application. `contexts` is asked at each request for the workspace in force.

    `limiter` limits visitors and strangers by address, `callers` those with a token or signature.
    Without a `runner` there is no API and there are no hooks.
    """
    strangers = limiter or Limiter()
    routes: list[BaseRoute] = []
    if runner is not None:
        limits = {"callers": callers or Limiter(burst=200, per_second=50), "strangers": strangers}
        house = House(database, contexts, runner)
        routes.append(Mount("/api", make_api(house, **limits)))
        routes.append(Mount("/hooks", Hooks(house, secrets, **limits).app()))
    routes.append(Mount("/", make_pages(database, contexts, strangers)))
    return Starlette(routes=routes)


def make_pages(database: Database, contexts: Callable[[], Context], limiter: Limiter) -> Starlette:
    """Return the pages by themselves."""
    pages = SurveyPages(database, contexts)

    async def healthz(request: Request) -> Response:
        await run_in_threadpool(_probe, database)
        return PlainTextResponse("ok\n", headers=HEADERS)

    app = Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/survey/{token}/comment", pages.comment, methods=["POST"]),
            Route("/survey/{token}/{score}", pages.answer, methods=["GET", "POST"]),
        ],
        middleware=[Middleware(_Gate, limiter=limiter)],
        exception_handlers={HTTPException: _refuse, TenureError: _fail, Exception: _fail},
    )
    app.router.redirect_slashes = False
    return app


def _probe(database: Database) -> None:
    with database.begin() as connection:
        connection.execute(text("SELECT 1"))


def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    given = error.headers or {}
    allowed = {"Allow": given["Allow"]} if "Allow" in given else {}
    return sorry(error.status_code, allowed)


def _fail(request: Request, error: Exception) -> Response:
    match error:
        case NotFound():
            return sorry(404)
        case InputError():
            return sorry(400)
        case TenureError():
            logger.warning("a request could not be answered", exc_info=error)
            return sorry(503)
    return sorry(500)


def sorry(status: int, headers: dict[str, str] | None = None) -> Response:
    """Return the page for a status: what the visitor can do, and nothing else."""
    title, said = _SAID.get(status, _SAID[500])
    again = {"Retry-After": str(RETRY_AFTER_S)} if status in (429, 503) else {}
    return page(
        "message", title=title, text=said, status=status, headers={**again, **(headers or {})}
    )


class _Gate:
    """Turns visitors away who ask too much."""

    def __init__(self, app: ASGIApp, limiter: Limiter) -> None:
        self._app = app
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with 429."""
        client: Any = scope.get("client")
        if scope["type"] == "http" and not self._limiter.admits(client[0] if client else ""):
            await sorry(429)(scope, receive, send)
            return
        await self._app(scope, receive, send)
