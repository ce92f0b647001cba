"""The API as an application: its routes, what it says when something is wrong, its document.

Mounted at /api by `engine.web.app`, behind the gate. Owns no handler.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from engine.errors import TenureError
from engine.services.tokens import SCOPES
from engine.web.api import accounts, enrollments, facts, tasks
from engine.web.api.access import Gate
from engine.web.api.house import House
from engine.web.api.refusals import Refusal, on_error, on_http, on_misfit
from engine.web.limits import Limiter

VERSION = "v1"
DOCUMENT = f"/{VERSION}/openapi.json"
_TITLE = "Tenure"
_SAYS = """\
Facts in, accounts and contacts kept in step, runs and tasks steered.

Every request needs a bearer token with the scope of its route; `tenure tokens create` makes one.
Every answer is JSON; one that is not a success is a `Refusal`. 429 and 503 come with `Retry-After`.
Lists have `next`: pass it as `after` for the next page.
"""
_REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Refusal, "description": "What was sent cannot be done; it says why."},
    "5XX": {"model": Refusal, "description": "It cannot be done now, or not by us."},
}


def make_api(house: House, *, callers: Limiter, strangers: Limiter) -> ASGIApp:
    """Return the API behind its gate."""
    app = bare()
    app.state.house = house
    return Gate(app, house.database, callers=callers, strangers=strangers)


def bare() -> FastAPI:
    """Return the application without a gate or a house: only good for its document."""
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_misfit)
    app.add_exception_handler(TenureError, on_error)
    app.add_exception_handler(Exception, on_error)
    for part in (facts, accounts, enrollments, tasks):
        app.include_router(part.routes, prefix=f"/{VERSION}", responses=_REFUSALS)

    async def show(request: Request) -> JSONResponse:
        return JSONResponse(document(app))

    app.router.add_route(DOCUMENT, show, methods=["GET"])
    return app


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    if app.openapi_schema is None:
        found = get_openapi(
            title=_TITLE,
            version=VERSION,
            description=_SAYS,
            routes=app.routes,
            servers=[{"url": "/api"}],
        )
        scopes = "\n".join(f"- `{name}`: {what}" for name, what in SCOPES.items())
        found.setdefault("components", {})["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer", "description": f"Scopes:\n\n{scopes}"}
        }
        app.openapi_schema = found
    return app.openapi_schema
