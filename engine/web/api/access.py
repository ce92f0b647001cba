"""Who may come in: the token of every request, its pace, and the scope each route asks for.

It fails closed. Nothing below /api is reached without a good token, the document and addresses that
do not exist included; a route that names no scope cannot be made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import TenureError
from engine.services import tokens
from engine.services.tokens import SCOPES
from engine.store.database import Database
from engine.store.tokens import Token
from engine.web.api.bodies import receive
from engine.web.api.refusals import Refused, on_error, refuse
from engine.web.limits import Limiter
from engine.web.pages import HEADERS

SMALL_BODY_BYTES = 65_536
CHALLENGE = {"WWW-Authenticate": "Bearer"}
TAKES_ANY_TEXT = "facts:write"
"""A fact with text that cannot be kept is rejected by itself, not with all that came with it."""
_METHODS_WITH_BODY = frozenset(["POST", "PUT", "PATCH"])


def asks(scope: tokens.Scope, *, most_bytes: int = SMALL_BODY_BYTES) -> dict[str, Any]:
    """Say what a route asks for: the scope, and how much may be sent."""
    return {"security": [{"bearer": [scope]}], "x-max-body-bytes": most_bytes}


def _has_nul(request: Request) -> bool:
    """Tell whether an id or a query holds what PostgreSQL has no text for."""
    return any("\x00" in one for one in (request.scope["path"], *request.query_params.values()))


class Guarded(APIRoute):
    """A route that looks at the token's scope before anything is read of the request."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler behind the guard."""
        handle = super().get_route_handler()
        asked = self.openapi_extra or {}
        ((scope,),) = [one["bearer"] for one in asked["security"]]
        assert scope in SCOPES, scope

        async def guarded(request: Request) -> Response:
            token: Token = request.scope["tenure.token"]
            if scope not in token.scopes:
                remedy = "Make one: `tenure tokens create NAME --scope " + scope + "`."
                raise Refused(403, f"The token has not the scope {scope}.", remedy)
            if _has_nul(request):
                raise Refused(400, "The address holds a NUL character.", "Leave it out.")
            if request.method in _METHODS_WITH_BODY:
                most, any_text = asked["x-max-body-bytes"], scope == TAKES_ANY_TEXT
                request = await receive(request, most_bytes=most, any_text=any_text)
            return await handle(request)

        return guarded


class Gate:
    """Lets requests with a good token pass, each token at its pace.

    `strangers` limits requests without one by address, `callers` those with one by token.
    """

    def __init__(
        self, app: ASGIApp, database: Database, *, callers: Limiter, strangers: Limiter
    ) -> None:
        self._app = app
        self._database = database
        self._callers = callers
        self._strangers = strangers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = await self._look(scope)
        await (answer or self._app)(scope, receive, send_with_headers)

    async def _look(self, scope: Scope) -> Response | None:
        """Return how a request is refused; None when it may pass."""
        request = Request(scope)
        try:
            token = await run_in_threadpool(self._token, request.headers.get("authorization", ""))
        except TenureError as error:
            return on_error(request, error)
        limiter, name = self._callers, token.id if token else ""
        if token is None:
            limiter, name = self._strangers, request.client.host if request.client else ""
        if (wait_s := limiter.wait_s(name)) > 0:
            return refuse(429, headers={"Retry-After": str(math.ceil(wait_s))})
        if token is None:
            return refuse(401, headers=CHALLENGE)
        scope["tenure.token"] = token
        return None

    def _token(self, header: str) -> Token | None:
        kind, _, written = header.partition(" ")
        return tokens.find(self._database, written.strip()) if kind.lower() == "bearer" else None
